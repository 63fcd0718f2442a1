"""What goes out: an order or a quotation with its lines, what is promised on them and why, and how far it has come."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from troth.business.promising import queries as promising
from troth.business.sales import queries
from troth.business.sales.actions import Saved, Submitted
from troth.business.sales.api.asked import AskedShown, asked
from troth.business.sales.api.at_once import DeliveryMadeShown, NotDelivered, deliveries_made, not_delivered
from troth.business.sales.queries import DocumentRow, DocumentView, LineView, Margins
from troth.platform.actors import Actor
from troth.platform.api.values import Money, Shown, money, quantity
from troth.platform.blocks import Block
from troth.reference import queries as reference


class MissingShown(Shown):
    """What the document lacks and the step that this holds back."""

    field: str
    line_number: int | None
    holds_back: str
    sentence: str


class ConfirmedShown(Shown):
    """A confirmed quantity in the product's base unit and the day it arrives."""

    quantity: str
    delivery_on: date
    basis: str


class LineOutcome(Shown):
    """What became of a line, in the product's base unit; `short` is not confirmed."""

    line_number: int
    quantity: str
    unit: str
    confirmed: str
    short: str
    schedule: list[ConfirmedShown]


class Written(Shown):
    """What became of a document."""

    id: int
    number: str
    version: int
    state: str
    net: Money
    tax: Money
    gross: Money
    missing: list[MissingShown]
    warnings: list[str]


class OrderWritten(Written):
    """What became of an order: what is promised by line, and the reasons of the blocks that were set.

    `deliveries` and `not_delivered` are those of an order whose type delivers on saving.
    """

    lines: list[LineOutcome]
    blocks: list[str]
    delivery_on: date | None
    deliveries: list[DeliveryMadeShown] = []
    not_delivered: list[NotDelivered] = []


def written(answer: Saved | Submitted, currency: str) -> Written:
    return Written(**_amounts(answer, currency))


def order_written(answer: Submitted) -> OrderWritten:
    """What an order that was entered or submitted got."""
    promised = [(line.line_id, line.confirmed, line.short, line.schedule) for line in answer.lines]
    currency = queries.currency(queries.ORDER, answer.id)
    return OrderWritten(
        **_amounts(answer, currency),
        lines=_outcomes(promised),
        blocks=list(answer.blocks),
        delivery_on=answer.delivery_on,
        deliveries=deliveries_made(answer.deliveries),
        not_delivered=not_delivered(answer.not_delivered),
    )


def order_changed(answer: Submitted) -> OrderWritten:
    """What stands on an order after a change: on lines that it left alone as well."""
    standing = promising.promise(queries.ORDER, [line.line_id for line in answer.lines])
    promised = [
        (one.line_id, one.confirmed, one.short, [schedule for schedule, _ in one.schedules])
        for one in standing.values()
    ]
    days = [one.delivery_on for one in standing.values() if one.delivery_on is not None]
    currency = queries.currency(queries.ORDER, answer.id)
    return OrderWritten(
        **_amounts(answer, currency),
        lines=_outcomes(promised),
        blocks=list(answer.blocks),
        delivery_on=max(days, default=None),
    )


def _outcomes(promised: Sequence[tuple[int, int, int, Iterable[Any]]]) -> list[LineOutcome]:
    """(line id, confirmed, short, schedules) of each line, as it is shown."""
    rows = queries.order_lines([line_id for line_id, *_ in promised])
    products = reference.products({row.line.product_id for row in rows.values()})
    lines = []
    for line_id, confirmed, short, schedules in promised:
        line = rows[line_id].line
        product = products[line.product_id]
        lines.append(
            LineOutcome(
                line_number=line.line_number,
                quantity=quantity(line.base_quantity, product.decimals),
                unit=product.base_unit,
                confirmed=quantity(confirmed, product.decimals),
                short=quantity(short, product.decimals),
                schedule=[confirmed_shown(one, product.decimals) for one in schedules],
            )
        )
    return sorted(lines, key=lambda line: line.line_number)


def confirmed_shown(one: Any, decimals: int) -> ConfirmedShown:
    return ConfirmedShown(quantity=quantity(one.quantity, decimals), delivery_on=one.delivery_on, basis=str(one.basis))


def _amounts(answer: Saved | Submitted, currency: str) -> dict[str, Any]:
    return {
        "id": answer.id,
        "number": answer.number,
        "version": answer.version,
        "state": answer.state,
        "net": money(answer.net, currency),
        "tax": money(answer.tax, currency),
        "gross": money(answer.gross, currency),
        "missing": [
            MissingShown(
                field=one.field,
                line_number=one.line_number,
                holds_back=str(one.holds_back),
                sentence=one.sentence,
            )
            for one in answer.missing
        ],
        "warnings": list(answer.warnings),
    }


