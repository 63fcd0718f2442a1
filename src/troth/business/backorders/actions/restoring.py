"""What an undoing gives back: the confirmations that lines had before a run, as far as they can be had again.

Who gained gives back first, then who lost takes again; whoever was promised otherwise since is left alone. A line whose
earlier goods are gone or protected for others since, or to which its quota does not leave what it had, keeps what it
has. What it consumes of quotas and of its own protection goes back with it: to the cells from which it came where they
still hold for it, else to those that do. What is given back of a protection is not kept again for its group before all
who had it have been asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from troth.business.backorders import store
from troth.business.backorders.actions import aside
from troth.business.backorders.actions.simulate import PLANNED
from troth.business.backorders.actions.touched import Books, Told, Touched
from troth.business.backorders.models import Change, Run
from troth.business.backorders.states import ChangeState, Left, Verdict, verdict_of
from troth.business.masterdata import queries as masterdata
from troth.business.promising.actions import assign as assigning
from troth.business.promising.actions.assign import Given
from troth.business.promising.actions.limited import Limits
from troth.business.promising.rules.wish import Schedule, Way
from troth.business.promising.states import UNSECURED
from troth.business.sales.actions.outstanding import outstanding
from troth.business.supply import actions as supply
from troth.kernel import scheduling
from troth.kernel.backorder.balance import free_on
from troth.kernel.backorder.guarded import Guarded
from troth.kernel.backorder.losses import moves
from troth.kernel.calendars import day_of
from troth.kernel.protection import Group
from troth.kernel.scheduling import Dates
from troth.kernel.scopes import Event
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.reference import queries as reference

Pair = tuple[Given, assigning.Stands]


@dataclass
class Restored:
    """What is given back by key of the undoing, and every change of it; `today` by site."""

    today: dict[int, int]
    given: dict[int, list[Pair]] = field(default_factory=dict)
    changes: list[store.NewChange] = field(default_factory=list)


def restore(held: Held, run: Run, key_ids: Mapping[AvailabilityKey, int], *, clock: Clock) -> Restored:
    """What is given back on these keys, which are locked here with their quotas; nothing is written."""
    zones = {site.id: site.time_zone for site in reference.sites(company_id=run.company_id, with_closed=True)}
    today = {key.site_id: day_of(clock.today(zones[key.site_id])) for key in key_ids}
    limits, located = aside.take(held, list(key_ids), today)
    lines = _lines(run, list(key_ids))
    scopes = masterdata.checking_scopes({key.product_id for key in key_ids}, Event.ORDER)
    found = Restored(today)
    books = Books(held, scopes, today, limits, run.settings.get(PLANNED, {}))
    books.lay_out({supply.site_series(one.key) for one in lines}, located)
    books.fill_larders(lines)
    _give_back(lines, books)
    for key, key_id in key_ids.items():
        own = [one for one in lines if supply.site_series(one.key) == key]
        found.given[key_id] = [_given(one, run, limits) for one in own if one.is_back]
        found.changes += [_change(one, run.pk, key_id) for one in own]
    return found


def _lines(run: Run, keys: Sequence[AvailabilityKey]) -> list[Touched]:
    changes = Change.objects.filter(
        run=run.undoes, run_key__isnull=False, state=ChangeState.APPLIED,
        product_id__in={key.product_id for key in keys}, site_id__in={key.site_id for key in keys},
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
    return [Touched(one, stands.get(one.line_id), way) for one, way in zip(found, ways, strict=True)]


_TURN = (Verdict.BETTER, Verdict.BASIS, Verdict.MIXED, Verdict.WORSE)


def _give_back(lines: Sequence[Touched], books: Books) -> None:
    """Take what lines had before as far as goods are there, those who gained first; twice, for what that sets free."""
    waiting = [unit for unit in _units(lines) if _may_go_back(unit, books)]
    waiting.sort(key=lambda unit: min((_TURN.index(Verdict(one.change.verdict)), one.change.pk) for one in unit))
    for _ in range(2):
        for unit in [unit for unit in waiting if not unit[0].is_back]:
            _all_or_none(unit, books)


def _units(lines: Sequence[Touched]) -> list[list[Touched]]:
    """What goes back as one: a line, or those that arrive together."""
    units: dict[tuple[int, ...], list[Touched]] = {}
    for one in lines:
        units.setdefault(one.together, []).append(one)
    return list(units.values())


def _may_go_back(unit: Sequence[Touched], books: Books) -> bool:
    """Whether all of them still have what the run gave them; else each is noted why it is left."""
    for one in unit:
        if one.stands is None or one.stands.is_withdrawn:
            one.left = Left.ENDED
        elif not one.is_as_given or one.stands.batch or one.key not in books.balances:
            one.left = Left.SINCE
        elif (one.key.segment or one.key in books.larders) and books.owner(one) is not None:
            one.left = Left.PROTECTED
    if not any(one.left for one in unit):
        return True
    for one in unit:
        one.left = one.left or Left.TOGETHER
    return False


def _all_or_none(unit: Sequence[Touched], books: Books) -> None:
    done: list[Touched] = []
    for one in unit:
        left = _goes_back(one, books)
        if left is not None:
            for other in reversed(done):
                books.use(other, other.uses, 1)
                books.use(other, other.consumes, -1)
                before = [tuple(row) for row in other.change.old]
                back = _swapped(books, other, before, other.now)
                assert back is None, "what a line has until now is there for it"
            for other in unit:
                other.left = left if other is one else Left.TOGETHER
            return
        done.append(one)
    for one in unit:
        one.is_back, one.left = True, None


def _goes_back(one: Touched, books: Books) -> Left | None:
    """Let a line take what it had; why it could not, and all as it was, where goods or a quota lack."""
    books.use(one, one.consumes, 1)
    uses, left = books.before(one), Left.QUOTA
    if uses is not None:
        old = [tuple(row) for row in one.change.old]
        why = _swapped(books, one, one.now, old, books.owner(one))
        if why is None:
            one.uses = uses
            books.use(one, uses, -1)
            return None
        left = why
    books.use(one, one.consumes, -1)
    return left


def _swapped(books: Books, one: Touched, now: Told, before: Told, owner: Group | None = None) -> Left | None:
    """Give back what a line has and take what it had; why not, and all as it was, where that is not there for it."""
    today, owned, balance = books.today[one.key.site_id], books.goods(one, now), books.goods(one, before)
    have = [(material - today, quantity) for quantity, material, _, basis in now if basis not in UNSECURED]
    had = [(material - today, quantity) for quantity, material, _, basis in before if basis not in UNSECURED]
    for day, quantity in have:
        owned.give_back(day, quantity)
    is_left = (
        owner is None or not isinstance(balance, Guarded) or balance.covers(owner, _supplied(have), _supplied(had))
    )
    taken: list[tuple[int, int]] = []
    for day, quantity in had:
        if free_on(balance, day) < quantity:
            for other, back in taken:
                balance.give_back(other, back)
            for other, again in have:
                owned.take(other, again)
            return Left.GONE
        balance.take(day, quantity)
        taken.append((day, quantity))
    if is_left:
        return None
    for day, quantity in taken:
        balance.give_back(day, quantity)
    for day, quantity in have:
        balance.take(day, quantity)
    return Left.PROTECTED


def _supplied(rows: Iterable[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    return [(day, quantity, False) for day, quantity in rows]


def _given(one: Touched, run: Run, limits: Limits) -> Pair:
    assert one.stands is not None
    schedules = tuple(
        Schedule(quantity, _dates(one.way, material, delivery), basis, None)
        for quantity, material, delivery, basis in one.change.old
    )
    wanted = scheduling.backward(day_of(one.stands.requested_on), one.way.durations, one.way.calendars)
    noted = {"backorder": {"run": run.number, "id": run.pk, "undoes": one.change.run_id}}
    uses = one.uses if one.stands.id in limits.lines else None
    own = one.change.own_lost
    back = -1 if (one.change.lost if own is None else own) else 0
    given = Given(one.stands.line_id, schedules, wanted.material_available, noted, uses, displaced=back)
    return given, one.stands


def _dates(way: Way, material: int, delivery: int) -> Dates:
    """The dates of goods of a day that were to arrive on another; where calendars changed, as they come now."""
    found = scheduling.backward(delivery, way.durations, way.calendars)
    if found.material_available == material and found.delivery == delivery:
        return found
    return Dates(material, *scheduling.forward(material, material, way.durations, way.calendars)[1:])


def _change(one: Touched, run_id: int, key_id: int) -> store.NewChange:
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
