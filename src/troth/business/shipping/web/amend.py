"""The page that changes an order whose goods are on their way: it shows what will be done, then does it."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.sales import queries as sales
from troth.business.sales.forms import day
from troth.business.sales.queries import LineView
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft
from troth.business.shipping import actions
from troth.business.shipping.actions import Amended, Amendment, Edit
from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.quantity import Unit, format_quantity, parse_quantity
from troth.platform.web import formats
from troth.platform.web.access import demand
from troth.platform.web.acts import clocked, step
from troth.platform.web.documents import register_offer
from troth.platform.web.forms import FigureField, FormPage, rows_of
from troth.platform.web.values import Link, Step

DO = "_do"


class SplitOfQuoted(BusinessError):
    """A line with the price of a quotation is split."""

    code = "split_of_quoted"


class AmendForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class AmendLine(forms.Form):
    line = forms.IntegerField(widget=forms.HiddenInput)
    item = forms.CharField(label=_("Item"), disabled=True, required=False, widget=forms.TextInput(attrs={"size": 36}))
    stands = forms.CharField(label=_("On its way"), disabled=True, required=False)
    quantity = FigureField(label=_("Quantity"), max_length=30, widget=forms.TextInput(attrs={"size": 8}))
    requested_on = day(_("Wished date"))
    split = FigureField(label=_("Split off"), max_length=30, required=False, widget=forms.TextInput(attrs={"size": 8}))
    split_on = day(_("Split to"))
    reject = forms.CharField(label=_("Reject, because"), max_length=80, required=False)


class OrderAmend(FormPage):
    """Raise, lower, re-date, split or reject lines of which part is in deliveries, picked or gone."""

    permission = "shipping.amend_order"
    form_class = AmendForm
    rows_class = rows_of(AmendLine, empty=0)
    template_name = "shipping/amend.html"
    submit_label = _("Show what it will do")
    lead = _(
        "What nobody was sent to fetch is cut first, then lists, then picked goods go back to their bins. "
        "What has left stays ordered. A new date moves what nobody was sent to fetch; the rest leaves on its day."
    )
    amended: Amended | None = None

    def dispatch(self, request: Any, *args: Any, key: int, **captured: Any) -> Any:
        self.view = sales.order(key, by=demand(request, self.permission))
        self.cancel_url = reverse("sales:order", args=[key])
        self.title = gettext("Change what is on its way for %(number)s") % {"number": self.view.ref.number}
        self.crumbs = [Link(_("Orders"), reverse("sales:orders")), Link(self.view.ref.number, self.cancel_url)]
        return super().dispatch(request, *args, **captured)

    def initial(self) -> dict[str, Any]:
        return {"version": self.view.document.version}

    def initial_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "line": one.line.line_number,
                "item": f"{one.line.line_number} · {one.product_number} {one.product_name}",
                "stands": _on_its_way(one),
                "quantity": format_quantity(one.line.quantity, one.unit_decimals),
                "requested_on": one.line.requested_on,
            }
            for one in self.view.lines
            if one.line.stands
        ]

    def submit(self, actor: Any, form: Any, rows: Any) -> str | HttpResponse:
        amendment = _amendment({one.line.line_number: one for one in self.view.lines}, rows.cleaned_data)
        mark = hashlib.sha256(repr(amendment).encode()).hexdigest()
        arguments = {
            "order_id": self.view.ref.id,
            "amendment": amendment,
            "expected_version": form.cleaned_data["version"],
        }
        if DO in self.request.POST and form.cleaned_data["seen"] != mark:
            messages.warning(self.request, gettext("Something was changed after you looked. It does this now."))
        elif DO in self.request.POST:
            actions.amend_order(**arguments, **clocked(self.request, actor))
            messages.success(self.request, gettext("%(number)s changed.") % {"number": self.view.ref.number})
            return str(self.cancel_url)
        self.amended = actions.preview_amendment(**arguments, **clocked(self.request, actor))
        form.data["seen"] = mark
        return self.draw(form, rows)

    def more(self) -> dict[str, Any]:
        if self.amended is None:
            return {}
        return {"edits": [sentence(edit) for edit in self.amended.edits], "after": _after(self.amended)}


def _amendment(lines: dict[int, LineView], rows: Sequence[dict[str, Any]]) -> Amendment:
    changed: list[LineChange] = []
    added: list[LineDraft] = []
    rejected: dict[int, str] = {}
    for row in rows:
        one = lines.get(row["line"])
        if one is None:
            continue
        if row["reject"].strip():
            rejected[row["line"]] = row["reject"]
            continue
        values = _values(one, row)
        if row["split"]:
            values["quantity"], draft = _split(one, row)
            added.append(draft)
        if values:
            changed.append(LineChange(line_number=row["line"], values=values))
    return Amendment(changes=OrderChanges(lines=tuple(changed), add=tuple(added)), reject=rejected)


def _values(one: LineView, row: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    unit = Unit(one.line.unit_id, one.unit_decimals)
    if parse_quantity(row["quantity"], unit) != one.line.quantity:
        values["quantity"] = row["quantity"]
    if row["requested_on"] and row["requested_on"] != one.line.requested_on:
        values["requested_on"] = row["requested_on"]
    return values


def _split(one: LineView, row: dict[str, Any]) -> tuple[str, LineDraft]:
    """What stays on the line, and a line like it for the rest; a price by hand goes with it."""
    if one.line.reference_kind:
        raise SplitOfQuoted(
            Sentence(
                "Line %(line_number)s carries the price of a quotation. Lower it, and order the rest from the "
                "quotation."
            ),
            line_number=one.line.line_number,
            field="split",
        )
    unit = Unit(one.line.unit_id, one.unit_decimals)
    whole, apart = parse_quantity(row["quantity"], unit), parse_quantity(row["split"], unit)
    draft = LineDraft(
        product=one.line.product_id,
        quantity=row["split"],
        unit=one.line.unit_id,
        requested_on=row["split_on"] or one.line.requested_on,
        site=one.line.site_id,
        item_category=one.item_category,
        route=one.line.route_id,
        shipping_point=one.line.shipping_point_id,
        delivery_mode=one.line.delivery_mode,
        is_fixed=one.line.is_fixed,
        requirement_type=one.line.requirement_type,
        batch=one.line.batch,
        valuation=one.line.valuation,
        lateness_days_max=one.line.lateness_days_max,
        deliveries_max=one.line.deliveries_max,
        over_tolerance_basis_points=one.line.over_tolerance_basis_points,
        under_tolerance_basis_points=one.line.under_tolerance_basis_points,
        text=one.line.text,
        manual_conditions=tuple(one.line.manual_conditions),
    )
    return format_quantity(max(whole - apart, 0), one.unit_decimals), draft


def _on_its_way(one: LineView) -> str:
    come = one.progress
    steps = (
        (come.delivered - come.picked, _("%(quantity)s in delivery")),
        (come.picked - come.issued, _("%(quantity)s picked")),
        (come.issued, _("%(quantity)s gone")),
        (come.lost, _("%(quantity)s lost on the way")),
        (come.billed, _("%(quantity)s billed")),
    )
    told = [words % {"quantity": format_quantity(count, one.base_decimals)} for count, words in steps if count]
    return ", ".join(told) or gettext("nothing yet")


def sentence(edit: Edit) -> str:
    """An edit as a person says it."""
    words = {
        ("order_line", "quantity"): _("Line %(line)s, %(product)s: %(after)s instead of %(before)s ordered."),
        ("order_line", "requested_on"): _("Line %(line)s, %(product)s: wished for %(after)s instead of %(before)s."),
        ("order_line", "rejected"): _("Line %(line)s, %(product)s: rejected."),
        ("order_line", "added"): _("Line %(line)s, %(product)s: %(after)s more on a line of its own."),
        ("delivery", "quantity"): _("Delivery %(number)s: %(after)s instead of %(before)s of %(product)s."),
        ("delivery", "cancelled"): _("Delivery %(number)s is cancelled: nothing is left on it."),
        ("transfer_order", "quantity"): _(
            "Transfer order %(number)s: fetch %(after)s instead of %(before)s of %(product)s. Print it again."
        ),
        ("transfer_order", "cancelled"): _("Transfer order %(number)s is cancelled: nothing is left to fetch."),
        ("pick", "quantity"): _("%(back)s of %(product)s, picked by %(number)s, go back to their bin."),
    }[edit.kind, edit.what]
    back = edit.before - edit.after if isinstance(edit.before, int) and isinstance(edit.after, int) else 0
    return str(words) % {
        "line": edit.line_number,
        "number": edit.number,
        "product": edit.product,
        "before": _told(edit, edit.before),
        "after": _told(edit, edit.after),
        "back": _told(edit, back),
    }


def _told(edit: Edit, value: int | str) -> str:
    if isinstance(value, str):
        return formats.day(date.fromisoformat(value)) if value != "None" else gettext("no date")
    return f"{format_quantity(value, edit.decimals)} {edit.unit}"


def _after(amended: Amended) -> list[dict[str, Any]]:
    """The lines as they stand then, for the table below the sentences."""
    return [
        {
            "number": line.line_number,
            "product": line.product,
            "quantity": f"{format_quantity(line.quantity, line.decimals)} {line.unit}",
            "dates": [(format_quantity(one.quantity, line.decimals), one.delivery_on) for one in line.schedule],
            "short": format_quantity(line.short, line.decimals) if line.short else "",
        }
        for line in amended.lines
    ]


def _offer(actor: Any, key: int) -> Step | None:
    """On an order's page, where part of it is on its way."""
    view = sales.order(key, by=actor)
    if not any(one.progress.delivered for one in view.lines if one.line.stands):
        return None
    label = _("Change what is on its way")
    return step(actor, label, "shipping:order-amend", key, method="get", company_id=view.document.company_id)


register_offer("order", _offer, aside=True)
