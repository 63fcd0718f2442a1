"""What screens, the API and the apps above read of quotations and orders: frozen rows.

Lists go from the newest to the oldest, page by page with the id of the last row seen; none of them counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from troth.business.pricing.rules import Margin, TraceLine, margin, margin_of
from troth.business.promising import queries as promising
from troth.business.promising.actions import lapsing
from troth.business.promising.actions.lapsing import Kept
from troth.business.promising.queries import PromisedLine
from troth.business.sales import store
from troth.business.sales.models import Order, OrderLine, Quotation
from troth.business.sales.rules import family
from troth.business.sales.rules.lines import Line
from troth.business.sales.rules.quoting import open_quantity
from troth.business.sales.states import LineProgress, OrderState, Progress, QuotationState, progress
from troth.kernel.errors import NotFound, Sentence
from troth.ledgers.fulfilment import queries as fulfilment
from troth.ledgers.fulfilment.keys import BillingBasis
from troth.ledgers.fulfilment.queries import Flow
from troth.platform import actions, blocks, finding, sql
from troth.platform.actors import Actor
from troth.platform.blocks import Block
from troth.platform.documents import DocumentRef

PAGE = 50
ORDER, QUOTATION, LINE, QUOTATION_LINE, INVOICE = "order", "quotation", "order_line", "quotation_line", "invoice"


def companies_with_quotations() -> list[int]:
    """The companies that have sent quotations which may still expire."""
    query = Quotation.objects.filter(state=QuotationState.SENT, valid_to_on__isnull=False)
    return list(query.order_by("company_id").values_list("company_id", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class OrderLineRow:
    """A line with what shipping and billing take from its order. Amounts in minor units of `currency`, whole line."""

    order_id: int
    order_number: str
    order_state: str
    company_id: int
    sales_organisation_id: int
    order_type_id: int
    customer_id: int
    sold_to_id: int
    ship_to_id: int
    bill_to_id: int
    payer_id: int
    forwarding_agent_id: int | None
    currency: str
    payment_terms_id: int
    incoterm: str
    incoterm_place: str
    priority: int
    complete_delivery: bool
    deliveries_max: int
    entered_on: date
    entered_by_id: int | None
    last_raised_by_id: int | None
    is_promised: bool
    is_delivered: bool
    billing_basis: str
    texts: Mapping[str, str]
    line: Line

    @property
    def line_id(self) -> int:
        return self.line.id

    @property
    def ref(self) -> DocumentRef:
        return DocumentRef(ORDER, self.order_id, self.order_number)

    @property
    def stands(self) -> bool:
        return self.order_state == "submitted" and self.line.stands

    @property
    def is_billed_by_order(self) -> bool:
        return self.billing_basis == BillingBasis.ORDERED

    @property
    def trace(self) -> tuple[TraceLine, ...]:
        return tuple(TraceLine(*row) for row in self.line.price_trace)


line_values = store.line_values


class StandingLine(NamedTuple):
    """What a list needs of a line to say how far its order has come."""

    order_id: int
    is_promised: bool
    is_delivered: bool


_ORDER_COLUMNS = (
    "o.id, o.number, o.state, o.company_id, o.sales_organisation_id, o.order_type_id, o.customer_id, o.sold_to_id,"
    " o.ship_to_id, o.bill_to_id, o.payer_id, o.forwarding_agent_id, o.currency_id, o.payment_terms_id, o.incoterm,"
    " o.incoterm_place, o.priority, o.complete_delivery, o.deliveries_max, o.entered_on, o.entered_by_id,"
    " o.last_raised_by_id, o.texts"
)


def order_lines(line_ids: Sequence[int]) -> dict[int, OrderLineRow]:
    """These lines with their orders, by line id; unknown ones are left out. One statement."""
    return _rows(store.with_orders("id", line_ids, _ORDER_COLUMNS))


def lines_of_number(number: str) -> list[int]:
    """The ids of the lines of the order with this number, in capitals or not."""
    found = OrderLine.objects.filter(order__number__in={number, number.upper(), number.lower()})
    return list(found.values_list("pk", flat=True))


def lines_of_orders(order_ids: Sequence[int]) -> dict[int, OrderLineRow]:
    """All lines of these orders, by line id. One statement."""
    return _rows(store.with_orders("order_id", order_ids, _ORDER_COLUMNS))


def standing_lines(order_ids: Sequence[int]) -> dict[int, StandingLine]:
    """The lines of these orders that are in the books and stand, by line id, without what they say. One statement."""
    from troth.business.masterdata import queries as masterdata

    if not order_ids:
        return {}
    categories = masterdata.snapshot().item_categories_by_id
    found = OrderLine.objects.filter(order_id__in=order_ids, order__state=OrderState.SUBMITTED, rejection_reason="")
    return {
        line_id: StandingLine(order_id, categories[category_id].is_promised, categories[category_id].is_delivered)
        for line_id, order_id, category_id in found.values_list("pk", "order_id", "item_category_id")
    }


def _rows(found: Sequence[tuple[tuple[Any, ...], Line]]) -> dict[int, OrderLineRow]:
    from troth.business.masterdata import queries as masterdata

    if not found:
        return {}
    categories = masterdata.snapshot().item_categories_by_id
    rows = {}
    for order, line in found:
        category = categories[line.item_category_id]
        texts = store.parsed(order[-1])
        rows[line.id] = OrderLineRow(
            *(*order[:-1], category.is_promised, category.is_delivered, category.billing_basis, texts, line)
        )
    return rows


def order_state(order_id: int) -> str | None:
    return Order.objects.filter(pk=order_id).values_list("state", flat=True).first()


def customer_of(kind: str, document_id: int) -> int:
    """The customer of an order or a quotation that is there."""
    model = Order if kind == ORDER else Quotation
    return model._default_manager.values_list("customer_id", flat=True).get(pk=document_id)


def quotation_state(quotation_id: int) -> str | None:
    return Quotation.objects.filter(pk=quotation_id).values_list("state", flat=True).first()


def references(order_ids: Iterable[int]) -> dict[int, str]:
    """The customers' own numbers of these orders, where they gave one."""
    found = Order.objects.filter(pk__in=set(order_ids)).exclude(customer_reference="")
    return dict(found.values_list("pk", "customer_reference"))


