"""Picking with a hand-held: open a transfer order by its bar code, then line by line along the walk.

The page is the form of `verbs.TransferConfirm` with all lines on it. Its scripts (`static/shipping/picking`) show one
line at a time, compare what is scanned, and keep the draft in the browser, where the network of a store may fail; the
last button sends the form as it stands. Without scripts all lines are there to be filled in.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.shipping import queries
from troth.business.shipping.papers.pick_list import bin_code
from troth.business.shipping.states import TransferState
from troth.business.shipping.web.picking_words import REASONS, START_WORDS, WORDS
from troth.business.shipping.web.verbs import TransferConfirm
from troth.kernel.errors import BusinessError
from troth.kernel.quantity import format_quantity
from troth.platform.web.access import demand
from troth.platform.web.language import worded
from troth.platform.web.scripted import ScriptedPage
from troth.platform.web.values import Empty, Link
from troth.platform.web.workplace import site_of


def start(request: HttpRequest) -> HttpResponse:
    """What is open to be picked, and a field for the bar code of a pick list."""
    actor = demand(request, "")
    code, refusal = request.GET.get("code", "").strip(), ""
    if code:
        try:
            return HttpResponseRedirect(reverse("shipping:pick", args=[queries.transfer_order_scanned(code, by=actor)]))
        except BusinessError as error:
            refusal = worded(error.message)
    context = {
        "title": gettext("Picking"),
        "orders": queries.to_fetch(actor, site=site_of(request)),
        "refusal": refusal,
        "empty": Empty(_("Nothing is to be picked"), _("Transfer orders appear here as soon as they are created.")),
        "settings": {"words": START_WORDS, "person": actor.user_id},
    }
    return render(request, "shipping/picking_start.html", context, status=404 if refusal else 200)


class PickedList(forms.Form):
    """Which version of the list is picked by: it may be shortened on the way."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class Picking(ScriptedPage, TransferConfirm):
    template_name = "shipping/picking.html"
    form_class = PickedList
    creates = True

    def ask(self, actor: Any, key: int) -> None:
        super().ask(actor, key)
        self.title = self.view.number
        self.cancel_url = reverse("shipping:picking")
        self.crumbs = [Link(_("Picking"), self.cancel_url)]

    def get(self, request: HttpRequest, **captured: Any) -> HttpResponse:
        if self.view.state == TransferState.OPEN:
            return super().get(request, **captured)
        told = {
            TransferState.CONFIRMED: _("%(number)s is picked already."),
            TransferState.CANCELLED: _("%(number)s was cancelled; leave the goods in their bins."),
        }
        messages.warning(request, told[TransferState(self.view.state)] % {"number": self.view.number})
        return HttpResponseRedirect(self.cancel_url)

    def initial(self) -> dict[str, Any]:
        return {"version": self.view.version}

    def draw(self, form: Any, rows: Any, status: int = 200) -> HttpResponse:
        self.drawn = rows
        return super().draw(form, rows, status)

    def more(self) -> dict[str, Any]:
        settings = {"words": WORDS, "person": self.request.actor.user_id, "document": self.view.id}  # type: ignore[attr-defined]
        return {"view": self.view, "lines": self._lines(), "reasons": REASONS, "settings": settings}

    def _lines(self) -> list[dict[str, Any]]:
        """Each line with its row of the form, and what a scanner may read of its bin."""
        return [
            {
                "line": one,
                "row": row,
                "listed": format_quantity(one.quantity, one.decimals),
                "bins": [bin_code(one.location, one.bin), one.bin],
            }
            for one, row in zip(self.view.lines, self.drawn.forms, strict=False)
        ]
