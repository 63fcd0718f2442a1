"""What an undoing gives back: the confirmations that lines had before a run, as far as they can be had again.

Who gained gives back first, then who lost takes again; whoever was promised otherwise since is left alone. A line whose
earlier goods are gone, or to which its quota does not leave what it had, keeps what it has. What it consumes of quotas
goes back with it: to the cells from which it came where they still hold for it, else to those that do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from troth.business.backorders import store
from troth.business.backorders.actions import aside
from troth.business.backorders.actions.aging import NO_LIFE, lasts_of
from troth.business.backorders.models import Change, Run
from troth.business.backorders.states import ChangeState, Left, Verdict, verdict_of
from troth.business.masterdata import queries as masterdata
from troth.business.promising.actions import assign as assigning
from troth.business.promising.actions import limited, quotas
from troth.business.promising.actions.assign import Given
from troth.business.promising.actions.changes import demand_of
from troth.business.promising.actions.lasting import lot_postings
from troth.business.promising.actions.limited import Limits
from troth.business.promising.actions.quotas import key_of
from troth.business.promising.rules.quotas import Use
from troth.business.promising.rules.wish import Schedule, Way
from troth.business.promising.states import UNSECURED
from troth.business.sales.actions.outstanding import outstanding
from troth.business.supply import actions as supply
from troth.kernel import lots, netting, scheduling
from troth.kernel.backorder.balance import Aside, Balance, Goods, free_on
from troth.kernel.backorder.losses import moves
from troth.kernel.backorder.perishing import Larder, Perishing
from troth.kernel.calendars import day_of
from troth.kernel.places import segment_of
from troth.kernel.proposals import Line
from troth.kernel.scheduling import Dates
from troth.kernel.scopes import CheckingScope, Event
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota.keys import QuotaKey
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.reference import queries as reference

Pair = tuple[Given, assigning.Stands]
Told = list[tuple[int, int, int, str]]
"""(quantity, material day, delivery day, basis)."""


@dataclass
class Restored:
    """What is given back by key of the undoing, and every change of it; `today` by site."""

    today: dict[int, int]
    given: dict[int, list[Pair]] = field(default_factory=dict)
    changes: list[store.NewChange] = field(default_factory=list)


@dataclass
class _Line:
    """A line that a run changed: what it was given then, and what stands for it."""

    change: Change
    stands: assigning.Stands | None
    way: Way
    is_back: bool = False
    left: Left | None = None
    uses: tuple[Use, ...] = ()
    """What it consumes of quotas once it is back."""

    @property
    def consumes(self) -> tuple[Use, ...]:
        """What it consumes now of what may be given up."""
        return limited.loose_of(self.stands) if self.stands is not None else ()

    @property
    def now(self) -> Told:
        if self.stands is None:
            return []
        found = [
            (one.open, one.schedule.dates.material_available, one.schedule.dates.delivery, str(one.schedule.basis))
            for one in assigning.loose(self.stands)
        ]
        return sorted(found, key=lambda row: row[1])

    @property
    def key(self) -> AvailabilityKey:
        return AvailabilityKey(self.change.product_id, self.change.site_id, segment_of(self.change.location))

    @property
    def together(self) -> tuple[int, ...]:
        """What tells lines that arrive together from others."""
        stands = self.stands
        if stands is None or not (stands.complete_delivery or stands.delivery_group):
            return (self.change.line_id,)
        return (stands.document.id, 0 if stands.complete_delivery else stands.delivery_group)

    @property
    def is_untouched(self) -> bool:
        """Whether what the run gave is still what stands, and from where."""
        if self.stands is None or self.stands.is_withdrawn or self.stands.key != self.key:
            return False
        return [row[:3] for row in self.now] == [tuple(row[:3]) for row in self.change.new]


def restore(held: Held, run: Run, key_ids: Mapping[AvailabilityKey, int], *, clock: Clock) -> Restored:
    """What is given back on these keys, which are locked here with their quotas; nothing is written."""
    zones = {site.id: site.time_zone for site in reference.sites(company_id=run.company_id, with_closed=True)}
    today = {key.site_id: day_of(clock.today(zones[key.site_id])) for key in key_ids}
    limits, located = aside.take(held, list(key_ids), today)
    lines = _lines(run, list(key_ids))
    scopes = masterdata.checking_scopes({key.product_id for key in key_ids}, Event.ORDER)
    found = Restored(today)
    books = _Books(held, scopes, today, limits)
    books.lay_out({supply.site_series(one.key) for one in lines}, located)
    books.fill_larders(lines)
    _give_back(lines, books)
    for key, key_id in key_ids.items():
        own = [one for one in lines if supply.site_series(one.key) == key]
        found.given[key_id] = [_given(one, run, limits) for one in own if one.is_back]
        found.changes += [_change(one, run.pk, key_id) for one in own]
    return found


def _lines(run: Run, keys: Sequence[AvailabilityKey]) -> list[_Line]:
    changes = Change.objects.filter(
        run=run.undoes, state=ChangeState.APPLIED, product_id__in={key.product_id for key in keys},
        site_id__in={key.site_id for key in keys},
    )  # fmt: skip
    asked = {(key.product_id, key.site_id) for key in keys}
    found = sorted(
        (one for one in changes if (one.product_id, one.site_id) in asked), key=lambda one: one.line_id
    )  # fmt: skip
    if not found:
        return []
    line_ids = np.array([one.line_id for one in found], np.int64)
    said = outstanding(run.company_id, line_ids, np.array([one.site_id for one in found], np.int64))
    stands = assigning.standing(line_ids.tolist())
    ways = [said.ways[place] for place in said.way.tolist()]
    return [_Line(one, stands.get(one.line_id), way) for one, way in zip(found, ways, strict=True)]


_TURN = (Verdict.BETTER, Verdict.BASIS, Verdict.MIXED, Verdict.WORSE)


@dataclass
class _Books:
    """The goods and quotas of the keys, as lines give back and take; `back` is what of quotas was given back so far."""

    held: Held
    scopes: Mapping[int, CheckingScope]
    today: Mapping[int, int]
    limits: Limits
    balances: dict[AvailabilityKey, Goods] = field(default_factory=dict)
    larders: dict[AvailabilityKey, Larder] = field(default_factory=dict)
    back: dict[QuotaKey, int] = field(default_factory=dict)

    def lay_out(self, keys: Iterable[AvailabilityKey], located: Sequence[AvailabilityKey]) -> None:
        """What is there of these keys, and at their locations; what a location keeps without need is the site's."""
        over = {key: sum(self.held.balance(key).series.quantities) for key in located}
        lying = supply.lying_at(self.held, located)
        for key in keys:
            scope, today = self.scopes[key.product_id].secured, self.today[key.site_id]
            net = netting.changes(self.held.balance(key).series, scope, today)
            own = [one for one in located if supply.site_series(one) == key]
            net[0] += sum(max(over[one], 0) for one in own)
            whole = self.balances[key] = Balance(net, scope.horizon_days)
            self.balances |= {one: Aside(whole, over[one] + lying[one]) for one in own}

    def fill_larders(self, lines: Sequence["_Line"]) -> None:
        """Of goods that expire, what is there beside the lines, and what these have of it."""
        for key in {one.key for one in lines if not one.change.location and self.held.balance(one.key).lots}:
            scope, today = self.scopes[key.product_id].secured, self.today[key.site_id]
            stands = [(one, one.stands) for one in lines if one.key == key and one.stands and not one.stands.batch]
            back = [entry for _, own in stands for entry in demand_of(own, sign=1) if entry.key == key]
            found = lots.merge(self.held.balance(key).lots, lot_postings(back))
            self.larders[key] = Larder(lots.pool(found, scope, today))
            for one, own in stands:
                for quantity, material, _, basis in one.now if own.key == key and own.is_checked else ():
                    if basis not in UNSECURED:
                        self.goods(one, one.now).take(material - today, quantity)

    def goods(self, one: "_Line", rows: Told) -> Goods:
        """What may serve a line as far as these rows go."""
        larder = self.larders.get(one.key)
        if larder is None:
            return self.balances[one.key]
        assert one.stands is not None
        today, life = self.today[one.key.site_id], one.stands.life_days
        life = NO_LIFE if life is None else life
        until = {row[1] - today: lasts_of(row[2], life, row[1] - today) for row in rows}
        return Perishing(larder, (0,), until, (), horizon=self.scopes[one.key.product_id].horizon_days)

    def use(self, uses: Iterable[Use], sign: int) -> None:
        """Let go of these (1), or consume them (-1)."""
        for use in uses:
            self.back[key_of(use)] = self.back.get(key_of(use), 0) + sign * use.quantity

    def before(self, one: _Line) -> tuple[Use, ...] | None:
        """What the line would consume of quotas with what it had; None where they do not leave it that."""
        matched = self.limits.matched.get(one.change.requirement_id)
        had = [Use(*use) for use in one.change.old_uses]
        if limited.fits(had, matched, sum(row[0] for row in one.change.old)) and self._has(had):
            return tuple(had)
        ration = quotas.Run(self.held, {0: matched} if matched is not None else {}, self.back).ration(0)
        today, found = self.today[one.key.site_id], list[Use]()
        for quantity, material, *_ in one.change.old if ration is not None else ():
            assert ration is not None
            if ration.room(material - today, today) < quantity:
                return None
            found += ration.book([Line(max(material - today, 0), quantity)], today)
        return tuple(found)

    def _has(self, uses: Iterable[Use]) -> bool:
        wanted: dict[QuotaKey, int] = {}
        for use in uses:
            wanted[key_of(use)] = wanted.get(key_of(use), 0) + use.quantity
        return all(self._left(key) >= quantity for key, quantity in wanted.items())

    def _left(self, key: QuotaKey) -> int:
        balance = self.held.balance(key)
        return int(balance.planned - balance.consumed) + self.back.get(key, 0)


