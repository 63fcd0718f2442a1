"""What is expected, and what is done when it comes."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries.screens import names
from troth.business.supply import actions, queries, screens
from troth.business.supply.queries import ReceiptRow
from troth.business.supply.rules.planned import check_ordered
from troth.business.supply.types import ANY_ORDER
from troth.business.supply.web.affected import slips_of, told
from troth.kernel.errors import NotFound
from troth.kernel.quantity import Unit, format_quantity, parse_quantity
from troth.ledgers.stock import queries as movements
from troth.ledgers.stock.queries import MovementRow
from troth.platform.documents import DocumentRef
from troth.platform.web import documents
from troth.platform.web.acts import AskPage, Reason, Said, button, clocked, once, step, steps
from troth.platform.web.columns import Column, Filter, table_of
from troth.platform.web.documents import Document, DocumentPage, Fact, Item, Tab
from troth.platform.web.forms import FigureField
from troth.platform.web.history import changes_of
from troth.platform.web.lists import ListPage
from troth.platform.web.values import Empty, Link, Party, Quantity, Status
from troth.reference import queries as reference

KINDS = (
    ("purchase", _("Purchase order")),
    ("production", _("Production order")),
    ("requisition", _("Purchase requisition")),
    ("planned", _("Planned order")),
    (ANY_ORDER, _("Ordered")),
)


FIRM_HELP = _("Of a planned order or requisition: planning leaves it as it is, and promises may stand on it.")


class ReceiptList(ListPage):
    title = _("Expected receipts")
    permission = "supply.view_purchase_order"
    columns = (
        Column("number", _("Number")),
        Column("product", _("Product"), "party", wide=True),
        Column("kind", _("Kind")),
        Column("supplier", _("Supplier")),
        Column("site", _("Site")),
        Column("due_on", _("Due"), "date", sort=True),
        Column("expected", _("Still expected"), "quantity"),
        Column("status", _("Status"), "status"),
    )
    filters = (
        Filter("state", _("State"), "choice", screens.STATE_WORDS),
        Filter("kind", _("Kind"), "choice", KINDS),
        Filter("site", _("Site"), "choice", lambda: names("site")),
        Filter("due_on", _("Due"), "date_range"),
    )
    routes = (
        (_("New receipt"), "supply:receipt-create"),
        (_("Enter a plan"), "supply:plan"),
        (_("Forecasts"), "supply:forecasts"),
    )
    search_label = _("Number, product or supplier")
    empty = Empty(
        _("Nothing is expected"),
        _("Orders, and plans where a scope counts them, make goods available to promise before they come."),
    )
    source = screens.receipts
    row_url = staticmethod(lambda row: reverse("supply:receipt", args=[row.id]))


def receipt_of(actor: Any, key: int) -> ReceiptRow:
    """A receipt that the actor may see; `NotFound` else."""
    found = queries.receipt(key)
    if found is None or not actor.sees(found.company_id, found.site_id):
        raise NotFound("There is no such receipt, or it belongs to another site.", receipt=key)
    return found


def amount(row: ReceiptRow, value: int) -> Quantity:
    product = reference.product(row.product_id)
    return Quantity(value, product.decimals, product.base_unit)


class ReceiptPage(DocumentPage):
    permission = "supply.view_purchase_order"
    document_kind = "receipt"

    def document(self, actor: Any, key: int) -> Document:
        row = receipt_of(actor, key)
        is_open, company = row.state == "open", row.company_id
        return Document(
            kind=str(screens.kind_word(row)).capitalize(),
            number=row.number,
            status=screens.STATES[row.state],
            facts=(
                Fact(_("Product"), Party(row.product_name, row.product)),
                Fact(_("Supplier"), row.supplier),
                Fact(_("Site"), row.site),
                Fact(_("Due"), row.due_on),
                Fact(_("Made from"), _made_from(row)),
                Fact(_("Usable until"), row.expires_on),
                Fact(_("Valuation type"), row.valuation),
                Fact(_("Quantity"), amount(row, row.quantity)),
                *(() if row.is_planned else (Fact(_("Received"), amount(row, row.received)),)),
            ),
            next_step=step(actor, *_next(row), key, method="get", company_id=company) if is_open else None,
            steps=steps(
                step(
                    actor, _("Availability"), "promising:availability", method="get",
                    query=f"?product={row.product}&site={row.site}&valuation={row.valuation}",
                ),
                step(
                    actor, _("Promises that hung on it"), "promising:slips", method="get", query=slips_of(row.number)
                ),
                step(actor, _("Change"), "supply:receipt-change", key, method="get", company_id=company)
                if is_open
                else None,
                step(
                    actor, _("Take back into the plan"), "supply:receipt-take-back", key,
                    method="get", danger=True, company_id=company,
                )
                if is_open and row.made_from_id is not None and not row.received
                else None,
                step(
                    actor, pgettext_lazy("document", "Cancel"), "supply:receipt-cancel", key,
                    method="get", danger=True, company_id=company,
                )
                if is_open
                else None,
            ),
            crumbs=(Link(_("Expected receipts"), reverse("supply:receipts")),),
        )  # fmt: skip

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        def ref() -> DocumentRef:
            row = receipt_of(actor, key)
            return DocumentRef("receipt", row.id, row.number)

        def postings() -> dict[str, Any]:
            row = receipt_of(actor, key)
            found = movements.movements(source=ref())
            undone = set(movements.reversed_among([one.id for one in found]))
            empty = Empty(_("Nothing received yet"), _("What comes in is posted with the day and the bin."))
            return {"items": [_posted(one, row, actor, undone) for one in found], "empty": empty}

        row = receipt_of(actor, key)
        first = (
            Tab("made", _("Orders made from it"), documents.TABLE, lambda: _made(row))
            if row.is_planned
            else Tab("postings", _("Goods received"), documents.ITEMS, postings)
        )
        return (
            first,
            Tab("history", _("History"), documents.HISTORY, lambda: {"changes": changes_of(ref())}),
        )


def _made_from(row: ReceiptRow) -> Any:
    """The plan that became this order."""
    if row.made_from_id is None:
        return None
    return Link(row.made_from, reverse("supply:receipt", args=[row.made_from_id]))


MADE = (
    Column("number", _("Receipt"), "link"),
    Column("kind", _("Kind"), wide=True),
    Column("due_on", _("Due"), "date"),
    Column("quantity", _("Quantity"), "quantity"),
    Column("status", _("Status"), "status"),
)


def _made(row: ReceiptRow) -> dict[str, Any]:
    """What planned supply was converted into."""
    rows = [
        {
            "number": Link(one.number, reverse("supply:receipt", args=[one.id])),
            "kind": screens.kind_word(one), "due_on": one.due_on, "quantity": amount(one, one.quantity),
            "status": screens.STATES[one.state],
        }
        for one in queries.made_of(row.id)
    ]  # fmt: skip
    empty = Empty(_("Nothing is ordered yet"), _("What it is converted into is listed here."))
    return {"table": table_of(MADE, rows), "empty": empty}


def _next(row: ReceiptRow) -> tuple[Any, str]:
    """What is planned becomes an order before goods of it come."""
    return (_("Convert"), "supply:receipt-convert") if row.is_planned else (_("Receive goods"), "supply:receive")


def _posted(one: MovementRow, row: ReceiptRow, actor: Any, undone: set[int]) -> Item:
    place = reference.place(one.key.site_id, one.key.bin_id, one.key.product_id)
    stands = one.kind == "receipt" and one.id not in undone
    way = step(actor, _("Reverse"), "supply:receipt-reverse", one.id, danger=True, company_id=row.company_id)
    words = {"receipt": Status(_("Received"), "done")}
    status = words.get(one.kind, Status(_("Reversal"), "stopped")) if stands else Status(_("Reversed"), "stopped")
    return Item(
        str(one.id), Party(row.product_name, place.bin), amount(row, one.quantity), status,
        steps=steps(way if stands else None),
    )  # fmt: skip


def day_field(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, help_text=help_text)


class ReceiveForm(forms.Form):
    quantity = FigureField(label=_("Quantity"), max_length=30)
    bin = forms.ChoiceField(label=_("Into bin"))
    into_inspection = forms.BooleanField(
        label=_("Into quality inspection"),
        required=False,
        help_text=_("They are promised to nobody before they are released, unless the scope of check counts them."),
    )
    release_on = day_field(_("Released"), _("When the inspection is expected to release them, if that is known."))
    batch = forms.CharField(label=_("Batch"), max_length=40, required=False)
    produced_on = day_field(_("Produced"))
    expires_on = day_field(
        _("Usable until"), _("Of a new batch; empty: as its shelf life says, or as the receipt does.")
    )

    def __init__(
        self, *args: Any, bins: list[tuple[int, str]] | None = None, has_batches: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bin"].choices = bins or []  # type: ignore[attr-defined]
        self.fields["batch"].required = has_batches
        if not has_batches:
            del self.fields["produced_on"], self.fields["expires_on"]


class ReceiptAsk(AskPage):
    danger = False

    def ask(self, actor: Any, key: int) -> None:
        self.row = receipt_of(actor, key)
        self.cancel_url = reverse("supply:receipt", args=[key])
        self.crumbs = [Link(_("Expected receipts"), reverse("supply:receipts")), Link(self.row.number, self.cancel_url)]
        product = reference.product(self.row.product_id)
        self.unit = Unit(product.base_unit, product.decimals)
        self.words()

    def words(self) -> None:
        """Set what this question says."""

    def written(self, value: int) -> str:
        return format_quantity(value, self.unit.decimals)

    @property
    def place(self) -> tuple[int, int]:
        """The product and the site whose supply it moves."""
        return self.row.product_id, self.row.site_id

    @property
    def acting(self) -> dict[str, Any]:
        return clocked(self.request, self.request.actor)  # type: ignore[attr-defined]


class Receive(ReceiptAsk):
    form_class = ReceiveForm
    creates = True

    def words(self) -> None:
        check_ordered(self.row.kind, self.row.number)
        self.title = gettext("Receive goods of %(number)s") % {"number": self.row.number}
        self.sentence = gettext("%(product)s: %(left)s %(unit)s are still expected.") % {
            "product": self.row.product_name,
            "left": self.written(self.row.expected),
            "unit": self.unit.code,
        }
        self.submit_label = _("Receive goods")

    def initial(self) -> dict[str, Any]:
        return {"quantity": self.written(self.row.expected)}

    def form_arguments(self) -> dict[str, Any]:
        bins = reference.bins(self.row.site_id)
        return {
            "bins": [(one.id, f"{one.code} · {one.location}") for one in bins],
            "has_batches": reference.product(self.row.product_id).has_batches,
        }

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        received = once(actions.receive_goods)(
            self.row.id, parse_quantity(given["quantity"], self.unit), bin_id=int(given["bin"]), batch=given["batch"],
            produced_on=given.get("produced_on"), expires_on=given.get("expires_on"),
            into_inspection=given["into_inspection"], release_on=given["release_on"], key=self.client_key,
            **self.acting,
        )  # fmt: skip
        left = self.written(received.still_expected)
        undo = step(actor, _("Undo"), "supply:receipt-reverse", received.posting_id)
        sentence = gettext("Received; %(left)s still expected.") % {"left": left}
        return self.done(told(self.request, actor, sentence, received.short, [self.place]), self.cancel_url, undo)


class ChangeForm(forms.Form):
    due_on = forms.DateField(label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    quantity = FigureField(label=_("Quantity"), max_length=30)
    expires_on = day_field(_("Usable until"), _("Empty: as many days after the receipt as before."))
    is_firm = forms.BooleanField(label=_("Firm"), required=False, help_text=FIRM_HELP)

    def __init__(self, *args: Any, has_batches: bool = False, can_be_firm: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_batches:
            del self.fields["expires_on"]
        if not can_be_firm:
            del self.fields["is_firm"]


class ReceiptChange(ReceiptAsk):
    form_class = ChangeForm

    def words(self) -> None:
        self.title = gettext("Change %(number)s") % {"number": self.row.number}
        self.sentence = _("Orders that no longer get their goods in time are promised again.")
        self.submit_label = _("Change")

    def initial(self) -> dict[str, Any]:
        firm = {"is_firm": self.row.is_firm}
        return {"due_on": self.row.due_on, "quantity": self.written(self.row.quantity), **firm}

    def form_arguments(self) -> dict[str, Any]:
        has_batches = reference.product(self.row.product_id).has_batches
        return {"has_batches": has_batches, "can_be_firm": self.row.is_planned}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        quantity = parse_quantity(form.cleaned_data["quantity"], self.unit)
        short = actions.change_receipt(
            self.row.id, due_on=form.cleaned_data["due_on"], quantity=quantity,
            expires_on=form.cleaned_data.get("expires_on"), is_firm=form.cleaned_data.get("is_firm"), **self.acting,
        )  # fmt: skip
        return self.done(told(self.request, actor, gettext("Changed."), short, [self.place]), self.cancel_url)


class ReceiptCancel(ReceiptAsk):
    form_class = Reason
    danger = True

    def words(self) -> None:
        self.title = self.submit_label = gettext("Cancel %(number)s") % {"number": self.row.number}
        self.sentence = _("What is still expected will not come. Orders that counted on it are promised again.")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        short = actions.cancel_receipt(self.row.id, reason=form.cleaned_data["reason"], **self.acting)
        return self.done(told(self.request, actor, gettext("Cancelled."), short, ()), self.cancel_url)


def _reverse(request: HttpRequest, actor: Any, key: int) -> Said:
    found = movements.postings([key])
    if not found:
        raise NotFound("There is no such goods receipt.", posting=key)
    receipt_of(actor, found[0].source.id)
    short = actions.reverse_receipt(key, **clocked(request, actor))
    said = told(request, actor, gettext("Goods receipt reversed."), short, ())
    return Said(said, reverse("supply:receipt", args=[found[0].source.id]))


receipt_reverse = button(_reverse)