def numbers_of_references(references: Iterable[tuple[str, str]], *, company_id: int) -> dict[tuple[str, str], str]:
    """The numbers of orders, cancelled ones too, by (customer number, the customer's own number of the order)."""
    wanted = set(references)
    found = Order.objects.filter(
        company_id=company_id,
        customer__party__number__in={customer for customer, _ in wanted},
        customer_reference__in={reference for _, reference in wanted},
    )
    rows = found.values_list("customer__party__number", "customer_reference", "number")
    return {row[:2]: row[2] for row in rows.order_by("-id") if row[:2] in wanted}


def order_type_ids(order_ids: Iterable[int]) -> set[int]:
    """The order types of these orders."""
    wanted = [(order_id,) for order_id in dict.fromkeys(order_ids)]
    if not wanted:
        return set()
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, wanted)
    rows = sql.fetch(
        f"{with_clause} SELECT o.order_type_id FROM sales_order o JOIN {source} ON o.id = k.id", parameters
    )
    return {order_type_id for (order_type_id,) in rows}


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A quotation or an order in a list."""

    id: int
    number: str
    state: str
    order_type: str
    customer_id: int
    customer_number: str
    customer_name: str
    customer_reference: str
    entered_on: date
    requested_on: date | None
    valid_to_on: date | None
    currency: str
    decimals: int
    net: int
    gross: int
    version: int


def orders(by: Actor, **narrowed: Any) -> QuerySet[Order]:
    """Orders that the actor may see; `words` are looked for in numbers and the customer's name."""
    return _filtered(Order.objects.all(), by, **narrowed)


def quotations(by: Actor, **narrowed: Any) -> QuerySet[Quotation]:
    """Quotations that the actor may see."""
    return _filtered(Quotation.objects.all(), by, **narrowed)


def _filtered(
    query: QuerySet[Any],
    by: Actor,
    *,
    state: str = "",
    customer_id: int | None = None,
    words: str = "",
    entered_from: date | None = None,
    entered_to: date | None = None,
) -> QuerySet[Any]:
    chosen: dict[str, Any] = {"state": state} if state else {}
    if by.company_ids is not None:
        chosen["company_id__in"] = by.company_ids
    if customer_id is not None:
        chosen["customer_id"] = customer_id
    if entered_from is not None:
        chosen["entered_on__gte"] = entered_from
    if entered_to is not None:
        chosen["entered_on__lte"] = entered_to
    query = query.filter(**chosen)
    query = finding.narrowed(query, words, places).rows
    return query.select_related("sold_to", "order_type", "currency").order_by("-pk")


