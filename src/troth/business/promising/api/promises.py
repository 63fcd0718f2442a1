"""One promise over the API: why these dates, what would make them earlier, what it would be now, what it was."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ninja import Query

from troth.business.promising import actions, queries
from troth.business.promising.actions import Earlier
from troth.business.promising.models import Requirement
from troth.business.promising.rules.wish import Binding
from troth.business.promising.versions import read
from troth.kernel.calendars import date_of
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.netting import Category
from troth.kernel.periods import first_day
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import documents
from troth.platform.actors import Actor
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.paging import Page, whole
from troth.platform.api.values import Entry, Id, Shown, quantity
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
    """`cause` is why it was made, `run` the backorder run that did; `id` and `ended_at` are null for the promise of
    today."""

    id: int | None
    promised_at: datetime | None
    cause: str
    ended_at: datetime | None
    requested_on: date
    quantity: str
    confirmed: str
    delivery_on: date | None
    sentence: str
    run: str | None


class CellReadShown(Shown):
    """A quota's cell (`procedure` null: what is protected) in the period that begins on `first_on`."""

    procedure: str | None
    values: dict[str, str]
    first_on: date | None
    planned: str
    consumed: str
    planned_now: str
    consumed_now: str


class ReadShown(Shown):
    """What was read for a promise: `version` of the product's books at the site, edition of the `masters` (scopes,
    rules, calendars, routes), version of the `quotas` that held, the `rule` of availability. Null: the record does not
    say.
    """

    scope: str
    looked_on: date | None
    version: int | None
    version_now: int
    masters: str | None
    masters_changed: bool
    quotas: str | None
    quotas_changed: bool
    rule: str
    cells: list[CellReadShown]


class ConfirmedThenShown(Shown):
    """A confirmed quantity, and its days on the way: its transport is planned from `transportation_planning_on` on."""

    quantity: str
    basis: str
    material_on: date
    transportation_planning_on: date
    loading_on: date
    goods_issue_on: date
    delivery_on: date


class BindingShown(Shown):
    """What held the promise down: the day on which least was free, and when the next supply comes, if any is known; or
    the day from which its quota has more."""

    on: date | None
    receipt: str
    receipt_on: date | None
    quota_more_on: date | None


class PromiseShown(Shown):
    """`free` is the part of the free curve that was seen, from the day goods were needed on (`goods_wanted_on`);
    `confirmed` what was promised of it, `binding` what held it down (null: nothing did); `history` the promises that
    were made on the line, the first one first. `displaced` counts the runs over the backorders that made it later."""

    document: str
    product: str
    site: str
    unit: str
    sentence: str
    scope: str
    version: int | None
    looked_on: date | None
    first_promised_on: date | None
    requested_on: date
    displaced: int
    goods_wanted_on: date | None
    free: list[FreeShown]
    confirmed: list[ConfirmedThenShown]
    binding: BindingShown | None
    read: ReadShown
    history: list[PromiseThenShown]


class MoveShown(Shown):
    """A receipt of `quantity` would have to come `days` earlier than it is due."""

    receipt: str
    quantity: str
    due_on: date
    needed_on: date
    days: int


class RoomShown(Shown):
    """The target of a `procedure` (code), in the period of a day, would have to be `more` (below zero: less)."""

    quota: str
    procedure: str
    on: date
    more: str


