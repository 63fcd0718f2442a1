"""Work off what is to be applied or undone, batch by batch, until nothing is left.

Each batch is a transaction under the locks of its keys and says in the same transaction that it is done. So it may be
killed at any moment and gone on with by anybody, and two who work at once only take turns. When all keys are done each
order is told once of all its lines.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import date
from functools import partial
from itertools import accumulate, pairwise
from typing import Any

from troth.business.backorders import store
from troth.business.backorders.actions import ids as codes
from troth.business.backorders.actions.changed import Changed
from troth.business.backorders.actions.lines import read
from troth.business.backorders.actions.restoring import restore
from troth.business.backorders.actions.serving import LAST_TURN, is_left, serve_next, take_back_next
from troth.business.backorders.actions.sharing import Shared, share
from troth.business.backorders.actions.simulate import apart_of, record
from troth.business.backorders.models import Run, RunKey
from troth.business.backorders.rules.selection import Ids
from troth.business.backorders.rules.variants import Settings
from troth.business.backorders.states import RUN, ChangeState, KeyState, Kind, Left, RunState, Serving
from troth.business.promising.actions import assign as assigning
from troth.business.promising.actions.assign import Given, NoGoodsForIt
from troth.business.promising.rules.wish import Schedule
from troth.business.promising.states import UNSECURED, Cause
from troth.business.sales.actions.outstanding import tell_orders
from troth.business.sales.actions.told import NoticeCause
from troth.kernel.calendars import date_of
from troth.kernel.places import location_of
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import SYSTEM, Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.platform.memory import uncollected

CHANGES_AT_A_TIME = 300
ORDERS_AT_A_TIME = 200

Batch = Sequence[Sequence[store.OpenKey]]
"""Keys in parts that are worked off together."""


def go_on(run_id: int, *, clock: Clock) -> None:
    """Apply or undo until nothing is left, then tell the orders. What rules gave comes last, and is undone first."""
    run = Run.objects.get(pk=run_id)
    asks_rules = Settings.of(run.settings).asks_rules
    if run.kind == Kind.UNDO:
        turn = LAST_TURN if asks_rules else 0
        while turn:
            turn = take_back_next(run_id, before=turn, by=SYSTEM, clock=clock)
        work = undo_keys
    else:
        ids = codes.of_settings(Settings.of(run.settings), company_id=run.company_id)
        work = partial(apply_keys, ids=ids)
    is_left = True
    while is_left:
        with uncollected():
            is_left = bool(work(run_id, by=SYSTEM, clock=clock))
    turn = 0
    while asks_rules and (turn := serve_next(run_id, after=turn, by=SYSTEM, clock=clock)):
        pass
    told = 0
    while after := tell_of_changes(run_id, told, by=SYSTEM, clock=clock):
        told = after
    finish_run(run_id, by=SYSTEM, clock=clock)


@action
def apply_keys(run_id: int, *, ids: Sequence[Ids] | None = None, by: Actor, clock: Clock) -> int:
    """Apply the next keys of a run; return how many were worked off, 0 when none is left.

    `ids` are what the codes of its settings stand for, as `go_on` has looked them up once.

    The run is made again on what is there now. Where it comes to what was approved, that is written; a key that moved
    since, so that it comes to something else, is left as it is and says so.
    """
    run, held = locks.hold(Run, run_id, by=by)
    batch = store.open_keys(run_id, changes=CHANGES_AT_A_TIME) if run.state == RunState.APPLYING else []
    if not batch:
        return 0
    settings = Settings.of(run.settings)
    asked = [[AvailabilityKey(one.product_id, one.site_id) for one in part] for part in batch]
    lines = read(held, asked, company_id=run.company_id, clock=clock)
    ids = ids or codes.of_settings(settings, company_id=run.company_id)
    shared = share(lines, settings, ids, apart_of(run))
    wanted = _Wanted(run, shared, [one.id for part in batch for one in part])
    given = {place: wanted.given(own) for place, own in enumerate(wanted.parts(batch)) if wanted.still_holds(own)}
    applied = _write(held, given, today=_today(shared), clock=clock, cause=Cause.BACKORDER)
    _end(run, batch, applied)
    return len(batch)


def _end(run: Run, batch: Batch, applied: Set[int]) -> None:
    """These parts are worked off, those at the places `applied` as wanted."""
    states = {place: KeyState.APPLIED if place in applied else KeyState.MOVED for place in range(len(batch))}
    store.set_keys({one.id: states[place] for place, part in enumerate(batch) for one in part})
    Run.objects.filter(pk=run.pk).update(keys_done=run.keys_done + sum(len(part) for part in batch))


def _today(shared: Shared) -> dict[int, int]:
    lines = shared.lines
    return {key.site_id: int(lines.today[place]) for place, key in enumerate(lines.keys)}


class _Wanted:
    """What was approved beside what the run comes to now; keys by their places."""

    def __init__(self, run: Run, shared: Shared, key_ids: Sequence[int]) -> None:
        self._run, self._shared = run, shared
        self._changes = {int(shared.lines.open.requirement[one.line]): one for one in shared.changes}
        self._of_key: dict[int, list[tuple[int, Changed]]] = {}
        for requirement, one in self._changes.items():
            self._of_key.setdefault(int(shared.lines.open.key[one.line]), []).append((requirement, one))
        line_ids = [int(shared.lines.open.line[one.line]) for one in shared.changes]
        self._stands = assigning.standing(line_ids)
        self._approved: dict[int, list[store.Standing]] = {place: [] for place in range(len(key_ids))}
        places = {key_id: place for place, key_id in enumerate(key_ids)}
        for change in store.of_keys(key_ids):
            self._approved[places[change.run_key_id]].append(change)

    def parts(self, batch: Batch) -> list[range]:
        """The places of the keys of each part."""
        ends = list(accumulate((len(part) for part in batch), initial=0))
        return [range(first, end) for first, end in pairwise(ends)]

    def still_holds(self, part: Sequence[int]) -> bool:
        """Whether each approved change comes out again, and nobody else on these keys would have to lose for it."""
        return all(self._holds(place) for place in part)

    def _holds(self, place: int) -> bool:
        approved = self._approved[place]
        if self._shared.outcome.aborted or self._shared.outcome.aborted_keys[place]:
            return False
        named = {one.requirement_id for one in approved}
        others = [one for requirement, one in self._of_key.get(place, ()) if requirement not in named]
        return all(self._is_same(one) for one in approved) and not any(one.lost for one in others)

    def _is_same(self, one: store.Standing) -> bool:
        now = self._changes.get(one.requirement_id)
        if now is None or location_of(self._shared.lines.open.segment[now.line]) != one.location:
            return False
        return _seen(now.old) == _seen(one.old) and _seen(now.new) == _seen(one.new)

    def given(self, part: Sequence[int]) -> list[tuple[Given, assigning.Stands]]:
        """What is written for the approved changes of these keys."""
        return [self._given(one) for place in part for one in self._approved[place]]

    def _given(self, one: store.Standing) -> tuple[Given, assigning.Stands]:
        change = self._changes[one.requirement_id]
        before = self._stands[one.line_id]
        run = {"run": self._run.number, "id": self._run.pk, "segment": change.segment, "strategy": change.strategy}
        noted = {"backorder": run, **self._shared.told(change.line, change.new)}
        wanted = int(self._shared.lines.today_of[change.line] + self._shared.lines.day[change.line])
        schedules = self._schedules(change, before)
        kept = self._shared.keeping.seen_by(change.line)
        later = int(change.lost > 0)
        return Given(one.line_id, schedules, wanted, noted, change.new_uses, change.quota, kept, later), before

    def _schedules(self, change: Changed, before: assigning.Stands) -> tuple[Schedule, ...]:
        """The rows with all their dates; goods of a day that stays keep those that they have."""
        stands = (line.schedule.dates for line in assigning.loose(before))
        kept = {(dates.material_available, dates.delivery): dates for dates in stands}
        return tuple(
            Schedule(
                row.quantity,
                kept.get((row.material, row.delivery)) or self._shared.dates_of(change.line, row.material),
                row.basis,
                None,
            )
            for row in change.new
        )


def _seen(rows: store.Rows) -> list[tuple[int, int, int, bool]]:
    """What of confirmations matters: quantities, days, and whether firm supply stands behind them."""
    return [(row[0], row[1], row[2], row[3] in UNSECURED) for row in rows]


Pairs = Sequence[tuple[Given, assigning.Stands]]


def _write(held: Held, given: Mapping[int, Pairs], *, today: Mapping[int, int], clock: Clock, cause: str) -> set[int]:
    """Write what is given, by part; return the parts of which it was. Where goods lack for one, the others go on."""
    try:
        _assign(held, [pair for pairs in given.values() for pair in pairs], today=today, clock=clock, cause=cause)
        return set(given)
    except NoGoodsForIt:
        if len(given) <= 1:
            return set()
    return {part for part, pairs in given.items() if _write(held, {part: pairs}, today=today, clock=clock, cause=cause)}


def _assign(held: Held, pairs: Pairs, *, today: Mapping[int, int], clock: Clock, cause: str) -> None:
    if pairs:
        with held.attempt():
            stands = {one.line_id: before for one, before in pairs}
            assigning.assign(held, [one for one, _ in pairs], stands, today=today, at=clock.now(), cause=cause)


@action
def undo_keys(run_id: int, *, by: Actor, clock: Clock) -> int:
    """Undo the next keys of what a run undoes; return how many were worked off, 0 when none is left.

    A line that was promised otherwise since, or whose goods are gone, keeps what it has, and its change says so.
    """
    run, held = locks.hold(Run, run_id, by=by)
    batch = store.open_keys(run_id, changes=CHANGES_AT_A_TIME) if run.state == RunState.APPLYING else []
    if not batch:
        return 0
    keys = {AvailabilityKey(one.product_id, one.site_id): one.id for part in batch for one in part}
    restored = restore(held, run, keys, clock=clock)
    given = {place: [pair for one in part for pair in restored.given[one.id]] for place, part in enumerate(batch)}
    applied = _write(held, given, today=restored.today, clock=clock, cause=Cause.UNDONE)
    written = {one.id for place, part in enumerate(batch) for one in part if place in applied}
    store.insert_changes([one if one.run_key_id in written else _kept(one) for one in restored.changes])
    _end(run, batch, applied)
    return len(batch)


def _kept(one: store.NewChange) -> store.NewChange:
    return one._replace(new=one.old, gained=0, lost=0, days=None, verdict="basis", state=ChangeState.KEPT,
                        left_because=one.left_because or Left.GONE)  # fmt: skip


@action
def tell_of_changes(run_id: int, told: int, *, by: Actor, clock: Clock) -> int:
    """Tell the next orders behind `told` what was applied on their lines; return the last one's id, 0 when all know."""
    run, held = locks.hold(Run, run_id, by=by)
    rows = store.untold(run_id, orders=ORDERS_AT_A_TIME, after=told) if run.state == RunState.APPLYING else []
    if not rows:
        return 0
    changes: dict[int, dict[int, Any]] = {}
    for _, order_id, line_number, old, new in rows:
        # A line that only consumes another period of its quota is promised as before.
        if old != new:
            changes.setdefault(order_id, {})[line_number] = (_dated(old), _dated(new))
    facts = {"run": run.number, "run_id": run.pk, "approved_by": run.approved_by_id}
    if changes:
        cause = NoticeCause.UNDONE if run.kind == Kind.UNDO else NoticeCause.RUN
        tell_orders(held, changes, cause=cause, facts=facts, by=by, clock=clock)
    store.set_told([row[0] for row in rows])
    return max(row[1] for row in rows)


