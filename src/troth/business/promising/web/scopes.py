"""What a scope of check counts, who uses it, and a box to try it on a product."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import queries as masterdata
from troth.business.promising import screens
from troth.business.promising.actions import Check, check
from troth.kernel.errors import BusinessError, NotFound, Sentence
from troth.kernel.quantity import Unit, parse_quantity
from troth.kernel.scopes import CheckingScope
from troth.ledgers.availability.words import CATEGORIES
from troth.platform import permissions
from troth.platform.clock import Clock
from troth.platform.web.access import demand
from troth.platform.web.documents import Fact
from troth.platform.web.forms import FigureField, refused_form
from troth.platform.web.language import worded
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Link
from troth.reference import queries as reference


class Attempt(forms.Form):
    """The box: goods that leave a site on a day."""

    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    site = forms.ChoiceField(
        label=_("Site"), choices=lambda: [(one.code, f"{one.code} · {one.name}") for one in reference.sites()]
    )
    quantity = FigureField(label=_("Quantity"), max_length=30)
    on = forms.DateField(label=_("Goods leave on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def attempt(request: HttpRequest, key: int) -> HttpResponse:
    """`?product=…&site=…&quantity=…&on=…`: the promise that the scope would give now, with its sentence."""
    actor = demand(request, "masterdata.view_customizing")
    clock: Clock = request.clock  # type: ignore[attr-defined]
    kept = masterdata.checking_scope(key)
    tried = Attempt(request.GET) if "product" in request.GET else Attempt(initial={"on": reference.today(clock)})
    answer: dict[str, Any] = {}
    if tried.is_bound and tried.is_valid():
        try:
            answer = _answer(tried.cleaned_data, kept.scope, actor, clock)
        except BusinessError as error:
            refused_form(tried, error)
    context = {
        "title": kept.name,
        "code": kept.scope.code,
        "facts": _facts(kept.scope),
        "groups": kept.groups,
        "form": tried,
        "edit_url": reverse("masterdata:checking-scopes-edit", args=[key]),
        "crumbs": [Link(gettext("Scopes of check"), reverse("masterdata:checking-scopes-list"))],
        **answer,
    }
    return render(request, "promising/scope.html", context)


def _facts(scope: CheckingScope) -> list[Fact]:
    def words(categories: Any) -> str:
        return ", ".join(str(CATEGORIES[category]) for category in sorted(categories)) or "–"

    return [
        Fact(_("Supply that counts"), words(scope.supply)),
        Fact(_("Demand that counts"), words(scope.demand)),
        Fact(_("Goods at hand serve first"), words(scope.at_hand)),
        Fact(_("With replenishment lead time"), _("yes") if scope.lead_time else _("no")),
        Fact(_("Overdue receipts are believed for days"), str(scope.counted.overdue_receipt_days)),
        Fact(_("Horizon in days"), str(scope.counted.horizon_days)),
    ]


def _answer(asked: dict[str, Any], scope: CheckingScope, actor: Any, clock: Clock) -> dict[str, Any]:
    number = asked["product"].strip()
    product = reference.products_by_number([number]).get(number)
    if product is None:
        raise NotFound(
            Sentence("There is no product %(product)s. Choose one from the list."), field="product", product=number
        )
    site = next(one for one in reference.sites() if one.code == asked["site"])
    permissions.require(actor, "promising.view_availability", company_id=site.company_id, site_id=site.id)
    quantity = parse_quantity(asked["quantity"], Unit(product.base_unit, product.decimals))
    [answer] = check([Check(product.id, site.id, quantity, asked["on"], scope=scope.code)], clock=clock)
    if isinstance(answer, BusinessError):
        raise answer
    return {"confirmed": screens.confirmed(answer), "sentence": worded(answer.sentence)}
