"""One promise over the API: why these dates, what would make them earlier, what it would be now, what it was."""

from datetime import date, datetime
from typing import Any

from troth.business.promising import actions, queries
from troth.business.promising.models import Requirement
from troth.kernel.errors import NotFound, Sentence
from troth.platform import documents
from troth.platform.actors import Actor
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.paging import Page, whole
from troth.platform.api.values import Id, Shown, quantity
from troth.reference import queries as reference
from troth.reference.queries import ProductRow

operations = Operations("promises")


class FreeShown(Shown):
    on: date
    free: str


class ArrivalShown(Shown):
    on: date
    quantity: str


class PromiseThenShown(Shown):
    """`cause` is why it was made, `run` the backorder run that did, `ended_at` null for the promise of today."""

    promised_at: datetime | None
    cause: str
    ended_at: datetime | None
    requested_on: date
    quantity: str
    confirmed: str
    delivery_on: date | None
    sentence: str
    run: str | None


class PromiseShown(Shown):
    """`free` is the part of the free curve that was seen, from the day goods were needed on; `history` the promises
    that were made on the line, the first one first."""

    document: str
    product: str
    site: str
    unit: str
    sentence: str
    scope: str
    version: int | None
    looked_on: date | None
    first_promised_on: date | None
    free: list[FreeShown]
    history: list[PromiseThenShown]


class EarlierShown(Shown):
    """`road` is split, fewer, release, protection, quota, receipt, anywhere, site or substitute.

    A `receipt` would have to come on `needed_on`, a `quota` to be raised by `more`, a `product` to be sold instead.
    `more` of a `stock` (quality_stock or blocked_stock) would have to be released, of a `protection` not be kept.
    """

    road: str
    arrivals: list[ArrivalShown]
    short: str
    receipt: str | None
    needed_on: date | None
    site: str | None
    quota: str | None
    more: str | None
    product: str | None
    stock: str | None


class PostedSince(Shown):
    """What a document posted since, in a category and for a day."""

    at: datetime
    category: str
    on: date | None
    quantity: str
    document_kind: str
    document_id: int


class ReplayShown(Shown):
    sentence: str
    differs: bool
    promised_at: datetime | None
    arrivals: list[ArrivalShown]
    short: str
    moved: list[PostedSince]


def _found(promise_id: int, by: Actor) -> tuple[Requirement, ProductRow]:
    """The requirement of a promise and its product, as far as the caller may see the document."""
    one = Requirement.objects.filter(pk=promise_id).first()
    if one is None:
        raise NotFound(
            Sentence("There is no such promise, or you may not see its document."), promise=promise_id
        )  # fmt: skip
    documents.refuse_unseen(one.document_kind, one.document_id, by=by)
    return one, reference.product(one.product_id)


@operations.reads("/promises/{int:promise_id}", PromiseShown)
def get_promise(request: ApiRequest, promise_id: Id) -> PromiseShown:
    """Why a line gets its dates, and every promise that was made on it."""
    one, product = _found(promise_id, request.auth)
    why = queries.explain(one.document_kind, one.line_id)
    assert why is not None
    return PromiseShown(
        document=one.document_number,
        product=product.number,
        site=reference.site(one.site_id).code,
        unit=product.base_unit,
        sentence=why.sentence,
        scope=why.scope,
        version=why.version,
        looked_on=why.looked_on,
        first_promised_on=one.first_promised_on,
        free=[FreeShown(on=on, free=quantity(max(free, 0), product.decimals)) for on, free in why.free],
        history=[
            PromiseThenShown(
                promised_at=then.promised_at, cause=then.cause, ended_at=then.ended_at, requested_on=then.requested_on,
                quantity=quantity(then.quantity, product.decimals),
                confirmed=quantity(then.confirmed, product.decimals), delivery_on=then.delivery_on,
                sentence=then.sentence, run=then.run.number if then.run else None,
            )
            for then in queries.history(one.document_kind, one.line_id)
        ],
    )  # fmt: skip


@operations.reads("/promises/{int:promise_id}/earlier", Page[EarlierShown])
def list_earlier(request: ApiRequest, promise_id: Id) -> dict[str, Any]:
    """What would make a line come earlier, or more of it, the most helpful first; tried on the books as they are."""
    one, product = _found(promise_id, request.auth)
    found = actions.earlier(one.document_kind, one.line_id, clock=request.clock)
    return whole(
        [
            EarlierShown(
                road=road.road,
                arrivals=[
                    ArrivalShown(on=arrival.on, quantity=quantity(arrival.quantity, product.decimals))
                    for arrival in road.arrivals
                ],
                short=quantity(road.short, product.decimals),
                receipt=road.receipt.number if road.receipt else None,
                needed_on=road.needed_on,
                site=road.site or None,
                quota=road.quota or None,
                more=quantity(road.more, product.decimals) if road.more else None,
                product=road.product or None,
                stock=road.stock.name.lower() if road.stock is not None else None,
            )
            for road in found
        ]
    )


@operations.reads("/promises/{int:promise_id}/replay", ReplayShown)
def replay_promise(request: ApiRequest, promise_id: Id) -> ReplayShown:
    """What the line would be promised now, all others standing, and what moved on its product at its site since."""
    one, product = _found(promise_id, request.auth)
    found = actions.replay(one.document_kind, one.line_id, clock=request.clock)
    return ReplayShown(
        sentence=found.now.sentence,
        differs=found.differs,
        promised_at=found.promised_at,
        arrivals=[
            ArrivalShown(on=one.delivery_on, quantity=quantity(one.quantity, product.decimals))
            for one in found.now.schedules
        ],
        short=quantity(found.now.short, product.decimals),
        moved=[
            PostedSince(
                at=one.at, category=one.category.name.lower(), on=one.on,
                quantity=quantity(one.quantity, product.decimals), document_kind=one.source.kind,
                document_id=one.source.id,
            )
            for one in found.moved
        ],
    )  # fmt: skip
