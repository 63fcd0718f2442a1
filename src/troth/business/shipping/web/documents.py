"""The pages of one delivery, shipment and transfer order: what it holds, what it lacks, what comes next."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from troth.business.credit import queries as credit
from troth.business.credit.web import credit_tabs
from troth.business.masterdata.screens import text_table
from troth.business.shipping import queries, screens
from troth.business.shipping.actions.blocking import STILL_TO_COME
from troth.business.shipping.queries import DeliveryLineView, DeliveryView, PickLine, ShipmentView
from troth.business.shipping.rules.readiness import Lack
from troth.business.shipping.states import DeliveryState, ShipmentState, TransferState
from troth.business.shipping.web import units
from troth.business.shipping.web.differences import difference_words
from troth.business.shipping.web.obstacles import obstacles
from troth.ledgers.fulfilment import pictures
from troth.platform.documents import DocumentRef
from troth.platform.web import documents
from troth.platform.web.acts import step, steps
from troth.platform.web.columns import Cell, Column
from troth.platform.web.documents import Document, DocumentPage, Fact, Item, Tab
from troth.platform.web.history import changes_of
from troth.platform.web.values import Block, Empty, Link, Party, Quantity, Status, Step


def grid(columns: tuple[Column, ...], rows: list[Any]) -> dict[str, Any]:
    return {"columns": columns, "rows": [[Cell(column, column.of(row)) for column in columns] for row in rows]}


def link(kind: str, key: int | None, number: str) -> Link | str:
    return Link(number, reverse(f"shipping:{kind}", args=[key])) if key else ""


def facts(*found: Fact) -> list[Fact]:
    return [fact for fact in found if fact.value not in (None, "")]


def later_tabs(ref: DocumentRef, actor: Any) -> tuple[Tab, ...]:
    return (
        Tab("flow", _("Flow"), documents.FLOW, lambda: {"flow": pictures.picture(ref, actor)}),
        Tab("history", _("History"), documents.HISTORY, lambda: {"changes": changes_of(ref)}),
    )


class DeliveryPage(DocumentPage):
    permission = "shipping.view_delivery"
    document_kind = "delivery"

    def document(self, actor: Any, key: int) -> Document:
        view = queries.delivery(key, by=actor)
        return Document(
            kind=_("Delivery"),
            number=view.number,
            status=screens.status_of(view.state, view.arrived_on),
            party=Party(view.ship_to),
            party_label=_("Ship-to"),
            facts=facts(
                Fact(_("Goods issue"), view.issued_on or view.goods_issue_on),
                Fact(_("Delivery"), view.delivery_on),
                Fact(_("Arrived on"), view.arrived_on),
                Fact(_("Signed by"), view.signed_by),
                Fact(_("Site"), view.site),
                Fact(_("Route"), view.route),
                Fact(_("Shipment"), link("shipment", view.shipment_id, view.shipment)),
                Fact(_("Weight"), Quantity(view.weight_g, 3, "kg") if view.weight_g else None),
                Fact(_("Volume"), Quantity(view.volume_ml, 3, "l") if view.volume_ml else None),
                Fact(_("Reason"), view.cancel_reason),
            ),
            next_step=_next_of_delivery(view, actor),
            steps=_delivery_steps(view, actor),
            blocks=obstacles(view, actor),
            crumbs=(Link(_("Deliveries"), reverse("shipping:deliveries")),),
        )

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        view = queries.delivery(key, by=actor)
        ref = DocumentRef("delivery", view.id, view.number)
        fetching = tuple(
            Column(*one) for one in (("number", _("Transfer order"), "link"), ("status", _("Status"), "status"))
        )
        rows = [
            {"number": link("transfer_order", pk, number), "status": screens.TRANSFER[TransferState(state)]}
            for pk, number, state in view.transfer_orders
        ]
        nothing = Empty(_("No transfer order yet"), _("Nobody has been told to fetch the goods."))
        return (
            Tab(
                "items",
                _("Items"),
                documents.ITEMS,
                lambda: {"items": [_delivery_item(one, view) for one in view.lines]},
            ),
            Tab(
                "fetching",
                _("Picking"),
                documents.TABLE,
                lambda: {"table": grid(fetching, rows), "empty": nothing},
                len(rows),
            ),
            Tab("packing", _("Packing"), documents.TABLE, lambda: units.table(key, grid), units.count(key)),
            *credit_tabs(actor, lambda: ref),
            Tab("texts", _("Texts"), documents.TABLE, lambda: _texts(view)),
            *later_tabs(ref, actor),
        )


def _texts(view: DeliveryView) -> dict[str, Any]:
    return text_table(view.texts, [(line.line_number, line.texts) for line in view.lines])


def _delivery_item(one: DeliveryLineView, view: DeliveryView) -> Item:
    done = view.state == DeliveryState.ISSUED
    status = screens.status_of(view.state, view.arrived_on) if done else _picked(one)
    note = gettext("Order %(number)s, item %(line)s") % {"number": one.order_number, "line": one.order_line_number}
    if one.proof_outcome:
        note = f"{note} · {difference_words(one)}"
    return Item(
        str(one.line_number), Party(one.product_name, one.product), Quantity(one.quantity, one.decimals, one.unit),
        status, note=note,
    )  # fmt: skip


def _picked(one: DeliveryLineView) -> Status:
    if not one.picked:
        return screens.DELIVERY[DeliveryState.OPEN]
    return (
        screens.DELIVERY[DeliveryState.PICKED] if one.picked >= one.quantity else Status(_("Partly picked"), "waiting")
    )


def _next_of_delivery(view: DeliveryView, actor: Any) -> Step | None:
    company = view.company_id
    if view.waits_for_proof:
        return step(
            actor, _("Record proof of delivery"), "shipping:delivery-prove", view.id, method="get", company_id=company
        )
    if any(reason.lack is Lack.NOT_PACKED for reason in view.reasons):
        return step(actor, _("Pack"), "shipping:delivery-pack", view.id, method="get", company_id=company)
    if view.state == DeliveryState.PICKED:
        return step(actor, _("Post goods issue"), "shipping:delivery-issue", view.id, company_id=company)
    if view.state != DeliveryState.OPEN:
        return None
    waiting = next((pk for pk, _number, state in view.transfer_orders if state == TransferState.OPEN), None)
    if waiting is not None:
        return step(
            actor, _("Open the picking list"), "shipping:transfer_order", waiting, method="get", company_id=company
        )
    pick = step(actor, _("Create transfer order"), "shipping:delivery-fetch", view.id, company_id=company)
    return pick or _to_shipment(view, actor)


def _to_shipment(view: DeliveryView, actor: Any) -> Step | None:
    if view.shipment_id is not None:
        return None
    return step(
        actor, _("Put on a shipment"), "shipping:delivery-assign", view.id, method="get", company_id=view.company_id
    )


def _delivery_steps(view: DeliveryView, actor: Any) -> tuple[Step, ...]:
    company, key = view.company_id, view.id
    is_open = view.state in (DeliveryState.OPEN, DeliveryState.PICKED)
    return steps(
        _to_shipment(view, actor) if is_open and _next_of_delivery(view, actor) != _to_shipment(view, actor) else None,
        step(actor, _("Take off the shipment"), "shipping:delivery-unassign", key, company_id=company)
        if is_open and view.shipment_id is not None
        else None,
        step(actor, _("Pack"), "shipping:delivery-pack", key, method="get", company_id=company)
        if is_open and any(line.picked for line in view.lines)
        else None,
        step(actor, _("Lower quantities"), "shipping:delivery-change", key, method="get", company_id=company)
        if view.state == DeliveryState.OPEN
        else None,
        step(actor, _("Set a block"), "shipping:delivery-block", key, method="get", company_id=company)
        if view.state in STILL_TO_COME
        else None,
        step(
            actor, _("Cancel delivery"), "shipping:delivery-cancel", key, method="get", danger=True, company_id=company
        )
        if is_open
        else None,
        step(actor, _("Release the goods issue"), "shipping:delivery-credit", key, method="get", company_id=company)
        if is_open and _past_limit(view)
        else None,
        *_proof_steps(view, actor),
        step(
            actor,
            _("Reverse goods issue"),
            "shipping:delivery-reverse",
            key,
            method="get",
            danger=True,
            company_id=company,
        )
        if view.state == DeliveryState.ISSUED
        else None,
    )


def _proof_steps(view: DeliveryView, actor: Any) -> tuple[Step | None, ...]:
    if view.state != DeliveryState.ISSUED or view.waits_for_proof:
        return ()
    if view.arrived_on is None:
        label, route, danger = _("Record proof of delivery"), "shipping:delivery-prove", False
    else:
        label, route, danger = _("Take the proof back"), "shipping:delivery-unprove", True
    return (step(actor, label, route, view.id, method="get", danger=danger, company_id=view.company_id),)


def _past_limit(view: DeliveryView) -> bool:
    """Whether the payer is past the limit now, so that the goods leave only by a credit manager's word."""
    available = credit.account(view.company_id, view.payer_id).available
    return available is not None and available < 0


