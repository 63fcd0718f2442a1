"""What becomes of a request. Each verb locks its row, so of two who act on it at once the second finds what the first
did."""

from datetime import datetime

from troth.kernel.errors import InvalidInput, Sentence
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import SYSTEM, Actor
from troth.platform.clock import Clock
from troth.platform.models import RequestRow
from troth.platform.requests import rows
from troth.platform.requests.kinds import _kinds
from troth.platform.requests.states import ANSWER_LATE, LIFECYCLE, ON_TIME, RECEIPT_LATE, RequestState, TooLate


@action
def acknowledge(request_id: int, *, by: Actor, clock: Clock) -> None:
    """Give the receipt: the asked role has seen the request."""
    row = _held_by_the_asked(request_id, by=by, clock=clock)
    row.state = step(row, "acknowledge")
    row.receipt_by_id, row.receipt_at = by.user_id, clock.now()
    row.save(update_fields=["state", "receipt_by_id", "receipt_at"])
    rows.record("received", row, by=by, clock=clock)


@action
def answer(
    request_id: int, *, accepted: bool, answer: str = "", reason: str = "", by: Actor, clock: Clock
) -> RequestState:
    """Accept or decline a request. Declining needs a reason; the answer counts as the receipt if none was given."""
    row = _held_by_the_asked(request_id, by=by, clock=clock)
    if not accepted and not reason.strip():
        raise InvalidInput("Say why the request is declined.", field="reason")
    state = step(row, "accept" if accepted else "decline")
    if row.receipt_at is None:
        row.receipt_by_id, row.receipt_at = by.user_id, clock.now()
    row.state, row.answer, row.reason = state, answer, reason
    row.answered_by_id, row.answered_at = by.user_id, clock.now()
    row.save()
    rows.record("answered", row, by=by, clock=clock)
    return state


@action
def withdraw(request_id: int, *, reason: str = "", by: Actor, clock: Clock) -> None:
    """Take an open request back; for the role that asked."""
    row, _ = locks.hold(RequestRow, request_id, by=by)
    rows.require_role(by, row.from_role, row.company_id, rows.site_of(row))
    _escalated(row, clock=clock)
    row.state, row.reason = step(row, "withdraw"), reason
    row.save(update_fields=["state", "reason"])
    rows.record("withdrawn", row, by=by, clock=clock)


@action
def expire(request_id: int, *, by: Actor, clock: Clock) -> None:
    """Close a request that was not answered in time; refused before its deadline, and where none ends with it."""
    row, _ = locks.hold(RequestRow, request_id, by=by)
    if not row.expires:
        raise InvalidInput("A request of this kind stays open until it is answered or withdrawn.", field="request")
    if clock.now() <= row.due_at:
        raise InvalidInput("The request may still be answered in time.", field="due_at")
    row.state = step(row, "expire")
    row.save(update_fields=["state"])
    rows.record("expired", row, by=by, clock=clock)


@action
def escalate(request_id: int, *, by: Actor, clock: Clock) -> bool:
    """Tell the role that late ones go to, once for the receipt and once for the answer; whether that was due."""
    row, _ = locks.hold(RequestRow, request_id, by=by)
    step(row, "escalate")
    return _escalated(row, clock=clock)


def step(row: RequestRow, verb: str) -> RequestState:
    """The state that follows, of a row that is locked."""
    return LIFECYCLE.step(row.state, verb)


def lateness(row: RequestRow, now: datetime) -> int:
    """How far the request should have escalated by now."""
    if now > row.due_at:
        return ANSWER_LATE
    waits = row.state == RequestState.ASKED and row.receipt_due_at is not None and now > row.receipt_due_at
    return RECEIPT_LATE if waits else ON_TIME


def may_answer(row: RequestRow, *, by: Actor, now: datetime) -> bool:
    """Whether the actor holds the role that was asked, or the one that it went to because it is late."""
    site_id = rows.site_of(row)
    return rows.holds(by, row.to_role, row.company_id, site_id) or _stands_in(row, by, site_id, now)


def may_withdraw(row: RequestRow, *, by: Actor) -> bool:
    return rows.holds(by, row.from_role, row.company_id, rows.site_of(row))


def _held_by_the_asked(request_id: int, *, by: Actor, clock: Clock) -> RequestRow:
    """The row under its lock, for who may answer it; what is late is written down before anything else happens."""
    row, _ = locks.hold(RequestRow, request_id, by=by)
    site_id = rows.site_of(row)
    if not _stands_in(row, by, site_id, clock.now()):
        rows.require_role(by, row.to_role, row.company_id, site_id)
    if row.expires and clock.now() > row.due_at and row.state in (RequestState.ASKED, RequestState.RECEIVED):
        raise TooLate(
            Sentence("The time for an answer about %(document)s has passed; it has to be asked anew."),
            document=row.document_number,
        )
    _escalated(row, clock=clock)
    return row


def _stands_in(row: RequestRow, by: Actor, site_id: int | None, now: datetime) -> bool:
    kind = _kinds.get(row.kind)
    if not row.escalates_to or (kind is not None and not kind.stands_in):
        return False
    is_late = row.escalation > ON_TIME or lateness(row, now) > ON_TIME
    return is_late and rows.holds(by, row.escalates_to, row.company_id, site_id)


def _escalated(row: RequestRow, *, clock: Clock) -> bool:
    """Write down that an open request is late, where that has not been done; by the program, whoever came upon it."""
    due = lateness(row, clock.now())
    if not row.escalates_to or due <= row.escalation or not LIFECYCLE.allows(row.state, "escalate"):
        return False
    row.escalation, row.escalated_at = due, clock.now()
    row.save(update_fields=["escalation", "escalated_at"])
    late = "answer" if due == ANSWER_LATE else "receipt"
    rows.record("escalated", row, by=SYSTEM, clock=clock, escalated_to=row.escalates_to, late=late)
    return True
