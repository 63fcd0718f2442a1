"""Goods of a run that are kept in batches: what there is of them beside the lines, and until when they must last.

A line may have what lasts until it is delivered and as long after that as was agreed with its customer. What it has on
a day keeps the delivery that it was promised; on any other day it is delivered as goods of that day come to it.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

import numpy as np

from troth.business.backorders.actions.lines import Lines
from troth.business.promising.actions.backlog import OpenLines
from troth.business.promising.states import Basis
from troth.kernel import lots
from troth.kernel.backorder.perishing import Larder
from troth.kernel.lots import LotPosting, Pool
from troth.kernel.netting import Array, Category, Scope
from troth.kernel.scheduling import Dates

NO_LIFE = -1
"""Of a line whose goods need not last, as it was promised before they were kept in batches."""

DatesOf = Callable[[int, int], Dates]
"""The dates of goods that a line (by its place) gets on a material day."""


def lasts_of(delivery: int, life: int, offset: int = 0) -> int:
    """Until when goods must last that arrive on a day; by so much longer as the day of the goods has passed."""
    return 0 if life == NO_LIFE else delivery + life - min(offset, 0)


def row_lasts(found: OpenLines, today: Array) -> Array:
    """Until when the goods of each row must last, as of today; `today` is by row."""
    owner = np.repeat(np.arange(len(found)), np.diff(found.row_offsets))
    life = found.life[owner]
    lasts = found.row_delivery + life - np.minimum(found.row_material - today, 0)
    return np.where(life == NO_LIFE, 0, lasts)


class Aging:
    """What of a run's goods expires; keys and lines by their places."""

    def __init__(self, lines: Lines, dates_of: DatesOf, days: int) -> None:
        self._lines, self._dates_of, self._days = lines, dates_of, days
        self._keys = [place for place, balance in enumerate(lines.balances) if balance.lots]
        self._tables: dict[tuple[int, ...], int] = {}
        self.tables: list[list[int]] = []
        self.lasting = self._placed()

    def __bool__(self) -> bool:
        return bool(self._keys)

    def _placed(self) -> Array:
        """Of each line the place of its table; -1 where its goods do not expire, or it asks for a batch."""
        lines, found = self._lines, self._lines.open
        placed = np.full(len(found), -1, np.int64)
        own = np.flatnonzero(np.isin(found.key, self._keys)) if self._keys else ()
        for line in own:
            if not found.batch[line]:
                told = (int(lines.said.way[line]), int(lines.today_of[line]), int(found.requested[line]))
                placed[line] = self._table(int(line), (*told, int(found.life[line])))
        return placed

    def _table(self, line: int, told: tuple[int, ...]) -> int:
        if told not in self._tables:
            _, today, _, life = told
            self._tables[told] = len(self.tables)
            days = range(self._days + 1)
            self.tables.append([lasts_of(self._dates_of(line, today + day).delivery, life) for day in days])
        return self._tables[told]

    @cached_property
    def row_lasts(self) -> Array:
        found = self._lines.open
        return row_lasts(found, self._lines.today[found.key[self._lines.row_owner]])

    @cached_property
    def larders(self) -> Mapping[int, Pool]:
        """What is expected of each key beside its lines; what is asked for of a batch stays demand."""
        return {key: self._pool(key, self._lines.scopes[key].counted) for key in self._keys}

    def _pool(self, key: int, scope: Scope) -> Pool:
        return lots.pool(self._beside(key), scope, int(self._lines.today[key]))

    def _beside(self, key: int) -> lots.Lots:
        lines, found = self._lines, self._lines.open
        counted = lines.scopes[key].netted_lots(lines.balances[key].lots, int(lines.today[key]))
        rows = np.flatnonzero((found.key[lines.row_owner] == key) & lines.takes_supply)
        back = [
            LotPosting(Category.ORDER, int(found.row_material[row]), self._posted(int(row)), "",
                       int(found.row_quantity[row]))
            for row in rows
            if not found.batch[int(lines.row_owner[row])]
        ]  # fmt: skip
        ahead = [one._replace(quantity=-one.quantity) for one in counted if one.category == Category.UNSECURED_ORDER]
        return lots.merge(counted, [*back, *ahead])

    def _posted(self, row: int) -> int:
        """The last day as which the demand of a row stands."""
        found = self._lines.open
        return lasts_of(int(found.row_delivery[row]), int(found.life[int(self._lines.row_owner[row])]))

    def on_stock(self, key: int, stay: Iterable[int]) -> "OnStock":
        """What goods that lie here cover for good, beside these rows, which stay on stock."""
        lasting = self._lines.scopes[key].lasting
        lying = frozenset(Category(number) for number, counts in enumerate(lasting) if counts)
        larder, found, today = Larder(self._pool(key, Scope(lying))), self._lines.open, int(self._lines.today[key])
        for row in stay:
            day = max(int(found.row_material[row]) - today, 0)
            larder.take(day, int(self.row_lasts[row]), int(found.row_quantity[row]))
        return OnStock(larder)


class OnStock:
    """Goods that lie here, as rows take them one after the other."""

    def __init__(self, larder: Larder) -> None:
        self._larder = larder

    def basis(self, day: int, lasts: int, quantity: int) -> Basis:
        """What a row of a day stands on; it is taken if it stands on stock."""
        if self._larder.free(0, lasts) < quantity:
            return Basis.SUPPLY
        self._larder.take(max(day, 0), lasts, quantity)
        return Basis.STOCK
