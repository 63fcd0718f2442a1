"""Supply over the API: stock, transfer postings, expected receipts, planned supply, forecasts."""

from troth.business.supply.api import forecasts, planned, receipts, stock, transfers

ROUTERS = (stock.operations, transfers.operations, receipts.operations, planned.operations, forecasts.operations)

__all__ = ["ROUTERS"]
