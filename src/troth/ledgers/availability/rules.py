"""Which promises count as uncovered.

What was confirmed on stock and on supply must be covered on every day from today on. Forecast and safety stock are no
promises; planned and requested supply, goods in quality inspection or blocked, and returns are no cover.

    today 3 Jan    supply   3 Jan 10 (stock), 8 Jan 20        demand   5 Jan 8, 9 Jan 30
    balance        3 Jan 10, 5 Jan 2, 8 Jan 22, 9 Jan -8      short    9 Jan 8
"""

from dataclasses import dataclass

import numpy as np

from troth.kernel import lots
from troth.kernel.lots import Lots
from troth.kernel.netting import Category, Scope, Series

COVER = (
    Category.STOCK,
    Category.PURCHASE,
    Category.PRODUCTION,
    Category.TRANSFER_IN,
    Category.FIRM_PLANNED,
)
PROMISED = (
    Category.ORDER,
    Category.DELIVERY,
    Category.HOLD,
    Category.RESERVATION,
    Category.TRANSFER_OUT,
)
COUNTED = tuple(int(category) for category in (*COVER, *PROMISED))
OVERDUE_RECEIPT_DAYS = 7
"""A receipt that is overdue by up to a week is expected tomorrow; an older one is no longer believed."""


@dataclass(frozen=True, slots=True)
class Gap:
    """`quantity` is missing at the worst moment; `day` is the first that lacks more than the tolerated part."""

    day: int
    quantity: int


def gap(series: Series, today: int, *, tolerated: int = 0) -> Gap | None:
    """Return what is missing beyond `tolerated`, or None where all promises are covered that far.

    `Gap.quantity` is the whole of what is missing, the tolerated part included. Days are numbers since 1970-01-01.
    """
    counted = np.isin(series.category, COUNTED)
    category, quantity = series.category[counted], series.quantity[counted]
    offset = series.day[counted] - today
    receipt = (category != Category.STOCK) & (category < Category.ORDER) & (offset < 0)
    quantity = np.where(receipt & (offset < -OVERDUE_RECEIPT_DAYS), 0, quantity)
    offset = np.where(receipt, 1, np.maximum(offset, 0))
    days, position = np.unique(offset, return_inverse=True)
    net = np.zeros(len(days), np.int64)
    np.add.at(net, position, quantity)
    balance = net.cumsum()
    if not len(balance) or balance.min() >= -tolerated:
        return None
    first = int((balance < -tolerated).argmax())
    return Gap(today + int(days[first]), -int(balance.min()))


def spoilt_gap(found: Lots, today: int, *, tolerated: int = 0) -> Gap | None:
    """As `gap`, of goods that last as long as they were promised to, and of the batches that were promised."""
    scope = Scope(frozenset((*COVER, *PROMISED)), overdue_receipt_days=OVERDUE_RECEIPT_DAYS)
    pool = lots.pool(found, scope, today)
    missing = pool.missing()
    if missing <= tolerated:
        return None
    return Gap(today + (pool.first_missing() or 0), missing)
