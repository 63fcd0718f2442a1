"""Supply over the API: stock, transfer postings, expected receipts, forecasts."""

from troth.business.supply.api import forecasts, receipts, stock, transfers

ROUTERS = (stock.operations, transfers.operations, receipts.operations, forecasts.operations)

__all__ = ["ROUTERS"]
