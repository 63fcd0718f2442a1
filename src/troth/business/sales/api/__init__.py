"""Quotations and orders over the API."""

from troth.business.sales.api import new_dates, orders, quotations

ROUTERS = (orders.operations, new_dates.operations, quotations.operations)

__all__ = ["ROUTERS"]