class ShipmentPage(DocumentPage):
    permission = "shipping.view_shipment"
    document_kind = "shipment"

    def document(self, actor: Any, key: int) -> Document:
        view = queries.shipment(key, by=actor)
        return Document(
            kind=_("Shipment"),
            number=view.number,
            status=screens.SHIPMENT[ShipmentState(view.state)],
            facts=facts(
                Fact(_("Planned"), view.planned_on),
                Fact(_("Carrier"), view.carrier),
                Fact(_("Route"), view.route),
                Fact(_("Site"), view.site),
                Fact(_("Weight"), Quantity(view.weight_g, 3, "kg")),
                Fact(_("Volume"), Quantity(view.volume_ml, 3, "l")),
                Fact(_("Departed"), screens.day_at(view.departed_at, view.site_id)),
            ),
            next_step=_next_of_shipment(view, actor),
            steps=_shipment_steps(view, actor),
            blocks=_waits_for_pick(view, actor),
            crumbs=(Link(_("Shipments"), reverse("shipping:shipments")),),
        )

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        view = queries.shipment(key, by=actor)
        ref = DocumentRef("shipment", view.id, view.number)
        columns = (
            Column("number", _("Delivery"), "link"),
            Column("ship_to", _("Ship-to"), wide=True),
            Column("goods_issue_on", _("Goods issue"), "date"),
            Column("weight", _("Weight"), "quantity"),
            Column("status", _("Status"), "status"),
        )
        rows = [
            {
                "number": link("delivery", one.id, one.number),
                "ship_to": one.ship_to,
                "goods_issue_on": one.goods_issue_on,
                "weight": Quantity(one.weight_g, 3, "kg"),
                "status": screens.DELIVERY[DeliveryState(one.state)],
            }
            for one in view.deliveries
        ]
        fetching = (Column("number", _("Transfer order"), "link", wide=True), Column("status", _("Status"), "status"))
        orders = [
            {"number": link("transfer_order", pk, number), "status": screens.TRANSFER[TransferState(state)]}
            for pk, number, state in view.transfer_orders
        ]
        empty = Empty(
            _("Nothing is on this shipment"), _("Put deliveries of the same site on it."), _assign(view, actor)
        )
        unfetched = Empty(_("No transfer order yet"), _("Nobody has been told to fetch the goods."))
        return (
            Tab(
                "deliveries",
                _("Deliveries"),
                documents.TABLE,
                lambda: {"table": grid(columns, rows), "empty": empty},
                len(rows),
            ),
            Tab(
                "fetching",
                _("Picking"),
                documents.TABLE,
                lambda: {"table": grid(fetching, orders), "empty": unfetched},
                len(orders),
            ),
            Tab("history", _("History"), documents.HISTORY, lambda: {"changes": changes_of(ref)}),
        )


