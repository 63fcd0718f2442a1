"""What the pages of sales list and show: orders and quotations row by row, a document's head, its items, its words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries import customers_named, snapshot
from troth.business.masterdata.queries.screens import names
from troth.business.masterdata.screens import text_table
from troth.business.pricing.rules import Margin, TraceLine
from troth.business.promising import queries as promising
from troth.business.promising.screens import BASIS, dated, reasons, short_documents
from troth.business.sales import queries
from troth.business.sales.line_words import agreed_of
from troth.business.sales.models import NewDates, Order, OrderLine, Quotation, QuotationLine
from troth.business.sales.queries import DocumentView, LineView, Margins
from troth.business.sales.states import LineProgress, NewDatesState, OrderState, QuotationState, progress
from troth.ledgers.fulfilment import pictures
from troth.ledgers.fulfilment import queries as fulfilment
from troth.ledgers.fulfilment.pictures import Face
from troth.platform import finding
from troth.platform.actors import Actor
from troth.platform.documents import within
from troth.platform.finding import Found
from troth.platform.models import BlockRow
from troth.platform.web import formats, history, keyset
from troth.platform.web.access import allowed
from troth.platform.web.acts import step
from troth.platform.web.documents import Available, Fact, Item, PromisedItem, ScheduleLine
from troth.platform.web.keyset import Page
from troth.platform.web.language import worded
from troth.platform.web.lists import ListQuery
from troth.platform.web.ranges import amount_between, between
from troth.platform.web.tallies import tally
from troth.platform.web.values import Money, Party, PromiseLine, Quantity, Status, Step, Trace, TraceStep, Waiting

HEADLINES = {
    "open": Status(_("Open"), "going"),
    "unconfirmed": Status(_("Unconfirmed"), "waiting"),
    "partly_confirmed": Status(_("Partly confirmed"), "waiting"),
    "confirmed": Status(_("Confirmed"), "going"),
    "nothing_to_confirm": Status(_("Open"), "going"),
    "partly_delivered": Status(_("Partly in delivery"), "going"),
    "fully_delivered": Status(_("In delivery"), "going"),
    "partly_issued": Status(_("Partly shipped"), "going"),
    "fully_issued": Status(_("Shipped"), "going"),
    "partly_billed": Status(_("Partly billed"), "going"),
    "fully_billed": Status(_("Billed"), "going"),
    "paid": Status(_("Paid"), "done"),
}
DRAFT, CANCELLED = Status(_("Draft"), "draft"), Status(_("Cancelled"), "stopped")
ENDS_WITHIN_DAYS = 7
"""A quotation that ends so soon is worth a call."""
ORDER_STATES = (("draft", _("Draft")), ("submitted", _("Submitted")), ("cancelled", _("Cancelled")))
QUOTATION_WORDS = {
    QuotationState.DRAFT: DRAFT,
    QuotationState.SENT: Status(_("Sent"), "waiting"),
    QuotationState.ACCEPTED: Status(_("Accepted"), "done"),
    QuotationState.REJECTED: Status(_("Rejected"), "stopped"),
    QuotationState.EXPIRED: Status(_("Expired"), "stopped"),
    QuotationState.SUPERSEDED: Status(_("Superseded"), "stopped"),
}
QUOTATION_STATES = tuple((str(state), status.word) for state, status in QUOTATION_WORDS.items())
ROLES = {"free": _("free of charge"), "alternative": _("serves the rest")}
"""Sub-items by their role."""
ITEM_LABELS = {"price_label": _("Price without tax"), "value_label": _("Value with tax")}
"""What the columns of items say: the price is that of the conditions, the value what the customer pays."""
REJECTED = Status(_("Rejected"), "stopped")
TRACE_KINDS = {
    "price": _("Price"),
    "discount": _("Discount"),
    "surcharge": _("Surcharge"),
    "freight": _("Freight"),
    "tax": _("Tax"),
}
history.words(
    {
        "sales.quotation_texts_changed": _("Texts changed"),
        "sales.order_saved": _("Draft saved"),
        "sales.order_submitted": _("Submitted"),
        "sales.order_changed": _("Changed"),
        "sales.order_cancelled": _("Cancelled"),
        "sales.order_rejected_for_credit": _("Rejected for its credit"),
        "sales.order_resumed": _("Promised after the release"),
        "sales.confirmation_lapsed": _("Goods kept no longer"),
        "sales.order_repromised": _("Promised anew after supply moved"),
        "sales.order_served_otherwise": _("Served by other goods by a rule"),
        "sales.order_served_as_ordered": _("Served by its own goods again"),
        "sales.order_promised_anew": _("Better dates asked for and taken"),
        "sales.new_dates_proposed": _("New dates proposed after supply moved"),
        "sales.old_dates_kept": _("Old dates kept"),
        "sales.promise_kept": _("Supply covers it no longer; the promise was kept"),
        "sales.item_rejected": _("Item rejected"),
        "sales.rest_closed": _("Rest closed, within the tolerance"),
        "sales.lost_ordered_again": _("Lost on the way, to be sent again"),
        "sales.lost_found": _("Not lost on the way after all"),
        "sales.stock_allocated": _("Stock allocated"),
        "sales.allocation_released": _("Allocation released"),
        "sales.quotation_saved": _("Draft saved"),
        "sales.quotation_sent": _("Sent to the customer"),
        "sales.quotation_accepted": _("Accepted by the customer"),
        "sales.quotation_rejected": _("Rejected by the customer"),
        "sales.quotation_superseded": _("Superseded by a revision"),
        "sales.quotation_expired": _("Expired"),
        "platform.block_set": _("Blocked"),
        "platform.block_released": _("Block released"),
    }
)


@dataclass(frozen=True, slots=True)
class OrderRow:
    id: int
    number: str
    customer: Party
    reference: str
    entered_on: date
    requested_on: date | None
    total: Money
    block: Status | None
    status: Status


@dataclass(frozen=True, slots=True)
class QuotationRow:
    id: int
    number: str
    customer: Party
    entered_on: date
    valid_to_on: date | None
    probability: str
    total: Money
    status: Status


def blocked_orders() -> QuerySet[Any, int]:
    """The ids of orders under a standing block, as a subquery."""
    return BlockRow.objects.filter(document_kind="order", released_at=None).values_list("document_id", flat=True)


def _seen(found: QuerySet[Any], query: ListQuery) -> Found:
    """What the actor may see of it, narrowed by the search and by what orders and quotations share."""
    if query.actor.company_ids is not None:
        found = found.filter(company_id__in=query.actor.company_ids)
    searched = finding.narrowed(found, query.search, queries.places)
    found = searched.rows
    if key := query.filters.get("customer_id"):
        found = found.filter(customer_id=key)
    if state := query.filters.get("state"):
        found = found.filter(state=state)
    if customer := query.filters.get("customer"):
        found = found.filter(finding.among("customer", customers_named(customer)))
    for field in ("requested_on", "entered_on", "valid_to_on"):
        found = found.filter(between(field, query.filters.get(field)))
    return replace(searched, rows=found.filter(amount_between("gross", "currency", query.filters.get("amount"))))


ORDER_SORTS = {
    "number": ("number",),
    "entered_on": ("entered_on",),
    "-entered_on": ("-entered_on", "-id"),
    "requested_on": ("requested_on",),
    "-requested_on": ("-requested_on", "-id"),
    "total": ("gross",),
    "-total": ("-gross", "-id"),
    "valid_to_on": ("valid_to_on",),
    "-valid_to_on": ("-valid_to_on", "-id"),
}


def orders(query: ListQuery) -> Page:
    seen = _seen(Order.objects.select_related("sold_to"), query)
    found = seen.rows
    if query.filters.get("short"):
        found = found.filter(finding.listed(short_documents()), state=OrderState.SUBMITTED)
    if query.filters.get("blocked"):
        found = found.filter(finding.listed(blocked_orders()))
    if query.filters.get("mine"):
        found = found.filter(entered_by_id=query.actor.user_id)
    page = _paged(replace(seen, rows=found), query)
    ids = [order.pk for order in page.rows]
    come, blocked = _headlines(ids), set(blocked_orders().filter(document_id__in=ids))
    return replace(page, rows=[_order_row(order, come.get(order.pk), order.pk in blocked) for order in page.rows])


def _paged(found: Found, query: ListQuery) -> Page:
    order = ORDER_SORTS.get(query.sort, ("-id",))
    return keyset.page(found.rows, order, query.after, query.limit, count=query.count, most=found.most)


def _order_row(order: Order, come: Status | None, is_blocked: bool) -> OrderRow:
    return OrderRow(
        order.pk, order.number, Party(order.sold_to.name, order.sold_to.number), order.customer_reference,
        order.entered_on, order.requested_on, Money(order.gross, order.currency_id),
        Status(gettext("Blocked"), "stopped") if is_blocked else None, order_status(order.state, come),
    )  # fmt: skip


def order_status(state: str, come: Status | None) -> Status:
    """The one word of an order: its state, or how far a submitted one has come."""
    if state == OrderState.DRAFT:
        return DRAFT
    return CANCELLED if state == OrderState.CANCELLED else come or HEADLINES["open"]


def _headlines(order_ids: Sequence[int]) -> dict[int, Status]:
    """How far these orders have come, as their pages say; eight statements whatever their number.

    Lines of an order that are told apart by nothing count as one. Only of an order of which nothing was delivered does
    it matter what is confirmed, so that the sums say what the lines would.
    """
    lines = queries.standing_lines(list(order_ids))
    promised = promising.confirmed("order", list(lines))
    groups: dict[tuple[int, bool, bool], int] = {}
    group_of, confirmed = {}, Counter[int]()
    for line_id, row in lines.items():
        kind = (row.order_id, row.is_promised and line_id in promised, row.is_delivered)
        group_of[line_id] = group = groups.setdefault(kind, len(groups))
        confirmed[group] += promised.get(line_id, 0)
    kinds = list(groups)
    by_order: dict[int, list[LineProgress]] = {}
    for (group, basis), come in fulfilment.progress_of_groups("order_line", group_of).items():
        order_id, is_promised, is_delivered = kinds[group]
        by_order.setdefault(order_id, []).append(
            LineProgress(
                is_promised, is_delivered, basis, come.ordered, confirmed[group], come.delivered, come.picked,
                come.issued, come.billed, come.lost,
            )
        )  # fmt: skip
    words = {order_id: progress(found).headline for order_id, found in by_order.items()}
    paid = queries.paid_orders([order_id for order_id, word in words.items() if word == "fully_billed"])
    return {order_id: HEADLINES["paid" if order_id in paid else word] for order_id, word in words.items()}


def quotations(query: ListQuery) -> Page:
    found = _seen(Quotation.objects.select_related("sold_to"), query)
    page = _paged(found, query)
    return replace(page, rows=[_quotation_row(one) for one in page.rows])


def _quotation_row(one: Quotation) -> QuotationRow:
    return QuotationRow(
        one.pk, one.number, Party(one.sold_to.name, one.sold_to.number), one.entered_on, one.valid_to_on,
        f"{one.probability} %", Money(one.gross, one.currency_id), QUOTATION_WORDS[QuotationState(one.state)],
    )  # fmt: skip


def waiting(actor: Actor, task: str, today: date) -> Waiting:
    """What waits for the representative: drafts, blocked orders, quotations to follow up or about to end."""
    tomorrow = today + timedelta(days=1)
    model = Quotation if task in ("quotations", "ending") else Order
    found: QuerySet[Any] = model._default_manager.all()
    if actor.company_ids is not None:
        found = found.filter(company_id__in=actor.company_ids)
    if task == "drafts":
        return tally(found.filter(state=OrderState.DRAFT), "entered_on", late="requested_on", before=tomorrow)
    if task == "blocked":
        return tally(found.filter(finding.listed(blocked_orders())), "entered_on", late="requested_on", before=tomorrow)
    sent = found.filter(state=QuotationState.SENT)
    if task == "ending":
        sent = sent.filter(valid_to_on__lte=today + timedelta(days=ENDS_WITHIN_DAYS))
    return tally(sent, "entered_on", late="valid_to_on", before=tomorrow)


def new_dates(actor: Actor) -> QuerySet[NewDates]:
    """Proposals of new dates for orders that the actor may see."""
    return within(NewDates.objects.all(), actor.reach, through="order")


def new_dates_waiting(actor: Actor, today: date) -> Waiting:
    """Those that somebody has to decide over; late are those from before today."""
    found = new_dates(actor).filter(state=NewDatesState.OPEN)
    return tally(found, "opened_at__date", late="opened_at__date", before=today)


def customer_party(view: DocumentView, actor: Actor) -> Party:
    document = view.document
    url = reverse("customer", args=[document.customer_id])
    may = allowed(actor, "customer")
    return Party(document.sold_to.name, document.sold_to.number, url if may else "")


def quantity_of(one: LineView) -> Quantity:
    return Quantity(one.line.quantity, one.unit_decimals, one.line.unit_id)


def product_party(one: LineView) -> Party:
    return Party(one.product_name, one.product_number, reverse("product", args=[one.line.product_id]))


def margin_fact(view: DocumentView, actor: Actor) -> Fact:
    """What the document earns, for who may see costs."""
    margins = queries.margins(view, by=actor)
    return Fact(_("Margin"), _told(margins.total, margins.currency) if margins else None)


def _told(margin: Margin, currency: str) -> str:
    amount = f"{formats.money(margin.amount, currency)} {currency}"
    points = margin.basis_points
    return amount if points is None else f"{amount} ({formats.number(points, 2)} %)"


def items(
    view: DocumentView, status_of: Any, steps_of: Any, *, actor: Actor, available: Mapping[int, Available] | None = None
) -> list[Item]:
    """The lines as items; `status_of` and `steps_of` answer for one line. Who may see costs sees each line's margin.

    `available`: what could come of lines by their number.
    """
    currency, margins = view.document.currency_id, queries.margins(view, by=actor)
    return [
        Item(
            number=str(one.line.line_number),
            product=product_party(one),
            ordered=quantity_of(one),
            status=status_of(one),
            price=_price(one, currency),
            value=trace_of(one, currency),
            schedule=_schedule(one),
            note=_note(one, margins),
            steps=steps_of(one),
            available=available.get(one.line.line_number) if available else None,
        )
        for one in view.lines
    ]


def _note(one: LineView, margins: Margins | None) -> str:
    agreed = () if one.line.rejection_reason else (*agreed_of(one.line), one.line.text)
    said = (one.line.rejection_reason, *_other(one), *agreed)
    note = " · ".join(word for word in said if word)
    margin = margins.lines.get(one.line.id) if margins else None
    if margins is None or margin is None:
        return note
    earned = gettext("Margin %(margin)s") % {"margin": _told(margin, margins.currency)}
    return f"{note} · {earned}" if note else earned


def _other(one: LineView) -> list[str]:
    """What a line is beside what was asked for: in place of another product, or a sub-item of another line."""
    words = []
    if one.line.main_line is not None:
        words.append(
            gettext("%(role)s, with item %(main)s") % {"role": ROLES[one.line.role], "main": one.line.main_line}
        )
    if one.asked is not None:
        quantity = f"{formats.number(one.asked.quantity, one.asked.unit_decimals)} {one.asked.unit}"
        words.append(
            gettext("asked for: %(quantity)s %(product)s") % {"quantity": quantity, "product": one.asked.number}
        )
    why = one.asked.why if one.asked is not None else str(one.line.asked.get("why", ""))
    return [*words, why] if why else words


def trace_of(one: LineView, currency: str) -> Trace | Money:
    """The line's gross value with what it is made of; the parts sum to it."""
    if not one.line.price_trace:
        return Money(one.line.gross, currency)
    steps = tuple(TraceStep(*_said(row, currency)) for row in one.trace)
    return Trace(gettext("Item %(number)s") % {"number": one.line.line_number}, Money(one.line.gross, currency), steps)


