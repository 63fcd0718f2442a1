"""Blocks over the API: those that stand, those of a document, set one, release one or many."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.platform import blocking, documents
from troth.platform.actors import Actor
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page, whole
from troth.platform.api.values import Code, Entry, Id, Name, Reason, Shown
from troth.platform.blocking import Facts, Narrowing
from troth.platform.blocks import BlockKind, BlockScope
from troth.platform.models import BlockRow
from troth.platform.web.blocks import facts_of

operations = Operations("house")


class DocumentBlock(Shown):
    """A block of a document. `kind` says whose business it is, `scope` which step it stops (and those after it).

    `next_on` is the next day that it may cost. Who released it, when and why is there once it was. `may_release`
    speaks of the caller, who has the right and neither entered the document nor last raised it.
    """

    id: int
    document_kind: str
    document_id: int
    document_number: str
    customer_number: str
    customer_name: str
    kind: str
    scope: str
    reason: str
    set_by: int | None
    set_at: datetime
    next_on: date | None
    released_by: int | None
    released_at: datetime | None
    release_reason: str
    may_release: bool


def _shown(row: BlockRow, facts: Facts | None, actor: Actor) -> dict[str, Any]:
    stands = row.released_at is None
    return {
        "id": row.pk, "document_kind": row.document_kind, "document_id": row.document_id,
        "document_number": row.document_number, "customer_number": facts.party_number if facts else "",
        "customer_name": facts.party_name if facts else "", "kind": row.kind, "scope": row.scope,
        "reason": row.reason, "set_by": row.set_by_id, "set_at": row.set_at,
        "next_on": facts.next_on if facts and stands else None, "released_by": row.released_by_id,
        "released_at": row.released_at, "release_reason": row.release_reason,
        "may_release": stands and blocking.may_release(row, actor),
    }  # fmt: skip


def _all_shown(rows: Iterable[BlockRow], actor: Actor) -> list[dict[str, Any]]:
    found = list(rows)
    known: Mapping[tuple[str, int], Facts] = facts_of(found)
    return [_shown(row, known.get((row.document_kind, row.document_id)), actor) for row in found]


class BlockFilter(Paging):
    """`customer` is a number or part of a name, `days` how long a block has stood at least.

    `releasable`: those that the caller may release.
    """

    kind: BlockKind | None = None
    scope: BlockScope | None = None
    customer: Name = ""
    days: Annotated[int, Field(ge=0, le=3650)] = 0
    releasable: bool = False


@operations.reads("/blocks", Page[DocumentBlock])
def list_blocks(request: ApiRequest, wanted: Query[BlockFilter]) -> dict[str, Any]:
    """The blocks that stand, the longest standing first."""
    narrowing = Narrowing(
        kind=wanted.kind or "",
        scope=wanted.scope or "",
        customer=wanted.customer,
        set_before=request.clock.now() - timedelta(days=wanted.days) if wanted.days else None,
        releasable=wanted.releasable,
    )
    found = blocking.standing(request.auth, narrowing)
    return page(request, found, wanted, lambda rows: _all_shown(rows, request.auth), order=("set_at", "id"))


Kind = Annotated[str, Field(max_length=40)]


@operations.reads("/documents/{kind}/{int:document_id}/blocks", Page[DocumentBlock])
def list_blocks_of_document(request: ApiRequest, kind: Kind, document_id: Id) -> dict[str, Any]:
    """All blocks of a document, standing and released, oldest first."""
    documents.refuse_unseen(kind, document_id, by=request.auth)
    rows = BlockRow.objects.filter(document_kind=kind, document_id=document_id).order_by("set_at", "id")
    return whole(_all_shown(rows, request.auth))


class NewBlock(Entry):
    """`kind`: delivery, customer_service, quality or billing; a credit block is set by the check of credit.

    `scope`: confirmation, delivery, goods_issue or billing, as far as the document still comes to it.
    """

    kind: Code
    scope: Code
    reason: Name


@operations.creates("/documents/{kind}/{int:document_id}/blocks", DocumentBlock)
def block_document(request: ApiRequest, kind: Kind, document_id: Id, block: NewBlock) -> dict[str, Any]:
    """Stop a step of an order or a delivery, with a reason. What stands already stays as it is."""
    made = create(
        request, blocking.set_block, kind, document_id, block.kind, block.scope, reason=block.reason
    )  # fmt: skip
    return _one(request, made.block_id)


@operations.acts("/blocks/{int:block_id}/release", DocumentBlock)
def lift_block(request: ApiRequest, block_id: Id, why: Reason) -> dict[str, Any]:
    """Release a block of any kind, a credit block by the credit manager's rules."""
    act(request, blocking.releasing(block_id, by=request.auth), block_id, reason=why.reason)
    return _one(request, block_id)


def _one(request: ApiRequest, block_id: int) -> dict[str, Any]:
    [shown] = _all_shown([blocking.seen(block_id, by=request.auth)], request.auth)
    return shown


class MassLift(Entry):
    """Up to 200 blocks by id, released for one reason."""

    blocks: Annotated[list[Id], Field(min_length=1, max_length=200)]
    reason: Name


class LiftOutcome(Shown):
    """What became of a block: released, or the refusal's code and sentence."""

    block: int
    document_kind: str
    document_id: int
    document_number: str
    is_released: bool
    code: str
    detail: str


class MassLifted(Shown):
    results: list[LiftOutcome]


@operations.creates("/blocks/release", MassLifted, status=200)
def lift_blocks(request: ApiRequest, wanted: MassLift) -> MassLifted:
    """Release many blocks, each on its own; one that is refused does not stop the others.

    What was released already is told by its refusal, so a repeat releases nothing twice.
    """
    found = blocking.release_blocks(wanted.blocks, reason=wanted.reason, by=request.auth, clock=request.clock)
    results = [
        LiftOutcome(
            block=one.block_id,
            document_kind=one.document_kind,
            document_id=one.document_id,
            document_number=one.document_number,
            is_released=one.is_released,
            code=one.code,
            detail=one.reason,
        )
        for one in found
    ]
    return MassLifted(results=results)
