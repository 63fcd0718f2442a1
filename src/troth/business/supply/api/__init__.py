"""Supply over the API: stock, transfer postings, expected receipts."""

from troth.business.supply.api import receipts, stock, transfers

ROUTERS = (stock.operations, transfers.operations, receipts.operations)

__all__ = ["ROUTERS"]