def _assign(view: ShipmentView, actor: Any) -> Step | None:
    if view.state != ShipmentState.PLANNED:
        return None
    return step(
        actor, _("Put deliveries on it"), "shipping:shipment-assign", view.id, method="get", company_id=view.company_id
    )


def _next_of_shipment(view: ShipmentView, actor: Any) -> Step | None:
    key, company = view.id, view.company_id
    if not view.deliveries:
        return _assign(view, actor)
    states = {one.state for one in view.deliveries}
    if view.state == ShipmentState.PLANNED and DeliveryState.OPEN in states:
        waiting = next((pk for pk, _number, state in view.transfer_orders if state == TransferState.OPEN), None)
        if waiting is not None:
            return step(
                actor, _("Open the picking list"), "shipping:transfer_order", waiting, method="get", company_id=company
            )
        return step(actor, _("Create transfer order"), "shipping:shipment-fetch", key, company_id=company)
    if view.state == ShipmentState.PLANNED:
        return step(actor, _("Start loading"), "shipping:shipment-load", key, company_id=company)
    if view.state == ShipmentState.LOADING and DeliveryState.PICKED in states:
        return step(actor, _("Post goods issue of all"), "shipping:shipment-issue", key, company_id=company)
    if view.state == ShipmentState.LOADING:
        return step(actor, _("Depart"), "shipping:shipment-depart", key, company_id=company)
    return None


def _waits_for_pick(view: ShipmentView, actor: Any) -> list[Block]:
    """To those who do not pick: what the shipment waits for."""
    to_pick = sum(one.state == DeliveryState.OPEN for one in view.deliveries)
    if view.state != ShipmentState.PLANNED or not to_pick or _next_of_shipment(view, actor) is not None:
        return []
    words = ngettext("%(count)s delivery is to be picked.", "%(count)s deliveries are to be picked.", to_pick)
    sentence = words % {"count": to_pick}
    return [Block(sentence, _("The warehouse picks; then the shipment is loaded."), tone="waiting")]