def _price(one: LineView, currency: str) -> Money | None:
    """The price of one base unit, before discounts; where it is for several, the trace says so."""
    found = next((row for row in one.trace if str(row.kind) == "price"), None)
    return Money(found.rate, currency) if found and found.per == 10**one.base_decimals else None


def _said(row: TraceLine, currency: str) -> tuple[Any, Money, str]:
    rate = f"{row.rate / 100:g} %" if not row.per else ""
    from_quantity = gettext("from %(scale)s") % {"scale": row.scale} if row.scale else ""
    note = " · ".join(part for part in (row.condition, worded(row.source), rate, from_quantity) if part)
    return TRACE_KINDS.get(str(row.kind), str(row.kind)), Money(row.amount, currency), note


def _schedule(one: LineView) -> list[ScheduleLine]:
    if one.promise is None or not one.line.stands:
        return []
    wished = Quantity(one.promise.quantity, one.base_decimals, one.base_unit)
    lines: list[ScheduleLine] = []
    for schedule, _delivered in one.promise.schedules:
        quantity = Quantity(schedule.quantity, one.base_decimals, one.base_unit)
        promise = PromiseLine(schedule.delivery_on, quantity, BASIS[schedule.basis])
        first = not lines
        lines.append(ScheduleLine(one.promise.requested_on if first else None, wished if first else None, promise))
    if not lines and not one.progress.delivered:
        return [ScheduleLine(one.promise.requested_on, wished, None)]
    return lines


