"""An order made of a hold: who orders, and for when; the goods are those that are held."""

from typing import Any

from django import forms
from django.db.models import Min
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising.web.holds import hold_of
from troth.business.sales import actions
from troth.business.sales.forms import day, text
from troth.business.sales.rules import sources
from troth.business.sales.rules.drafts import OrderDraft
from troth.business.sales.web.entry import told
from troth.business.sales.web.verbs import order_url
from troth.platform.web.acts import AskPage, clocked, once, step
from troth.platform.web.documents import register_offer
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Link, Step


class OrderFromHold(forms.Form):
    customer = forms.CharField(label=_("Customer"), max_length=40, widget=Picker("masterdata:customer-options"))
    requested_on = day(_("Wished date"))
    customer_reference = text(_("Customer's order number"), 60)


class HoldOrder(AskPage):
    form_class = OrderFromHold
    danger = False
    creates = True

    def ask(self, actor: Any, key: int) -> None:
        self.hold = hold_of(actor, key)
        self.cancel_url = reverse("promising:hold", args=[key])
        self.crumbs = [Link(_("Holds"), reverse("promising:holds")), Link(self.hold.number, self.cancel_url)]
        self.title = gettext("Order what %(number)s holds") % {"number": self.hold.number}
        self.sentence = _("The goods go over to the order at once; nobody can take them in between.")
        self.submit_label = _("Make order")

    def initial(self) -> dict[str, Any]:
        first = self.hold.lines.aggregate(first=Min("requested_on"))["first"]
        return {"customer": self.hold.party.number if self.hold.party else "", "requested_on": first}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        draft = OrderDraft(
            customer=given["customer"], requested_on=given["requested_on"],
            customer_reference=given["customer_reference"], source_system=sources.PAGE,
        )  # fmt: skip
        submitted = once(actions.order_from_hold)(
            self.hold.pk, draft, key=self.client_key, **clocked(self.request, actor)
        )  # fmt: skip
        return self.done(told(submitted)[0], order_url(submitted.id))


def _offer(actor: Any, key: Any) -> Step | None:
    hold = hold_of(actor, key)
    if hold.state != "active" or hold.reference_id:
        return None
    return step(actor, _("Make order"), "sales:hold-order", key, method="get", company_id=hold.company_id)


register_offer("hold", _offer)