class EarlierShown(Shown):
    """`road` is split, fewer, release, protection, quota, period, receipt, receipts, procure, produce, anywhere, site
    or substitute.

    Receipts would have to come as `moves` says (a `receipt` alone on `needed_on`), a `quota` to be raised by `more`
    (all that are to be changed: `rooms`; with period, one gives what the other needs), a `product` to be sold instead.
    `more` of a `stock` (quality_stock or blocked_stock) would have to be released, of a `protection` not be kept, of
    goods procured or produced, which are there on `ready_on` by the lead time.
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
    ready_on: date | None
    moves: list[MoveShown]
    rooms: list[RoomShown]


class PostedSince(Shown):
    """What a document posted since, in a category and for a day."""

    at: datetime
    category: str
    on: date | None
    quantity: str
    document_kind: str
    document_id: int


class ReplayAsked(Entry):
    """`then` is a past promise of the line (the id in its history); without it the promise of today is looked at."""

    then: Id | None = None


class ReplayShown(Shown):
    """`was` came then and was not delivered since, `arrivals` would come now; `difference` says it in words."""

    sentence: str
    difference: str
    was: list[ArrivalShown]
    read: ReadShown
    differs: bool
    promised_at: datetime | None
    arrivals: list[ArrivalShown]
    short: str
    moved: list[PostedSince]


def found(promise_id: int, by: Actor) -> tuple[Requirement, ProductRow]:
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
    one, product = found(promise_id, request.auth)
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
        requested_on=one.requested_on,
        displaced=one.displaced,
        goods_wanted_on=why.asked_for_goods_on,
        free=[FreeShown(on=on, free=quantity(max(free, 0), product.decimals)) for on, free in why.free],
        confirmed=[
            ConfirmedThenShown(
                quantity=quantity(each.quantity, product.decimals), basis=str(each.basis), material_on=each.material_on,
                transportation_planning_on=each.transportation_planning_on, loading_on=each.loading_on,
                goods_issue_on=each.goods_issue_on, delivery_on=each.delivery_on,
            )
            for each in why.schedules
        ],
        binding=_binding(why.record),
        read=_read(why.record, one, product),
        history=[
            PromiseThenShown(
                id=then.id, promised_at=then.promised_at, cause=then.cause, ended_at=then.ended_at,
                requested_on=then.requested_on, quantity=quantity(then.quantity, product.decimals),
                confirmed=quantity(then.confirmed, product.decimals), delivery_on=then.delivery_on,
                sentence=then.sentence, run=then.run.number if then.run else None,
            )
            for then in queries.history(one.document_kind, one.line_id)
        ],
    )  # fmt: skip


@operations.reads("/promises/{int:promise_id}/earlier", Page[EarlierShown])
def list_earlier(request: ApiRequest, promise_id: Id) -> dict[str, Any]:
    """What would make a line come earlier, or more of it, the most helpful first; tried on the books as they are."""
    one, product = found(promise_id, request.auth)
    told = actions.earlier(one.document_kind, one.line_id, clock=request.clock)
    return whole([_road(one, product.decimals) for one in told])


@operations.reads("/promises/{int:promise_id}/replay", ReplayShown)
def replay_promise(request: ApiRequest, promise_id: Id, asked: Query[ReplayAsked]) -> ReplayShown:
    """What would be promised now for what was wished then, all others standing, and what moved on its product since."""
    one, product = found(promise_id, request.auth)
    told = actions.replay(one.document_kind, one.line_id, clock=request.clock, then=asked.then)
    return ReplayShown(
        sentence=told.now.sentence,
        difference=told.difference,
        was=[ArrivalShown(on=each.on, quantity=quantity(each.quantity, product.decimals)) for each in told.was],
        read=_read(told.record, one, product),
        differs=told.differs,
        promised_at=told.promised_at,
        arrivals=[
            ArrivalShown(on=one.delivery_on, quantity=quantity(one.quantity, product.decimals))
            for one in told.now.schedules
        ],
        short=quantity(told.now.short, product.decimals),
        moved=[
            PostedSince(
                at=one.at, category=one.category.name.lower(), on=one.on,
                quantity=quantity(one.quantity, product.decimals), document_kind=one.source.kind,
                document_id=one.source.id,
            )
            for one in told.moved
        ],
    )  # fmt: skip


def _road(road: Earlier, decimals: int) -> EarlierShown:
    raised = next((one for one in road.rooms if one.more > 0), None)
    more = raised.more if raised else road.more
    return EarlierShown(
        road=road.road,
        arrivals=[ArrivalShown(on=one.on, quantity=quantity(one.quantity, decimals)) for one in road.arrivals],
        short=quantity(road.short, decimals),
        receipt=road.receipt.number if road.receipt else None,
        needed_on=road.needed_on,
        site=road.site or None,
        quota=raised.quota if raised else None,
        more=quantity(more, decimals) if more else None,
        product=road.product or None,
        stock=road.stock.name.lower() if road.stock is not None else None,
        ready_on=road.ready_on,
        moves=[
            MoveShown(
                receipt=one.receipt.number, quantity=quantity(one.receipt.expected, decimals),
                due_on=one.receipt.due_on, needed_on=one.to, days=one.days,
            )
            for one in road.moves
        ],
        rooms=[
            RoomShown(quota=one.quota, procedure=one.procedure, on=one.on, more=quantity(one.more, decimals))
            for one in road.rooms
        ],
    )  # fmt: skip


def _binding(record: Mapping[str, Any]) -> BindingShown | None:
    bound, more_on = Binding.of(record.get("bound", {})), record.get("quota", {}).get("more_on")
    if bound is None and more_on is None:
        return None
    receipt = bound.receipt if bound else None
    return BindingShown(
        on=date_of(bound.day) if bound else None,
        receipt=Category(receipt[0]).name.lower() if receipt else "",
        receipt_on=date_of(receipt[1]) if receipt else None,
        quota_more_on=date_of(more_on) if more_on else None,
    )


def _read(record: Mapping[str, Any], one: Requirement, product: ProductRow) -> ReadShown:
    told = read(record, AvailabilityKey(one.product_id, one.site_id, one.segment))
    names = ("planned", "consumed", "planned_now", "consumed_now")
    return ReadShown(
        scope=told.scope, looked_on=told.looked_on, version=told.version, version_now=told.version_now,
        masters=None if told.masters is None else str(told.masters), masters_changed=told.masters_changed,
        quotas=None if told.quotas is None else str(told.quotas), quotas_changed=told.quotas_changed, rule=told.rule,
        cells=[
            CellReadShown(
                procedure=cell.procedure.code if cell.procedure else None, values=dict(cell.values),
                first_on=date_of(first_day(cell.procedure.period, cell.number)) if cell.procedure else None,
                **{name: quantity(getattr(cell, name), product.decimals) for name in names},
            )
            for cell in told.cells
        ],
    )  # fmt: skip
