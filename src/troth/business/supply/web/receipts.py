"""What is expected, and what is done when it comes."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries.screens import names
from troth.business.supply import actions, queries, screens
from troth.business.supply.queries import ReceiptRow
from troth.business.supply.web.affected import slips_of, told
from troth.business.supply.web.bins import valuation_field
from troth.kernel.errors import NotFound
from troth.kernel.quantity import Unit, format_quantity, parse_quantity
from troth.ledgers.stock import queries as movements
from troth.ledgers.stock.queries import MovementRow
from troth.platform.documents import DocumentRef
from troth.platform.web import documents, workplace
from troth.platform.web.acts import AskPage, Reason, Said, button, clocked, once, step, steps
from troth.platform.web.columns import Column, Filter
from troth.platform.web.documents import Document, DocumentPage, Fact, Item, Tab
from troth.platform.web.forms import FigureField, FormPage, Section
from troth.platform.web.history import changes_of
from troth.platform.web.lists import ListPage
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Empty, Link, Party, Quantity, Status
from troth.reference import queries as reference


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
        Filter("kind", _("Kind"), "choice", (("purchase", _("Purchase order")), ("production", _("Production order")))),
        Filter("site", _("Site"), "choice", lambda: names("site")),
        Filter("due_on", _("Due"), "date_range"),
    )
    routes = ((_("New receipt"), "supply:receipt-create"), (_("Forecasts"), "supply:forecasts"))
    search_label = _("Number, product or supplier")
    empty = Empty(
        _("Nothing is expected"),
        _("Purchase orders and production receipts make goods available to promise before they come."),
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
                Fact(_("Usable until"), row.expires_on),
                Fact(_("Valuation type"), row.valuation),
                Fact(_("Quantity"), amount(row, row.quantity)),
                Fact(_("Received"), amount(row, row.received)),
            ),
            next_step=step(actor, _("Receive goods"), "supply:receive", key, method="get", company_id=company)
            if is_open
            else None,
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

        return (
            Tab("postings", _("Goods received"), documents.ITEMS, postings),
            Tab("history", _("History"), documents.HISTORY, lambda: {"changes": changes_of(ref())}),
        )


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


def _day(label: Any, help_text: Any = "") -> forms.DateField:
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
    release_on = _day(_("Released"), _("When the inspection is expected to release them, if that is known."))
    batch = forms.CharField(label=_("Batch"), max_length=40, required=False)
    produced_on = _day(_("Produced"))
    expires_on = _day(_("Usable until"), _("Of a new batch; empty: as its shelf life says, or as the receipt does."))

    def __init__(
        self, *args: Any, bins: list[tuple[int, str]] | None = None, has_batches: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bin"].choices = bins or []  # type: ignore[attr-defined]
        self.fields["batch"].required = has_batches
        if not has_batches:
            del self.fields["produced_on"], self.fields["expires_on"]


class _ReceiptAsk(AskPage):
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


class Receive(_ReceiptAsk):
    form_class = ReceiveForm
    creates = True

    def words(self) -> None:
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
    expires_on = _day(_("Usable until"), _("Empty: as many days after the receipt as before."))

    def __init__(self, *args: Any, has_batches: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_batches:
            del self.fields["expires_on"]


class ReceiptChange(_ReceiptAsk):
    form_class = ChangeForm

    def words(self) -> None:
        self.title = gettext("Change %(number)s") % {"number": self.row.number}
        self.sentence = _("Orders that no longer get their goods in time are promised again.")
        self.submit_label = _("Change")

    def initial(self) -> dict[str, Any]:
        return {"due_on": self.row.due_on, "quantity": self.written(self.row.quantity)}

    def form_arguments(self) -> dict[str, Any]:
        return {"has_batches": reference.product(self.row.product_id).has_batches}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        quantity = parse_quantity(form.cleaned_data["quantity"], self.unit)
        short = actions.change_receipt(
            self.row.id, due_on=form.cleaned_data["due_on"], quantity=quantity,
            expires_on=form.cleaned_data.get("expires_on"), **self.acting,
        )  # fmt: skip
        return self.done(told(self.request, actor, gettext("Changed."), short, [self.place]), self.cancel_url)


class ReceiptCancel(_ReceiptAsk):
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


class ExpectForm(forms.Form):
    sections = (
        Section(_("Receipt"), ("kind", "number", "supplier"), ""),
        Section(_("Goods"), ("product", "quantity", "site", "due_on", "expires_on", "valuation")),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=(("purchase", _("Purchase order")), ("production", _("Production order")))
    )
    number = forms.CharField(label=_("Number"), max_length=40)
    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    quantity = FigureField(label=_("Quantity"), max_length=30, help_text=_("In the product's base unit."))
    site = forms.ChoiceField(
        label=_("Site"), choices=lambda: [(one.id, f"{one.code} · {one.name}") for one in reference.sites()]
    )
    due_on = forms.DateField(label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    expires_on = _day(
        _("Usable until"), _("Of goods that are kept in batches; empty: as the product's shelf life says.")
    )
    valuation = valuation_field()


class ReceiptCreate(FormPage):
    title = _("New receipt")
    permission = "supply.expect_receipt"
    form_class = ExpectForm
    submit_label = _("Enter receipt")
    cancel_url = reverse_lazy("supply:receipts")
    crumbs = (Link(_("Expected receipts"), reverse_lazy("supply:receipts")),)
    creates = True

    def initial(self) -> dict[str, Any]:
        here = workplace.site_of(self.request)
        return {"site": next((one.id for one in reference.sites() if one.code == here), None)}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        product = reference.products_by_number([given["product"]]).get(given["product"])
        if product is None:
            raise NotFound(
                gettext("There is no product %(number)s. Search it by number or name.") % {"number": given["product"]},
                field="product",
            )
        site = reference.site(int(given["site"]))
        receipt = actions.ExpectedReceipt(
            company_id=site.company_id, kind=given["kind"], number=given["number"], product_id=product.id,
            site_id=site.id, due_on=given["due_on"],
            quantity=parse_quantity(given["quantity"], Unit(product.base_unit, product.decimals)),
            expires_on=given["expires_on"], valuation=given["valuation"],
        )  # fmt: skip
        key = once(actions.expect_receipt)(receipt, key=self.client_key, **clocked(self.request, actor))
        return reverse("supply:receipt", args=[key])
