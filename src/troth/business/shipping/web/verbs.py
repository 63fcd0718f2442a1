"""What the buttons of shipping do, and every step back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.credit import actions as credit
from troth.business.shipping import actions, queries, screens
from troth.business.shipping.rules.picking import Found
from troth.business.shipping.web.lists import clocked, today_of
from troth.kernel.quantity import Unit, format_quantity, parse_quantity
from troth.platform.web import formats, workplace
from troth.platform.web.acts import AskPage, Said, button, once, step
from troth.platform.web.documents import register_offer
from troth.platform.web.forms import FigureField, FormPage, rows_of
from troth.platform.web.language import worded
from troth.platform.web.values import Link, Step


def url_of(kind: str, key: int) -> str:
    return reverse(f"shipping:{kind}", args=[key])


def _offer_delivery(actor: Any, key: int) -> Step | None:
    """On an order's page: deliver what is confirmed and in no delivery."""
    from troth.business.sales import queries as sales

    view = sales.order(key, by=actor)
    due = any(one.promise and one.promise.confirmed > 0 for one in view.lines if one.line.stands)
    if not due or view.document.state != "submitted":
        return None
    return step(actor, _("Create delivery"), "shipping:order-deliver", key, company_id=view.document.company_id)


register_offer("order", _offer_delivery)


def _deliver_order(request: HttpRequest, actor: Any, key: int) -> Said:
    made = actions.create_delivery(order_id=key, **clocked(request, actor))
    numbers = ", ".join(one.number for one in made.deliveries)
    for refused in made.refusals:
        messages.warning(request, worded(refused.reason))
    url = url_of("delivery", made.deliveries[0].id) if made.deliveries else reverse("sales:order", args=[key])
    single = made.deliveries[0].id if len(made.deliveries) == 1 else None
    back = back_step(actor, "shipping:delivery-cancel", single, "get") if single else None
    return Said(gettext("%(numbers)s created.") % {"numbers": numbers}, url, back)


def _issue(request: HttpRequest, actor: Any, key: int) -> Said:
    issued = actions.post_goods_issue(delivery_id=key, **clocked(request, actor))
    sentence = gettext("Goods of %(number)s issued.") % {"number": issued.number}
    return Said(sentence, url_of("delivery", key), back_step(actor, "shipping:delivery-reverse", key, "get"))


def _fetch(request: HttpRequest, actor: Any, key: int) -> Said:
    made = actions.create_transfer_order(delivery_ids=[key], **clocked(request, actor))
    return _fetched(request, actor, made)


def _fetched(request: HttpRequest, actor: Any, made: Any) -> Said:
    if made.missing:
        words = ngettext(
            "%(count)s of the goods lies in no bin.", "%(count)s of the goods lie in no bin.", len(made.missing)
        )
        messages.warning(request, words % {"count": len(made.missing)})
    sentence = gettext("%(number)s created.") % {"number": made.number}
    back = back_step(actor, "shipping:transfer-cancel", made.id, "get")
    return Said(sentence, url_of("transfer_order", made.id), back)


def _unassign(request: HttpRequest, actor: Any, key: int) -> Said:
    actions.unassign_delivery(delivery_id=key, **clocked(request, actor))
    undo = back_step(actor, "shipping:delivery-assign", key, "get")
    return Said(gettext("Taken off the shipment."), url_of("delivery", key), undo)


def _shipment_fetch(request: HttpRequest, actor: Any, key: int) -> Said:
    return _fetched(request, actor, actions.create_transfer_order(shipment_id=key, **clocked(request, actor)))


def _shipment_issue(request: HttpRequest, actor: Any, key: int) -> Said:
    view = queries.shipment(key, by=actor)
    picked = [one.id for one in view.deliveries if one.state == "picked"]
    found = actions.post_goods_issues(delivery_ids=picked, **clocked(request, actor))
    for one in found:
        if one.issued is None:
            messages.error(request, worded(one.reason))
    done = sum(one.issued is not None for one in found)
    words = ngettext("Goods of %(count)s delivery issued.", "Goods of %(count)s deliveries issued.", done)
    return Said(words % {"count": done}, url_of("shipment", key))


def back_step(actor: Any, route: str, key: int, method: str = "post") -> Step | None:
    """The step back, for those who may take it; one that asks for a reason is a page of its own."""
    return step(actor, _("Undo"), route, key, method=method)


