"""Which promises count as uncovered.

What was confirmed on stock and on supply must be covered on every day from today on. Forecast and safety stock are no
promises; planned and requested supply, goods in quality inspection or blocked, and returns are no cover. What was
confirmed on planned supply is looked at apart (`gap_on_plans`), and so is what was confirmed on goods that are not
released (`gap_unreleased`).

    today 3 Jan    supply   3 Jan 10 (stock), 8 Jan 20        demand   5 Jan 8, 9 Jan 30
    balance        3 Jan 10, 5 Jan 2, 8 Jan 22, 9 Jan -8      short    9 Jan 8
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from troth.kernel import lots
from troth.kernel.lots import Lots
from troth.kernel.netting import LYING, Array, Category, Scope, Series

COVER = (
    Category.STOCK,
    Category.PURCHASE,
    Category.PRODUCTION,
    Category.TRANSFER_IN,
    Category.FIRM_PLANNED,
    Category.FIRM_REQUISITION,
)
PROMISED = (
    Category.ORDER,
    Category.DELIVERY,
    Category.HOLD,
    Category.RESERVATION,
    Category.TRANSFER_OUT,
)
PLANS = (Category.PLANNED, Category.REQUISITION)
"""Supply that is planned and not firm: it covers what was promised on it, and no other promise."""
COUNTED = tuple(int(category) for category in (*COVER, *PROMISED))
_HERE = (int(Category.STOCK), *map(int, LYING))
"""Goods that lie here are never late."""
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
    offset, quantity = _counted(series, COUNTED, today)
    days, position = np.unique(offset, return_inverse=True)
    net = np.zeros(len(days), np.int64)
    np.add.at(net, position, quantity)
    balance = net.cumsum()
    if not len(balance) or balance.min() >= -tolerated:
        return None
    first = int((balance < -tolerated).argmax())
    return Gap(today + int(days[first]), -int(balance.min()))


def _counted(
    series: Series, categories: Sequence[int], today: int, *, as_posted: bool = False
) -> tuple[Array, Array]:  # fmt: skip
    """The days (offsets from today) and the quantities of these categories, with late ones as they count.

    `as_posted` counts every late receipt as if it came today: time alone then breaks nothing.
    """
    counted = np.isin(series.category, categories)
    category, quantity = series.category[counted], series.quantity[counted]
    offset = series.day[counted] - today
    if as_posted:
        return np.maximum(offset, 0), quantity
    receipt = ~np.isin(category, _HERE) & (category < Category.ORDER) & (offset < 0)
    quantity = np.where(receipt & (offset < -OVERDUE_RECEIPT_DAYS), 0, quantity)
    return np.where(receipt, 1, np.maximum(offset, 0)), quantity


def gap_on_plans(
    series: Series, promised: Sequence[tuple[int, int]], today: int, *, tolerated: int = 0,
    as_posted: bool = False,
) -> Gap | None:  # fmt: skip
    """Return what is missing of what was promised on planned supply, as (day, quantity), beyond `tolerated`.

    It is covered by plans and by what promises on firm supply leave. What these lack themselves on a day is theirs,
    and is no reason that a promise on a plan is short.

        today 3 Jan    firm   8 Jan 20, -12        plans   10 Jan 5        promised on plans   10 Jan 16
        left                  8 Jan 8                      10 Jan 13       short               10 Jan 3
    """
    if not promised:
        return None
    flows = [
        _counted(series, COUNTED, today, as_posted=as_posted),
        _counted(series, PLANS, today, as_posted=as_posted),
        _due(promised, today),
    ]
    days, (firm, plans, wanted) = _balances(flows)
    return _gap(days, np.minimum(firm, 0) - np.minimum(firm + plans + wanted, 0), today, tolerated)


def gap_unreleased(
    series: Series, promised: Mapping[frozenset[Category], Sequence[tuple[int, int]]],
    on_plans: Sequence[tuple[int, int]], today: int, *, tolerated: int = 0, as_posted: bool = False,
) -> Gap | None:  # fmt: skip
    """Return what is missing of what was promised on goods that are not released, by what was counted for it.

    It is covered by the goods counted, and by what promises on firm supply and on plans leave of these; of plans only
    where these were counted. So goods that are released cover it still, and goods that were not counted never do.

        counted in quality inspection    promised 5 Jan 8
        firm  3 Jan 2        inspected  3 Jan 4, blocked  3 Jan 4        short  5 Jan 2
    """
    found = [_short_of(series, promised, counted, on_plans, today, as_posted) for counted in _sides(promised)]
    return max(
        (one for days, missing in found if (one := _gap(days, missing, today, tolerated))),
        key=lambda one: one.quantity, default=None,
    )  # fmt: skip


def _sides(sides: Iterable[frozenset[Category]]) -> set[frozenset[Category]]:
    """What may be short: each, and all together, since they take from the same goods."""
    found = set(sides)
    return found | {frozenset().union(*found)} if found else found


def _short_of(
    series: Series, promised: Mapping[frozenset[Category], Sequence[tuple[int, int]]], counted: frozenset[Category],
    on_plans: Sequence[tuple[int, int]], today: int, as_posted: bool,
) -> tuple[Array, Array]:  # fmt: skip
    """(days, what is missing on each) of what nothing but `counted` and what others leave may serve."""
    within = [one for side, flow in promised.items() if side <= counted for one in flow]
    flows = [
        _counted(series, COUNTED, today, as_posted=as_posted),
        _counted(series, PLANS, today, as_posted=as_posted),
        _due(on_plans, today),
        _counted(series, [int(one) for one in counted & LYING], today),
        _due(within, today),
    ]
    days, (firm, plans, planned, lying, wanted) = _balances(flows)
    left = firm + plans + planned
    if not counted & set(PLANS):
        left = np.minimum(firm, left)
    return days, np.minimum(left, 0) - np.minimum(left + lying + wanted, 0)


def _due(promised: Sequence[tuple[int, int]], today: int) -> tuple[Array, Array]:
    """Demand as `_counted` has it."""
    days = np.array([max(day - today, 0) for day, _ in promised], np.int64)
    return days, np.array([-quantity for _, quantity in promised], np.int64)


def _balances(flows: Sequence[tuple[Array, Array]]) -> tuple[Array, list[Array]]:
    """All days on which something happens, and of each flow what there is of it by then."""
    days = np.unique(np.concatenate([on for on, _ in flows]))
    found = []
    for on, quantity in flows:
        net = np.zeros(len(days), np.int64)
        np.add.at(net, np.searchsorted(days, on), quantity)
        found.append(net.cumsum())
    return days, found


def _gap(days: Array, missing: Array, today: int, tolerated: int) -> Gap | None:
    if not len(days) or missing.max() <= tolerated:
        return None
    return Gap(today + int(days[int((missing > tolerated).argmax())]), int(missing.max()))


def spoilt_gap(found: Lots, today: int, *, tolerated: int = 0) -> Gap | None:
    """As `gap`, of goods that last as long as they were promised to, and of the batches that were promised."""
    scope = Scope(frozenset((*COVER, *PROMISED)), overdue_receipt_days=OVERDUE_RECEIPT_DAYS)
    pool = lots.pool(found, scope, today)
    missing = pool.missing()
    if missing <= tolerated:
        return None
    return Gap(today + (pool.first_missing() or 0), missing)
