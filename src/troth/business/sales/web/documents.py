"""The page of one order: what it is, what stands in the way, what comes next."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.credit.web import credit_tabs
from troth.business.sales import queries, screens
from troth.business.sales.actions.books import INCOMPLETE
from troth.business.sales.actions.document import load
from troth.business.sales.models import Order
from troth.business.sales.queries import DocumentView, LineView
from troth.business.sales.rules.completeness import Missing
from troth.business.sales.states import Fulfilled, OrderState
from troth.business.sales.web import new_dates
from troth.business.sales.web.what_if import what_if_step
from troth.ledgers.fulfilment import pictures
from troth.platform.blocks import Block as StandingBlock
from troth.platform.blocks import BlockKind, BlockScope
from troth.platform.web import documents, formats
from troth.platform.web.access import allowed
from troth.platform.web.acts import step, steps
from troth.platform.web.blocks import way_to_release
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.history import changes_of
from troth.platform.web.language import worded
from troth.platform.web.values import Block, Link, Money, Party, Quantity, Step

STOPPED = {
    BlockScope.CONFIRMATION: _("Nothing of order %(number)s is confirmed"),
    BlockScope.DELIVERY: _("Order %(number)s is blocked for delivery"),
    BlockScope.GOODS_ISSUE: _("Order %(number)s is blocked for goods issue"),
    BlockScope.BILLING: _("Order %(number)s is blocked for billing"),
}
REMEDIES = {
    BlockKind.CREDIT: _("A credit manager must release it."),
    BlockKind.DELIVERY: _("Release it when the reason is gone."),
    BlockKind.BILLING: _("Release it when the reason is gone."),
    BlockKind.CUSTOMER_SERVICE: _("Release it when the reason is gone."),
    BlockKind.QUALITY: _("The quality coordinator must decide."),
}
HOLDS_BACK = {
    "confirmation": _("It holds back the confirmation."),
    "delivery": _("It holds back the delivery."),
    "billing": _("It holds back the invoice."),
}
MISSING_SHOWN = 8


class OrderPage(DocumentPage):
    permission = "sales.view_order"
    document_kind = "order"

    def document(self, actor: Any, key: int) -> Document:
        view = queries.order(key, by=actor)
        order = view.document
        come = screens.HEADLINES.get(view.progress.headline)
        return Document(
            kind=_("Order"),
            number=order.number,
            status=screens.order_status(order.state, come),
            party=screens.customer_party(view, actor),
            total=Money(order.gross, order.currency_id),
            facts=[*_order_facts(view), *earned(view, actor)],
            next_step=_next_of_order(view, actor),
            steps=_order_steps(view, actor),
            blocks=[*_missing(order, actor), *_standing(view, actor), *_new_dates(view, actor), *_short(view)],
            crumbs=(Link(_("Orders"), reverse("sales:orders")),),
        )

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        def items() -> dict[str, Any]:
            view = queries.order(key, by=actor)
            return {
                "items": screens.items(
                    view, screens.line_status, lambda one: _item_steps(view, one, actor), actor=actor
                ),
                "total": Money(view.document.gross, view.document.currency_id),
                **screens.ITEM_LABELS,
            }

        def ref() -> Any:
            return queries.order(key, by=actor).ref

        return (
            Tab("items", _("Items"), documents.ITEMS, items),
            Tab(
                "promise", _("Promise"), documents.DATES,
                lambda: {"promised": screens.promised_items(queries.order(key, by=actor))},
            ),
            Tab("texts", _("Texts"), documents.TABLE, lambda: screens.texts(queries.order(key, by=actor))),
            *credit_tabs(actor, ref),
            Tab("flow", _("Flow"), documents.FLOW, lambda: {"flow": pictures.picture(ref(), actor)}),
            Tab("history", _("History"), documents.HISTORY, lambda: {"changes": changes_of(ref())}),
        )  # fmt: skip


def earned(view: DocumentView, actor: Any) -> list[Fact]:
    """What the document earns, for those who may see it."""
    fact = screens.margin_fact(view, actor)
    return [fact] if fact.value is not None else []


def _order_facts(view: DocumentView) -> list[Fact]:
    order = view.document
    weight = sum(one.line.weight_g for one in view.lines if one.line.stands)
    facts = [
        Fact(_("Wished"), order.requested_on),
        Fact(_("Entered"), order.entered_on),
        Fact(_("Order type"), order.order_type.name),
        Fact(_("Customer's number"), order.customer_reference),
        Fact(_("Source system"), order.source_system),
        Fact(_("Weight"), Quantity(weight, 3, "kg") if weight else None),
    ]
    if order.ship_to_id != order.sold_to_id:
        facts.append(Fact(_("Ship-to"), Party(order.ship_to.name, order.ship_to.number)))
    if order.copied_from is not None:
        url = reverse("sales:order", args=[order.copied_from_id])
        facts.append(Fact(_("Copied from"), Link(order.copied_from.number, url)))
    return [fact for fact in facts if fact.value not in (None, "")]


def _next_of_order(view: DocumentView, actor: Any) -> Step | None:
    order = view.document
    if order.state != OrderState.DRAFT:
        return None
    return step(actor, _("Submit order"), "sales:order-submit", order.pk, company_id=order.company_id)


def _order_steps(view: DocumentView, actor: Any) -> tuple[Step, ...]:
    order, company = view.document, view.document.company_id
    if order.state == OrderState.CANCELLED:
        return steps(step(actor, _("Copy"), "sales:order-copy", order.pk, company_id=company))
    untouched = view.progress.delivery in (Fulfilled.OPEN, Fulfilled.NOTHING_TO_DO)
    return steps(
        step(actor, _("Change"), "sales:order-change", order.pk, method="get", company_id=company),
        screens.texts_step(view, actor),
        step(actor, _("Copy"), "sales:order-copy", order.pk, company_id=company),
        step(actor, _("Ask for better dates"), "sales:order-anew", order.pk, company_id=company)
        if order.state == OrderState.SUBMITTED and _waits(view)
        else None,
        what_if_step(view, actor),
        step(actor, _("Set a block"), "sales:order-block", order.pk, method="get", company_id=company)
        if order.state == OrderState.SUBMITTED
        else None,
        step(actor, _("Cancel order"), "sales:order-cancel", order.pk, method="get", danger=True, company_id=company)
        if untouched
        else None,
    )


def _waits(view: DocumentView) -> bool:
    """Whether something of the order comes later than wished, or not at all."""
    promised = [(one.promise, one.line.requested_on) for one in view.lines if one.line.stands and one.promise]
    return any(one.short > 0 or (one.delivery_on and wished and one.delivery_on > wished) for one, wished in promised)


def _missing(order: Order, actor: Any) -> list[Block]:
    """What the order lacks, each with the way to its field."""
    if order.state == OrderState.CANCELLED:
        return []
    found = load(order).missing
    may = allowed(actor, "sales:order-change", company_id=order.company_id)
    rows = {line: n for n, line in enumerate(sorted({one.line_number for one in found if one.line_number}))}
    lines = list(order.lines.filter(rejection_reason="").order_by("line_number").values_list("line_number", flat=True))
    rows = {line: lines.index(line) for line in rows if line in lines}
    return [_lack(one, order, rows, may) for one in found[:MISSING_SHOWN]]


def _lack(one: Missing, order: Order, rows: dict[int, int], may: bool) -> Block:
    field = "product" if one.field in ("lines", "price", "route", "shipping_point") else one.field
    row = rows.get(one.line_number or 0, 0)
    on_head = one.line_number is None and one.field != "lines"
    anchor = f"#id_{field}" if on_head else f"#id_rows-{row}-{field}"
    url = reverse("sales:order-change", args=[order.pk]) + anchor
    return Block(
        worded(one.sentence),
        HOLDS_BACK[one.holds_back],
        Step(_("Go there"), url, "get") if may else None,
        tone="waiting",
    )


def _standing(view: DocumentView, actor: Any) -> list[Block]:
    return [*(_blocked(block, view, actor) for block in view.blocks), *_kept(view)]


def _kept(view: DocumentView) -> list[Block]:
    """Until when the goods of an order that waits are kept for it, or that they were."""
    if view.kept is None or view.document.state != OrderState.SUBMITTED:
        return []
    said = (
        _("Its goods were kept until %(until)s.") if view.kept.is_lapsed else _("Its goods are kept until %(until)s.")
    )
    remedy = gettext("Once it is released, it is promised anew.") if view.kept.is_lapsed else ""
    return [Block(said % {"until": formats.instant(view.kept.until)}, remedy, tone="waiting")]


def _blocked(block: StandingBlock, view: DocumentView, actor: Any) -> Block:
    sentence = STOPPED[block.scope] % {"number": view.ref.number}
    is_incomplete = block.reason.startswith(INCOMPLETE)
    remedy = _("Complete the order, and the block falls.") if is_incomplete else REMEDIES[block.kind]
    return Block(f"{sentence}: {worded(block.reason).rstrip('.')}.", remedy, way_to_release(block, actor))


def _new_dates(view: DocumentView, actor: Any) -> list[Block]:
    is_open = view.document.state == OrderState.SUBMITTED
    return new_dates.told_on_order(view.ref.id, actor) if is_open else []


def _short(view: DocumentView) -> list[Block]:
    short = [one for one in view.lines if one.line.stands and one.promise and one.promise.short > 0]
    if not short or view.document.state != OrderState.SUBMITTED:
        return []
    numbers = ", ".join(str(one.line.line_number) for one in short[:10])
    return [
        Block(
            gettext("Not confirmed in full: item %(numbers)s.") % {"numbers": numbers},
            gettext("The promise says why, and when goods are expected."),
            Step(_("See the promise"), "?tab=promise", "get"),
            tone="waiting",
        )
    ]


def _item_steps(view: DocumentView, one: LineView, actor: Any) -> tuple[Step, ...]:
    order, number = view.document, one.line.line_number
    if order.state != OrderState.SUBMITTED or not one.line.stands:
        return ()
    company, key = order.company_id, order.pk
    is_open = one.promise is not None and one.promise.open > 0
    allocated = one.promise is not None and one.promise.allocated > 0
    return steps(
        _availability(one, actor),
        step(actor, _("Allocate stock"), "sales:item-allocate", key, number, method="get", company_id=company)
        if is_open
        else None,
        step(actor, _("Release allocated stock"), "sales:item-free", key, number, company_id=company)
        if allocated
        else None,
        step(actor, _("Reject item"), "sales:item-reject", key, number, method="get", danger=True, company_id=company)
        if not one.progress.delivered
        else None,
    )


def _availability(one: LineView, actor: Any) -> Step | None:
    if one.promise is None:
        return None
    return step(
        actor, _("Availability"), "promising:availability", method="get",
        query=f"?product={one.product_number}&site={one.site}",
    )  # fmt: skip