def _dated(rows: store.Rows) -> tuple[tuple[int, date], ...]:
    return tuple((row[0], date_of(row[2])) for row in rows)


@action
def finish_run(run_id: int, *, by: Actor, clock: Clock) -> None:
    """A run is worked off. One of which nothing could be applied any more is stale; what is not worked off goes on."""
    run, _ = locks.hold(Run, run_id, by=by)
    left = RunKey.objects.filter(run=run, state=KeyState.OPEN).exists() or store.untold(run_id, orders=1)
    if run.state != RunState.APPLYING or left or is_left(run):
        return
    served = run.changes.filter(turn__gt=0)
    applied = run.keys.filter(state=KeyState.APPLIED).count() + served.filter(serving=Serving.APPLIED).count()
    moved = run.keys.filter(state=KeyState.MOVED).count() + served.filter(serving=Serving.MOVED).count()
    is_stale = run.kind == Kind.RUN and moved and not applied
    run.state, run.ended_at, run.told = RUN.step(run.state, "stale" if is_stale else "applied"), clock.now(), True
    run.version += 1
    run.save()
    record(run, f"backorders.run_{run.state}", by=by, clock=clock, keys=applied, moved=moved)
    if run.undoes_id is not None:
        _finish_undone(run, by=by, clock=clock)


def _finish_undone(undoing: Run, *, by: Actor, clock: Clock) -> None:
    """The run that was undone; its rights were asked as the undoing began."""
    run = undoing.undoes
    assert run is not None
    run.state, run.version = RUN.step(run.state, "undone"), run.version + 1
    run.save()
    kept = undoing.changes.filter(state=ChangeState.KEPT).count()
    record(run, "backorders.run_undone", by=by, clock=clock, undone_by=undoing.number, kept=kept)
