"""The pages of receivables: what is open, what was paid, and setting one against the other."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.billing import queries as billing
from troth.business.receivables import actions, rules, screens
from troth.business.receivables.actions import NewPayment
from troth.business.receivables.models import Clearing, Payment
from troth.business.receivables.rules import Clear, OpenItem
from troth.kernel.errors import BusinessError
from troth.kernel.money import format_money, parse_money
from troth.kernel.plain_numbers import MAX
from troth.ledgers.fulfilment import pictures
from troth.platform.documents import DocumentRef
from troth.platform.web import documents, formats
from troth.platform.web.acts import AskPage, once, said, step, steps
from troth.platform.web.columns import Column, Filter
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.forms import FigureField, FormPage, rows_of
from troth.platform.web.history import changes_of
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Empty, Link, Money, Party, Status, Step
from troth.reference import queries as reference


def clocked(request: HttpRequest, actor: Any) -> dict[str, Any]:
    return {"by": actor, "clock": request.clock}  # type: ignore[attr-defined]


def today_of(request: HttpRequest) -> date:
    """The date of the companies one sees."""
    return reference.today(request.clock, request.actor.company_ids)  # type: ignore[attr-defined]


class OpenItems(ListPage):
    title = _("Open items")
    permission = "receivables.view_open_item"
    columns = (
        Column("number", _("Invoice")),
        Column("payer", _("Payer"), "party", wide=True),
        Column("invoiced_on", _("Date"), "date"),
        Column("due_on", _("Due"), "date"),
        Column("overdue", _("Overdue"), "ageing"),
        Column("gross", _("Total"), "money"),
        Column("left", _("Open"), "money"),
        Column("status", _("Status"), "status"),
    )
    filters = (Filter("overdue", _("Overdue"), "flag"),)
    routes = ((_("Enter payment"), "receivables:payment-create"),)
    search_label = _("Invoice or payer")
    empty = Empty(_("Nothing is open"), _("Invoices stand here until they are paid."))
    row_url = staticmethod(lambda row: reverse("billing:invoice", args=[row.id]))

    def rows(self, query: ListQuery) -> Page:
        return screens.open_items(query, today_of(self.request))


class PaymentList(ListPage):
    title = _("Payments")
    permission = "receivables.view_payment"
    columns = (
        Column("number", _("Payment")),
        Column("payer", _("Payer"), "party", wide=True),
        Column("received_on", _("Received"), "date", sort=True),
        Column("reference", _("Reference")),
        Column("amount", _("Amount"), "money", sort=True),
        Column("left", _("Not cleared"), "money"),
        Column("status", _("Status"), "status"),
    )
    filters = (Filter("received_on", _("Received"), "date_range"), Filter("reversed", _("Reversed"), "flag"))
    routes = ((_("Enter payment"), "receivables:payment-create"),)
    search_label = _("Payment, payer, invoice or reference")
    empty = Empty(_("No payments yet"), _("A payment is entered here and set against open invoices."))
    source = screens.payments
    row_url = staticmethod(lambda row: reverse("receivables:payment", args=[row.id]))


class PaymentPage(DocumentPage):
    permission = "receivables.view_payment"
    document_kind = "payment"

    def document(self, actor: Any, key: int) -> Document:
        row, clearings = screens.payment(actor, key)
        used = sum(one.amount for one in clearings if one.reversed_at is None)
        left = row.amount - used
        stands = row.state != "reversed"
        return Document(
            kind=_("Payment"),
            number=row.number,
            status=screens.status_of(row, used),
            party=Party(row.payer.name, row.payer.number),
            party_label=_("Payer"),
            total=Money(row.amount, row.currency_id),
            facts=(
                Fact(_("Received"), row.received_on),
                Fact(_("Reference"), row.reference),
                Fact(_("Not cleared"), Money(left if stands else 0, row.currency_id)),
            ),
            next_step=step(actor, _("Clear"), "receivables:payment-clear", key, method="get", company_id=row.company_id)
            if stands and left
            else None,
            steps=steps(
                step(
                    actor, _("Reverse payment"), "receivables:payment-reverse", key, method="get", danger=True,
                    company_id=row.company_id,
                )
                if stands and not used
                else None
            ),
            crumbs=(Link(_("Payments"), reverse("receivables:payments")),),
        )  # fmt: skip

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        row, clearings = screens.payment(actor, key)
        ref = DocumentRef("payment", row.pk, row.number)
        items = [_cleared(one, row, actor) for one in clearings]
        return (
            Tab("clearings", _("Cleared invoices"), "receivables/clearings.html", lambda: {"items": items}, len(items)),
            Tab("flow", _("Flow"), documents.FLOW, lambda: {"flow": pictures.picture(ref, actor)}),
            Tab("history", _("History"), documents.HISTORY, lambda: {"changes": changes_of(ref)}),
        )


def _cleared(one: Clearing, row: Payment, actor: Any) -> dict[str, Any]:
    stands = one.reversed_at is None
    return {
        "url": reverse("billing:invoice", args=[one.invoice_id]),
        "number": one.invoice_number,
        "at": one.at,
        "amount": Money(one.amount, row.currency_id),
        "discount": Money(one.discount, row.currency_id) if one.discount else None,
        "status": Status(_("Cleared"), "done") if stands else Status(_("Taken back"), "stopped"),
        "step": step(
            actor, _("Take back"), "receivables:clearing-reset", one.pk, method="get", company_id=row.company_id
        )
        if stands
        else None,
    }


class PaymentForm(forms.Form):
    payer = forms.CharField(
        label=_("Payer"), max_length=20, widget=Picker("masterdata:customer-options", {"autofocus": True})
    )
    company = forms.ChoiceField(label=_("Company"), choices=screens.companies)
    amount = FigureField(label=_("Amount"), max_length=30)
    currency = forms.ChoiceField(label=_("Currency"), choices=screens.currencies)
    received_on = forms.DateField(
        label=_("Received"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reference = forms.CharField(
        label=_("Reference"), max_length=140, required=False, help_text=_("What the payer wrote.")
    )


class ClearForm(forms.Form):
    invoice_id = forms.IntegerField(widget=forms.HiddenInput)
    invoice = forms.CharField(label=_("Invoice"), disabled=True, required=False)
    due = forms.CharField(label=_("Due"), disabled=True, required=False)
    left = forms.CharField(label=_("Open"), disabled=True, required=False)
    amount = FigureField(label=_("Clear"), max_length=30, required=False)
    discount = forms.CharField(label=_("Discount"), max_length=30, required=False)


ClearRows = rows_of(ClearForm, empty=0)


def written(minor: int, currency: str) -> str:
    return format_money(minor, formats.currency_decimals(currency))


def read(text: str, currency: str) -> int:
    return parse_money(text, formats.currency_decimals(currency))


def proposal(items: list[OpenItem], amount: int, received_on: date, currency: str) -> list[dict[str, Any]]:
    """The open items as rows, with what the rules propose to clear."""
    mine = [item for item in items if item.currency == currency]
    clears = {one.invoice_id: one for one in rules.propose(mine, amount, received_on)}
    rows = []
    for item in mine:
        one = clears.get(item.invoice_id)
        rows.append(
            {
                "invoice_id": item.invoice_id,
                "invoice": item.number,
                "due": formats.day(item.due_on),
                "left": f"{formats.money(item.open, currency)} {currency}",
                "amount": written(one.amount, currency) if one else "",
                "discount": written(one.discount, currency) if one and one.discount else "",
            }
        )
    return rows


def clears_of(rows: Any, currency: str) -> tuple[Clear, ...]:
    """The rows in which something is cleared."""
    found = []
    for row in rows.cleaned_data:
        amount = read(row["amount"], currency) if row.get("amount") else 0
        discount = read(row["discount"], currency) if row.get("discount") else 0
        if amount or discount:
            found.append(Clear(row["invoice_id"], amount, discount))
    return tuple(found)


class PaymentCreate(FormPage):
    """First who paid how much, then what it clears, with a proposal; nothing is posted before the second step."""

    title = _("Enter payment")
    permission = "receivables.post_payment"
    form_class = PaymentForm
    cancel_url = reverse_lazy("receivables:open")
    crumbs = (Link(_("Payments"), reverse_lazy("receivables:payments")),)
    creates = True

    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        self.is_second = bool(request.GET.get("payer"))
        self.submit_label = _("Post payment") if self.is_second else _("Propose clearing")
        if self.is_second:
            self.rows_class = ClearRows
            self.rows_title = _("Open invoices of this payer")
            self.lead = _("What is not cleared stays as a deposit of the payer.")
        answer: Any = super().dispatch(request, *args, **captured)
        return answer

    def initial(self) -> dict[str, Any]:
        given = {name: self.request.GET.get(name, "") for name in PaymentForm.base_fields}
        values = {"received_on": today_of(self.request), "currency": screens.currency_of(given["company"])}
        values |= {name: value for name, value in given.items() if value}
        invoice = self.request.GET.get("invoice", "")
        if invoice.isascii() and invoice.isdigit() and len(invoice) < len(str(MAX)):
            values |= self._of_invoice(int(invoice))
        return values

    def _of_invoice(self, key: int) -> dict[str, Any]:
        view = billing.invoice(key, by=self.request.actor)  # type: ignore[attr-defined]
        row = view.row
        number = screens.party_number(row.payer_id)
        left = written(row.gross - row.paid, row.currency)
        return {"payer": number, "company": row.company_id, "amount": left, "currency": row.currency}

    def initial_rows(self) -> list[dict[str, Any]]:
        given = self.request.GET
        try:
            payer = screens.payer(given.get("payer", ""))
            currency = given.get("currency", "")
            amount = read(given.get("amount", "0"), currency)
            received_on = date.fromisoformat(given.get("received_on", ""))
            company = int(given.get("company", "0"))
        except (BusinessError, ValueError):
            return []
        return proposal(screens.items_of(company, payer.pk), amount, received_on, currency)

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        payer, amount = screens.payer(given["payer"]), read(given["amount"], given["currency"])
        if not self.is_second:
            chosen = {**given, "payer": payer.number, "received_on": given["received_on"].isoformat()}
            return f"{reverse('receivables:payment-create')}?{urlencode(chosen)}"
        paid = once(actions.post_payment)(
            NewPayment(
                company_id=int(given["company"]), payer_id=payer.pk, amount=amount, currency=given["currency"],
                received_on=given["received_on"], reference=given["reference"],
                clears=clears_of(rows, given["currency"]),
            ),
            key=self.client_key,
            **clocked(self.request, actor),
        )  # fmt: skip
        words = (
            gettext("%(number)s posted; it clears %(cleared)s.")
            if paid.cleared
            else gettext("%(number)s posted as a deposit.")
        )
        back = step(actor, _("Undo"), "receivables:payment-reverse", paid.id, method="get")
        undo = _last_clearing(actor, paid.id) if paid.cleared else back
        said(self.request, words % {"number": paid.number, "cleared": ", ".join(paid.cleared)}, undo)
        return reverse("receivables:payment", args=[paid.id])


def _last_clearing(actor: Any, payment_id: int) -> Step | None:
    """The step back from a clearing just made, where it cleared one invoice: several are taken back one by one."""
    standing = [one for one in screens.payment(actor, payment_id)[1] if one.reversed_at is None]
    if len(standing) != 1:
        return None
    return step(actor, _("Undo"), "receivables:clearing-reset", standing[0].pk, method="get")


class _PaymentAsk(AskPage):
    def ask(self, actor: Any, key: int) -> None:
        self.payment, self.clearings = screens.payment(actor, key)
        self.cancel_url = reverse("receivables:payment", args=[key])
        self.crumbs = [Link(_("Payments"), reverse("receivables:payments")), Link(self.payment.number, self.cancel_url)]
        self.words()

    def words(self) -> None:
        """Set what this question says."""


class PaymentClear(_PaymentAsk):
    form_class = forms.Form
    rows_class = ClearRows
    template_name = "web/form_page.html"
    danger = False

    def words(self) -> None:
        used = sum(one.amount for one in self.clearings if one.reversed_at is None)
        self.left = self.payment.amount - used
        self.title = gettext("Clear payment %(number)s") % {"number": self.payment.number}
        self.lead = gettext("%(left)s are left of it.") % {
            "left": f"{formats.money(self.left, self.payment.currency_id)} {self.payment.currency_id}"
        }
        self.submit_label = _("Clear")
        self.rows_title = _("Open invoices of this payer")

    def initial_rows(self) -> list[dict[str, Any]]:
        row = self.payment
        return proposal(screens.items_of(row.company_id, row.payer_id), self.left, row.received_on, row.currency_id)

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        clears = clears_of(rows, self.payment.currency_id)
        if not clears:
            raise rules.NothingCleared("Nothing is to be cleared. Enter an amount beside an invoice.")
        actions.clear(self.payment.pk, clears, **clocked(self.request, actor))
        return self.done(gettext("Cleared."), self.cancel_url, _last_clearing(actor, self.payment.pk))


class PaymentReverse(_PaymentAsk):
    def words(self) -> None:
        self.title = self.submit_label = gettext("Reverse payment %(number)s") % {"number": self.payment.number}
        self.sentence = _("Its postings are taken back by opposite ones. A reversed payment cannot be used again.")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        actions.reverse_payment(self.payment.pk, reason=form.cleaned_data["reason"], **clocked(self.request, actor))
        return self.done(gettext("Reversed."), self.cancel_url)


class ClearingReset(AskPage):
    def ask(self, actor: Any, key: int) -> None:
        self.clearing = screens.clearing(actor, key)
        self.cancel_url = reverse("receivables:payment", args=[self.clearing.payment_id])
        self.crumbs = [
            Link(_("Payments"), reverse("receivables:payments")),
            Link(self.clearing.payment.number, self.cancel_url),
        ]
        self.title = gettext("Take back the clearing of invoice %(number)s") % {"number": self.clearing.invoice_number}
        self.sentence = _("The invoice is open again, and the money a deposit again.")
        self.submit_label = _("Take back")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        actions.reset_clearing(self.clearing.pk, reason=form.cleaned_data["reason"], **clocked(self.request, actor))
        undo = step(actor, _("Undo"), "receivables:payment-clear", self.clearing.payment_id, method="get")
        return self.done(gettext("Taken back."), self.cancel_url, undo)
