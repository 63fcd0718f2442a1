"""Rules of availability in a run: told by the simulation, done once the run is applied, taken back by its undoing.

    simulate   when all parts are shared out, the lines that are short ask, in the order of their rank, each on the
               books that the run and the lines before it leave
    apply      when all keys are applied, line by line in the same order, each in a transaction under the locks of its
               order and of all that is read; one that comes to something else is left as it is and says so
    undo       in the reverse order, before the keys are undone

So no key of an alternative has to be in a part of the run: what is free there is decided under the lock of that key.
"""

from collections.abc import Mapping
from typing import Any

from troth.business.backorders import store
from troth.business.backorders.actions.left import Left
from troth.business.backorders.actions.short import Short, ShortLines
from troth.business.backorders.models import Change, Run
from troth.business.backorders.rules.summary import SegmentSum, Summary
from troth.business.backorders.states import ChangeState, RunState, Serving, verdict_of
from troth.business.backorders.states import Left as Why
from troth.business.sales.actions import in_runs
from troth.business.sales.actions.in_runs import Given
from troth.business.sales.rules.served import Row, Served
from troth.kernel.backorder.losses import moves
from troth.kernel.calendars import date_of
from troth.platform import documents, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock

LAST_TURN = 2**31 - 1


def supposed(run_id: int, lines: ShortLines, total: Summary, *, clock: Clock) -> list[store.NewChange]:
    """What rules let other goods serve of the short lines of a run, as its changes; the sums are brought up to it."""
    left = Left(run_id, clock=clock)
    found: list[store.NewChange] = []
    document = None
    for line in lines.in_turn():
        if document is None or document.ref.id != line.document:
            document = in_runs.read(line.document)
        books = left.books()
        served = in_runs.suppose(document, line.line_id, line.new, books, left.letting_go(line), clock=clock)
        if served is not None:
            left.keep(books)
            change = _change(run_id, line, served, len(found) + 1)
            _account(total, line, served, change)
            found.append(change)
    return found


def _change(run_id: int, line: Short, served: Served, turn: int) -> store.NewChange:
    before, after = list(line.old), served.arrives
    gained, lost = difference(before, after)
    days = after[-1][2] - before[-1][2] if before and after else None
    number = documents.numbers([("order", line.document)])["order", line.document]
    return store.NewChange(
        run_id, None, line.requirement, line.line_id, line.document, number, line.line_number, line.customer,
        line.product, line.site, line.segment, line.strategy, line.raised, line.wanted, date_of(line.requested),
        line.old, line.new, gained, lost, days, str(verdict_of(gained, lost)), served=served.record(),
        serving=Serving.OPEN, turn=turn,
    )  # fmt: skip


def difference(before: Any, after: Any) -> tuple[int, int]:
    """So many units come earlier or at all, and so many later or not at all, by the days on which they arrive."""
    gained = lost = 0
    for move in moves(*([(row[2], row[0], False) for row in rows] for rows in (before, after))):
        gained += move.quantity if move.new < move.old else 0
        lost += move.quantity if move.new > move.old else 0
    return gained, lost


def _account(total: Summary, line: Short, served: Served, change: store.NewChange) -> None:
    """Bring the sums from what the run itself leaves of a line to what it has by the rule."""
    own: SegmentSum = total.segments[line.segment - 1]
    for sign, rows in ((-1, line.new), (1, served.arrives)):
        if sum(row[0] for row in rows) == line.wanted:
            late = max(rows[-1][2] - line.requested, 0)
            own.full_after += sign
            own.on_time_after += sign * (late == 0)
            own.late_days_after += sign * late
    had = sum(row.quantity for row in line.old)
    if line.is_dealt:
        setattr(own, line.verdict, getattr(own, line.verdict) - 1)
        total.dropped -= sum(row.quantity for row in line.new) < had
    setattr(own, change.verdict, getattr(own, change.verdict) + 1)
    total.dropped += sum(row[0] for row in served.arrives) < had


@action
def serve_next(run_id: int, *, after: int = 0, by: Actor, clock: Clock) -> int:
    """Let other goods serve the next line of a run that is applied; return its turn, 0 when none is left."""
    run, held = locks.hold(Run, run_id, by=by)
    one = store.next_served(run_id, Serving.OPEN, after=after) if run.state == RunState.APPLYING else None
    if one is None:
        return 0
    document = in_runs.opened(held, one.document_id, by=by)
    facts = {"run": run.number, "run_id": run.pk, "approved_by": run.approved_by_id}
    done = in_runs.serve(held, document, _given(one, facts), by=by, clock=clock)
    store.set_serving(one, Serving.APPLIED if done else Serving.MOVED, told=done)
    return one.turn


@action
def take_back_next(run_id: int, *, before: int = LAST_TURN, by: Actor, clock: Clock) -> int:
    """Let the next line of what a run undoes be served by its own goods again; return its turn, 0 when none is left."""
    run, held = locks.hold(Run, run_id, by=by)
    if run.state != RunState.APPLYING or run.undoes_id is None:
        return 0
    one = store.next_served(run.undoes_id, Serving.APPLIED, after=before, backwards=True)
    if one is None:
        return 0
    document = in_runs.opened(held, one.document_id, by=by)
    facts = {"run": run.number, "run_id": run.pk, "approved_by": run.approved_by_id}
    why = in_runs.take_back(held, document, _given(one, facts), by=by, clock=clock)
    store.set_serving(one, Serving.KEPT if why else Serving.UNDONE, told=True)
    if one.run_key_id is None:
        store.insert_changes([_undone(run, one, Why(why) if why else None)])
    return one.turn


def is_left(run: Run) -> bool:
    """Whether lines are left that other goods are to serve, or whose own goods are to serve them again."""
    if run.undoes_id is not None:
        return Change.objects.filter(run_id=run.undoes_id, turn__gt=0, serving=Serving.APPLIED).exists()
    return run.changes.filter(turn__gt=0, serving=Serving.OPEN).exists()


def _given(one: store.Served, facts: Mapping[str, Any]) -> Given:
    def rows(found: store.Rows) -> list[Row]:
        return [(row[0], row[1], row[2], row[3]) for row in found]

    return Given(one.line_id, rows(one.old), rows(one.new), Served.of(one.served), facts)


def _undone(run: Run, one: store.Served, why: Why | None) -> store.NewChange:
    """What an undoing says of a line that only a rule had changed."""
    was = Change.objects.get(pk=one.id)
    had = Served.of(one.served).arrives
    now = had if why else [tuple(row) for row in one.new]
    gained, lost = difference(had, now)
    return store.NewChange(
        run.pk, None, was.requirement_id, was.line_id, was.document_id, was.document_number, was.line_number,
        was.customer_id, was.product_id, was.site_id, was.segment, was.strategy, 0, was.wanted, was.requested_on, had,
        now, gained, lost, now[-1][2] - had[-1][2] if now and had else None, str(verdict_of(gained, lost)),
        ChangeState.KEPT if why else ChangeState.APPLIED, str(why or ""), served=was.served,
        serving=Serving.KEPT if why else Serving.UNDONE, told=True,
    )  # fmt: skip