def _moved(act: Any, sentence: Any, back: str, method: str = "post") -> Any:
    """A step of a shipment without questions, and the route of the step back."""

    def do(request: HttpRequest, actor: Any, key: int) -> Said:
        act(shipment_id=key, **clocked(request, actor))
        return Said(sentence, url_of("shipment", key), back_step(actor, back, key, method))

    return button(do)


def _confirm_all(request: HttpRequest, actor: Any, key: int) -> Said:
    actions.confirm_all(transfer_order_id=key, **clocked(request, actor))
    back = back_step(actor, "shipping:transfer-undo", key, "get")
    return Said(gettext("All is picked."), url_of("transfer_order", key), back)


order_deliver, delivery_issue, delivery_fetch = button(_deliver_order), button(_issue), button(_fetch)
delivery_unassign, transfer_confirm_all = button(_unassign), button(_confirm_all)
shipment_fetch, shipment_issue = button(_shipment_fetch), button(_shipment_issue)
shipment_load = _moved(actions.load_shipment, _("Loading began."), "shipping:shipment-unload")
shipment_unload = _moved(actions.unload_shipment, _("Unloaded."), "shipping:shipment-load")
shipment_depart = _moved(actions.depart_shipment, _("Departed."), "shipping:shipment-recall", "get")


class Ask(AskPage):
    """A question about one document of shipping; `kind` names it."""

    kind = "delivery"
    verb: Any = ""
    press: Any = ""
    told: Any = ""

    def ask(self, actor: Any, key: int) -> None:
        self.view = getattr(queries, self.kind)(key, by=actor)
        self.cancel_url = url_of(self.kind, key)
        plural = {"delivery": _("Deliveries"), "shipment": _("Shipments"), "transfer_order": _("Transfer orders")}
        lists = {"delivery": "deliveries", "shipment": "shipments", "transfer_order": "transfer_orders"}
        above = reverse(f"shipping:{lists[self.kind]}")
        self.crumbs = [Link(plural[self.kind], above), Link(self.view.number, self.cancel_url)]
        self.title = f"{self.verb} {self.view.number}"
        self.submit_label = self.press or self.verb

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        self.act(reason=form.cleaned_data["reason"], **clocked(self.request, actor))
        return self.done(self.told, self.cancel_url)

    def act(self, **given: Any) -> None:
        """Call the action with the reason."""


class DeliveryCancel(Ask):
    verb, told = _("Cancel delivery"), _("Cancelled.")
    sentence = _("Everything on it goes back to its orders and is due again. It leaves its shipment.")

    def act(self, **given: Any) -> None:
        actions.cancel_delivery(delivery_id=self.view.id, **given)


class DeliveryReverse(Ask):
    verb, told = _("Reverse goods issue of"), _("Goods issue reversed.")
    press = _("Reverse goods issue")
    sentence = _("The goods lie in their bins again, picked for this delivery. Its cost is taken out of the journal.")

    def act(self, **given: Any) -> None:
        actions.reverse_goods_issue(delivery_id=self.view.id, **given)


class DeliveryCredit(Ask):
    verb, told = _("Release the goods issue of"), _("Released: the goods may leave.")
    press = _("Release the goods issue")
    danger = False
    sentence = _("The goods may leave although the payer is past the credit limit. Other deliveries are not released.")

    def act(self, **given: Any) -> None:
        credit.release_goods_issue("delivery", self.view.id, **given)


class ShipmentCancel(Ask):
    kind = "shipment"
    verb, told = _("Cancel shipment"), _("Cancelled.")
    sentence = _("Its deliveries stay and are on no shipment.")

    def act(self, **given: Any) -> None:
        actions.cancel_shipment(shipment_id=self.view.id, **given)


class ShipmentRecall(Ask):
    kind = "shipment"
    verb, told = _("Recall shipment"), _("Recalled.")
    sentence = _("It counts as loading again. Its deliveries stay on it, and their goods issues stay posted.")

    def act(self, **given: Any) -> None:
        actions.recall_shipment(shipment_id=self.view.id, **given)


class TransferCancel(Ask):
    kind = "transfer_order"
    verb, told = _("Cancel transfer order"), _("Cancelled.")
    sentence = _("The goods stay where they lie; the deliveries wait for another transfer order.")

    def act(self, **given: Any) -> None:
        actions.cancel_transfer_order(transfer_order_id=self.view.id, **given)


class TransferUndo(Ask):
    kind = "transfer_order"
    verb, told = _("Undo the pick of"), _("Pick undone.")
    press = _("Undo the pick")
    sentence = _("The goods are put back. The transfer order is cancelled and its deliveries are to be picked again.")

    def act(self, **given: Any) -> None:
        actions.undo_pick(transfer_order_id=self.view.id, **given)