def _give_back(lines: Sequence[_Line], books: _Books) -> None:
    """Take what lines had before as far as goods are there, those who gained first; twice, for what that sets free."""
    waiting = [unit for unit in _units(lines) if _may_go_back(unit, books)]
    waiting.sort(key=lambda unit: min((_TURN.index(Verdict(one.change.verdict)), one.change.pk) for one in unit))
    for _ in range(2):
        for unit in [unit for unit in waiting if not unit[0].is_back]:
            _all_or_none(unit, books)


def _units(lines: Sequence[_Line]) -> list[list[_Line]]:
    """What goes back as one: a line, or those that arrive together."""
    units: dict[tuple[int, ...], list[_Line]] = {}
    for one in lines:
        units.setdefault(one.together, []).append(one)
    return list(units.values())


def _may_go_back(unit: Sequence[_Line], books: _Books) -> bool:
    """Whether all of them still have what the run gave them; else each is noted why it is left."""
    for one in unit:
        if one.stands is None or one.stands.is_withdrawn:
            one.left = Left.ENDED
        elif not one.is_untouched or one.stands.batch or one.key not in books.balances:
            one.left = Left.SINCE
        elif one.change.requirement_id in books.limits.protected:
            one.left = Left.PROTECTED
    if not any(one.left for one in unit):
        return True
    for one in unit:
        one.left = one.left or Left.TOGETHER
    return False


