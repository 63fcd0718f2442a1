"""Goods become goods of another type: blocked, inspected, released, sent; and back."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.supply import actions, queries
from troth.business.supply.queries import TransferRow
from troth.business.supply.types import CATEGORIES, STEPS, Verb
from troth.business.supply.web.affected import told
from troth.business.supply.web.bins import BinAsk
from troth.kernel.errors import NotFound
from troth.ledgers.stock.keys import StockType
from troth.ledgers.stock.queries import StockRow
from troth.ledgers.stock.screens import TYPES
from troth.platform.web.acts import Said, button, clocked, once, step, steps
from troth.platform.web.documents import Item
from troth.platform.web.forms import FigureField
from troth.platform.web.values import Empty, Party, Quantity, Status
from troth.reference import queries as reference
from troth.reference.queries import ProductRow

VERBS = {
    Verb.RELEASE: _("Release the goods"),
    Verb.BLOCK: _("Block the goods"),
    Verb.UNBLOCK: _("Unblock the goods"),
    Verb.INSPECT: _("Send into quality inspection"),
    Verb.SEND: _("Send to another bin"),
    Verb.PLACE: _("Place in the bin"),
}


def has_other_types(row: StockRow) -> bool:
    """Whether goods can become goods of another type here: the company's own, tied to no order line."""
    return row.key.stock_type in set(CATEGORIES) and not row.key.owner


def choices(stock_type: str) -> list[tuple[str, Any]]:
    """The types that goods of this one can become, by what it takes."""
    return [(str(new), VERBS[verb]) for (old, new), verb in STEPS.items() if old == stock_type]


def _day(label: Any, help_text: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, help_text=help_text)


class TransferForm(forms.Form):
    to_type = forms.ChoiceField(label=_("What to do"))
    quantity = FigureField(label=_("Quantity"), max_length=30)
    reason = forms.CharField(label=_("Reason"), max_length=80, help_text=_("It stays in the history."))
    expected_on = _day(_("Expected"), _("When the goods are released, or arrive where they are sent to."))
    to_bin = forms.ChoiceField(label=_("Into bin"), required=False, help_text=_("Only of goods that are sent."))

    def __init__(self, *args: Any, kinds: Any = (), bins: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_type"].choices = list(kinds)  # type: ignore[attr-defined]
        self.fields["to_bin"].choices = [("", "—"), *bins]  # type: ignore[attr-defined]
        if StockType.IN_TRANSIT not in dict(kinds):
            del self.fields["to_bin"]


class StockTransfer(BinAsk):
    form_class = TransferForm

    def refuse_others(self) -> None:
        if not has_other_types(self.row):
            raise NotFound("Stock that an order holds stays what it is. Release it first.")

    def words(self, product: str) -> None:
        self.title = gettext("Transfer posting of %(product)s") % {"product": product}
        self.submit_label = _("Post")
        self.consequences = [_("Orders that no longer get their goods in time are promised again.")]

    def initial(self) -> dict[str, Any]:
        return {"quantity": self.written}

    def form_arguments(self) -> dict[str, Any]:
        company = reference.site(self.row.key.site_id).company_id
        sites = [one for one in reference.sites() if one.company_id == company]
        return {
            "kinds": choices(self.row.key.stock_type),
            "bins": [
                (one.id, f"{site.code} · {one.code} · {one.location}")
                for site in sites
                for one in reference.bins(site.id)
                if one.id != self.row.key.bin_id
            ],
        }

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given, key = form.cleaned_data, self.row.key
        made = once(actions.transfer_stock)(
            key.product_id, bin_id=key.bin_id, batch=key.batch, valuation=key.valuation, from_type=key.stock_type,
            to_type=given["to_type"], quantity=self.read(given["quantity"]), reason=given["reason"],
            expected_on=given["expected_on"], to_bin_id=int(given["to_bin"]) if given.get("to_bin") else None,
            **self.acting,
        )  # fmt: skip
        return self.done(told(self.request, actor, gettext("Posted."), made.short, [self.place]), self.cancel_url)


def _reverse(request: HttpRequest, actor: Any, key: int) -> Said:
    row = queries.transfer(key)
    if row is None or not actor.sees(row.company_id, row.site_id):
        raise NotFound("There is no such transfer posting, or it belongs to another site.", posting=key)
    made = actions.reverse_transfer(key, **clocked(request, actor))
    product = reference.product(row.product_id)
    sentence, place = gettext("Transfer posting reversed."), (row.product_id, row.site_id)
    said = told(request, actor, sentence, made.short, [place])
    return Said(said, f"{reverse('supply:stock')}?product={product.number}")


transfer_reverse = button(_reverse)


def listed(row: StockRow, product: ProductRow, actor: Any) -> dict[str, Any]:
    """The transfer postings of a product out of a bin or into it."""
    found = queries.transfers(row.key.bin_id, row.key.product_id)
    return {
        "items": [
            _item(one, product, actor)
            for one in found
            if (one.batch, one.valuation) == (row.key.batch, row.key.valuation)
        ],
        "empty": Empty(_("No transfer postings here yet")),
    }


def _item(one: TransferRow, product: ProductRow, actor: Any) -> Item:
    what = gettext("%(from)s to %(to)s") % {"from": TYPES[one.from_type].word, "to": TYPES[one.to_type].word}
    way = step(actor, _("Reverse"), "supply:transfer-reverse", one.id, danger=True, company_id=one.company_id)
    return Item(
        f"T{one.id}",
        Party(what, one.reason),
        Quantity(one.quantity, product.decimals, product.base_unit),
        Status(_("Reversed"), "stopped") if one.is_reversed else Status(_("Posted"), "done"),
        steps=steps(None if one.is_reversed else way),
    )
