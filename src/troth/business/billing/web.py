"""The pages of billing: what is due, invoices, the journal."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.billing import actions, queries, screens
from troth.business.masterdata.screens import text_table
from troth.kernel.errors import BusinessError
from troth.ledgers.fulfilment import pictures
from troth.ledgers.journal import screens as journal
from troth.platform.web import documents, selection
from troth.platform.web.access import demand
from troth.platform.web.acts import AskPage, Outcome, bulk, clocked, results, said, step, steps, tell
from troth.platform.web.columns import Column, Filter
from troth.platform.web.documents import Document, DocumentPage, Fact, Item, Tab, register_offer
from troth.platform.web.history import changes_of
from troth.platform.web.language import worded
from troth.platform.web.lists import ListPage
from troth.platform.web.refusals import way_back
from troth.platform.web.values import Empty, Link, Money, Party, Quantity, Status, Step, Trace, TraceStep
from troth.reference import queries as reference


class DueList(ListPage):
    title = _("Due for billing")
    lead = _("Deliveries that have left, and orders that are billed by order.")
    permission = "billing.create_invoices"
    columns = (
        Column("number", _("Document")),
        Column("kind", _("Kind")),
        Column("customer", _("Customer"), wide=True),
        Column("since_on", _("Since"), "date"),
        Column("lines", _("Lines"), "number"),
        Column("amount", _("To bill"), "money"),
        Column("status", _("Block"), "status"),
    )
    filters = (Filter("kind", _("Kind"), "choice", (("delivery", _("Delivery")), ("order", _("Order")))),)
    search_label = _("Document or customer")
    bulk = (
        bulk(
            _("Create invoices"),
            _("Create an invoice for each of %(count)s documents"),
            "billing:due-invoice",
            single=_("Create the invoice of one document"),
        ),
        bulk(
            _("Create collective invoices"),
            _("Collect %(count)s documents on one invoice for each payer"),
            "billing:due-collect",
            single=_("Collect one document on an invoice of its payer"),
        ),
    )
    empty = Empty(_("Nothing is due for billing"), _("Deliveries appear here when their goods have been issued."))
    source = screens.due
    row_key = staticmethod(lambda row: row.key)
    row_url = staticmethod(lambda row: _source_url(row.key))


def _source_url(key: str) -> str:
    kind, _dash, number = key.partition("-")
    return reverse("shipping:delivery" if kind == "delivery" else "sales:order", args=[int(number)])


Sources = dict[str, list[int]]
"""Ids by kind of document: delivery and order."""


def _sources(request: HttpRequest) -> Sources:
    keys = selection.keys(request, reverse("billing:due"))
    return {
        kind: [int(key.removeprefix(f"{kind}-")) for key in keys if _is_key(key, kind)]
        for kind in ("delivery", "order")
    }


def _invoice(request: HttpRequest, bill: Callable[[HttpRequest, Any, Sources], HttpResponse]) -> HttpResponse:
    actor = demand(request, "")
    ids = _sources(request) if request.method == "POST" else {}
    if not any(ids.values()):
        messages.warning(request, gettext("Nothing was selected. Tick the rows first."))
        return HttpResponseRedirect(reverse("billing:due"))
    return bill(request, actor, ids)


def _collect(request: HttpRequest, actor: Any, ids: Sources) -> HttpResponse:
    """All of it in one transaction, or nothing."""
    try:
        made = actions.create_invoices(
            delivery_ids=ids["delivery"], order_ids=ids["order"], collective=True, **clocked(request, actor)
        )
    except BusinessError as error:
        tell(request, error)
        return HttpResponseRedirect(way_back(request))
    return _made(request, made.invoices)


def _each(request: HttpRequest, actor: Any, ids: Sources) -> HttpResponse:
    """Each in its own transaction: one that is refused holds up no other."""
    invoices: list[Any] = []
    outcomes: list[Outcome] = []
    for kind, found in ids.items():
        for one in found:
            deliveries, orders = ([one], []) if kind == "delivery" else ([], [one])
            try:
                made = actions.create_invoices(
                    delivery_ids=deliveries, order_ids=orders, **clocked(request, actor)
                ).invoices
            except BusinessError as error:
                outcomes.append(_refused(kind, one, error))
                continue
            invoices += made
            outcomes += [Outcome(invoice.number, "", reverse("billing:invoice", args=[invoice.id])) for invoice in made]
    if len(invoices) == len(outcomes):
        return _made(request, invoices)
    return results(request, outcomes, gettext("Invoices created"), reverse("billing:due"))


def _refused(kind: str, key: int, error: BusinessError) -> Outcome:
    sentence = " ".join(worded(one.message) for one in getattr(error, "refusals", (error,)))
    return Outcome(_number(kind, key), sentence, _source_url(f"{kind}-{key}"), is_done=False)


def _number(kind: str, key: int) -> str:
    faces = pictures.faces(kind, [key])
    return faces[key].number if key in faces else f"{kind} {key}"


def _is_key(key: str, kind: str) -> bool:
    number = key.removeprefix(f"{kind}-")
    return key.startswith(f"{kind}-") and number.isascii() and number.isdigit()


def _made(request: HttpRequest, invoices: Sequence[Any]) -> HttpResponse:
    words = ngettext(
        "%(count)s invoice created: %(numbers)s.", "%(count)s invoices created: %(numbers)s.", len(invoices)
    )
    numbers = ", ".join(one.number for one in invoices[:8]) + (" …" if len(invoices) > 8 else "")
    sentence = words % {"count": len(invoices), "numbers": numbers}
    if len(invoices) == 1:
        one = invoices[0].id
        said(request, sentence, step(request.actor, _("Undo"), "billing:invoice-cancel", one, method="get"))  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("billing:invoice", args=[one]))
    said(request, sentence)
    return HttpResponseRedirect(reverse("billing:invoices"))


def due_invoice(request: HttpRequest) -> HttpResponse:
    """An invoice for each delivery or order chosen."""
    return _invoice(request, _each)


def due_collect(request: HttpRequest) -> HttpResponse:
    """As few invoices as the terms allow."""
    return _invoice(request, _collect)


def source_invoice(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """Bill one delivery or order from its page."""
    actor = demand(request, "")
    if request.method != "POST":
        return HttpResponseRedirect(way_back(request))
    deliveries, orders = ([key], []) if kind == "delivery" else ([], [key])
    try:
        made = actions.create_invoices(delivery_ids=deliveries, order_ids=orders, **clocked(request, actor))
    except BusinessError as error:
        tell(request, error)
        return HttpResponseRedirect(way_back(request))
    return _made(request, made.invoices)


def _offer_delivery(actor: Any, key: int) -> Step | None:
    if not actor.may("billing.create_invoices") or not queries.billable(delivery_ids=[key]):
        return None
    return step(actor, _("Create invoice"), "billing:source-invoice", "delivery", key)


def _offer_order(actor: Any, key: int) -> Step | None:
    if not actor.may("billing.create_invoices") or not queries.billable(order_ids=[key]):
        return None
    return step(actor, _("Create invoice"), "billing:source-invoice", "order", key)


register_offer("delivery", _offer_delivery)
register_offer("order", _offer_order)


class InvoiceList(ListPage):
    title = _("Invoices")
    permission = "billing.view_invoice"
    columns = (
        Column("number", _("Invoice")),
        Column("payer", _("Payer"), "party", wide=True),
        Column("invoiced_on", _("Date"), "date", sort=True),
        Column("due_on", _("Due"), "date", sort=True),
        Column("gross", _("Total"), "money", sort=True),
        Column("left", _("Open"), "money"),
        Column("status", _("Status"), "status"),
    )
    filters = (
        Filter("kind", _("Kind"), "choice", (("invoice", _("Invoice")), ("cancellation", _("Cancellation")))),
        Filter("invoiced_on", _("Date"), "date_range"),
        Filter("due_on", _("Due"), "date_range"),
        Filter("amount", _("Amount"), "amount_range"),
    )
    routes = ((_("Due for billing"), "billing:due"),)
    search_label = _("Invoice, order or payer")
    empty = Empty(_("No invoices yet"), _("Invoices are made from what is due for billing."))
    source = screens.invoices
    row_url = staticmethod(lambda row: reverse("billing:invoice", args=[row.id]))


class InvoicePage(DocumentPage):
    permission = "billing.view_invoice"
    document_kind = "invoice"

    def document(self, actor: Any, key: int) -> Document:
        view = queries.invoice(key, by=actor)
        row = view.row
        is_open = row.state in ("open", "partly_paid")
        late = is_open and row.due_on < reference.today(self.request.clock, [row.company_id])  # type: ignore[attr-defined]
        related = [
            Fact(word, Link(ref.number, reverse("billing:invoice", args=[ref.id])))
            for word, ref in ((_("Cancels"), view.cancels), (_("Cancelled by"), view.cancelled_by))
            if ref is not None
        ]
        return Document(
            kind=_("Invoice"),
            number=row.number,
            status=screens.OVERDUE if late else screens.STATES[row.state],
            party=Party(view.bill_to.name, view.bill_to.number),
            total=Money(row.gross, row.currency),
            facts=[
                Fact(_("Date"), row.invoiced_on),
                Fact(_("Due"), row.due_on),
                Fact(_("Terms"), view.payment_terms),
                Fact(_("Payer"), row.payer),
                *([Fact(_("Open"), Money(row.gross - row.paid, row.currency))] if is_open else []),
                *related,
            ],
            next_step=step(
                actor, _("Enter payment"), "receivables:payment-create", method="get", company_id=row.company_id,
                query=f"?invoice={key}",
            )
            if is_open
            else None,
            steps=steps(
                step(
                    actor, _("Cancel invoice"), "billing:invoice-cancel", key, method="get", danger=True,
                    company_id=row.company_id,
                )
                if row.state in ("open", "paid") and row.kind == "invoice"
                else None
            ),
            crumbs=(Link(_("Invoices"), reverse("billing:invoices")),),
        )  # fmt: skip

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        view = queries.invoice(key, by=actor)
        currency = view.row.currency
        total = Trace(
            gettext("Invoice %(number)s") % {"number": view.row.number},
            Money(view.row.gross, currency),
            (TraceStep(_("Net"), Money(view.row.net, currency)), TraceStep(_("Tax"), Money(view.tax, currency))),
        )
        items = [_item(line, currency) for line in view.lines]
        return (
            Tab("items", _("Items"), documents.ITEMS, lambda: {"items": items, "total": total}),
            Tab("texts", _("Texts"), documents.TABLE, lambda: _texts(view)),
            Tab("flow", _("Flow"), documents.FLOW, lambda: {"flow": pictures.picture(view.ref, actor)}),
            Tab("history", _("History"), documents.HISTORY, lambda: {"changes": changes_of(view.ref)}),
        )


def _texts(view: queries.InvoiceView) -> dict[str, Any]:
    return text_table(view.texts, [(line.line_number, line.texts) for line in view.lines])


def _item(line: Any, currency: str) -> Item:
    unit = line.product.base_unit
    steps_of = (
        TraceStep(_("Net"), Money(line.net, currency)),
        TraceStep(line.tax_name or _("Tax"), Money(line.tax, currency), f"{line.tax_basis_points / 100:g} %"),
    )
    value = Trace(line.description, Money(line.gross, currency), steps_of)
    note = gettext("Order %(number)s") % {"number": line.order_number}
    return Item(
        str(line.line_number), Party(line.description.removeprefix(f"{line.product.number} "), line.product.number),
        Quantity(line.quantity, unit.decimals, unit.code), Status(_("Billed"), "done"), value=value, note=note,
    )  # fmt: skip


class InvoiceCancel(AskPage):
    def ask(self, actor: Any, key: int) -> None:
        self.view = queries.invoice(key, by=actor)
        self.cancel_url = reverse("billing:invoice", args=[key])
        self.crumbs = [Link(_("Invoices"), reverse("billing:invoices")), Link(self.view.row.number, self.cancel_url)]
        self.title = self.submit_label = gettext("Cancel invoice %(number)s") % {"number": self.view.row.number}
        self.sentence = _(
            "A cancellation with its own number takes the invoice back. What it billed is due for billing again."
        )

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        reason = form.cleaned_data["reason"]
        made = actions.cancel_invoice(self.view.ref.id, reason=reason, **clocked(self.request, actor))
        sentence = gettext("%(number)s cancels %(cancelled)s.") % {
            "number": made.number,
            "cancelled": made.cancels_number,
        }
        return self.done(sentence, reverse("billing:invoice", args=[made.id]))


class Journal(ListPage):
    title = _("Journal")
    lead = _("Every goods issue, invoice and payment as balanced postings; the export goes to a ledger.")
    permission = "billing.view_journal"
    columns = (
        Column("entry", _("Entry"), align="right"),
        Column("on", _("Date"), "date"),
        Column("text", _("Text"), wide=True),
        Column("source", _("Document"), "link"),
        Column("account", _("Account")),
        Column("name", _("Name")),
        Column("debit", _("Debit"), "money"),
        Column("credit", _("Credit"), "money"),
        Column("document", _("In the document's currency"), "money"),
    )
    filters = (
        Filter("on", _("Date"), "date_range"),
        Filter("account", _("Account"), "choice", journal.accounts),
    )
    search_label = _("Text or account")
    empty = Empty(_("Nothing is posted yet"), _("Goods issues, invoices and payments post here by themselves."))
    source = journal.rows