def _all_or_none(unit: Sequence[_Line], books: _Books) -> None:
    done: list[_Line] = []
    for one in unit:
        left = _goes_back(one, books)
        if left is not None:
            for other in reversed(done):
                books.use(other.uses, 1)
                books.use(other.consumes, -1)
                before = [tuple(row) for row in other.change.old]
                back = _swapped(books, other, before, other.now)
                assert back, "what a line has until now is there for it"
            for other in unit:
                other.left = left if other is one else Left.TOGETHER
            return
        done.append(one)
    for one in unit:
        one.is_back, one.left = True, None


def _goes_back(one: _Line, books: _Books) -> Left | None:
    """Let a line take what it had; why it could not, and all as it was, where goods or a quota lack."""
    books.use(one.consumes, 1)
    uses = books.before(one)
    if uses is not None:
        old = [tuple(row) for row in one.change.old]
        if _swapped(books, one, one.now, old):
            one.uses = uses
            books.use(uses, -1)
            return None
    books.use(one.consumes, -1)
    return Left.GONE if uses is not None else Left.QUOTA


def _swapped(books: _Books, one: _Line, now: Told, before: Told) -> bool:
    """Give back what a line has and take what it had; False, and all as it was, where that is not there."""
    today, owned, balance = books.today[one.key.site_id], books.goods(one, now), books.goods(one, before)
    have = [(material - today, quantity) for quantity, material, _, basis in now if basis not in UNSECURED]
    had = [(material - today, quantity) for quantity, material, _, basis in before if basis not in UNSECURED]
    for day, quantity in have:
        owned.give_back(day, quantity)
    taken: list[tuple[int, int]] = []
    for day, quantity in had:
        if free_on(balance, day) < quantity:
            for other, back in taken:
                balance.give_back(other, back)
            for other, again in have:
                owned.take(other, again)
            return False
        balance.take(day, quantity)
        taken.append((day, quantity))
    return True