class DocumentListed(Shown):
    """A quotation or an order in a list."""

    id: int
    number: str
    state: str
    order_type: str
    customer: str
    customer_name: str
    customer_reference: str
    entered_on: date
    requested_on: date | None
    valid_to_on: date | None
    net: Money
    gross: Money
    version: int


def listed(rows: Iterable[DocumentRow]) -> list[DocumentListed]:
    return [
        DocumentListed(
            id=row.id,
            number=row.number,
            state=row.state,
            order_type=row.order_type,
            customer=row.customer_number,
            customer_name=row.customer_name,
            customer_reference=row.customer_reference,
            entered_on=row.entered_on,
            requested_on=row.requested_on,
            valid_to_on=row.valid_to_on,
            net=money(row.net, row.currency),
            gross=money(row.gross, row.currency),
            version=row.version,
        )
        for row in rows
    ]


class ScheduleLine(Shown):
    """One confirmation: its goods are there on `material_on`, leave on `goods_issue_on`, arrive on `delivery_on`; its
    transport is planned from `transportation_planning_on` on."""

    quantity: str
    delivered: str
    material_on: date
    transportation_planning_on: date
    loading_on: date
    goods_issue_on: date
    delivery_on: date
    basis: str


class PriceStep(Shown):
    """One part of a line's value: the condition, where it was agreed, and what it adds."""

    kind: str
    condition: str
    source: str
    amount: Money
    rounding: str


class FulfilmentShown(Shown):
    """How far a line has come, in the product's base unit."""

    delivered: str
    picked: str
    issued: str
    lost: str
    billed: str


class MarginShown(Shown):
    """Net less standard cost, in the company's currency; `percent` of the net value, null where that is nothing."""

    amount: Money
    cost: Money
    percent: str | None


class LineShown(Shown):
    """A line as it is sold, in its own unit; what is promised and fulfilled, in the product's base unit.

    A sub-item names its `main_line` and has a `role`: free. `asked`: what was asked for, where that is something else.
    `margin` is null for who may not see costs, and where no rate leads to the company's currency.
    """

    line_number: int
    main_line: int | None
    role: str
    product: str
    product_name: str
    asked: AskedShown | None
    item_category: str
    site: str
    quantity: str
    unit: str
    base_quantity: str
    base_unit: str
    requested_on: date | None
    delivery_mode: str
    delivery_group: int
    is_fixed: bool
    route: str
    batch: str
    location: str
    valuation: str
    min_shipment: str | None
    lateness_days_max: int | None
    deliveries_max: int | None
    text: str
    texts: dict[str, str]
    rejection_reason: str
    net: Money
    tax: Money
    gross: Money
    margin: MarginShown | None
    price: list[PriceStep]
    confirmed: str
    short: str
    schedule: list[ScheduleLine]
    why: str
    promise: int | None
    fulfilment: FulfilmentShown
    open_to_order: str


class BlockShown(Shown):
    id: int
    kind: str
    scope: str
    reason: str
    set_at: datetime
    set_by: int | None
    released_at: datetime | None
    released_by: int | None
    release_reason: str


class ProgressShown(Shown):
    """How far the document has come; `headline` in one word."""

    headline: str
    confirmation: str
    delivery: str
    goods_issue: str
    billing: str
    payment: str
    is_blocked: bool


class DocumentShown(Shown):
    """A quotation or an order. Parties are named by number."""

    id: int
    number: str
    version: int
    state: str
    order_type: str
    company: int
    customer: str
    ship_to: str
    bill_to: str
    payer: str
    customer_reference: str
    contact: str
    entered_on: date
    requested_on: date | None
    payment_terms: str
    incoterm: str
    incoterm_place: str
    shipping_condition: str
    priority: int
    complete_delivery: bool
    deliveries_max: int
    probability: int
    project: str
    source_system: str
    text: str
    texts: dict[str, str]
    valid_to_on: date | None
    delivery_days: int | None
    revision: int | None
    net: Money
    tax: Money
    gross: Money
    margin: MarginShown | None
    progress: ProgressShown
    blocks: list[BlockShown]
    kept_until: datetime | None
    lines: list[LineShown]


_AS_THEY_STAND = (
    "id", "number", "version", "state", "customer_reference", "contact", "entered_on", "requested_on", "incoterm",
    "incoterm_place", "shipping_condition", "priority", "complete_delivery", "deliveries_max", "probability", "project",
    "source_system", "text", "texts",
)  # fmt: skip