class LineForm(forms.Form):
    line = forms.IntegerField(widget=forms.HiddenInput)
    item = forms.CharField(label=_("Item"), disabled=True, required=False)
    planned = forms.CharField(label=_("In the delivery"), disabled=True, required=False)
    quantity = FigureField(label=_("New quantity"), max_length=30)


class DeliveryChange(Ask):
    verb, told = _("Lower quantities of"), _("Changed.")
    press = _("Lower quantities")
    sentence = _("What is taken away goes back to its order. 0 takes the item off.")
    template_name = "web/form_page.html"
    rows_class = rows_of(LineForm, empty=0)
    danger = False

    def initial_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "line": one.line_number,
                "item": f"{one.product} {one.product_name}",
                "planned": f"{format_quantity(one.quantity, one.decimals)} {one.unit}",
                "quantity": format_quantity(one.quantity, one.decimals),
            }
            for one in self.view.lines
        ]

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        lines = {one.line_number: one for one in self.view.lines}
        quantities: dict[int, int] = {}
        for row in rows.cleaned_data:
            one = lines.get(row["line"])
            if one is not None:
                unit = Unit(one.unit, one.decimals)
                quantities[one.line_number] = parse_quantity(row["quantity"], unit, zero_allowed=True)
        changed = {number: value for number, value in quantities.items() if value != lines[number].quantity}
        actions.change_delivery(
            delivery_id=self.view.id, quantities=changed, reason=form.cleaned_data["reason"],
            **clocked(self.request, actor),
        )  # fmt: skip
        return self.done(self.told, self.cancel_url)


class PickForm(forms.Form):
    position = forms.IntegerField(widget=forms.HiddenInput)
    bin = forms.CharField(label=_("Bin"), disabled=True, required=False)
    item = forms.CharField(label=_("Product"), disabled=True, required=False)
    wanted = forms.CharField(label=_("To fetch"), disabled=True, required=False)
    picked = FigureField(label=_("Picked"), max_length=30)
    reason = forms.CharField(label=_("Why less or more"), max_length=80, required=False)
    keep_open = forms.BooleanField(label=_("Fetch the rest later"), required=False)
    deliver_later = forms.BooleanField(label=_("Deliver the rest later"), required=False)


class TransferConfirm(Ask):
    """What was found, position by position; what differs needs a reason."""

    kind = "transfer_order"
    verb, told = _("Confirm pick of"), _("Pick confirmed.")
    press = _("Confirm pick")
    template_name = "web/form_page.html"
    form_class = forms.Form
    rows_class = rows_of(PickForm, empty=0)
    rows_title = _("Positions")
    sentence = _(
        "Change what differs and say why. The rest goes back to its order, or is fetched later; within the order's "
        "tolerance it is closed, unless it is to be delivered later. More than the list says goes along as far as the "
        "order's tolerance allows it and nobody else needs it."
    )

    def more(self) -> dict[str, Any]:
        return {**super().more(), "lead": self.sentence}

    def initial_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "position": one.position,
                "bin": one.bin,
                "item": f"{one.product} {one.product_name}",
                "wanted": f"{format_quantity(one.quantity, one.decimals)} {one.unit}",
                "picked": format_quantity(one.quantity, one.decimals),
            }
            for one in self.view.lines
        ]

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        lines = {one.position: one for one in self.view.lines}
        found: dict[int, Found] = {}
        for row in rows.cleaned_data:
            one = lines.get(row["position"])
            if one is None:
                continue
            picked = parse_quantity(row["picked"], Unit(one.unit, one.decimals), zero_allowed=True)
            if picked != one.quantity:
                found[one.position] = Found(picked, row["reason"], row["keep_open"], row["deliver_later"])
        confirmed = once(actions.confirm_pick)(
            transfer_order_id=self.view.id, found=found, expected_version=form.cleaned_data.get("version"),
            key=self.client_key, **clocked(self.request, actor),
        )  # fmt: skip
        words = ngettext(
            "Pick confirmed, %(count)s difference.", "Pick confirmed, %(count)s differences.", confirmed.differences
        )
        said = [words % {"count": confirmed.differences}, *map(_closed_words, confirmed.closed)]
        return self.done(" ".join(said), self.cancel_url)