def _given(one: _Line, run: Run, limits: Limits) -> Pair:
    assert one.stands is not None
    schedules = tuple(
        Schedule(quantity, _dates(one.way, material, delivery), basis, None)
        for quantity, material, delivery, basis in one.change.old
    )
    wanted = scheduling.backward(day_of(one.stands.requested_on), one.way.durations, one.way.calendars)
    noted = {"backorder": {"run": run.number, "id": run.pk, "undoes": one.change.run_id}}
    uses = one.uses if one.stands.id in limits.lines else None
    return Given(one.stands.line_id, schedules, wanted.material_available, noted, uses), one.stands


def _dates(way: Way, material: int, delivery: int) -> Dates:
    """The dates of goods of a day that were to arrive on another; where calendars changed, as they come now."""
    found = scheduling.backward(delivery, way.durations, way.calendars)
    if found.material_available == material and found.delivery == delivery:
        return found
    return Dates(material, *scheduling.forward(material, material, way.durations, way.calendars)[1:])


def _change(one: _Line, run_id: int, key_id: int) -> store.NewChange:
    """The change of the undoing: what stood, and what stands after it; a line that was left says that it was kept."""
    was, now = one.change, one.now
    after: Told = [tuple(row) for row in was.old] if one.is_back else now
    gained = lost = 0
    for move in moves(_rows(now), _rows(after)):
        gained += move.quantity if move.new < move.old else 0
        lost += move.quantity if move.new > move.old else 0
    return store.NewChange(
        run_id, key_id, was.requirement_id, was.line_id, was.document_id, was.document_number, was.line_number,
        was.customer_id, was.product_id, was.site_id, was.segment, was.strategy, 0, was.wanted, was.requested_on, now,
        after, gained, lost, after[-1][2] - now[-1][2] if after and now else None, str(verdict_of(gained, lost)),
        ChangeState.APPLIED if one.is_back else ChangeState.KEPT, str(one.left or ""), one.consumes,
        one.uses if one.is_back else one.consumes, location=was.location,
    )  # fmt: skip


def _rows(told: Told) -> list[tuple[int, int, bool]]:
    return [(material, quantity, False) for quantity, material, _, _ in told]
