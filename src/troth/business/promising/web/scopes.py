"""What a scope of check counts, who uses it, and a box to try it on a product."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import queries as masterdata
from troth.business.promising import screens
from troth.business.promising.actions import Check, check
from troth.business.promising.web import boxes
from troth.business.promising.web.boxes import Box
from troth.kernel.errors import BusinessError
from troth.kernel.scopes import CheckingScope
from troth.ledgers.availability.words import CATEGORIES
from troth.platform.clock import Clock
from troth.platform.web.access import demand
from troth.platform.web.documents import Fact
from troth.platform.web.forms import refused_form
from troth.platform.web.language import worded
from troth.platform.web.values import Link
from troth.reference import queries as reference


def attempt(request: HttpRequest, key: int) -> HttpResponse:
    """`?product=…&site=…&quantity=…&on=…`: the promise that the scope would give now, with its sentence."""
    actor = demand(request, "masterdata.view_customizing")
    clock: Clock = request.clock  # type: ignore[attr-defined]
    kept = masterdata.checking_scope(key)
    tried = Box(request.GET) if "product" in request.GET else Box(initial={"on": reference.today(clock)})
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
        Fact(_("Orders use forecast up"), _window(scope)),
    ]


def _window(scope: CheckingScope) -> str:
    if not scope.protects_forecast:
        return gettext("no: forecast does not count")
    return gettext("from %(back)s days before to %(ahead)s days after theirs") % scope.window._asdict()


def _answer(filled: dict[str, Any], scope: CheckingScope, actor: Any, clock: Clock) -> dict[str, Any]:
    asked = boxes.read(filled, actor)
    [answer] = check([Check(*asked, filled["on"], scope=scope.code)], clock=clock)
    if isinstance(answer, BusinessError):
        raise answer
    return {"confirmed": screens.confirmed(answer), "sentence": worded(answer.sentence)}
