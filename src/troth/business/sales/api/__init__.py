"""Quotations and orders over the API."""

from troth.business.sales.api import new_dates, orders, quotations, simulations

ROUTERS = (orders.operations, new_dates.operations, quotations.operations, simulations.operations)

__all__ = ["ROUTERS"]
