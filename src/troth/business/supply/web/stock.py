"""What lies where; what lies in one bin, how it came there, and its way into another bin or to what was counted."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries.screens import names
from troth.business.supply import actions
from troth.business.supply.web import transfer
from troth.business.supply.web.affected import told
from troth.business.supply.web.bins import BinAsk, bin_stock, is_free, is_kept
from troth.kernel.quantity import Unit
from troth.ledgers.stock import queries as movements
from troth.ledgers.stock import screens as stock
from troth.ledgers.stock.keys import StockType
from troth.ledgers.stock.queries import MovementRow
from troth.platform.web import documents
from troth.platform.web.acts import once, step, steps
from troth.platform.web.columns import Cell, Column, Filter
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.forms import FigureField
from troth.platform.web.lists import ListPage
from troth.platform.web.values import Empty, Link, Party, Quantity, Status
from troth.reference import queries as reference


class StockList(ListPage):
    title = _("Stock")
    permission = "supply.view_stock"
    columns = (
        Column("product_number", _("Product"), sort=True),
        Column("product", _("Name"), "party", wide=True),
        Column("site", _("Site")),
        Column("location", _("Location")),
        Column("bin", _("Bin")),
        Column("batch", _("Batch")),
        Column("valuation", _("Valuation type")),
        Column("type", _("Type"), "status"),
        Column("owner", _("Allocated to")),
        Column("received_on", _("Since"), "date", sort=True),
        Column("quantity", _("Quantity"), "quantity", sort=True),
    )
    filters = (
        Filter("site", _("Site"), "choice", lambda: names("site")),
        Filter("type", _("Type"), "choice", [(key, status.word) for key, status in stock.TYPES.items()]),
        Filter("product", _("Product"), "text"),
    )
    search_label = _("Product or bin")
    empty = Empty(_("No stock"), _("Stock appears when goods of an expected receipt are received."))
    source = stock.bins
    routes = (
        (_("Stock overview"), "promising:stock-overview"),
        (_("Count goods in a bin"), "supply:count-anew"),
        (_("Opening stock"), "supply:opening-stock"),
    )
    row_url = staticmethod(lambda row: reverse("supply:bin-stock", args=[row.id]))


KINDS = {
    "receipt": _("Receipt"), "issue": _("Goods issue"), "transfer": _("Move"), "count": _("Count"),
    "opening": _("Opening stock"), "type": _("Transfer posting"),
}  # fmt: skip
MOVEMENTS = (
    Column("on", _("On"), "date"),
    Column("kind", _("Movement"), wide=True),
    Column("quantity", _("Quantity"), "quantity"),
)


class BinStockPage(DocumentPage):
    permission = "supply.view_stock"
    document_kind = "bin_stock"

    def document(self, actor: Any, key: int) -> Document:
        row = bin_stock(actor, key)
        product, company = reference.product(row.key.product_id), reference.site(row.key.site_id).company_id
        free = is_free(row)
        return Document(
            kind=_("Stock"),
            number=f"{product.number} · {row.bin}",
            status=stock.TYPES.get(row.key.stock_type, Status(row.key.stock_type)),
            facts=(
                Fact(_("Product"), Party(product.name, product.number)),
                Fact(_("Site"), row.site),
                Fact(_("Location"), row.location),
                Fact(_("Batch"), row.key.batch),
                Fact(_("Valuation type"), row.key.valuation),
                Fact(_("Kept"), gettext("for promises from this location alone") if is_kept(row) else ""),
                Fact(_("Since"), row.received_on),
                Fact(_("Quantity"), Quantity(row.quantity, product.decimals, product.base_unit)),
            ),
            next_step=step(actor, _("Move"), "supply:stock-move", key, method="get", company_id=company)
            if free and row.quantity
            else None,
            steps=steps(
                step(actor, _("Transfer posting"), "supply:stock-transfer", key, method="get", company_id=company)
                if row.quantity and transfer.has_other_types(row)
                else None,
                step(actor, _("Inspection lot"), "supply:lot-enter", key, method="get", company_id=company)
                if row.quantity and row.key.stock_type == StockType.QUALITY and not row.key.owner
                else None,
                step(actor, _("Count"), "supply:stock-count", key, method="get", company_id=company) if free else None,
                step(
                    actor, _("Availability"), "promising:availability", method="get",
                    query=f"?product={product.number}&site={row.site}&valuation={row.key.valuation}",
                ),
            ),
            crumbs=(Link(_("Stock"), reverse("supply:stock")),),
        )  # fmt: skip

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        def moved() -> dict[str, Any]:
            product = reference.product(bin_stock(actor, key).key.product_id)
            unit = Unit(product.base_unit, product.decimals)
            rows = [_moved(one, unit) for one in movements.movements(balance_id=key)]
            return {
                "table": {"columns": MOVEMENTS, "rows": [[Cell(c, c.of(row)) for c in MOVEMENTS] for row in rows]},
                "empty": Empty(_("Nothing has moved here yet")),
            }

        def transfers() -> dict[str, Any]:
            row = bin_stock(actor, key)
            return transfer.listed(row, reference.product(row.key.product_id), actor)

        return (
            Tab("movements", _("Movements"), documents.TABLE, moved),
            Tab("transfers", _("Transfer postings"), documents.ITEMS, transfers),
        )


def _moved(one: MovementRow, unit: Unit) -> dict[str, Any]:
    word = KINDS.get(one.kind, one.kind)
    return {
        "on": one.on,
        "kind": gettext("Reversal: %(movement)s") % {"movement": word} if one.reverses_id else word,
        "quantity": Quantity(one.quantity, unit.decimals, unit.code),
    }


class MoveForm(forms.Form):
    quantity = FigureField(label=_("Quantity"), max_length=30)
    to_bin = forms.ChoiceField(label=_("Into bin"))
    reason = forms.CharField(label=_("Reason"), max_length=80, required=False)

    def __init__(self, *args: Any, bins: list[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_bin"].choices = bins or []  # type: ignore[attr-defined]


class StockMove(BinAsk):
    form_class = MoveForm

    def words(self, product: str) -> None:
        self.title = gettext("Move %(product)s") % {"product": product}
        self.submit_label = _("Move")

    def initial(self) -> dict[str, Any]:
        return {"quantity": self.written}

    def form_arguments(self) -> dict[str, Any]:
        key = self.row.key
        return {
            "bins": [
                (one.id, f"{one.code} · {one.location}") for one in reference.bins(key.site_id) if one.id != key.bin_id
            ]
        }

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given, key = form.cleaned_data, self.row.key
        made = once(actions.move_stock)(
            key.product_id, from_bin_id=key.bin_id, to_bin_id=int(given["to_bin"]), batch=key.batch,
            valuation=key.valuation, quantity=self.read(given["quantity"]), reason=given["reason"], **self.acting,
        )  # fmt: skip
        return self.done(told(self.request, actor, gettext("Moved."), made.short, [self.place]), self.cancel_url)


class CountForm(forms.Form):
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)
    quantity = FigureField(label=_("Counted"), max_length=30)
    reason = forms.CharField(label=_("Reason"), max_length=80, help_text=_("It stays in the history."))


class StockCount(BinAsk):
    form_class = CountForm

    def words(self, product: str) -> None:
        self.title = gettext("Count %(product)s") % {"product": product}
        self.submit_label = _("Post the count")
        self.consequences = [_("The difference is posted to the stock, to what may be promised and to the books.")]

    def initial(self) -> dict[str, Any]:
        return {"expected": self.row.quantity}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given, key = form.cleaned_data, self.row.key
        short = once(actions.adjust_stock)(
            key.product_id, bin_id=key.bin_id, batch=key.batch, valuation=key.valuation,
            counted=self.read(given["quantity"], zero_allowed=True), reason=given["reason"],
            is_kept=is_kept(self.row), expected=given["expected"], **self.acting,
        )  # fmt: skip
        return self.done(
            told(self.request, actor, gettext("The count is posted."), short, [self.place]), self.cancel_url
        )
