"""Inspection lots: the list of the quality coordinator, one of them, and the usage decision."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries.screens import names
from troth.business.supply import actions, lots
from troth.business.supply.lots import LotRow
from troth.business.supply.models import InspectionLot, UsageDecision
from troth.business.supply.web.affected import told
from troth.business.supply.web.bins import BinAsk
from troth.business.supply.web.receipts import day_field
from troth.kernel.errors import NotFound
from troth.kernel.quantity import Unit, format_quantity, parse_quantity
from troth.ledgers.stock.keys import StockType
from troth.platform.documents import DocumentRef
from troth.platform.web import documents, formats, history
from troth.platform.web.acts import AskPage, Said, button, clocked, once, step, steps
from troth.platform.web.columns import Column, Filter
from troth.platform.web.documents import Document, DocumentPage, Fact, Item, Tab
from troth.platform.web.forms import FigureField
from troth.platform.web.history import changes_of
from troth.platform.web.lists import ListPage
from troth.platform.web.values import Empty, Link, Party, Quantity, Status

STATES = {
    "open": Status(_("To decide"), "waiting"),
    "decided": Status(_("Decided"), "done"),
    "cancelled": Status(_("Cancelled"), "stopped"),
}
DECISIONS = {"accept": Status(_("Accepted"), "done"), "reject": Status(_("Rejected"), "stopped")}
history.words(
    {
        "supply.lot_made": _("Inspection lot made"),
        "supply.lot_changed": _("Changed"),
        "supply.lot_cancelled": _("Cancelled"),
        "supply.usage_decided": _("Usage decision"),
        "supply.usage_reversed": _("Usage decision reversed"),
    }
)


def amount(row: LotRow, value: int) -> Quantity:
    return Quantity(value, row.decimals, row.unit)


class LotList(ListPage):
    title = _("Inspection lots")
    permission = "supply.view_lot"
    columns = (
        Column("number", _("Lot")),
        Column("product", _("Product"), "party", wide=True, value=lambda row: Party(row.product_name, row.product)),
        Column("site", _("Site")),
        Column("bin", _("Bin"), value=lambda row: f"{row.location} · {row.bin}"),
        Column("batch", _("Batch")),
        Column("origin", _("Origin"), value=lambda row: InspectionLot.Origin(row.origin).label),
        Column("receipt", _("Receipt")),
        Column("created_on", _("Since"), "date", sort=True),
        Column("expected_on", _("Released"), "date"),
        Column(
            "releasable",
            _("May be released early"),
            value=lambda row: _yes(row.is_releasable),
            offered=True,
        ),
        Column("open", _("Not decided"), "quantity", value=lambda row: amount(row, row.open)),
        Column("status", _("Status"), "status", value=lambda row: STATES[row.state]),
    )
    filters = (
        Filter("state", _("State"), "choice", tuple((key, one.word) for key, one in STATES.items())),
        Filter("site", _("Site"), "choice", lambda: names("site")),
        Filter("origin", _("Origin"), "choice", InspectionLot.Origin.choices),
        Filter("expected_on", _("Released"), "date_range"),
        Filter("releasable", _("May be released early"), "flag"),
    )
    search_label = _("Lot, product, batch or receipt")
    empty = Empty(
        _("Nothing is inspected"),
        _("Goods that are received into quality inspection make a lot; enter one for others on the page of their bin."),
    )
    source = lots.listed
    routes = ((_("Stock"), "supply:stock"),)
    row_key = staticmethod(lambda row: row.id)
    row_url = staticmethod(lambda row: reverse("supply:lot", args=[row.id]))


def _yes(value: bool) -> Any:
    return _("yes") if value else _("no")


def lot_of(actor: Any, key: int) -> LotRow:
    """A lot that the actor may see; `NotFound` else."""
    row = lots.lot(key)
    if row is None or not actor.sees(row.company_id, row.site_id):
        raise NotFound("There is no such inspection lot, or it belongs to another site.", lot=key)
    return row


class LotPage(DocumentPage):
    permission = "supply.view_lot"
    document_kind = "inspection_lot"

    def document(self, actor: Any, key: int) -> Document:
        row = lot_of(actor, key)
        is_open, company = row.state == "open", row.company_id
        receipt = Link(row.receipt, reverse("supply:receipt", args=[row.receipt_id])) if row.receipt_id else None
        return Document(
            kind=_("Inspection lot"),
            number=row.number,
            status=STATES[row.state],
            facts=(
                Fact(_("Product"), Party(row.product_name, row.product)),
                Fact(_("Site"), row.site),
                Fact(_("Bin"), f"{row.location} · {row.bin}"),
                Fact(_("Batch"), row.batch),
                Fact(_("Valuation type"), row.valuation),
                Fact(_("Origin"), InspectionLot.Origin(row.origin).label),
                Fact(_("Receipt"), receipt),
                Fact(_("Since"), row.created_on),
                Fact(_("Quantity"), amount(row, row.quantity)),
                Fact(_("Not decided"), amount(row, row.open)),
                Fact(_("Released"), row.expected_on),
                Fact(_("May be released early"), _yes(row.is_releasable)),
                Fact(_("Note"), row.note),
            ),
            next_step=step(actor, _("Usage decision"), "supply:lot-decide", key, method="get", company_id=company)
            if is_open
            else None,
            steps=steps(
                step(actor, _("Change"), "supply:lot-change", key, method="get", company_id=company)
                if is_open
                else None,
                step(
                    actor, _("Availability"), "promising:availability", method="get",
                    query=f"?product={row.product}&site={row.site}&valuation={row.valuation}",
                ),
            ),
            crumbs=(Link(_("Inspection lots"), reverse("supply:lots")),),
        )  # fmt: skip

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        def decided() -> dict[str, Any]:
            row = lot_of(actor, key)
            found = lots.decisions([key])
            people = history.names_of(one.decided_by_id for one in found)
            empty = Empty(_("Nothing is decided yet"), _("What is accepted is free, what is rejected is blocked."))
            return {"items": [_item(one, row, people, actor) for one in found], "empty": empty}

        def changes() -> dict[str, Any]:
            return {"changes": changes_of(DocumentRef("inspection_lot", key, lot_of(actor, key).number))}

        return (
            Tab("decisions", _("Usage decisions"), documents.ITEMS, decided),
            Tab("history", _("History"), documents.HISTORY, changes),
        )


def _item(one: lots.DecisionRow, row: LotRow, people: dict[int | None, str], actor: Any) -> Item:
    way = step(actor, _("Reverse"), "supply:decision-reverse", one.id, danger=True, company_id=row.company_id)
    word = UsageDecision.Code(one.code).label
    return Item(
        f"T{one.posting_id}",
        Party(f"{word} · {people[one.decided_by_id]}", formats.instant(one.decided_at)),
        amount(row, one.quantity),
        Status(_("Reversed"), "draft") if one.is_reversed else DECISIONS[one.code],
        note=one.reason,
        steps=steps(None if one.is_reversed else way),
    )


class LotAsk(AskPage):
    danger = False

    def ask(self, actor: Any, key: int) -> None:
        self.row = lot_of(actor, key)
        self.unit = Unit(self.row.unit, self.row.decimals)
        self.cancel_url = reverse("supply:lot", args=[key])
        self.crumbs = [Link(_("Inspection lots"), reverse("supply:lots")), Link(self.row.number, self.cancel_url)]
        self.words()

    def words(self) -> None:
        """Set what this question says."""

    @property
    def place(self) -> tuple[int, int]:
        return self.row.product_id, self.row.site_id


class DecideForm(forms.Form):
    code = forms.ChoiceField(
        label=_("Decision"),
        choices=[("accept", _("Accept: the goods are free")), ("reject", _("Reject: the goods are blocked"))],
    )
    quantity = FigureField(label=_("Quantity"), max_length=30)
    reason = forms.CharField(
        label=_("Reason"), max_length=80, required=False, help_text=_("Who rejects says why. It stays in the history.")
    )


class LotDecide(LotAsk):
    form_class = DecideForm
    creates = True

    def words(self) -> None:
        self.title = gettext("Usage decision on %(number)s") % {"number": self.row.number}
        self.sentence = gettext("%(product)s: %(open)s %(unit)s are not decided.") % {
            "product": self.row.product_name,
            "open": format_quantity(self.row.open, self.unit.decimals),
            "unit": self.row.unit,
        }
        self.consequences = [_("Orders that no longer get their goods in time are promised again.")]
        self.submit_label = _("Decide")

    def initial(self) -> dict[str, Any]:
        return {"quantity": format_quantity(self.row.open, self.unit.decimals)}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        made = once(actions.decide_usage)(
            self.row.id, given["code"], parse_quantity(given["quantity"], self.unit), reason=given["reason"],
            **clocked(self.request, actor, key=self.client_key),
        )  # fmt: skip
        undo = step(actor, _("Undo"), "supply:decision-reverse", made.decision_id)
        sentence = gettext("The usage decision is recorded.")
        return self.done(told(self.request, actor, sentence, made.short, [self.place]), self.cancel_url, undo)


class LotForm(forms.Form):
    expected_on = day_field(_("Released"), _("When the inspection is expected to release them, if that is known."))
    is_releasable = forms.BooleanField(
        label=_("May be released early"),
        required=False,
        help_text=_("A mark for the desks: whether goods of it may be given before the inspection ends."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ChangeForm(LotForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class LotChange(LotAsk):
    form_class = ChangeForm

    def words(self) -> None:
        self.title = gettext("Change %(number)s") % {"number": self.row.number}
        self.sentence = _("Orders that no longer get their goods in time are promised again.")
        self.submit_label = _("Change")

    def initial(self) -> dict[str, Any]:
        row = self.row
        return {
            "expected_on": row.expected_on,
            "is_releasable": row.is_releasable,
            "note": row.note,
            "version": row.version,
        }

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = dict(form.cleaned_data)
        version = given.pop("version")
        short = actions.change_lot(self.row.id, **given, expected_version=version, **clocked(self.request, actor))
        return self.done(told(self.request, actor, gettext("Changed."), short, [self.place]), self.cancel_url)


class EnterForm(LotForm):
    field_order = ("quantity",)
    quantity = FigureField(label=_("Quantity"), max_length=30)


class LotEnter(BinAsk):
    form_class = EnterForm

    def refuse_others(self) -> None:
        if self.row.key.stock_type != StockType.QUALITY or self.row.key.owner:
            raise NotFound("Only goods that lie in quality inspection are put into a lot.")

    def words(self, product: str) -> None:
        self.title = gettext("Inspection lot of %(product)s") % {"product": product}
        self.submit_label = _("Make the lot")

    def initial(self) -> dict[str, Any]:
        return {"quantity": self.written, "is_releasable": True}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given, key = form.cleaned_data, self.row.key
        lot_id = once(actions.enter_lot)(
            key.product_id, bin_id=key.bin_id, batch=key.batch, valuation=key.valuation,
            quantity=self.read(given["quantity"]), expected_on=given["expected_on"],
            is_releasable=given["is_releasable"], note=given["note"], **self.acting,
        )  # fmt: skip
        return self.done(gettext("The inspection lot is made."), reverse("supply:lot", args=[lot_id]))


def _reverse(request: HttpRequest, actor: Any, key: int) -> Said:
    found = lots.decision(key)
    if found is None:
        raise NotFound("There is no such usage decision.", decision=key)
    row = lot_of(actor, found.lot_id)
    made = actions.reverse_usage(key, **clocked(request, actor))
    place = (row.product_id, row.site_id)
    said = told(request, actor, gettext("Usage decision reversed."), made.short, [place])
    return Said(said, reverse("supply:lot", args=[row.id]))


decision_reverse = button(_reverse)
