"""Cancelling an order: it leaves no demand, no claim and no block behind."""

from troth.business.credit import actions as credit
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.sales import store
from troth.business.sales.actions import books, save
from troth.business.sales.actions.answers import Saved
from troth.business.sales.actions.change import opened, reason_given
from troth.business.sales.actions.document import LINE_KIND, ORDER_KIND, Document
from troth.business.sales.actions.untie import untie
from troth.business.sales.rules import refusals
from troth.business.sales.states import ORDER, OrderState
from troth.kernel.errors import Sentence
from troth.ledgers.fulfilment.keys import FulfilmentKey
from troth.platform import blocks
from troth.platform.actions import action
from troth.platform.actors import SYSTEM, Actor
from troth.platform.blocks import BlockKind
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held


@action
def cancel_order(order_id: int, *, reason: str, expected_version: int | None = None, by: Actor, clock: Clock) -> Saved:
    """Cancel an order of which nothing is in a delivery or an invoice: all promised on or tied to it is free."""
    return _cancel(order_id, reason_given(reason), expected_version, "sales.order_cancelled", by=by, clock=clock)


@action
def reject_for_credit(order_id: int, *, reason: str, by: Actor, clock: Clock) -> Saved:
    """Cancel an order under a credit block because the credit manager declines it (CR-4). Refused where none stands."""
    given = reason_given(reason)
    if not any(block.kind is BlockKind.CREDIT for block in blocks.standing([DocumentRef(ORDER_KIND, order_id)])):
        raise refusals.NotYourBlock("No credit block stands on this order, so it cannot be rejected for its credit.")
    return _cancel(order_id, given, None, "sales.order_rejected_for_credit", by=by, clock=clock)


def _cancel(order_id: int, given: str, expected_version: int | None, kind: str, *, by: Actor, clock: Clock) -> Saved:
    held, document = opened(order_id, expected_version, by=by)
    was = document.status.state
    state = ORDER.step(was, "cancel")
    if was == OrderState.SUBMITTED:
        _take_back(held, document, by=by, clock=clock)
    document.status = document.with_totals(state=state, version=document.status.version + 1)
    store.update(store.ORDER, document.ref.id, document.header, document.status, {})
    save.record(document, kind, by=by, clock=clock, facts={"reason": given})
    return save.saved(document)


def _take_back(held: Held, document: Document, *, by: Actor, clock: Clock) -> None:
    lines = document.standing
    ids = [line.id for line in lines]
    held.take(books.credit_key(document), *promises.keys(ORDER_KIND, ids))
    untie(held, document, lines, by=by, clock=clock)
    held.take(*books.quoted_keys(lines), *(FulfilmentKey(LINE_KIND, line_id) for line_id in ids))
    _refuse_if_in_delivery(held, document)
    promising.withdraw(held, ORDER_KIND, ids, clock=clock)
    credit.withdraw(held, books.credit_key(document), document.ref, clock=clock)
    books.post_ordered(held, document, [(line, -line.base_quantity, -line.net) for line in lines], clock=clock)
    for block in blocks.standing([document.ref]):
        blocks.release(held, block.id, reason=Sentence("The order was cancelled."), by=SYSTEM, clock=clock)
    credit.end_waiting(document.ref)


def _refuse_if_in_delivery(held: Held, document: Document) -> None:
    number = document.ref.number
    balances = [(line, held.balance(FulfilmentKey(LINE_KIND, line.id))) for line in document.standing]
    delivered = [line.line_number for line, balance in balances if balance.delivered]
    if delivered:
        raise refusals.OrderInDelivery(
            Sentence(
                "Order %(number)s has lines in a delivery. To cancel it, cancel the delivery first; "
                "or reject the lines that are not in one."
            ),
            number=number,
            lines=delivered,
        )
    billed = [line.line_number for line, balance in balances if balance.billed]
    if billed:
        raise refusals.OrderBilled(
            Sentence("Order %(number)s has been billed. To cancel it, cancel the invoice first."),
            number=number,
            lines=billed,
        )
