"""A credit manager keeps a document blocked: it is not released when less is owed, only by hand."""

from dataclasses import dataclass

from django.apps import apps
from django.db import models

from troth.business.credit.models import Waiting
from troth.kernel.errors import NotFound
from troth.platform import actions, blocking, blocks, documents, events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef


@dataclass(frozen=True, slots=True)
class Kept:
    block_id: int
    document_kind: str
    document_id: int
    document_number: str


@action
def keep_block(block_id: int, *, reason: str, by: Actor, clock: Clock) -> Kept:
    """Keep the document of a credit block blocked, with a reason; its release ends it."""
    given = blocking.reason_given(reason)
    one = Waiting.objects.filter(pk=block_id).first()
    if one is None or not by.sees(one.company_id):
        raise NotFound("This block does not stand any more.", block=block_id)
    actions.require(by, company_id=one.company_id)
    model: type[models.Model] = apps.get_model(documents.kind(one.document_kind).model)
    locks.hold(model, one.document_id, by=by)
    found = blocks.standing([DocumentRef(one.document_kind, one.document_id)])
    block = next((block for block in found if block.id == block_id), None)
    if block is None:
        raise NotFound("This block does not stand any more.", block=block_id)
    Waiting.objects.filter(pk=block_id).update(kept_by_id=by.user_id, kept_at=clock.now(), kept_reason=given)
    facts = {"reason": given, "block": block_id}
    events.record(
        "credit.block_kept", block.ref, company_id=one.company_id, by=by, at=clock.now(), facts=facts
    )  # fmt: skip
    return Kept(block_id, block.ref.kind, block.ref.id, block.ref.number)