def line_status(one: LineView) -> Status:
    """How far one line of an order in the books has come."""
    if not one.line.stands:
        return REJECTED
    come = one.progress
    if not come.ordered:
        return DRAFT
    promise = one.promise
    row = LineProgress(
        promise is not None, True, come.billing_basis, come.ordered, promise.confirmed if promise else 0,
        come.delivered, come.picked, come.issued, come.billed, come.lost,
    )  # fmt: skip
    return HEADLINES[progress([row]).headline]


def promised_items(view: DocumentView) -> list[PromisedItem]:
    """Each wish beside its confirmed dates, with the reason in one sentence."""
    standing = [one for one in view.lines if one.line.stands and one.promise is not None]
    why = reasons("order", [one.line.id for one in standing])
    return [
        dated(
            str(one.line.line_number), product_party(one), one.promise,
            Quantity(one.line.base_quantity, one.base_decimals, one.base_unit), one.line.requested_on,
            why=why.get(one.line.id, ""),
        )
        for one in standing
    ]  # fmt: skip


def order_types() -> list[tuple[str, str]]:
    return names("order_type")


def item_categories() -> list[tuple[str, str]]:
    return [("", gettext("by order type")), *names("item_category")]


def sites() -> list[tuple[str, str]]:
    return [("", gettext("determined")), *names("site")]


