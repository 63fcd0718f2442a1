"""Proof of delivery: what waits for one, recording it, and taking it back."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.shipping import actions, screens
from troth.business.shipping.rules.proof import Arrived, Decision, Reason
from troth.business.shipping.web.differences import REASONS
from troth.business.shipping.web.lists import SITE, clocked, today_of
from troth.business.shipping.web.verbs import Ask, back_step
from troth.kernel.quantity import Unit, format_quantity, parse_quantity
from troth.platform.web import formats
from troth.platform.web.acts import Outcome, bulk, mass
from troth.platform.web.columns import Column
from troth.platform.web.forms import FigureField, rows_of
from troth.platform.web.keyset import Page
from troth.platform.web.language import worded
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.values import Empty


class UnprovenList(ListPage):
    title = _("Proof of delivery")
    lead = _("Left, and billed only after somebody says what arrived.")
    permission = "shipping.prove_delivery"
    columns = (
        Column("number", _("Delivery"), sort=True),
        Column("ship_to", _("Ship-to"), "party", wide=True),
        Column("site", _("Site")),
        Column("shipment", _("Shipment")),
        Column("carrier", _("Carrier")),
        Column("issued_on", _("Goods issue"), "date"),
        Column("delivery_on", _("Planned arrival"), "date", sort=True),
        Column("days", _("Days since"), "number"),
    )
    filters = (SITE,)
    bulk = (
        bulk(
            _("Arrived as shipped"),
            _("Record %(count)s deliveries as arrived as they left, on their planned days or today"),
            "shipping:proofs-as-shipped",
        ),
    )
    search_label = _("Delivery, ship-to or shipment")
    empty = Empty(
        _("Nothing waits for a proof"),
        _("Deliveries appear here when they leave for a customer who is billed after the proof of delivery."),
    )
    row_key = staticmethod(lambda row: row.id)
    row_url = staticmethod(lambda row: reverse("shipping:delivery-prove", args=[row.id]))

    def rows(self, query: ListQuery) -> Page:
        return screens.unproven(query, today_of(self.request))


def _as_shipped(request: HttpRequest, actor: Any, ids: list[int]) -> Iterator[Outcome]:
    """Each in its own transaction: one that is refused holds up no other."""
    found = [one for group in screens.of_site(ids, actor).values() for one in group]
    numbers = {one.pk: one.number for one in found}
    for one in actions.prove_deliveries(delivery_ids=list(numbers), **clocked(request, actor)):
        told = (
            gettext("Arrived on %(day)s.") % {"day": formats.day(one.proven.arrived_on)}
            if one.proven
            else worded(one.reason)
        )
        url = reverse("shipping:delivery", args=[one.delivery_id])
        yield Outcome(numbers[one.delivery_id], told, url, is_done=one.proven is not None)


proofs_as_shipped = mass(_as_shipped, title=_("Proof of delivery"), back="shipping:proofs")

DECISIONS = (
    (Decision.ACCEPT.value, ""),
    (Decision.CREDIT.value, _("Do not bill")),
    (Decision.RESHIP.value, _("Send again")),
    (Decision.REFUSE.value, _("Refuse")),
)


class ProofForm(forms.Form):
    arrived_on = forms.DateField(
        label=_("Arrived on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    signed_by = forms.CharField(label=_("Signed by"), max_length=80, required=False)


class ArrivedForm(forms.Form):
    line = forms.IntegerField(widget=forms.HiddenInput)
    item = forms.CharField(label=_("Item"), disabled=True, required=False)
    left = forms.CharField(label=_("Left"), disabled=True, required=False)
    arrived = FigureField(label=_("Arrived"), max_length=30)
    reason = forms.ChoiceField(
        label=_("Why less or more"),
        choices=[("", ""), *((one.value, REASONS[one.value]) for one in Reason)],
        required=False,
    )
    decision = forms.ChoiceField(label=_("What becomes of it"), choices=DECISIONS, required=False)


class DeliveryProve(Ask):
    """What arrived of a delivery, line by line, when, and who signed."""

    verb, told = _("Proof of delivery"), _("Proof of delivery recorded.")
    press = _("Record proof of delivery")
    template_name = "web/form_page.html"
    form_class = ProofForm
    rows_class = rows_of(ArrivedForm, empty=0)
    rows_title = _("Items")
    danger = False
    sentence = _(
        "Change what did not arrive as it left, and say why. What is missing is not billed. Within the order's "
        "tolerance nothing more is to be said; beyond it choose whether it is sent again. What is too much is "
        "kept within the tolerance, or refused."
    )

    def more(self) -> dict[str, Any]:
        return {**super().more(), "lead": self.sentence}

    def initial(self) -> dict[str, Any]:
        view = self.view
        planned = max(view.delivery_on, view.issued_on or view.delivery_on)
        return {"arrived_on": min(planned, today_of(self.request))}

    def initial_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "line": one.line_number,
                "item": f"{one.product} {one.product_name}",
                "left": f"{format_quantity(one.quantity, one.decimals)} {one.unit}",
                "arrived": format_quantity(one.quantity, one.decimals),
            }
            for one in self.view.lines
            if one.quantity
        ]

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        lines = {one.line_number: one for one in self.view.lines}
        arrived: dict[int, Arrived] = {}
        for row in rows.cleaned_data:
            one = lines.get(row["line"])
            if one is None:
                continue
            quantity = parse_quantity(row["arrived"], Unit(one.unit, one.decimals), zero_allowed=True)
            if quantity != one.quantity:
                arrived[one.line_number] = Arrived(quantity, row["reason"], row["decision"])
        given = form.cleaned_data
        actions.prove_delivery(
            delivery_id=self.view.id, arrived_on=given["arrived_on"], signed_by=given["signed_by"], arrived=arrived,
            **clocked(self.request, actor),
        )  # fmt: skip
        return self.done(self.told, self.cancel_url, back_step(actor, "shipping:delivery-unprove", self.view.id, "get"))


class DeliveryUnprove(Ask):
    verb, told = _("Take back the proof of"), _("Proof of delivery taken back.")
    press = _("Take the proof back")
    sentence = _("All of it is billed again once there is another proof. What was to be sent again is wanted no more.")

    def act(self, **given: Any) -> None:
        actions.withdraw_proof(delivery_id=self.view.id, **given)
