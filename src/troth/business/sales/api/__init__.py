"""Quotations and orders over the API."""

from troth.business.sales.api import held, new_dates, orders, quotations, simulations, told

ROUTERS = (
    orders.operations,
    new_dates.operations,
    told.operations,
    quotations.operations,
    held.operations,
    simulations.operations,
)

__all__ = ["ROUTERS"]
