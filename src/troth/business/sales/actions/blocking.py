"""Blocks on orders that people set and release, what a block undoes at once, and what goes on once one is released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from troth.business.masterdata.queries.search import customers_named
from troth.business.promising import queries as promises
from troth.business.promising.actions import lapsing
from troth.business.promising.states import Cause
from troth.business.sales.actions import books, keeping, save
from troth.business.sales.actions.change import opened, reason_given
from troth.business.sales.actions.document import ORDER_KIND, Document, load
from troth.business.sales.actions.hanging import moved
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
        """Nothing stays confirmed under a block of the confirmation but what is in a delivery; under others what is
        confirmed may be kept for a time."""
        document = _opened_again(held, document_id)
        if scope is BlockScope.CONFIRMATION:
            keeping.unconfirm(held, document, Cause.CHANGED, by=by, clock=clock)
        elif books.holds_for_a_time(document):
            keeping.take_keys(held, document)
            keeping.keep_standing(held, document, blocks.standing([document.ref]), clock=clock)

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
    block = blocking.put(held, _blockable(document), kind, scope, reason=given, by=by, clock=clock)
    OrderBlocks().set_upon(held, order_id, block.scope, by=by, clock=clock)
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


def is_resumable(order_id: int, scope: str) -> bool:
    """Whether an order in the books may go on now that a block of the step `scope` was lifted.

    A first look, so that the many whose type keeps what is confirmed are not opened.
    """
    found = Order.objects.filter(pk=order_id, state=OrderState.SUBMITTED)
    policy = found.values_list("order_type__on_credit_block", flat=True).first()
    if policy == "keep" and scope != BlockScope.CONFIRMATION:
        return bool(lapsing.kept(ORDER_KIND, [order_id]))
    return policy is not None


@action
def resume_order(order_id: int, *, scope: str = "", by: Actor, clock: Clock) -> Blocked:
    """Promise an order that was not confirmed because of a block that was lifted, of the step `scope`.

    Nothing is promised as long as another block keeps the order from being confirmed.
    """
    held, document = opened(order_id, None, by=by)
    found = blocks.standing([document.ref])
    kept = lapsing.kept(ORDER_KIND, [order_id])
    waits = bool(kept) or scope == BlockScope.CONFIRMATION
    waits = waits or document.terms.order_type.on_credit_block == "unconfirm"
    if document.status.state != OrderState.SUBMITTED or not waits or _is_kept_from(document, found, bool(kept)):
        return _standing(order_id, document)
    # Under the keys: until then somebody may take what has lapsed.
    keeping.take_keys(held, document)
    before = promises.promise(ORDER_KIND, [line.id for line in document.standing])
    lapsing.end_keeping(held, document.ref)
    promise = keeping.promise_again(held, document, Cause.RELEASED, clock=clock)
    after = promises.promise(ORDER_KIND, [line.id for line in document.standing])
    short = list(promise.short_lines)
    if kept and not short and not moved(document, before, after):
        return _standing(order_id, document)
    save.record(document, "sales.order_resumed", by=by, clock=clock, facts={"short_lines": short} if short else None)
    return _standing(order_id, document)


def _is_kept_from(document: Document, standing: Sequence[Block], was_kept: bool) -> bool:
    """Whether another block stands in the way still."""
    if was_kept and any(one.kind in lapsing.WAITS_FOR for one in standing):
        return True
    return books.keeps_unconfirmed(document, standing)


def _opened_again(held: Held, order_id: int) -> Document:
    order = Order.objects.get(pk=order_id)
    assert held.holds(order)
    return load(order)


def refuse_while_unconfirmed(document: Document) -> None:
    """`Blocked` while a block keeps the order from being confirmed: no goods are tied to it or promised by hand."""
    sentence = Sentence("To promise goods to %(document)s its block must be released.", document=document.ref.number)
    blocks.refuse_if_blocked(document.ref, BlockScope.CONFIRMATION, sentence=sentence)


def _standing(order_id: int, document: Document) -> Blocked:
    found: tuple[Block, ...] = blocks.standing([document.ref])
    return Blocked(order_id, tuple(block.reason for block in found))