def places(word: str) -> tuple[Q, ...]:
    """Where a word of a search may stand in an order or a quotation: its number, the customer's own, the customer."""
    from troth.business.masterdata import queries as masterdata

    return (
        finding.among("customer", masterdata.customers_named(word)),
        finding.containing("number", word),
        ~Q(customer_reference="") & finding.containing("customer_reference", word),
    )


def rows(documents: Iterable[Order | Quotation]) -> list[DocumentRow]:
    """Documents as a list shows them."""
    return [_row(document) for document in documents]


def _row(document: Any) -> DocumentRow:
    return DocumentRow(
        document.pk,
        document.number,
        document.state,
        document.order_type.code,
        document.customer_id,
        document.sold_to.number,
        document.sold_to.name,
        document.customer_reference,
        document.entered_on,
        document.requested_on,
        getattr(document, "valid_to_on", None),
        document.currency_id,
        document.currency.decimals,
        document.net,
        document.gross,
        document.version,
    )


@dataclass(frozen=True, slots=True)
class LineView:
    """A line on a page: as entered, as promised, as far as it has come. `route`: its code, "" for one out of use."""

    line: Line
    product_number: str
    product_name: str
    base_unit: str
    base_decimals: int
    unit_decimals: int
    item_category: str
    site: str
    promise: PromisedLine | None
    progress: fulfilment.Progress
    open_to_order: int = 0
    standard_cost: int = 0
    asked: family.Asked | None = None
    route: str = ""

    @property
    def trace(self) -> tuple[TraceLine, ...]:
        return tuple(TraceLine(*row) for row in self.line.price_trace)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A quotation or an order with all that its page shows; `document` is the model instance with its parties."""

    ref: DocumentRef
    document: Any
    lines: tuple[LineView, ...]
    progress: Progress
    blocks: tuple[Block, ...]
    block_history: tuple[Block, ...]
    flow: Flow
    changed_at: datetime | None = None
    kept: Kept | None = None


_PARTIES = ("sold_to", "ship_to", "bill_to", "payer", "forwarding_agent", "order_type", "currency", "payment_terms")


def order(order_id: int, *, by: Actor) -> DocumentView:
    """An order's page. `NotFound` if it is not there or not the actor's to see."""
    return actions.remembered((ORDER, order_id, by), lambda: _order(order_id, by))


def _order(order_id: int, by: Actor) -> DocumentView:
    found = Order.objects.select_related(*_PARTIES, "site", "copied_from").filter(pk=order_id).first()
    if found is None or not by.sees(found.company_id):
        raise NotFound(Sentence("There is no order %(id)s that you may see."), kind=ORDER, id=order_id)
    ref = DocumentRef(ORDER, found.pk, found.number)
    lines = _line_views(store.ORDER, LINE, found.pk)
    standing = blocks.standing([ref])
    flow = fulfilment.flow(ref)
    come = _progress(flow, lines, bool(standing))
    kept = lapsing.kept(ORDER, [found.pk]).get(found.pk) if standing else None
    return DocumentView(ref, found, lines, come, standing, blocks.history(ref), flow, kept=kept)


def quotation(quotation_id: int, *, by: Actor) -> DocumentView:
    """A quotation's page; each line says what of it is still to be ordered. `NotFound` as for orders."""
    found = Quotation.objects.select_related(*_PARTIES, "revises").filter(pk=quotation_id).first()
    if found is None or not by.sees(found.company_id):
        raise NotFound(Sentence("There is no quotation %(id)s that you may see."), kind=QUOTATION, id=quotation_id)
    ref = DocumentRef(QUOTATION, found.pk, found.number)
    lines = _line_views(store.QUOTATION, QUOTATION_LINE, found.pk)
    return DocumentView(ref, found, lines, progress(()), (), blocks.history(ref), fulfilment.flow(ref))


