"""Packing a delivery, at a desk or with a hand-held: choose the packaging, say or scan what goes in, take it out."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries import packagings
from troth.business.shipping import actions, queries
from troth.business.shipping.queries.packing import delivery_of_unit, delivery_scanned, to_pack
from troth.business.shipping.web.lists import clocked
from troth.business.shipping.web.verbs import Ask, url_of
from troth.kernel.errors import BusinessError
from troth.kernel.quantity import format_quantity
from troth.platform.web import formats
from troth.platform.web.access import demand
from troth.platform.web.acts import Said, button, once, step
from troth.platform.web.forms import FigureField, rows_of
from troth.platform.web.language import worded
from troth.platform.web.values import Empty
from troth.platform.web.workplace import site_of

WORDS: dict[str, Promise] = {
    "unknown": _("%(code)s is not among what is to be packed."),
    "full": _("All of %(product)s is in already."),
    "counted": _("%(count)s of %(product)s in this unit."),
}


def start(request: HttpRequest) -> HttpResponse:
    """What is picked and still to be packed, and a field for the number of a delivery or transfer order."""
    actor = demand(request, "")
    code, refusal = request.GET.get("code", "").strip(), ""
    if code:
        try:
            return HttpResponseRedirect(reverse("shipping:delivery-pack", args=[delivery_scanned(code, by=actor)]))
        except BusinessError as error:
            refusal = worded(error.message)
    chosen = {"site__code": site} if (site := site_of(request)) else {}
    found = to_pack(actor).filter(**chosen).select_related("ship_to", "site").order_by("goods_issue_on", "pk")
    context = {
        "title": gettext("Packing"),
        "deliveries": found[:LISTED_MAX],
        "refusal": refusal,
        "empty": Empty(
            _("Nothing is to be packed"),
            _("Deliveries appear here once they are picked, of sites that pack before the goods issue."),
        ),
    }
    return render(request, "shipping/packing_start.html", context, status=404 if refusal else 200)


LISTED_MAX = 100


class PackForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    packaging = forms.ChoiceField(label=_("Packaging"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["packaging"].choices = choices or []  # type: ignore[attr-defined]


class PackRow(forms.Form):
    line = forms.IntegerField(widget=forms.HiddenInput)
    quantity = FigureField(label=_("Into this unit"), max_length=30, required=False)


class DeliveryPack(Ask):
    """One form, two buttons: what is entered into one unit, or all of it into as many as its weight asks for."""

    verb = _("Pack")
    template_name = "shipping/packing.html"
    form_class = PackForm
    rows_class = rows_of(PackRow, empty=0)
    danger = False
    creates = True

    def ask(self, actor: Any, key: int) -> None:
        super().ask(actor, key)
        inside = queries.packed([key])
        self.loose = [(one, one.picked - inside.get(one.id, 0)) for one in self.view.lines]
        self.loose = [(one, rest) for one, rest in self.loose if rest > 0]
        self.kinds = packagings()

    def initial(self) -> dict[str, Any]:
        return {"version": self.view.version}

    def form_arguments(self) -> dict[str, Any]:
        return {"choices": [(one.code, _said(one)) for one in self.kinds]}

    def initial_rows(self) -> list[dict[str, Any]]:
        return [{"line": one.line_number, "quantity": format_quantity(rest, one.decimals)} for one, rest in self.loose]

    def draw(self, form: Any, rows: Any, status: int = 200) -> HttpResponse:
        self.drawn = rows
        return super().draw(form, rows, status)

    def more(self) -> dict[str, Any]:
        by_line = {one.line_number: (one, rest) for one, rest in self.loose}
        lines = []
        for row in self.drawn.forms:
            found = by_line.get(_whole(row["line"].value()))
            if found:
                most = format_quantity(found[1], found[0].decimals)
                lines.append({"line": found[0], "rest": found[1], "row": row, "most": most})
        units = [
            (unit, step(self.request.actor, _("Unpack"), "shipping:unpack", unit.id))  # type: ignore[attr-defined]
            for unit in queries.handling_units([self.view.id])
        ]
        return {
            "view": self.view,
            "lines": lines,
            "units": units,
            "kinds": self.kinds,
            "settings": {"words": WORDS},
            "nothing": Empty(_("Nothing is left to be packed"), _("All that is picked of this delivery is packed.")),
        }

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        packing = {
            "delivery_id": self.view.id,
            "packaging": given["packaging"],
            "expected_version": given["version"],
            "key": self.client_key,
            **clocked(self.request, actor),
        }
        if self.request.POST.get("_all"):
            count = len(once(actions.pack_all)(**packing).units)
            words = ngettext("Packed into %(count)s handling unit.", "Packed into %(count)s handling units.", count)
            return self.done(words % {"count": count}, self._here)
        made = once(actions.pack)(quantities=self._quantities(rows), **packing)
        back = step(actor, _("Undo"), "shipping:unpack", made.id)
        return self.done(gettext("Packed into handling unit %(number)s.") % {"number": made.number}, self._here, back)

    @property
    def _here(self) -> str:
        return reverse("shipping:delivery-pack", args=[self.view.id])

    def _quantities(self, rows: Any) -> dict[int, str]:
        return {row["line"]: row["quantity"] for row in rows.cleaned_data if row["quantity"]}


def _whole(value: Any) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _said(one: Any) -> str:
    """A packaging with what it may weigh."""
    if one.max_weight_g is None:
        return f"{one.name}"
    most = formats.figure_shown(format_quantity(one.max_weight_g, 3))
    return gettext("%(packaging)s, up to %(weight)s kg") % {"packaging": one.name, "weight": most}


def _unpack(request: HttpRequest, actor: Any, key: int) -> Said:
    delivery_id = delivery_of_unit(key)
    actions.unpack(delivery_id=delivery_id, handling_unit_id=key, **clocked(request, actor))
    return Said(gettext("Unpacked."), url_of("delivery", delivery_id) + "pack/")


unpack = button(_unpack)