def _closed_words(one: actions.Closed) -> str:
    return gettext(
        "Line %(line)s of order %(order)s is complete: the missing %(quantity)s are within its tolerance and closed."
    ) % {
        "line": one.line_number,
        "order": one.order_number,
        "quantity": f"{format_quantity(one.quantity, one.decimals)} {one.unit}",
    }


NEW = "new"


class AssignForm(forms.Form):
    shipment = forms.ChoiceField(label=_("Shipment"))

    def __init__(self, *args: Any, shipments: list[tuple[Any, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shipment"].choices = shipments or []  # type: ignore[attr-defined]


class DeliveryAssign(Ask):
    verb, told = _("Put on a shipment:"), _("It is on the shipment.")
    form_class = AssignForm
    danger = False
    submit_label = _("Put on the shipment")

    def ask(self, actor: Any, key: int) -> None:
        super().ask(actor, key)
        self.submit_label = _("Put on the shipment")
        self.leaves_on = max(self.view.goods_issue_on, today_of(self.request))
        self.planned: list[tuple[Any, str]] = list(screens.open_shipments(self.view.site_id))
        if not self.planned:
            self.sentence = _("No shipment of this site is planned.")
        if actor.may("shipping.create_shipment"):
            self.planned.append((NEW, gettext("a new one, on %(day)s") % {"day": formats.day(self.leaves_on)}))

    def form_arguments(self) -> dict[str, Any]:
        return {"shipments": self.planned}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        chosen, acting = form.cleaned_data["shipment"], clocked(self.request, actor)
        if chosen == NEW:
            made = actions.create_shipment(
                site_id=self.view.site_id, planned_on=self.leaves_on, delivery_ids=[self.view.id], **acting
            )
            undo = back_step(actor, "shipping:shipment-cancel", made.id, "get")
            return self.done(
                gettext("%(number)s created.") % {"number": made.number}, url_of("shipment", made.id), undo
            )
        actions.assign_delivery(delivery_id=self.view.id, shipment_id=int(chosen), **acting)
        return self.done(self.told, self.cancel_url, back_step(actor, "shipping:delivery-unassign", self.view.id))


class ShipmentForm(forms.Form):
    site = forms.ChoiceField(label=_("Site"))
    planned_on = forms.DateField(label=_("Planned"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, sites: list[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].choices = sites or []  # type: ignore[attr-defined]


class ShipmentCreate(FormPage):
    title = _("New shipment")
    permission = "shipping.create_shipment"
    form_class = ShipmentForm
    submit_label = _("Create shipment")
    cancel_url = reverse_lazy("shipping:shipments")
    crumbs = (Link(_("Shipments"), reverse_lazy("shipping:shipments")),)
    creates = True

    def initial(self) -> dict[str, Any]:
        here = workplace.site_of(self.request)
        actor = self.request.actor  # type: ignore[attr-defined]
        site = next((one.id for one in screens.sites_of(actor) if one.code == here), None)
        return {"planned_on": today_of(self.request), "site": site}

    def form_arguments(self) -> dict[str, Any]:
        actor = self.request.actor  # type: ignore[attr-defined]
        return {"sites": [(one.id, f"{one.code} · {one.name}") for one in screens.sites_of(actor)]}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        made = once(actions.create_shipment)(
            site_id=int(given["site"]), planned_on=given["planned_on"], key=self.client_key,
            **clocked(self.request, actor),
        )  # fmt: skip
        messages.success(self.request, gettext("%(number)s created.") % {"number": made.number})
        return url_of("shipment", made.id)


class LoadForm(forms.Form):
    deliveries = forms.MultipleChoiceField(label=_("Deliveries on no shipment"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, free: list[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deliveries"].choices = free or []  # type: ignore[attr-defined]


class ShipmentAssign(Ask):
    kind = "shipment"
    verb, told = _("Put deliveries on"), _("The deliveries are on the shipment.")
    form_class = LoadForm
    danger = False

    def ask(self, actor: Any, key: int) -> None:
        super().ask(actor, key)
        self.submit_label = _("Put on the shipment")
        self.free = queries.unassigned(self.view.site_id, limit=100)
        if not self.free:
            self.sentence = _("Every delivery of this site is on a shipment or has left.")

    def form_arguments(self) -> dict[str, Any]:
        return {
            "free": [(one.id, f"{one.number} · {one.ship_to} · {formats.day(one.goods_issue_on)}") for one in self.free]
        }

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        for key in form.cleaned_data["deliveries"]:
            actions.assign_delivery(delivery_id=int(key), shipment_id=self.view.id, **clocked(self.request, actor))
        return self.done(self.told, self.cancel_url)
