"""What if: a quantity for a day, on the books as they are and with what is supposed besides, side by side.

Everything stands in the address, so that a question can be sent to somebody else; nothing is reserved or written.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import actions, screens
from troth.business.promising.actions import Check, Supposition
from troth.business.promising.rules import LinePromise
from troth.business.promising.states import Mode
from troth.kernel.calendars import day_of
from troth.kernel.errors import BusinessError
from troth.kernel.netting import Category
from troth.kernel.quantity import Unit, parse_quantity
from troth.kernel.valuations import segment_of
from troth.platform.web.access import demand
from troth.platform.web.columns import Column, table_of
from troth.platform.web.forms import FigureField, refused_form, rows_of
from troth.platform.web.language import worded
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Quantity
from troth.reference import queries as reference
from troth.reference.queries import ProductRow, SiteRow

SCENARIOS = ("A", "B", "C")
MOVES = {
    "stock": (_("More stock"), Category.STOCK, 1),
    "no_stock": (_("Less stock"), Category.STOCK, -1),
    "receipt": (_("Another receipt"), Category.PURCHASE, 1),
    "no_receipt": (_("A receipt does not come"), Category.PURCHASE, -1),
    "demand": (_("Another order"), Category.ORDER, -1),
}
"""What can be supposed: its words, the category that it moves, and whether it adds or takes."""
COMPARED = (
    Column("scenario", _("Scenario")),
    Column("supposed", _("Supposed"), wrap=True),
    Column("sentence", _("Would be promised"), wide=True, wrap=True),
    Column("last_on", _("Last of it"), "date"),
    Column("short", _("Not confirmed"), "quantity"),
)


class Question(forms.Form):
    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    site = forms.ChoiceField(
        label=_("Site"), choices=lambda: [(one.code, f"{one.code} · {one.name}") for one in reference.sites()]
    )
    quantity = FigureField(label=_("Quantity"), max_length=24)
    on = forms.DateField(label=_("Wished"), widget=forms.DateInput(attrs={"type": "date"}))
    mode = forms.ChoiceField(
        label=_("Delivery proposal"),
        choices=(
            (Mode.PARTIAL.value, _("in parts")),
            (Mode.COMPLETE.value, _("all on one day")),
            (Mode.ONE_TIME.value, _("on the wished day only")),
        ),
    )
    valuation = forms.CharField(
        label=_("Valuation type"),
        max_length=20,
        required=False,
        help_text=_("Of products that are valuated separately; empty: the usual one."),
    )


class Supposed(forms.Form):
    scenario = forms.ChoiceField(label=_("Scenario"), choices=[(one, one) for one in SCENARIOS], required=False)
    what = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", "–"), *((key, words) for key, (words, _c, _s) in MOVES.items())]
    )
    on = forms.DateField(label=_("On"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    quantity = FigureField(label=_("Quantity"), max_length=24, required=False)

    def clean(self) -> dict[str, Any]:
        """A row with something in it needs all of it; stock has no day."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("what") and not given.get("quantity") and "quantity" not in self.errors:
            self.add_error("quantity", gettext("How much is it?"))
        if (
            given.get("what")
            and not given["what"].endswith("stock")
            and not given.get("on")
            and "on" not in self.errors
        ):
            self.add_error("on", gettext("On which day is it?"))
        if given.get("quantity") and not given.get("what"):
            self.add_error("what", gettext("What is it?"))
        return given


Rows = rows_of(Supposed, empty=3, most=30)


def what_if(request: HttpRequest) -> HttpResponse:
    """The question as a form, and its answers once it is asked."""
    actor = demand(request, "promising.simulate")
    asked = "quantity" in request.GET
    initial = {name: request.GET.get(name, "") for name in ("product", "site", "valuation")}
    form = Question(request.GET if asked else None, initial=initial)
    rows = Rows(request.GET if asked and "rows-TOTAL_FORMS" in request.GET else None, prefix="rows")
    context: dict[str, Any] = {"title": gettext("What if"), "form": form, "rows": rows}
    if asked and form.is_valid() and (not rows.is_bound or rows.is_valid()):
        try:
            context |= _answered(request, actor, form.cleaned_data, _filled(rows))
        except BusinessError as error:
            refused_form(form, error)
    return render(request, "promising/what_if.html", context)


def _filled(rows: Any) -> list[dict[str, Any]]:
    return [row.cleaned_data for row in rows if row.is_bound and row.cleaned_data.get("what")]


@dataclass(frozen=True, slots=True)
class _Place:
    product: ProductRow
    site: SiteRow
    today: date
    valuation: str

    @property
    def unit(self) -> tuple[int, str]:
        return self.product.decimals, self.product.base_unit

    def read(self, text: str) -> int:
        return parse_quantity(text, Unit(self.product.base_unit, self.product.decimals))


def _answered(request: Any, actor: Any, given: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    place = _place(request, actor, given)
    wanted = (place.product.id, place.site.id, place.read(given["quantity"]), given["on"], given["mode"])
    check = Check(*wanted, valuation=place.valuation)
    answers = []
    for name in ("", *sorted({row["scenario"] for row in rows})):
        mine = [row for row in rows if name and row["scenario"] == name]
        supposed = [_supposition(row, place) for row in mine]
        [answer] = actions.check([check], supposed, clock=request.clock)
        answers.append((name, mine, supposed, answer))
    return {
        "compared": table_of(COMPARED, [_row(*one[:2], one[3], place) for one in answers]),
        "boards": [(_title(name), _board(supposed, place)) for name, _mine, supposed, _answer in answers],
    }


def _place(request: Any, actor: Any, given: dict[str, Any]) -> _Place:
    product = reference.products_by_number([given["product"]]).get(given["product"])
    site = next((one for one in reference.sites() if one.code == given["site"]), None)
    if product is None:
        raise actions.WrongCheck(
            gettext("No product %(number)s here") % {"number": given["product"]} + ".", field="product"
        )
    if site is None or not actor.may("promising.simulate", company_id=site.company_id, site_id=site.id):
        raise actions.WrongCheck(gettext("Choose another site."), field="site")
    return _Place(product, site, request.clock.today(site.time_zone), given["valuation"].strip())


def _supposition(row: dict[str, Any], place: _Place) -> Supposition:
    _words, category, sign = MOVES[row["what"]]
    quantity = sign * place.read(row["quantity"])
    return Supposition(place.product.id, place.site.id, category, row["on"] or place.today, quantity, place.valuation)


def _row(name: str, mine: list[dict[str, Any]], answer: LinePromise | BusinessError, place: _Place) -> dict[str, Any]:
    row: dict[str, Any] = {"scenario": name or "–", "supposed": _said(mine)}
    if isinstance(answer, BusinessError):
        return row | {"sentence": worded(answer.message)}
    return row | {
        "sentence": worded(answer.sentence),
        "last_on": answer.delivery_on,
        "short": Quantity(answer.short, *place.unit) if answer.short else None,
    }


def _said(rows: Iterable[dict[str, Any]]) -> str:
    parts = [f"{MOVES[row['what']][0]}: {row['quantity']}" for row in rows]
    return "; ".join(parts) or gettext("Nothing: the books as they are")


def _title(name: str) -> str:
    return gettext("Scenario %(name)s") % {"name": name} if name else gettext("As it is")


def _board(supposed: list[Supposition], place: _Place) -> Any:
    moved = [(int(one.category), day_of(one.on), one.quantity) for one in supposed]
    shown, _types = screens.type_shown(place.product.id, place.valuation)
    segment = segment_of(shown)
    return screens.time_line(place.product, place.site.id, place.today, segment=segment, supposed=moved)["board"]
