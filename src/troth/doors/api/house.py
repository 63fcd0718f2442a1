"""Operations of the house: who am I, is it well, what happened to a document."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.apps import apps
from django.db.models import Model, QuerySet
from ninja import Query
from pydantic import Field

from troth.ledgers.fulfilment import queries as fulfilment
from troth.platform import documents, health, permissions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Id, Shown
from troth.platform.documents import DocumentRef
from troth.platform.models import Event

operations = Operations("house")


class GrantShown(Shown):
    role: str
    company: int | None
    site: int | None


class Me(Shown):
    """Who the caller is and what the caller may. `companies` and `sites` are ids; null stands for all."""

    user: int | None
    name: str
    language: str
    grants: list[GrantShown]
    scopes: list[str] | None
    permissions: list[str]


@operations.reads("/me", Me)
def who_am_i(request: ApiRequest) -> Me:
    """Who the token or the session stands for, and what that may do."""
    actor = request.auth
    return Me(
        user=actor.user_id,
        name=actor.name,
        language=actor.language,
        grants=[GrantShown(role=one.role, company=one.company_id, site=one.site_id) for one in actor.grants],
        scopes=None if actor.scopes is None else sorted(actor.scopes),
        permissions=sorted(one for one in permissions.PERMISSIONS if actor.may(one)),
    )


class Health(Shown):
    status: str
    worker: str


@operations.reads("/health", Health)
def health_of_service(request: ApiRequest) -> Health:
    """Whether the service answers and its worker is alive."""
    return Health(status="ok", worker=health.worker_state(request.clock))


class EventShown(Shown):
    """What happened. `changes` hold field -> [before, after]."""

    id: int
    kind: str
    at: datetime
    actor: int | None
    acting_for: int | None
    document_kind: str
    document_id: int
    document_number: str
    facts: dict[str, Any]
    changes: dict[str, Any]


DocumentKind = Annotated[str, Field(max_length=40)]


@operations.reads("/documents/{kind}/{int:document_id}/events", Page[EventShown])
def list_events(request: ApiRequest, kind: DocumentKind, document_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    """What happened to a document, newest first: who, when, what, and each field before and after."""
    documents.refuse_unseen(kind, document_id, by=request.auth)
    return page(request, _events(request, kind, document_id), paging, lambda rows: [_event(row) for row in rows])


class NodeShown(Shown):
    kind: str
    id: int
    number: str


class EdgeShown(Shown):
    """What went from one document to another; `quantity` counts smallest units, summed over its lines."""

    origin: NodeShown
    target: NodeShown
    measure: str
    quantity: int


class FlowShown(Shown):
    """The documents before and after one, itself among them; `complete` is false where more were cut off."""

    documents: list[NodeShown]
    steps: list[EdgeShown]
    complete: bool


@operations.reads("/documents/{kind}/{int:document_id}/flow", FlowShown)
def get_document_flow(request: ApiRequest, kind: DocumentKind, document_id: Id) -> FlowShown:
    """The flow of documents, from the quotation to the payment."""
    documents.refuse_unseen(kind, document_id, by=request.auth)
    flow = fulfilment.flow(DocumentRef(kind, document_id))
    shown = _nodes([one.document for one in flow.nodes])
    return FlowShown(
        documents=list(shown.values()),
        steps=[
            EdgeShown(
                origin=shown[edge.origin],
                target=shown[edge.target],
                measure=str(edge.measure),
                quantity=edge.quantity,
            )
            for edge in flow.edges
        ],
        complete=flow.complete,
    )


def _nodes(refs: Sequence[DocumentRef]) -> dict[DocumentRef, NodeShown]:
    """The documents with the numbers people know them by; one statement a kind."""
    models = {one.code: one.model for one in documents.kinds()}
    numbers: dict[tuple[str, int], str] = {}
    for kind in {ref.kind for ref in refs} & models.keys():
        model: type[Model] = apps.get_model(models[kind])
        wanted = [ref.id for ref in refs if ref.kind == kind]
        rows = model._default_manager.filter(pk__in=wanted).values_list("pk", "number")
        numbers |= {(kind, found): number for found, number in rows}
    return {
        ref: NodeShown(kind=ref.kind, id=ref.id, number=numbers.get((ref.kind, ref.id), ref.number)) for ref in refs
    }


def _events(request: ApiRequest, kind: str, document_id: int) -> QuerySet[Event]:
    found = Event.objects.filter(document_kind=kind, document_id=document_id)
    return documents.within(found, request.auth.reach)


def _event(row: Event) -> EventShown:
    return EventShown(
        id=row.pk,
        kind=row.kind,
        at=row.at,
        actor=row.actor_id,
        acting_for=row.acting_for_id,
        document_kind=row.document_kind,
        document_id=row.document_id,
        document_number=row.document_number,
        facts=row.facts,
        changes=row.changes,
    )