def document(view: DocumentView, *, by: Actor) -> DocumentShown:
    """The whole document; `why` says in a sentence why each line has its dates."""
    found, currency = view.document, view.document.currency_id
    margins = queries.margins(view, by=by)
    why = promising.explanations(view.ref.kind, [line.line.id for line in view.lines])
    return DocumentShown(
        **{name: getattr(found, name) for name in _AS_THEY_STAND},
        order_type=found.order_type.code,
        company=found.company_id,
        customer=found.sold_to.number,
        ship_to=found.ship_to.number,
        bill_to=found.bill_to.number,
        payer=found.payer.number,
        payment_terms=found.payment_terms.code,
        valid_to_on=getattr(found, "valid_to_on", None),
        delivery_days=getattr(found, "delivery_days", None),
        revision=getattr(found, "revision", None),
        net=money(found.net, currency),
        tax=money(found.tax, currency),
        gross=money(found.gross, currency),
        margin=_margin(margins, None),
        progress=_progress(view),
        blocks=[block(one) for one in view.block_history],
        kept_until=view.kept.until if view.kept else None,
        lines=[
            _line(line, currency, why[line.line.id].sentence if line.line.id in why else "", margins)
            for line in view.lines
        ],
    )


def _margin(margins: Margins | None, line_id: int | None) -> MarginShown | None:
    """The margin of a line, or of the document where no line is named."""
    if margins is None:
        return None
    found = margins.total if line_id is None else margins.lines.get(line_id)
    if found is None:
        return None
    points = found.basis_points
    return MarginShown(
        amount=money(found.amount, margins.currency),
        cost=money(found.cost, margins.currency),
        percent=None if points is None else quantity(points, 2),
    )


def _progress(view: DocumentView) -> ProgressShown:
    come = view.progress
    return ProgressShown(
        headline=come.headline,
        confirmation=come.confirmation.value,
        delivery=come.delivery.value,
        goods_issue=come.goods_issue.value,
        billing=come.billing.value,
        payment=come.payment.value,
        is_blocked=come.is_blocked,
    )


def block(found: Block) -> BlockShown:
    return BlockShown(
        id=found.id,
        kind=str(found.kind),
        scope=str(found.scope),
        reason=found.reason,
        set_at=found.set_at,
        set_by=found.set_by_id,
        released_at=found.released_at,
        released_by=found.released_by_id,
        release_reason=found.release_reason,
    )


def _line(view: LineView, currency: str, why: str, margins: Margins | None) -> LineShown:
    line, decimals, come = view.line, view.base_decimals, view.progress
    promise = view.promise
    return LineShown(
        line_number=line.line_number,
        main_line=line.main_line,
        role=line.role,
        product=view.product_number,
        product_name=view.product_name,
        asked=asked(view),
        item_category=view.item_category,
        site=view.site,
        quantity=quantity(line.quantity, view.unit_decimals),
        unit=line.unit_id,
        base_quantity=quantity(line.base_quantity, decimals),
        base_unit=view.base_unit,
        requested_on=line.requested_on,
        delivery_mode=line.delivery_mode,
        delivery_group=line.delivery_group,
        is_fixed=line.is_fixed,
        route=view.route,
        batch=line.batch,
        location=line.location,
        valuation=line.valuation,
        min_shipment=None if line.min_shipment is None else quantity(line.min_shipment, decimals),
        lateness_days_max=line.lateness_days_max,
        deliveries_max=line.deliveries_max,
        text=line.text,
        texts=line.texts,
        rejection_reason=line.rejection_reason,
        net=money(line.net, currency),
        tax=money(line.tax, currency),
        gross=money(line.gross, currency),
        margin=_margin(margins, line.id),
        price=[
            PriceStep(
                kind=one.kind,
                condition=one.condition,
                source=one.source,
                amount=money(one.amount, currency),
                rounding=one.rounding,
            )
            for one in view.trace
        ],
        confirmed=quantity(promise.confirmed if promise else 0, decimals),
        short=quantity(promise.short if promise else 0, decimals),
        schedule=_schedule(view),
        why=why,
        promise=view.promise.id if view.promise else None,
        fulfilment=FulfilmentShown(
            delivered=quantity(come.delivered, decimals),
            picked=quantity(come.picked, decimals),
            issued=quantity(come.issued, decimals),
            lost=quantity(come.lost, decimals),
            billed=quantity(come.billed, decimals),
        ),
        open_to_order=quantity(view.open_to_order, decimals),
    )


def _schedule(view: LineView) -> list[ScheduleLine]:
    return [
        ScheduleLine(
            quantity=quantity(one.quantity, view.base_decimals), delivered=quantity(delivered, view.base_decimals),
            material_on=one.material_on, transportation_planning_on=one.transportation_planning_on,
            loading_on=one.loading_on, goods_issue_on=one.goods_issue_on, delivery_on=one.delivery_on,
            basis=str(one.basis),
        )
        for one, delivered in (view.promise.schedules if view.promise else ())
    ]  # fmt: skip
