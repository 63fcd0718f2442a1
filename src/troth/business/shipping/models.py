"""Deliveries, shipments and transfer orders."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from troth.platform.indexes import ListIndex


class Shipment(models.Model):
    """A trip of a carrier with deliveries on it. `state`: planned, loading, departed, cancelled."""

    lock_rank = 40

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    number = models.CharField(_("number"), max_length=20, unique=True)
    state = models.CharField(_("state"), max_length=12, default="planned", db_default="planned")
    carrier = models.ForeignKey(
        "masterdata.Carrier", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    route = models.ForeignKey("masterdata.Route", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    planned_on = models.DateField(_("planned for"))
    weight_g = models.BigIntegerField(default=0, db_default=0)
    volume_ml = models.BigIntegerField(default=0, db_default=0)
    made_by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    departed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")


class Delivery(models.Model):
    """Goods for one ship-to, by one route, on one day. `state`: open, picked, issued, cancelled.

    `texts` are those of its orders that their kinds pass on. `journal_entry_id` is the entry of the goods issue while
    it stands. An issued delivery that `needs_proof` is billed only from `arrived_on`, the proof of delivery, on;
    `proof_entry_id` is the entry of what that proof lost.
    """

    lock_rank = 30

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+", db_index=False)
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    number = models.CharField(_("number"), max_length=20, unique=True)
    state = models.CharField(_("state"), max_length=12, default="open", db_default="open")
    customer = models.ForeignKey("masterdata.Customer", on_delete=models.RESTRICT, related_name="+")
    sold_to = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+", db_index=False)
    ship_to = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+", db_index=False)
    payer = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+", db_index=False)
    route = models.ForeignKey(
        "masterdata.Route", on_delete=models.RESTRICT, null=True, blank=True, related_name="+", db_index=False
    )
    shipment = models.ForeignKey(Shipment, on_delete=models.RESTRICT, null=True, blank=True, related_name="deliveries")
    incoterm = models.CharField(_("incoterm"), max_length=3, blank=True, default="", db_default="")
    priority = models.PositiveSmallIntegerField(_("delivery priority"), default=5)
    goods_issue_on = models.DateField(_("planned goods issue"))
    delivery_on = models.DateField(_("delivery date"))
    weight_g = models.BigIntegerField(default=0, db_default=0)
    volume_ml = models.BigIntegerField(default=0, db_default=0)
    made_by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    issued_on = models.DateField(null=True)
    journal_entry_id = models.BigIntegerField(null=True)
    texts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    cancel_reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_default="")
    needs_proof = models.BooleanField(default=False, db_default=False)
    arrived_on = models.DateField(_("arrived on"), null=True)
    signed_by = models.CharField(_("signed by"), max_length=80, blank=True, default="", db_default="")
    proven_at = models.DateTimeField(null=True)
    proof_entry_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(fields=["state", "goods_issue_on"], name="shipping_delivery_due"),
            # What is on no shipment yet: most of what ever left may have been on none.
            models.Index(fields=["state", "shipment", "goods_issue_on"], name="shipping_delivery_unassigned"),
            # What waits for its proof stays a short list, however much was delivered before. The condition names no
            # state, which SQLite would see only as a parameter.
            models.Index(
                fields=["arrived_on", "delivery_on"],
                name="shipping_delivery_unproven",
                condition=Q(needs_proof=True, arrived_on=None),
            ),
            # The sorts of the list of deliveries.
            ListIndex(fields=["goods_issue_on", "id"], name="shipping_delivery_leaves"),
            ListIndex(fields=["delivery_on", "id"], name="shipping_delivery_arrives"),
            # A search by the ship-to's name.
            models.Index(fields=["ship_to", "id"], name="shipping_delivery_ship_to"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(arrived_on=None, signed_by="", proven_at=None, proof_entry_id=None)
                | Q(state="issued", arrived_on__isnull=False, proven_at__isnull=False),
                name="shipping_delivery_proven",
            )
        ]


class DeliveryLine(models.Model):
    """`quantity` of an order line to go, `picked` of it in hand; both in smallest units. `value` is its share of the
    order line's gross, in minor units of the company's currency, as it went over in the exposure ledger. `is_complete`
    marks lines of orders that are to be delivered complete: their rest stays on the delivery while it stands.

    By the proof of delivery `lost` of it did not arrive, worth `lost_value` of the value. On top of what left came
    `turned_away`, which was refused, or `kept`, which is in `quantity` since. `proof_reason` says why, `proof_outcome`
    what became of it (`rules.proof.Outcome`).
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line_number = models.PositiveIntegerField()
    order_id = models.BigIntegerField()
    order_number = models.CharField(max_length=20)
    order_line_id = models.BigIntegerField()
    order_line_number = models.PositiveIntegerField()
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+", db_index=False)
    quantity = models.BigIntegerField()
    picked = models.BigIntegerField(default=0, db_default=0)
    value = models.BigIntegerField(default=0, db_default=0)
    weight_g = models.BigIntegerField(default=0, db_default=0)
    volume_ml = models.BigIntegerField(default=0, db_default=0)
    material_on = models.DateField()
    is_complete = models.BooleanField(default=False, db_default=False)
    texts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    lost = models.BigIntegerField(default=0, db_default=0)
    lost_value = models.BigIntegerField(default=0, db_default=0)
    turned_away = models.BigIntegerField(default=0, db_default=0)
    kept = models.BigIntegerField(default=0, db_default=0)
    proof_reason = models.CharField(max_length=10, blank=True, default="", db_default="")
    proof_outcome = models.CharField(max_length=10, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "line_number"], name="shipping_delivery_line_once"),
            models.CheckConstraint(
                condition=Q(lost__gte=0, lost__lte=F("quantity"), turned_away__gte=0), name="shipping_line_lost"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, picked__gte=0, picked__lte=F("quantity")), name="shipping_line_picked"
            ),
        ]
        indexes = [models.Index(fields=["order_line_id"], name="shipping_line_order_line")]


