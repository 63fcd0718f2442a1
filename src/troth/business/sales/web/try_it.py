"""A box to try what master data says of an item: listings, substitutions, free goods and rules of availability."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries import Occasion
from troth.business.masterdata.queries import offering_lists as lists
from troth.business.promising.rules.alternatives import Tried, said
from troth.business.promising.rules.passed import CONDITIONS
from troth.business.promising.rules.tried import WHY
from troth.business.sales import screens
from troth.business.sales.actions import naming
from troth.business.sales.actions.check import Checked, check_document
from troth.business.sales.actions.document import Document
from troth.business.sales.rules import family, sources
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.sales.rules.lines import Line
from troth.kernel.errors import BusinessError
from troth.platform import permissions
from troth.platform.clock import Clock
from troth.platform.web import formats
from troth.platform.web.access import demand
from troth.platform.web.columns import Column, table_of
from troth.platform.web.documents import Fact
from troth.platform.web.forms import FigureField, refused_form
from troth.platform.web.language import worded
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Link, Quantity
from troth.reference import queries as reference

VIEW = "masterdata.view_price"


OCCASIONS = (
    (Occasion.ENTRY, _("an item is entered")),
    (Occasion.CHANGE, _("an item is changed")),
    (Occasion.BROKEN, _("a promise breaks")),
    (Occasion.BETTER, _("a better date is asked for")),
    (Occasion.RUN, _("a run over the backorders leaves it short")),
)


class Attempt(forms.Form):
    """The box: an item of an order."""

    customer = forms.CharField(label=_("Customer"), max_length=20, widget=Picker("masterdata:customer-options"))
    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    quantity = FigureField(label=_("Quantity"), max_length=30)
    requested_on = forms.DateField(
        label=_("Wished date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    order_type = forms.ChoiceField(label=_("Order type"), choices=screens.order_types)
    alternatives = forms.ChoiceField(
        label=_("What is proposed"),
        required=False,
        choices=[("", _("as master data says")), ("take", _("is taken")), ("none", _("is not wanted"))],
    )
    occasion = forms.ChoiceField(label=_("Occasion"), required=False, choices=OCCASIONS)
    source_system = forms.CharField(label=_("Source system"), max_length=20, required=False, initial=sources.PAGE)


def attempt(request: HttpRequest) -> HttpResponse:
    """`?customer=…&product=…&quantity=…&requested_on=…`: what would become of the item."""
    return _page(request, {"title": gettext("Try an item"), "crumbs": [_prices()]}, {})


def rule(request: HttpRequest, key: int) -> HttpResponse:
    """A rule with what it names, and the box."""
    actor = demand(request, VIEW)
    found = lists.rule_or_step("availability_rules", key, actor)
    steps = list(found.steps.filter(is_active=True).select_related("product", "site").order_by("position"))
    columns = (
        Column("position", _("Position"), "link"),
        Column("product", _("Product")),
        Column("site", _("Site")),
        Column("factor", _("For each"), align="right"),
    )
    rows = [
        {
            "position": Link(str(one.position), reverse("masterdata:alternatives-edit", args=[one.pk])),
            "product": one.product.number if one.product else gettext("as ordered"),
            "site": one.site.code if one.site else gettext("as ordered"),
            "factor": f"{one.numerator} : {one.denominator}" if one.numerator else "1 : 1",
        }
        for one in steps
    ]
    context: dict[str, Any] = {
        "title": found.name,
        "code": found.code,
        "facts": [
            Fact(_("Kind"), found.get_kind_display()),
            Fact(_("Asked"), lists.asked(found)),
            Fact(_("Rank"), str(found.rank)),
            Fact(_("How"), found.get_mode_display()),
            Fact(_("What counts"), found.get_building_display()),
            Fact(_("How many serve"), found.get_picking_display()),
            Fact(_("Priced as"), found.get_price_of_display()),
            *(
                Fact(label, value)
                for label, value in ((_("Division"), found.division), (_("Source system"), found.source_system))
                if value
            ),
        ],
        "steps": table_of(columns, rows) if rows else None,
        "no_steps": not rows,
        "edit_url": reverse("masterdata:availability-rules-edit", args=[key]),
        "crumbs": [Link(gettext("Availability rules"), reverse("masterdata:availability-rules-list"))],
    }
    if permissions.allows(actor, "masterdata.maintain_offering"):
        context["new_url"] = f"{reverse('masterdata:alternatives-create')}?rule={found.code}&position={len(steps) + 1}"
    return _page(request, context, {"product": found.product.number if found.product else ""})


def _prices() -> Link:
    return Link(gettext("Prices"), reverse("masterdata:prices-list"))


def _page(request: HttpRequest, context: dict[str, Any], initial: dict[str, Any]) -> HttpResponse:
    actor = demand(request, VIEW)
    clock: Clock = request.clock  # type: ignore[attr-defined]
    today = reference.today(clock, actor.company_ids)
    form = Attempt(request.GET) if "customer" in request.GET else Attempt(initial={"requested_on": today, **initial})
    answer: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        try:
            answer = _answer(form.cleaned_data, actor, clock)
        except BusinessError as error:
            refused_form(form, error)
    return render(request, "sales/try_it.html", {**context, "form": form, **answer})


def _answer(asked: dict[str, Any], actor: Any, clock: Clock) -> dict[str, Any]:
    line = LineDraft(product=asked["product"], quantity=asked["quantity"], alternatives=asked["alternatives"])
    draft = OrderDraft(
        customer=asked["customer"], order_type=asked["order_type"], requested_on=asked["requested_on"], lines=(line,),
        source_system=asked["source_system"],
    )  # fmt: skip
    occasion = Occasion(asked["occasion"] or Occasion.ENTRY)
    checked = check_document(draft, occasion=occasion, by=actor, clock=clock)
    for refusal in checked.refused:
        refusal.row = None
        raise refusal
    document = checked.document
    assert document is not None
    return {
        "items": _items(document, checked),
        "tried": _tried(document),
        "rules": _rules(document, occasion),
        "sentences": _sentences(document, checked),
    }


def _items(document: Document, checked: Checked) -> Any:
    columns = (
        Column("number", _("Item"), align="right"),
        Column("product", _("Product")),
        Column("name", _("Name"), wide=True),
        Column("site", _("Site")),
        Column("quantity", _("Quantity"), "quantity"),
        Column("confirmed", _("Confirmed"), "quantity"),
        Column("last_on", _("By"), "date"),
        Column("net", _("Net"), align="right"),
        Column("note", _("As"), wide=True),
    )
    return table_of(columns, [_row(document, line, checked) for line in document.standing])


def _row(document: Document, line: Line, checked: Checked) -> dict[str, Any]:
    terms = document.terms
    product, promise = terms.product(line.product_id), checked.promises.get(line.line_number)
    unit = product.base_unit

    def amount(quantity: int) -> Quantity:
        return Quantity(quantity, unit.decimals, unit.code)

    as_what = [str(screens.ROLES[line.role])] if line.role else []
    as_what += [str(line.asked["why"])] if line.asked.get("why") else []
    return {
        "number": str(line.line_number),
        "product": product.number,
        "name": product.name,
        "site": terms.state.sites[line.site_id].code if line.site_id is not None else "",
        "quantity": amount(line.base_quantity),
        "confirmed": amount(promise.confirmed) if promise else None,
        "last_on": promise.delivery_on if promise else None,
        "net": formats.number(line.net, terms.customer.currency_decimals),
        "note": " · ".join(as_what),
    }


def _tried(document: Document) -> Any:
    """The alternatives in their turn, each with what became of it; None where no rule was asked."""
    columns = (
        Column("rule", _("Rule")),
        Column("product", _("Product")),
        Column("site", _("Site")),
        Column("on_time", _("By the wished day"), align="right"),
        Column("total", _("In all"), align="right"),
        Column("taken", _("Serves"), align="right"),
        Column("why", _("Why"), wide=True),
    )
    rows = []
    for line in document.standing:
        for one in said(line.asked.get("considered", {})):
            rows.append(_tried_row(document, line, one))
    return table_of(columns, rows) if rows else None


def _rules(document: Document, occasion: Occasion) -> Any:
    """The rules for the item by rank, each with whether it holds and else why not; None where there are none."""
    first = document.standing[0]
    found = naming.rules_of(document, family.as_asked(first), occasion)
    columns = (
        Column("rule", _("Rule")),
        Column("rank", _("Rank"), align="right"),
        Column("why", _("Holds for the item"), wide=True),
    )
    rows = [
        {"rule": rule.code, "rank": str(rule.rank), "why": worded(CONDITIONS[why]) if why else gettext("holds")}
        for rule, why in found
    ]
    return table_of(columns, rows) if rows else None


def _tried_row(document: Document, line: Line, one: Tried) -> dict[str, Any]:
    decimals = document.terms.product(line.asked.get("product", line.product_id)).base_unit.decimals
    counts = {name: formats.number(getattr(one, name), decimals) for name in ("on_time", "total", "taken")}
    return {"rule": one.rule, "product": one.product, "site": one.site, **counts, "why": worded(WHY[one.why])}


def _sentences(document: Document, checked: Checked) -> list[str]:
    promises = (checked.promises.get(line.line_number) for line in document.standing)
    return [worded(one.sentence) for one in promises if one is not None]
