"""Blocks on orders that people set and release, what a block undoes at once, and what goes on once one is released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from troth.business.masterdata.queries.search import customers_named
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.rules.wish import Promise
from troth.business.promising.states import Cause
from troth.business.sales.actions import books, save
from troth.business.sales.actions.change import opened, reason_given
from troth.business.sales.actions.document import ORDER_KIND, Document, load, wishes
from troth.business.sales.actions.untie import untie
from troth.business.sales.models import Order
from troth.business.sales.rules import refusals
from troth.business.sales.states import OrderState
from troth.kernel.errors import Sentence
from troth.platform import blocking, blocks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.blocking import Blockable, Facts
from troth.platform.blocks import Block, BlockKind, BlockScope
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.platform.models import BlockRow

OWN_KINDS = {BlockScope.DELIVERY: BlockKind.DELIVERY, BlockScope.BILLING: BlockKind.BILLING}
"""The kind of block that `set_block` sets for each step; other kinds and steps: `platform.blocking`."""


class OrderBlocks:
    """Orders as documents that take blocks (`platform.blocking.Subject`)."""

    scopes = tuple(BlockScope)

    def hold(self, document_id: int, *, by: Actor) -> tuple[Held, Blockable]:
        held, document = opened(document_id, None, by=by)
        return held, _blockable(document)

    def set_upon(self, held: Held, document_id: int, scope: BlockScope, *, by: Actor, clock: Clock) -> None:
        """Nothing stays confirmed under a block of the confirmation but what is in a delivery."""
        if scope is BlockScope.CONFIRMATION:
            _unconfirm(held, document_id, by=by, clock=clock)

    def facts(self, ids: Sequence[int]) -> Mapping[int, Facts]:
        rows = Order.objects.filter(pk__in=ids).values_list("pk", "sold_to__name", "sold_to__number", "requested_on")
        leaving = promises.next_dates(ORDER_KIND, ids)
        return {key: Facts(name, number, leaving.get(key, wished)) for key, name, number, wished in rows}

    def of_customer(self, word: str) -> QuerySet[Any]:
        return Order.objects.filter(customer__in=customers_named(word))


def _blockable(document: Document) -> Blockable:
    status = document.status
    return Blockable(
        document.ref,
        document.header.company_id,
        OrderBlocks.scopes if status.state == OrderState.SUBMITTED else (),
        status.entered_by_id,
        status.last_raised_by_id,
    )


@dataclass(frozen=True, slots=True)
class Blocked:
    """The reasons of the blocks that stand on the order now."""

    order_id: int
    reasons: tuple[str, ...]


@action
def set_block(order_id: int, scope: str, *, reason: str, by: Actor, clock: Clock) -> Blocked:
    """Stop the delivery or the billing of an order, with a reason."""
    given = reason_given(reason)
    if scope not in OWN_KINDS:
        raise refusals.WrongEntry(
            Sentence("Choose one of %(known)s to block.", known=", ".join(OWN_KINDS)), field="scope"
        )
    held, document = opened(order_id, None, by=by)
    kind = OWN_KINDS[BlockScope(scope)]
    blocking.put(held, _blockable(document), kind, scope, reason=given, by=by, clock=clock)
    return _standing(order_id, document)


@action
def release_block(order_id: int, block_id: int, *, reason: str, by: Actor, clock: Clock) -> Blocked:
    """Lift a block that sales may lift; a credit block is the credit manager's."""
    given = reason_given(reason)
    held, document = opened(order_id, None, by=by)
    row = BlockRow.objects.filter(pk=block_id, document_kind=ORDER_KIND, document_id=order_id, released_at=None).first()
    if row is None or row.kind == BlockKind.CREDIT:
        raise refusals.NotYourBlock(
            Sentence(
                "Order %(number)s has no such block that sales may lift. A credit block is lifted by a credit manager."
            ),
            number=document.ref.number,
            block=block_id,
        )
    blocking.lift(held, row, reason=given, by=by, clock=clock)
    return _standing(order_id, document)


def is_resumable(order_id: int) -> bool:
    """Whether an order in the books may wait for its block to be lifted."""
    return Order.objects.filter(pk=order_id, state=OrderState.SUBMITTED).exists()


@action
def resume_order(order_id: int, *, scope: str = "", by: Actor, clock: Clock) -> Blocked:
    """Promise an order that was not confirmed because of a block that was lifted, of the step `scope`.

    Nothing is promised as long as another block keeps the order from being confirmed.
    """
    held, document = opened(order_id, None, by=by)
    found = blocks.standing([document.ref])
    waits = scope == BlockScope.CONFIRMATION or document.terms.order_type.on_credit_block == "unconfirm"
    if document.status.state != OrderState.SUBMITTED or not waits or books.keeps_unconfirmed(document, found):
        return _standing(order_id, document)
    promise = _promise_again(held, document, Cause.RELEASED, clock=clock)
    short = list(promise.short_lines)
    save.record(document, "sales.order_resumed", by=by, clock=clock, facts={"short_lines": short} if short else None)
    return _standing(order_id, document)


def _unconfirm(held: Held, order_id: int, *, by: Actor, clock: Clock) -> None:
    """Confirm nothing of a held order any more: its goods, those tied to it too, are free for others at once."""
    order = Order.objects.get(pk=order_id)
    assert held.holds(order)
    document = load(order)
    ids = [line.id for line in document.lines]
    held.take(
        books.credit_key(document),
        *promises.keys(ORDER_KIND, ids),
        *promising.keys(wishes(document, document.standing)),
    )
    untie(held, document, document.standing, by=by, clock=clock)
    _promise_again(held, document, Cause.CHANGED, nothing=True, clock=clock)


def _promise_again(
    held: Held, document: Document, cause: Cause, *, nothing: bool = False, clock: Clock
) -> Promise:  # fmt: skip
    wanted = wishes(document, document.standing)
    held.take(
        books.credit_key(document),
        *promises.keys(ORDER_KIND, [line.id for line in document.lines]),
        *promising.keys(wanted),
    )
    return promising.reconfirm(held, wanted, clock=clock, blocked=nothing, cause=cause)


def refuse_while_unconfirmed(document: Document) -> None:
    """`Blocked` while a block keeps the order from being confirmed: no goods are tied to it or promised by hand."""
    sentence = Sentence("To promise goods to %(document)s its block must be released.", document=document.ref.number)
    blocks.refuse_if_blocked(document.ref, BlockScope.CONFIRMATION, sentence=sentence)


def _standing(order_id: int, document: Document) -> Blocked:
    found: tuple[Block, ...] = blocks.standing([document.ref])
    return Blocked(order_id, tuple(block.reason for block in found))