class HandlingUnit(models.Model):
    """What goods of a delivery are packed in, with its SSCC as `number`. It is locked by its delivery.

    `position` counts within the delivery. `tare_weight_g` is what the packaging weighed when it was packed,
    `weight_g` the gross weight. A unit that is unpacked is gone; its number is not used again.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.RESTRICT, related_name="handling_units", db_index=False)
    position = models.PositiveIntegerField()
    number = models.CharField(_("SSCC"), max_length=18, unique=True)
    packaging = models.ForeignKey("masterdata.Packaging", on_delete=models.RESTRICT, related_name="+", db_index=False)
    tare_weight_g = models.BigIntegerField()
    weight_g = models.BigIntegerField()
    made_by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("handling unit")
        verbose_name_plural = _("handling units")
        constraints = [
            models.UniqueConstraint(fields=["delivery", "position"], name="shipping_handling_unit_once"),
        ]


class HandlingUnitLine(models.Model):
    """`quantity` of a delivery line in a handling unit, in smallest units."""

    handling_unit = models.ForeignKey(HandlingUnit, on_delete=models.CASCADE, related_name="contents", db_index=False)
    delivery_line = models.ForeignKey(DeliveryLine, on_delete=models.RESTRICT, related_name="packed_in")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handling_unit", "delivery_line"], name="shipping_handling_unit_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipping_handling_unit_line_quantity"),
        ]


class TransferOrder(models.Model):
    """A list of what to fetch from which bin. `state`: open, confirmed, cancelled."""

    lock_rank = 50

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+", db_index=False)
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    number = models.CharField(_("number"), max_length=20, unique=True)
    state = models.CharField(_("state"), max_length=12, default="open", db_default="open")
    shipment = models.ForeignKey(
        Shipment, on_delete=models.RESTRICT, null=True, blank=True, related_name="transfer_orders"
    )
    made_by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    confirmed_by_id = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("transfer order")
        verbose_name_plural = _("transfer orders")
        indexes = [models.Index(fields=["state", "-id"], name="shipping_transfer_state")]


class TransferLine(models.Model):
    """`quantity` to fetch for a delivery line from a bin; `picked` was found; where that is less or more,
    it is a difference with a reason. Location, bin, batch, valuation and owner are those of the stock balance."""

    transfer_order = models.ForeignKey(TransferOrder, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    delivery_line = models.ForeignKey(DeliveryLine, on_delete=models.RESTRICT, related_name="transfer_lines")
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    location = models.ForeignKey(
        "reference.StorageLocation", on_delete=models.RESTRICT, related_name="+", db_index=False
    )
    bin = models.ForeignKey("reference.Bin", on_delete=models.RESTRICT, related_name="+", db_index=False)
    batch = models.CharField(max_length=40, default="", db_default="")
    valuation = models.CharField(max_length=20, default="", db_default="")
    owner = models.CharField(max_length=40, default="", db_default="")
    quantity = models.BigIntegerField()
    picked = models.BigIntegerField(null=True)
    difference_reason = models.CharField(max_length=80, default="", blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer_order", "position"], name="shipping_transfer_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & (Q(picked=None) | Q(picked__gte=0)),
                name="shipping_transfer_line_picked",
            ),
        ]
