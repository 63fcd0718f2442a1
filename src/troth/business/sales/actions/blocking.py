"""Delivery and billing blocks that representatives set and lift, and what goes on once a block is lifted."""

from dataclasses import dataclass

from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.states import Cause
from troth.business.sales.actions import books, save
from troth.business.sales.actions.change import opened, reason_given
from troth.business.sales.actions.document import ORDER_KIND, Document, wishes
from troth.business.sales.models import Order
from troth.business.sales.rules import refusals
from troth.business.sales.states import OrderState
from troth.kernel.errors import Sentence
from troth.platform import blocks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.blocks import BlockKind, BlockScope
from troth.platform.clock import Clock

OWN_KINDS = {BlockScope.DELIVERY: BlockKind.DELIVERY, BlockScope.BILLING: BlockKind.BILLING}
"""The kind of block that sales sets for each step; credit has its own."""


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
    blocks.set_block(
        held,
        document.ref,
        OWN_KINDS[BlockScope(scope)],
        BlockScope(scope),
        company_id=document.header.company_id,
        reason=given,
        entered_by_id=None,
        last_raised_by_id=None,
        by=by,
        clock=clock,
    )
    return _standing(order_id, document)


@action
def release_block(order_id: int, block_id: int, *, reason: str, by: Actor, clock: Clock) -> Blocked:
    """Lift a block that sales may lift; a credit block is the credit manager's."""
    given = reason_given(reason)
    held, document = opened(order_id, None, by=by)
    block = next((block for block in blocks.standing([document.ref]) if block.id == block_id), None)
    if block is None or block.kind is BlockKind.CREDIT:
        raise refusals.NotYourBlock(
            Sentence(
                "Order %(number)s has no such block that sales may lift. A credit block is lifted by a credit manager."
            ),
            number=document.ref.number,
            block=block_id,
        )
    blocks.release(held, block_id, reason=given, by=by, clock=clock)
    return _standing(order_id, document)


def is_resumable(order_id: int) -> bool:
    """Whether an order in the books may wait for its block to be lifted."""
    return Order.objects.filter(pk=order_id, state=OrderState.SUBMITTED).exists()


@action
def resume_order(order_id: int, *, by: Actor, clock: Clock) -> Blocked:
    """Promise an order whose block was lifted and whose type confirms nothing while it is blocked."""
    held, document = opened(order_id, None, by=by)
    standing = _standing(order_id, document)
    still = [b for b in blocks.standing([document.ref]) if b.kind in (BlockKind.CREDIT, BlockKind.DELIVERY)]
    waits = document.terms.order_type.on_credit_block == "unconfirm" and not still
    if document.status.state != OrderState.SUBMITTED or not waits:
        return standing
    wanted = wishes(document, document.standing)
    held.take(
        books.credit_key(document),
        *promises.keys(ORDER_KIND, [line.id for line in document.lines]),
        *promising.keys(wanted),
    )
    promise = promising.reconfirm(held, wanted, clock=clock, cause=Cause.RELEASED)
    short = list(promise.short_lines)
    save.record(document, "sales.order_resumed", by=by, clock=clock, facts={"short_lines": short} if short else None)
    return standing


def _standing(order_id: int, document: Document) -> Blocked:
    return Blocked(order_id, tuple(block.reason for block in blocks.standing([document.ref])))