def _shipment_steps(view: ShipmentView, actor: Any) -> tuple[Step, ...]:
    key, company, state = view.id, view.company_id, view.state
    return steps(
        _assign(view, actor) if view.deliveries else None,
        step(actor, _("Unload"), "shipping:shipment-unload", key, company_id=company)
        if state == ShipmentState.LOADING
        else None,
        step(actor, _("Recall"), "shipping:shipment-recall", key, method="get", company_id=company)
        if state == ShipmentState.DEPARTED
        else None,
        step(
            actor, _("Cancel shipment"), "shipping:shipment-cancel", key, method="get", danger=True, company_id=company
        )
        if state == ShipmentState.PLANNED
        else None,
    )


def _after_pick(view: Any, actor: Any) -> Step | None:
    """Where the picked goods go on: to their shipment, or to the goods issue of their one delivery."""
    deliveries = {one.delivery_id for one in view.lines}
    if view.shipment_id is not None:
        return step(actor, _("Open the shipment"), "shipping:shipment", view.shipment_id, method="get")
    if len(deliveries) == 1:
        return step(actor, _("Open the delivery"), "shipping:delivery", deliveries.pop(), method="get")
    return None


class TransferOrderPage(DocumentPage):
    """The picking list, along the walk."""

    permission = "shipping.view_transfer_order"
    document_kind = "transfer_order"

    def document(self, actor: Any, key: int) -> Document:
        view = queries.transfer_order(key, by=actor)
        company = view.company_id
        is_open, is_done = view.state == TransferState.OPEN, view.state == TransferState.CONFIRMED
        return Document(
            kind=_("Transfer order"),
            number=view.number,
            status=screens.TRANSFER[TransferState(view.state)],
            facts=facts(
                Fact(_("Site"), view.site),
                Fact(_("Shipment"), link("shipment", view.shipment_id, view.shipment)),
                Fact(_("Made"), screens.day_at(view.made_at, view.site_id)),
                Fact(_("Confirmed"), screens.day_at(view.confirmed_at, view.site_id)),
                Fact(_("Positions"), str(len(view.lines))),
            ),
            next_step=step(actor, _("Confirm all as picked"), "shipping:transfer-confirm-all", key, company_id=company)
            if is_open
            else _after_pick(view, actor)
            if is_done
            else None,
            steps=steps(
                step(actor, _("Pick with a hand-held"), "shipping:pick", key, method="get", company_id=company)
                if is_open
                else None,
                step(
                    actor,
                    _("Confirm with differences"),
                    "shipping:transfer-confirm",
                    key,
                    method="get",
                    company_id=company,
                )
                if is_open
                else None,
                step(
                    actor,
                    pgettext_lazy("document", "Cancel"),
                    "shipping:transfer-cancel",
                    key,
                    method="get",
                    danger=True,
                    company_id=company,
                )
                if is_open
                else None,
                step(
                    actor,
                    _("Undo the pick"),
                    "shipping:transfer-undo",
                    key,
                    method="get",
                    danger=True,
                    company_id=company,
                )
                if is_done
                else None,
            ),
            crumbs=(Link(_("Transfer orders"), reverse("shipping:transfer_orders")),),
        )

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        view = queries.transfer_order(key, by=actor)
        ref = DocumentRef("transfer_order", view.id, view.number)
        columns = (
            Column("position", _("Pos."), align="right"),
            Column("bin", _("Bin")),
            Column("location", _("Location")),
            Column("product", _("Product"), "party", wide=True),
            Column("delivery", _("Delivery"), "link"),
            Column("quantity", _("To fetch"), "quantity"),
            Column("picked", _("Picked"), "quantity"),
            Column("reason", _("Difference")),
        )
        rows = [pick_row(one) for one in view.lines]
        return (
            Tab("list", _("Picking list"), documents.TABLE, lambda: {"table": grid(columns, rows)}, len(rows)),
            *later_tabs(ref, actor),
        )


def pick_row(one: PickLine) -> dict[str, Any]:
    return {
        "position": one.position,
        "bin": one.bin,
        "location": one.location,
        "product": Party(" · ".join(part for part in (one.product_name, one.valuation) if part), one.product),
        "delivery": link("delivery", one.delivery_id, one.delivery),
        "quantity": Quantity(one.quantity, one.decimals, one.unit),
        "picked": None if one.picked is None else Quantity(one.picked, one.decimals, one.unit),
        "reason": one.difference_reason,
    }
