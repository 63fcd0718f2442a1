"""Taking an order into the books: price, lock, claim credit, promise, write, record.

The order is kept even when goods or credit fall short: lines that are short stay unconfirmed and reach the
representative's work list; a credit block stops the delivery until a credit manager decides.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from troth.business.credit import actions as credit
from troth.business.credit.rules import CreditRefuses, Verdict
from troth.business.promising.rules.wish import LinePromise, Promise, Wish
from troth.business.sales import store
from troth.business.sales.actions import (
    alternatives,
    at_once,
    books,
    held_goods,
    keeping,
    offering,
    prices,
    save,
    valuations,
)
from troth.business.sales.actions.answers import Submitted, line_answers
from troth.business.sales.actions.displaced import Displaced
from troth.business.sales.actions.document import Document, load, wishes
from troth.business.sales.models import Order
from troth.business.sales.rules import refusals
from troth.business.sales.rules.completeness import Step
from troth.business.sales.rules.drafts import OrderDraft
from troth.business.sales.states import ORDER, OrderState
from troth.kernel.errors import Sentence, together
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held

CREDIT_BLOCK = Sentence("The credit limit is exceeded.")


@action
def submit_order(order_id: int, *, expected_version: int | None = None, by: Actor, clock: Clock) -> Submitted:
    """Take a draft into the books. Refuses one that lacks what its confirmation needs: it stays a draft."""
    order, held = locks.hold(Order, order_id, by=by)
    locks.refuse_if_changed(order, expected_version)
    return submit_draft(held, order, by=by, clock=clock)


def submit_draft(held: Held, order: Order, *, by: Actor, clock: Clock) -> Submitted:
    """`submit_order` of a held draft inside the action of whoever calls."""
    state = ORDER.step(order.state, "submit")
    document = load(order)
    today = clock.today(document.terms.customer.time_zone)
    document.header = document.header._replace(entered_on=today)
    offering.refuse_not_offered(document.standing, document.terms, today)
    document.lines = valuations.settled(document.lines, document.terms, by_number=True)
    document.lines, document.unpriced = prices.price(document.header, document.lines, document.terms)
    refuse_incomplete(document)
    displaced = held_goods.ordered(held, document, by=by, clock=clock)
    alternatives.decide(held, document, _others(document, displaced), clock=clock)

    document.status = document.with_totals(state=state, version=order.version + 1)
    store.update(store.ORDER, order.pk, document.header, document.status, {"submitted_at": ("at", clock.now())})
    save.write_lines(document)
    return submit(held, document, displaced, by=by, clock=clock)


def _others(document: Document, displaced: Displaced | None) -> tuple[BalanceKey, ...]:
    """What is locked beside what rules read to decide."""
    quoted = books.quoted_keys(document.standing)
    return (books.credit_key(document), *quoted, *(displaced.keys if displaced else ()))


@action
def enter_order(draft: OrderDraft, *, by: Actor, clock: Clock) -> Submitted:
    """Write an order and take it into the books in one go.

    One that lacks what its confirmation needs is kept as a draft: the answer says so by its state and its `missing`.
    """
    return enter(locks.begin(), draft, by=by, clock=clock)


def enter(held: Held, draft: OrderDraft, *, by: Actor, clock: Clock) -> Submitted:
    """`enter_order` inside the action of whoever calls."""
    document = save.read(draft, by=by, clock=clock)
    return enter_document(held, document, {}, by=by, clock=clock)


def enter_document(
    held: Held, document: Document, extra: dict[str, tuple[str, object]], *, by: Actor, clock: Clock
) -> Submitted:
    """Write a document that was read and take it into the books, or keep it as a draft where it lacks too much."""
    if document.lacks(Step.CONFIRMATION):
        save.write_new(document, extra)
        save.record(document, "sales.order_saved", by=by, clock=clock)
        return answer(document)
    if not books.may_be_refused(document):
        return _enter_whole(held, document, extra, by=by, clock=clock)
    kept = (document.ref, document.lines, document.status)
    try:
        with held.attempt():
            return _enter_whole(held, document, extra, by=by, clock=clock)
    except CreditRefuses as refused:
        document.ref, document.lines, document.status = kept
        return _kept_as_draft(held, document, extra, refused, by=by, clock=clock)


def _kept_as_draft(
    held: Held, document: Document, extra: dict[str, tuple[str, object]], refused: CreditRefuses, *, by: Actor,
    clock: Clock,
) -> Submitted:  # fmt: skip
    """Keep an order that credit does not let go on: without demand or exposure, with what was found."""
    save.write_new(document, extra)
    credit.note_refusal(held, refused, document.ref, clock=clock)
    document.warnings.append(refused.message)
    save.record(document, "sales.order_saved", by=by, clock=clock)
    return answer(document)


def _enter_whole(
    held: Held, document: Document, extra: dict[str, tuple[str, object]], *, by: Actor, clock: Clock
) -> Submitted:
    displaced = held_goods.ordered(held, document, by=by, clock=clock)
    alternatives.decide(held, document, _others(document, displaced), clock=clock)
    document.status = replace(document.status, state=OrderState.SUBMITTED)
    save.write_new(document, {**extra, "submitted_at": ("at", clock.now())})
    return submit(held, document, displaced, by=by, clock=clock)


def enter_instead(held: Held, draft: OrderDraft, displaced: Displaced, *, by: Actor, clock: Clock) -> Submitted:
    """Write an order and take it into the books in the place of something else; refuses what is incomplete."""
    document = save.read(draft, by=by, clock=clock)
    document.status = replace(document.status, state=OrderState.SUBMITTED)
    save.write_new(document, {"submitted_at": ("at", clock.now())})
    refuse_incomplete(document)
    return submit(held, document, displaced, by=by, clock=clock)


def submit(
    held: Held, document: Document, displaced: Displaced | None = None, *, by: Actor, clock: Clock
) -> Submitted:  # fmt: skip
    """Take a written order into the books, in the transaction of whoever calls. Nothing of it is in them yet.

    What is `displaced` is let go first, under the locks, so that its goods are the order's.
    """
    [taken] = submit_all(held, [document], displaced, by=by, clock=clock)
    if document.terms.order_type.delivers_on_saving:
        return at_once.delivered(held, taken, by=by, clock=clock)
    return taken


def submit_all(
    held: Held, documents: Sequence[Document], displaced: Displaced | None = None, *, by: Actor, clock: Clock
) -> list[Submitted]:
    """Take written orders into the books, the first one first, in a number of statements that does not grow with them.

    `displaced` is the place that the only order takes.
    """
    wanted = [wishes(document, document.standing) for document in documents]
    keys = [key for pair in zip(documents, wanted, strict=True) for key in books.keys(*pair)]
    held.take(*dict.fromkeys((*keys, *(displaced.keys if displaced else ()))))
    if displaced:
        [only] = documents
        displaced.let_go(only.ref.id)

    verdicts = books.claim_new(held, documents, by=by, clock=clock)
    nothing = [_confirms_nothing(*pair) for pair in zip(documents, verdicts, strict=True)]
    if displaced and nothing[0] and displaced.is_there():
        raise refusals.GoodsWouldBeFree(
            Sentence(
                "This order would be blocked and confirm nothing: the goods would be free for others. Keep the hold."
            )
        )
    pairs = list(zip(wanted, nothing, strict=True))
    promises = _promises(held, pairs, in_place=displaced is not None, clock=clock)
    if displaced:
        displaced.promised(documents[0], promises)
    books.open_lines(held, [(document, document.standing) for document in documents], clock=clock)
    return [
        _taken(held, document, promises, verdict, by=by, clock=clock)
        for document, verdict in zip(documents, verdicts, strict=True)
    ]


def _confirms_nothing(document: Document, verdict: Verdict) -> bool:
    is_blocked = verdict.sets_block or bool(document.terms.order_type.delivery_block_reason)
    return books.confirms_nothing(document, is_blocked=is_blocked)


def _promises(held: Held, wanted: Sequence[tuple[Sequence[Wish], bool]], *, in_place: bool, clock: Clock) -> Promise:
    """The promises of all lines; what confirms nothing takes nothing from the others, whenever it is decided."""
    found: dict[int, LinePromise] = {}
    for nothing in (False, True):
        chosen = [wish for own, is_nothing in wanted if is_nothing is nothing for wish in own]
        if chosen:
            found |= books.confirm(held, chosen, nothing=nothing, in_place=in_place, clock=clock).lines
    return Promise(found)


def _taken(
    held: Held, document: Document, promises: Promise, verdict: Verdict, *, by: Actor, clock: Clock
) -> Submitted:  # fmt: skip
    """Set the blocks of an order, record it, and answer."""
    blocked = books.set_blocks(held, document, is_new=True, by=by, clock=clock)
    if verdict.sets_block:
        blocked = (CREDIT_BLOCK, *blocked)
    waits = verdict.sets_block or bool(document.terms.order_type.delivery_block_reason)
    keeping.keep(held, document, waits=waits, clock=clock)
    lines = document.standing
    promise = Promise({line.id: promises.lines[line.id] for line in lines if line.id in promises.lines})
    facts: dict[str, Any] = {"net": document.status.net, "gross": document.status.gross, "lines": len(lines)}
    short_ids = set(promise.short_lines)
    if short := [line.line_number for line in lines if line.id in short_ids]:
        facts |= {"short_lines": short}
    if blocked:
        facts |= {"blocks": list(blocked)}
    save.record(document, "sales.order_submitted", by=by, clock=clock, facts=facts)
    return replace(answer(document), lines=line_answers(lines, promise), blocks=blocked)


def refuse_incomplete(document: Document) -> None:
    """Refuse an order that lacks what its confirmation needs."""
    lacks = document.lacks(Step.CONFIRMATION)
    if lacks:
        raise refusals.OrderIncomplete(
            Sentence(
                "To confirm order %(number)s, complete it: %(lacks)s",
                number=document.ref.number,
                lacks=together(*(one.sentence for one in lacks[:5])),
            ),
            number=document.ref.number,
            missing=[[one.field, one.line_number] for one in lacks],
        )


def answer(document: Document) -> Submitted:
    status = document.status
    return Submitted(
        document.ref.id,
        status.number,
        status.version,
        str(status.state),
        status.net,
        status.tax,
        status.gross,
        missing=document.missing,
        warnings=tuple(document.warnings),
    )