def _line_views(kind: store.Kind, key_kind: str, document_id: int) -> tuple[LineView, ...]:
    from troth.business.masterdata import queries as masterdata
    from troth.reference import queries as reference

    lines = store.lines(kind, document_id)
    ids = [line.id for line in lines]
    state = masterdata.snapshot()
    products = reference.products(family.products(lines))
    units = reference.units()
    promised = promising.promise(ORDER, ids) if kind is store.ORDER else {}
    done = fulfilment.progress(key_kind, ids)
    views = []
    for line in lines:
        product, come = products[line.product_id], done.get(line.id, fulfilment.Progress())
        views.append(
            LineView(
                line, product.number, product.name, product.base_unit, product.decimals, units[line.unit_id].decimals,
                state.item_categories_by_id[line.item_category_id].code,
                state.sites[line.site_id].code if line.site_id is not None else "",
                promised.get(line.id), come, open_quantity(quoted=come.ordered, referenced=come.referenced),
                product.standard_cost, family.asked_of(line, products, units, state.sites),
                state.route_codes.get(line.route_id or 0, ""),
            )
        )  # fmt: skip
    return tuple(views)


def _progress(flow: Flow, lines: Iterable[LineView], is_blocked: bool) -> Progress:
    from troth.business.masterdata import queries as masterdata

    categories = masterdata.snapshot().item_categories_by_id
    standing = [view for view in lines if view.line.stands and view.progress.ordered]
    invoices = [node.document.id for node in flow.nodes if node.document.kind == INVOICE]
    paid = fulfilment.progress(INVOICE, invoices)
    return progress(
        (
            LineProgress(
                is_promised=categories[view.line.item_category_id].is_promised and view.promise is not None,
                is_delivered=categories[view.line.item_category_id].is_delivered,
                billing_basis=view.progress.billing_basis,
                ordered=view.progress.ordered,
                confirmed=view.promise.confirmed if view.promise else 0,
                delivered=view.progress.delivered,
                picked=view.progress.picked,
                issued=view.progress.issued,
                billed=view.progress.billed,
                lost=view.progress.lost,
            )
            for view in standing
        ),
        invoiced=sum(one.ordered for one in paid.values()),
        paid=sum(one.paid for one in paid.values()),
        is_blocked=is_blocked,
    )


def paid_orders(order_ids: Sequence[int]) -> set[int]:
    """Which of these orders, all of them billed, are paid in full; three statements whatever their number."""
    followers = fulfilment.followers_of([DocumentRef(ORDER, order_id) for order_id in order_ids])
    invoices = {ref.id: [one.id for one in found if one.kind == INVOICE] for ref, found in followers.items()}
    come = fulfilment.progress(INVOICE, list({one for found in invoices.values() for one in found}))
    sums = {
        order_id: [(come[one].ordered, come[one].paid) for one in found if one in come]
        for order_id, found in invoices.items()
    }
    return {
        order_id
        for order_id, found in sums.items()
        if 0 < sum(ordered for ordered, _paid in found) <= sum(paid for _ordered, paid in found)
    }


VIEW_COST = "masterdata.view_cost"
"""The right to see what goods cost, and so what is earned on them."""


@dataclass(frozen=True, slots=True)
class Margins:
    """What is earned on a document, in the company's currency: by line id, and in all."""

    currency: str
    lines: dict[int, Margin]
    total: Margin


def margins(view: DocumentView, *, by: Actor) -> Margins | None:
    """What the standing lines earn, at the rate of the day of entry; nothing for who may not see costs.

    Nothing either where no rate leads to the company's currency: a margin is then not known.
    """
    from troth.reference import queries as reference

    document = view.document
    if not by.may(VIEW_COST, company_id=document.company_id):
        return None
    own = reference.company(document.company_id).currency
    try:
        rate = reference.rate(document.currency_id, own, on=document.entered_on)
    except reference.NoExchangeRate:
        return None
    lines = {
        one.line.id: margin(
            rate.convert(one.line.net),
            base_quantity=one.line.base_quantity,
            decimals=one.base_decimals,
            standard_cost=one.standard_cost,
        )
        for one in view.lines
        if one.line.stands
    }
    return Margins(own, lines, margin_of(lines.values()))


def currency(kind: str, document_id: int) -> str:
    """The currency of an order or a quotation that is there."""
    model = Order if kind == ORDER else Quotation
    return model._default_manager.values_list("currency_id", flat=True).get(pk=document_id)


def open_quotation_quantities(quotation_id: int) -> dict[int, int]:
    """What of each line of a quotation that was sent is still to be ordered, by line id, in smallest units."""
    lines = store.lines(store.QUOTATION, quotation_id)
    done = fulfilment.progress(QUOTATION_LINE, [line.id for line in lines])
    return {
        line.id: open_quantity(quoted=done[line.id].ordered, referenced=done[line.id].referenced)
        for line in lines
        if line.id in done
    }
