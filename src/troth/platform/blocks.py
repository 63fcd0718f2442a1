"""Blocks: what stops a step of a document, who set it and who lifted it.

One mechanism for all of them. A block has a *scope*, the step it stops, and a *kind*, which says whose business it is;
each kind is released by its own role; how people set and release them is in `blocking`. A block is never deleted:
releasing it fills in who, when and why. Who entered the document or last raised it cannot release its block, by a CHECK
of the table as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.apps import apps
from django.db.models import Model

from troth.kernel.errors import BusinessError, InvalidInput, NotFound, Sentence
from troth.platform import documents, events, sql
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.platform.models import BlockRow

RAISED = "last_raised_by_id"


class BlockKind(StrEnum):
    """Whose business the block is."""

    CREDIT = "credit"
    DELIVERY = "delivery"
    CUSTOMER_SERVICE = "customer_service"
    QUALITY = "quality"
    BILLING = "billing"


class BlockScope(StrEnum):
    """The step that the block stops."""

    CONFIRMATION = "confirmation"
    DELIVERY = "delivery"
    GOODS_ISSUE = "goods_issue"
    BILLING = "billing"


STOPS = {
    BlockScope.CONFIRMATION: frozenset(BlockScope),
    BlockScope.DELIVERY: frozenset({BlockScope.DELIVERY, BlockScope.GOODS_ISSUE}),
    BlockScope.GOODS_ISSUE: frozenset({BlockScope.GOODS_ISSUE}),
    BlockScope.BILLING: frozenset({BlockScope.BILLING}),
}
"""What a block of each scope stops."""


class Blocked(BusinessError):
    """A standing block stops this step."""

    code = "blocked"


class NotStanding(NotFound):
    """The block does not stand any more: somebody released it, or its document is gone."""

    code = "block_not_standing"


class OwnBlock(BusinessError):
    """Nobody releases a block of a document that they entered or raised."""

    code = "own_block"


@dataclass(frozen=True, slots=True)
class Block:
    id: int
    ref: DocumentRef
    kind: BlockKind
    scope: BlockScope
    reason: str
    set_by_id: int | None
    set_at: datetime
    entered_by_id: int | None
    last_raised_by_id: int | None
    company_id: int
    released_by_id: int | None = None
    released_at: datetime | None = None
    release_reason: str = ""


def set_block(
    held: Held,
    ref: DocumentRef,
    kind: BlockKind,
    scope: BlockScope,
    *,
    company_id: int,
    reason: str,
    entered_by_id: int | None,
    last_raised_by_id: int | None,
    by: Actor,
    clock: Clock,
) -> Block:
    """Set a block; a standing one of the same kind and scope stays as it is. Return it as it stands."""
    assert held.writes
    row, made = BlockRow.objects.get_or_create(
        document_kind=ref.kind,
        document_id=ref.id,
        kind=kind,
        scope=scope,
        released_at=None,
        defaults={
            "document_number": ref.number,
            "company_id": company_id,
            "reason": reason,
            "set_by_id": by.user_id,
            "set_at": clock.now(),
            "entered_by_id": entered_by_id,
            "last_raised_by_id": last_raised_by_id,
        },
    )
    if made:
        facts = {"kind": kind, "scope": scope, "reason": reason, "block": row.pk}
        events.record("platform.block_set", ref, company_id=company_id, by=by, at=clock.now(), facts=facts)
    return _block(row)


def standing(refs: Iterable[DocumentRef]) -> tuple[Block, ...]:
    """The blocks that stand on these documents, oldest first."""
    wanted = list(refs)
    if not wanted:
        return ()
    with_clause, source, parameters = sql.relation(
        "k", {"kind": "text", "id": "int"}, [(ref.kind, ref.id) for ref in dict.fromkeys(wanted)]
    )
    # Nearly always there are none, so the rows themselves are a second look.
    ids = sql.fetch(
        f"{with_clause} SELECT b.id FROM platform_block b JOIN {source}"
        " ON b.document_kind = k.kind AND b.document_id = k.id WHERE b.released_at IS NULL",
        parameters,
    )
    if not ids:
        return ()
    found = BlockRow.objects.filter(pk__in=[row_id for (row_id,) in ids]).order_by("set_at", "pk")
    return tuple(_block(row) for row in found)


def history(ref: DocumentRef) -> tuple[Block, ...]:
    """All blocks of a document, standing and released, oldest first."""
    found = BlockRow.objects.filter(document_kind=ref.kind, document_id=ref.id).order_by("set_at", "pk")
    return tuple(_block(row) for row in found)


def refuse_if_blocked(ref: DocumentRef, step: BlockScope, *, sentence: str) -> None:
    """Raise `Blocked` with the sentence ("To deliver … somebody must release it.") if a block stops the step."""
    stopping = [block for block in standing([ref]) if step in STOPS[block.scope]]
    if stopping:
        raise Blocked(sentence, document=ref.number, blocks=[f"{block.kind}: {block.reason}" for block in stopping])


def release(held: Held, block_id: int, *, reason: str, by: Actor, clock: Clock) -> Block:
    """Lift a block; the document must be held. Refuses the person who entered or last raised the document."""
    assert held.writes
    row = _standing_row(block_id)
    if not reason.strip():
        raise InvalidInput("Say why the block is lifted.", field="reason")
    row.last_raised_by_id = _last_raised_by(row)
    if not by.is_system and by.user_id in (row.entered_by_id, row.last_raised_by_id):
        raise OwnBlock(
            Sentence("You entered or last raised %(document)s; to release it somebody else must look at it."),
            document=row.document_number,
        )
    row.released_by_id, row.released_at, row.release_reason = by.user_id, clock.now(), reason
    row.save(update_fields=["last_raised_by_id", "released_by_id", "released_at", "release_reason"])
    block = _block(row)
    facts = {"kind": block.kind, "scope": block.scope, "reason": reason, "block": block.id}
    events.record("platform.block_released", block.ref, company_id=row.company_id, by=by, at=clock.now(), facts=facts)
    return block


def release_all(held: Held, block_ids: Iterable[int], *, reason: str, clock: Clock) -> tuple[Block, ...]:
    """Lift the blocks of held documents that still stand, for a reason that the program found itself."""
    from troth.platform.actors import SYSTEM

    assert held.writes
    rows = BlockRow.objects.filter(pk__in=list(block_ids), released_at=None)
    lifted = tuple(_block(row) for row in rows.order_by("pk"))
    rows.update(released_at=clock.now(), release_reason=reason)
    for block in lifted:
        facts = {"kind": block.kind, "scope": block.scope, "reason": reason, "block": block.id}
        events.record(
            "platform.block_released", block.ref, company_id=block.company_id, by=SYSTEM, at=clock.now(), facts=facts
        )
    return lifted


def _standing_row(block_id: int) -> BlockRow:
    row = BlockRow.objects.filter(pk=block_id).first()
    if row is None:
        raise NotStanding("This block does not stand any more.", block=block_id)
    if row.released_at is not None:
        said = Sentence("The block of %(document)s does not stand any more.")
        raise NotStanding(said, document=row.document_number, block=block_id)
    return row


def _last_raised_by(row: BlockRow) -> int | None:
    """Who raised the document last, which may have been after the block was set.

    Whoever set the block on a document of their own may take it back as long as nobody else raised it since.
    """
    kind = next((one for one in documents.kinds() if one.code == row.document_kind), None)
    model: type[Model] | None = apps.get_model(kind.model) if kind is not None else None
    if model is None or not any(one.attname == RAISED for one in model._meta.concrete_fields):
        return row.last_raised_by_id
    found: int | None = model._default_manager.filter(pk=row.document_id).values_list(RAISED, flat=True).first()
    return row.last_raised_by_id if found in (None, row.set_by_id) else found


def _block(row: BlockRow) -> Block:
    return Block(
        id=row.pk,
        ref=DocumentRef(row.document_kind, row.document_id, row.document_number),
        kind=BlockKind(row.kind),
        scope=BlockScope(row.scope),
        reason=row.reason,
        set_by_id=row.set_by_id,
        set_at=row.set_at,
        entered_by_id=row.entered_by_id,
        last_raised_by_id=row.last_raised_by_id,
        company_id=row.company_id,
        released_by_id=row.released_by_id,
        released_at=row.released_at,
        release_reason=row.release_reason,
    )
