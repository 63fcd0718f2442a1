"""Bringing the books from what an order was to what it is: the one place that posts a change.

Only lines whose change matters to requirements are promised anew (`rules.changes`); the others keep what they have. The
claim of credit follows the value, the fulfilment ledger the quantity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from troth.business.credit import actions as credit
from troth.business.masterdata.queries import Occasion
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions.pass_on import pass_on
from troth.business.promising.rules.wish import Promise
from troth.business.promising.states import Cause
from troth.business.sales import store
from troth.business.sales.actions import alternatives, books, keeping, prices, save
from troth.business.sales.actions.answers import Submitted, line_answers
from troth.business.sales.actions.displaced import Displaced
from troth.business.sales.actions.document import (
    LINE_KIND,
    ORDER_KIND,
    Document,
    needs_wish,
    wishes,
)
from troth.business.sales.actions.submit import CREDIT_BLOCK, answer, refuse_incomplete
from troth.business.sales.actions.untie import untie
from troth.business.sales.rules import changes as rules
from troth.business.sales.rules import family, lots
from troth.business.sales.rules.lines import Line
from troth.business.sales.states import OrderState
from troth.ledgers.exposure import queries as exposure
from troth.ledgers.exposure.keys import Part
from troth.ledgers.fulfilment import queries as fulfilment
from troth.ledgers.fulfilment.keys import FulfilmentKey
from troth.platform import blocks
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held


@dataclass(frozen=True, slots=True)
class Differences:
    """What a change changes: header fields, and of each line by number; new lines are in `added`."""

    header: rules.Changes
    lines: Mapping[int, rules.Changes]
    added: tuple[int, ...]

    @classmethod
    def between(cls, before: Document, after: Document) -> "Differences":
        old = {line.line_number: line for line in before.lines}
        pairs = [(old[line.line_number], line) for line in after.lines if line.line_number in old]
        changed = {new.line_number: rules.differences(was, new) for was, new in pairs}
        return cls(
            rules.differences(before.header, after.header),
            {number: fields for number, fields in changed.items() if fields},
            tuple(line.line_number for line in after.lines if line.line_number not in old),
        )

    @property
    def is_empty(self) -> bool:
        return not (self.header or self.lines or self.added)

    def reruns(self, line: Line) -> bool:
        """Whether what can be promised for the line is asked anew."""
        changed = self.lines.get(line.line_number, {})
        return line.line_number in self.added or rules.header_reruns(self.header) or rules.line_reruns(changed)

    def flat(self) -> dict[str, tuple[Any, Any]]:
        """{field: (before, after)} for the event, lines as "10.quantity"."""
        flat = dict(self.header)
        for number, changed in self.lines.items():
            flat |= {f"{number}.{name}": pair for name, pair in changed.items()}
        return flat


def settle(
    held: Held,
    before: Document,
    after: Document,
    *,
    event: str,
    by: Actor,
    clock: Clock,
    takes_back: bool = False,
    cause: str = Cause.CHANGED,
    displaced: Displaced | None = None,
) -> Submitted:
    """Write the change of an order and post what follows from it; a draft is only written.

    `takes_back`: its lines fall to what they were before, and keep what is in their tolerance. `cause` is written
    beside the promises that differ. What is `displaced` is let go first.
    """
    if before.status.state == OrderState.SUBMITTED and after.anew and after.terms.state.rules:
        _decide(held, before, after, _keys(before, after, displaced), clock=clock)
    found = Differences.between(before, after)
    gone_on = _gone_on(held, before, after, _keys(before, after, displaced), by=by, clock=clock)
    for was, new in _pairs(before, after):
        rules.refuse_change_of_gone_on(
            before.ref.number,
            was,
            new,
            found.lines.get(new.line_number, ()),
            gone_on=gone_on.get(new.id, rules.NONE),
            takes_back=takes_back,
        )
    keep = frozenset(line.line_number for line in after.lines if any(gone_on.get(line.id, rules.NONE)))
    after.lines = tuple(_carried(was, new, keep) for was, new in _with_before(before, after))
    after.lines, after.unpriced = prices.price(after.header, after.lines, after.terms, keep=keep)
    if before.status.state == OrderState.SUBMITTED:
        after.agreed = frozenset(new.line_number for was, new in _pairs(before, after) if lots.stays(was, new))
        refuse_incomplete_unless_empty(after)
    _write(before, after, found, by=by)
    if before.status.state == OrderState.DRAFT:
        save.record(after, event, by=by, clock=clock, changes=found.flat())
        return answer(after)
    if displaced:
        displaced.let_go(after.ref.id)
    promise, blocked = _post(held, before, after, found, cause, by=by, clock=clock)
    if displaced:
        displaced.promised(after, promise)
    facts = {"net": after.status.net, "gross": after.status.gross, "added": list(found.added)}
    save.record(after, event, by=by, clock=clock, facts=facts, changes=found.flat())
    return replace(answer(after), lines=line_answers(after.lines, promise), blocks=blocked)


def _keys(before: Document, after: Document, displaced: Displaced | None) -> tuple[BalanceKey, ...]:
    return (*change_keys(before, after), *(displaced.keys if displaced else ()))


def _decide(held: Held, before: Document, after: Document, others: Sequence[BalanceKey], *, clock: Clock) -> None:
    """Let rules decide what serves the lines that are decided anew; what is on its way or tied to stock stays."""
    mains = {line.line_number: line.main_line or line.line_number for line in after.lines}
    roots = {mains[number] for number in after.anew}
    old = {line.id: root for line in before.standing if (root := line.main_line or line.line_number) in roots}
    gone_on = fulfilment.progress(LINE_KIND, list(old))
    fixed = {old[line_id] for line_id, done in gone_on.items() if done.delivered or done.billed}
    fixed |= {root for line_id, root in old.items() if promising.tied_keys(ORDER_KIND, [line_id])}
    free = roots - fixed
    only = frozenset(number for number in after.anew if mains[number] in free)
    standing = [line_id for line_id, root in old.items() if root in free]
    change = Occasion.CHANGE
    if only and alternatives.decide(held, after, others, only=only, standing=standing, occasion=change, clock=clock):
        after.lines = family.revived(after.lines, before.standing)


def refuse_incomplete_unless_empty(after: Document) -> None:
    """An order in the books stays complete for its confirmation; all its lines may be rejected, though."""
    if after.standing:
        refuse_incomplete(after)


def _gone_on(
    held: Held, before: Document, after: Document, touched: Sequence[BalanceKey], *, by: Actor, clock: Clock
) -> dict[int, rules.GoneOn]:
    """Lock all that the change touches; return what of each line is in deliveries and invoices.

    Stock tied to lines that want no goods any more is free.
    """
    if before.status.state != OrderState.SUBMITTED:
        return {}
    held.take(*touched)
    if gone := _gone(before, after):
        untie(held, before, gone, by=by, clock=clock)
    ids = [line.id for line in before.lines]
    balances = {line_id: held.balance(FulfilmentKey(LINE_KIND, line_id)) for line_id in ids}
    return {line_id: rules.GoneOn(balance.delivered, balance.billed) for line_id, balance in balances.items()}


def change_keys(before: Document, after: Document) -> tuple[BalanceKey, ...]:
    """All balances that a change of an order in the books touches."""
    ids = [line.id for line in before.lines]
    gone = [line.id for line in _gone(before, after)]
    return (
        books.credit_key(before),
        books.credit_key(after),
        *promises.keys(ORDER_KIND, ids),
        *promising.keys(wishes_of_complete(after)),
        *(promising.tied_keys(ORDER_KIND, gone) if gone else ()),
        *books.quoted_keys((*before.standing, *after.standing)),
        *(FulfilmentKey(LINE_KIND, line_id) for line_id in ids),
    )


def wishes_of_complete(document: Document) -> tuple[Any, ...]:
    """The wishes of the lines that can have one already."""
    ready = [line for line in document.standing if line.site_id is not None and line.requested_on is not None]
    return wishes(document, ready)


def _pairs(before: Document, after: Document) -> list[tuple[Line, Line]]:
    old = {line.line_number: line for line in before.lines}
    return [(old[line.line_number], line) for line in after.lines if line.line_number in old]


def _with_before(before: Document, after: Document) -> list[tuple[Line | None, Line]]:
    old = {line.line_number: line for line in before.lines}
    return [(old.get(line.line_number), line) for line in after.lines]


def _carried(was: Line | None, new: Line, keep: frozenset[int]) -> Line:
    """A line that carries a quoted price, or is in a delivery or an invoice, keeps its price at another quantity."""
    if was is None or was.base_quantity == new.base_quantity:
        return new
    if not (prices.is_carried(new) or new.line_number in keep):
        return new
    return prices.carried(was, base_quantity=new.base_quantity, taken=new)


def _write(before: Document, after: Document, found: Differences, *, by: Actor) -> None:
    raised = after.totals[2] > before.totals[2]
    after.status = after.with_totals(
        version=before.status.version + 1,
        last_raised_by_id=by.user_id if raised else before.status.last_raised_by_id,
    )
    store.update(store.ORDER, after.ref.id, after.header, after.status, {})
    old = {line.id: line for line in before.lines}
    store.update_lines(store.ORDER, [line for line in after.lines if line.id and line != old[line.id]])
    new = store.insert_lines(store.ORDER, after.ref.id, [line for line in after.lines if not line.id])
    written = {line.line_number: line for line in new}
    after.lines = tuple(written.get(line.line_number, line) for line in after.lines)


def _post(
    held: Held, before: Document, after: Document, found: Differences, cause: str, *, by: Actor, clock: Clock
) -> tuple[Promise, tuple[str, ...]]:
    verdict = _claim(held, before, after, by=by, clock=clock)
    anew = _asked_anew(held, after, found)
    gone = _gone(before, after)
    if gone:
        promising.withdraw(held, ORDER_KIND, [line.id for line in gone], clock=clock)
    standing = blocks.standing([after.ref])
    nothing = books.keeps_unconfirmed(after, standing, sets_credit=verdict)
    promise = promising.reconfirm(held, wishes(after, anew), clock=clock, blocked=nothing, cause=cause)
    _pass_on(held, before, after, anew)
    added = [line for line in after.standing if line.line_number in found.added]
    books.open_lines(held, [(after, added)], clock=clock)
    _dereference(held, before, after, clock=clock)
    books.post_ordered(held, after, [_rise(was, new) for was, new in _pairs(before, after)], clock=clock)
    blocked = books.set_blocks(held, after, is_new=False, by=by, clock=clock)
    books.lift_completed(held, after, clock=clock)
    keeping.keep_standing(held, after, standing, clock=clock)
    return promise, (CREDIT_BLOCK, *blocked) if verdict else blocked


def _asked_anew(held: Held, after: Document, found: Differences) -> list[Line]:
    """The lines that are promised again: those of which it matters what changed, and what is to come with them."""
    anew = {line.line_number for line in after.standing if found.reruns(line)}
    together = {_group(after, line) for line in after.standing if line.line_number in anew} - {None}

    def waits(line: Line) -> bool:
        return bool(held.balance(FulfilmentKey(LINE_KIND, line.id)).delivered < line.base_quantity)

    return [
        line for line in after.standing if line.line_number in anew or (_group(after, line) in together and waits(line))
    ]


def _group(after: Document, line: Line) -> int | None:
    """What the line arrives with: all of the order (0), a delivery group, or nothing."""
    return 0 if after.header.complete_delivery else line.delivery_group or None


def _gone(before: Document, after: Document) -> list[Line]:
    """The lines that wanted goods and do so no more."""
    return [was for was, new in _pairs(before, after) if needs_wish(before, was) and not needs_wish(after, new)]


def _claim(held: Held, before: Document, after: Document, *, by: Actor, clock: Clock) -> bool:
    """Let the claim follow the value: what is in deliveries already has been moved on and stays there."""
    old, new = books.credit_key(before), books.credit_key(after)
    amount = after.gross_of_company - _moved_on(held, before)
    if old != new:
        credit.leave(held, old, before.ref, new, clock=clock)
    return books.claim(held, after, max(amount, 0), by=by, clock=clock).sets_block


def _moved_on(held: Held, before: Document) -> int:
    """What of the order's value has gone on to deliveries or invoices, in the company's currency."""
    balances = [held.balance(FulfilmentKey(LINE_KIND, line.id)) for line in before.standing]
    if not any(balance.delivered or balance.billed for balance in balances):
        return 0
    key = books.credit_key(before)
    left = exposure.standing_of(key.company_id, key.party_id, before.ref, Part.OPEN_ORDERS)
    return before.gross_of_company - left


def _dereference(held: Held, before: Document, after: Document, *, clock: Clock) -> None:
    """Give back what a line took of a quotation that it no longer refers to (another product)."""
    lost = [
        (was, -was.base_quantity, -was.net)
        for was, new in _pairs(before, after)
        if was.reference_line_id and not new.reference_line_id and was.stands
    ]
    books.refer(held, before, lost, clock=clock)


def _rise(was: Line, new: Line) -> tuple[Line, int, int]:
    """By how much the ordered quantity and value of a line rise; a rejected line falls to nothing."""
    quantity = (new.base_quantity if new.stands else 0) - (was.base_quantity if was.stands else 0)
    value = (new.net if new.stands else 0) - (was.net if was.stands else 0)
    return new, quantity, value


def _pass_on(held: Held, before: Document, after: Document, anew: list[Line]) -> None:
    """Give priority and ship-to on to the requirements that are not promised anew."""
    if before.header.priority == after.header.priority and before.header.ship_to_id == after.header.ship_to_id:
        return
    done = {line.id for line in anew}
    rest = [line.id for line in after.standing if line.id not in done]
    pass_on(held, ORDER_KIND, rest, priority=after.header.priority, party_id=after.header.ship_to_id)
