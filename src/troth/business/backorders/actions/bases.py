"""What the rows of a run stand on: stock, firm supply, planned supply or the lead time."""

from typing import TYPE_CHECKING

import numpy as np

from troth.business.backorders.actions.lines import PLANNED, STOCK
from troth.business.backorders.rules.selection import Flags
from troth.business.promising.states import UNSECURED, Basis
from troth.kernel import netting
from troth.kernel.backorder import Strategy
from troth.kernel.backorder.balance import Balance
from troth.kernel.backorder.guarded import Guarded
from troth.kernel.netting import LYING, Scope
from troth.kernel.scopes import FIRM
from troth.kernel.steps import Steps

if TYPE_CHECKING:
    from troth.business.backorders.actions.sharing import Shared


class Bases:
    """What the rows of a key stand on: stock first for the earliest, then firm supply, then what is planned.

    Lines that stay as they are keep theirs, and come first; lines of a location stand on stock.
    """

    def __init__(self, shared: "Shared") -> None:
        self._shared, lines = shared, shared.lines
        self._key_of: list[int] = lines.open.key.tolist()
        self._moving: dict[int, list[int]] = {}
        for place in np.flatnonzero(shared.differs).tolist():
            self._moving.setdefault(self._key_of[place], []).append(place)
        stays = ~shared.differs[lines.row_owner]
        keys = lines.open.key[lines.row_owner]
        of_site = lines.asides.of[lines.row_owner] < 0
        in_stock = stays & of_site & (lines.open.row_basis == STOCK)
        self._stock_taken = np.zeros(len(lines.keys), np.int64)
        np.add.at(self._stock_taken, keys[in_stock], lines.open.row_quantity[in_stock])
        self._taken, self._keys = stays & lines.takes_supply, keys
        self._on_plans = stays & (lines.open.row_basis == PLANNED)
        self._known: dict[int, dict[tuple[int, int], str]] = {}
        self._add_asides(stays)
        used = {place: uses for place, uses in shared.consumed.items() if not shared.differs[place]}
        self._kept = shared.keeping.after(used)

    def _add_asides(self, stays: Flags) -> None:
        """What locations keep above what stays there is stock for all, where the run decides on lines of theirs."""
        lines, asides = self._shared.lines, self._shared.lines.asides
        rest = asides.kept - asides.drawn(lines.row_owner[stays], lines.open.row_quantity[stays])
        moved = self._shared.outcome.strategy != int(Strategy.SKIP)
        for key, place in {*zip(lines.open.key[moved].tolist(), asides.of[moved].tolist(), strict=True)}:
            self._stock_taken[key] -= int(rest[place]) if place >= 0 else 0

    def of(self, place: int, material: int) -> str:
        """The word of the basis of what a line (by its place) gets of a material day."""
        key = self._key_of[place]
        if key not in self._known:
            self._known[key] = self._laid(key)
        return self._known[key][place, material]

    def _laid(self, key: int) -> dict[tuple[int, int], str]:
        """The basis of each row that a line of the key gets, by line and material day."""
        shared, today = self._shared, int(self._shared.lines.today[key])
        if shared.lines.balances[key].lots:
            return self._laid_lots(key)
        of = shared.lines.asides.of
        stock = self._stock(key) - sum(
            quantity for place in self._moving[key] if of[place] >= 0 for quantity, *_ in shared.new_days(place)
        )
        scope = shared.lines.scopes[key]
        firm = None if scope.is_firm else self._firm(key)
        ahead = _Ahead(None if firm is None else self._released(key), has_plans=bool(scope.supply - FIRM - LYING))
        moves = [
            (offset, place, quantity, on_lead_time)
            for place in self._moving[key]
            for quantity, offset, on_lead_time in shared.new_days(place)
        ]
        found: dict[tuple[int, int], str] = {}
        for offset, place, quantity, on_lead_time in sorted(moves):
            if of[place] >= 0:
                basis = Basis.STOCK
            elif on_lead_time:
                basis = Basis.LEAD_TIME
            elif firm is not None and self._seen(firm, place)[min(max(offset, 0), len(firm) - 1)] < quantity:
                basis = ahead.basis(offset, quantity)
            else:
                basis = Basis.STOCK if quantity <= stock else Basis.SUPPLY
                stock -= quantity if basis is Basis.STOCK else 0
                if firm is not None:
                    firm.take(offset, quantity)
                    ahead.take(offset, quantity)
            if isinstance(firm, Guarded) and (kept := shared.keeping.seen_by(place)) is not None:
                firm.consume(kept[1], offset, quantity)
            found[place, today + offset] = str(basis)
        return found

    def _laid_lots(self, key: int) -> dict[tuple[int, int], str]:
        """The same of goods that expire: on stock is what those that lie here cover for good, and last for."""
        shared, lines = self._shared, self._shared.lines
        today, found = int(lines.today[key]), dict[tuple[int, int], str]()
        own = (lines.open.key[lines.row_owner] == key) & (lines.open.row_basis == STOCK)
        stays = np.flatnonzero(own & ~shared.differs[lines.row_owner] & (shared.aging.lasting[lines.row_owner] >= 0))
        stock = shared.aging.on_stock(key, stays.tolist())
        moves = [
            (offset, place, quantity) for place in self._moving[key] for quantity, offset, _ in shared.new_days(place)
        ]
        for offset, place, quantity in sorted(moves):
            found[place, today + offset] = str(stock.basis(offset, shared.lasts(place, offset), quantity))
        return found

    def _seen(self, firm: Balance, place: int) -> Steps:
        """What of firm supply a line may stand on: what others need not have, and again what it stood on."""
        kept = self._shared.keeping.seen_by(place)
        if kept is None or not isinstance(firm, Guarded):
            return firm
        today = self._shared.asked[place][1]
        had = [row for row in self._shared.old_rows(place) if row.basis not in UNSECURED]
        return firm.seen_by(kept[1], [(row.material - today, row.quantity, False) for row in had])

    def _stock(self, key: int) -> int:
        lasting = self._shared.lines.scopes[key].lasting
        there = sum(q for category, _, q in self._shared.lines.beside[key].postings() if lasting[category])
        return there - int(self._stock_taken[key])

    def _firm(self, key: int) -> Balance:
        """What of firm supply the lines that stay leave."""
        scope, kept = self._shared.lines.scopes[key].firm, self._kept.get(key)
        net = self._net(key, scope, self._taken)
        return Guarded(net, scope.horizon_days, kept) if kept else Balance(net, scope.horizon_days)

    def _released(self, key: int) -> Balance | None:
        """What of firm and planned supply they leave, where goods count too that are not released."""
        scope = self._shared.lines.scopes[key]
        if not scope.counts_unreleased:
            return None
        net = self._net(key, scope.released, self._taken | self._on_plans)
        return Balance(net, scope.released.horizon_days)

    def _net(self, key: int, scope: Scope, taken: Flags) -> dict[int, int]:
        """What counts in a scope, by day, without what these rows take."""
        lines = self._shared.lines
        today = int(lines.today[key])
        net = netting.changes(lines.beside[key], scope, today)
        own = np.flatnonzero(taken & (self._keys == key))
        columns = (lines.open.row_material[own], lines.open.row_quantity[own])
        for day, quantity in zip(*(column.tolist() for column in columns), strict=True):
            offset = min(max(day - today, 0), scope.horizon_days)
            net[offset] = net.get(offset, 0) - quantity
        return net


class _Ahead:
    """What rows stand on that firm supply does not cover: plans as far as they go, then goods that are not released."""

    def __init__(self, released: Balance | None, *, has_plans: bool) -> None:
        self._released, self._has_plans = released, has_plans

    def basis(self, offset: int, quantity: int) -> Basis:
        """What a row of a day stands on; it is taken of plans if it stands on them."""
        if self._released is None:
            return Basis.PLANNED
        level = self._released[min(max(offset, 0), len(self._released) - 1)]
        if not self._has_plans or level < quantity:
            return Basis.UNRELEASED
        self.take(offset, quantity)
        return Basis.PLANNED

    def take(self, offset: int, quantity: int) -> None:
        if self._released is not None:
            self._released.take(offset, quantity)