def routes() -> list[tuple[str, str]]:
    """The routes that a line may name: those that a rule leads to."""
    known = set(snapshot().route_codes.values())
    found = [(code, f"{code} · {name}") for code, name in names("route") if code in known]
    return [("", gettext("determined")), *found]


def payment_terms() -> list[tuple[str, str]]:
    return [("", gettext("the customer's")), *names("payment_terms")]


_FACE = ("pk", "number", "state", "entered_on", "gross", "currency_id")


def order_faces(ids: Sequence[int]) -> dict[int, Face]:
    come = _headlines(ids)
    rows = Order.objects.filter(pk__in=ids).values_list(*_FACE)
    return {
        pk: Face(number, order_status(state, come.get(pk)), on, Money(gross, currency))
        for pk, number, state, on, gross, currency in rows
    }


def quotation_faces(ids: Sequence[int]) -> dict[int, Face]:
    rows = Quotation.objects.filter(pk__in=ids).values_list(*_FACE)
    return {
        pk: Face(number, QUOTATION_WORDS[QuotationState(state)], on, Money(gross, currency))
        for pk, number, state, on, gross, currency in rows
    }


def order_products(line_ids: Sequence[int]) -> dict[int, int]:
    return dict(OrderLine.objects.filter(pk__in=line_ids).values_list("pk", "product_id"))


def quotation_products(line_ids: Sequence[int]) -> dict[int, int]:
    return dict(QuotationLine.objects.filter(pk__in=line_ids).values_list("pk", "product_id"))


pictures.register("order", order_faces)
pictures.register("quotation", quotation_faces)
pictures.register_lines("order_line", order_products)
pictures.register_lines("quotation_line", quotation_products)


def texts(view: DocumentView) -> dict[str, Any]:
    """The texts of a quotation or an order, for their tab."""
    return text_table(view.document.texts, [(one.line.line_number, one.line.texts) for one in view.lines])


def texts_step(view: DocumentView, actor: Any) -> Step | None:
    """The way to change texts: of an order that stands, of a quotation that is a draft; none where no kind is kept."""
    is_order = view.ref.kind == queries.ORDER
    changeable = (
        view.document.state != OrderState.CANCELLED if is_order else view.document.state == QuotationState.DRAFT
    )
    if not changeable or not any(kind.is_active for kind in snapshot().text_kinds.values()):
        return None
    route = "sales:order-texts" if is_order else "sales:quotation-texts"
    company_id = view.document.company_id
    return step(actor, _("Change texts"), route, view.ref.id, method="get", company_id=company_id)
