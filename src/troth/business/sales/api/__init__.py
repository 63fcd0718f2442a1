"""Quotations and orders over the API."""

from troth.business.sales.api import orders, quotations

ROUTERS = (orders.operations, quotations.operations)

__all__ = ["ROUTERS"]
