"""The pages of supply: stock and its moves, expected receipts and what is done when they come."""

from troth.business.supply.web import receipts, stock

__all__ = ["receipts", "stock"]
