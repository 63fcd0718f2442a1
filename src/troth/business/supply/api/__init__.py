"""Supply over the API: stock, transfer postings, inspection lots, expected receipts, planned supply, forecasts."""

from troth.business.supply.api import forecasts, lots, planned, receipts, stock, transfers

ROUTERS = (
    stock.operations, transfers.operations, lots.operations, receipts.operations, planned.operations,
    forecasts.operations,
)  # fmt: skip

__all__ = ["ROUTERS"]
