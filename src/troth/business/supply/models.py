"""Expected receipts with their dates, forecasts, and transfer postings between the types of stock."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Receipt(models.Model):
    """`quantity` of a product due at a site; `received` of it has come. Quantities in smallest units.

    `expires_on` is the last day of goods that are still to come, where the product is kept in batches and expires.
    Planned supply (a requisition, a planned order) is received by nobody: it is converted into a purchase or production
    order, which names it in `made_from`. It `is_firm` where planning leaves it as it is.
    """

    class Kind(models.TextChoices):
        PURCHASE = "purchase", _("purchase order")
        PRODUCTION = "production", _("production order")
        REQUISITION = "requisition", _("purchase requisition")
        PLANNED = "planned", _("planned order")

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    is_firm = models.BooleanField(_("firm"), default=False, db_default=False)
    number = models.CharField(_("number"), max_length=40)
    made_from = models.ForeignKey("self", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    supplier = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    due_on = models.DateField(_("due"))
    quantity = models.BigIntegerField(_("quantity"))
    received = models.BigIntegerField(_("received"), default=0, db_default=0)
    expires_on = models.DateField(_("usable until"), null=True, blank=True)
    valuation = models.CharField(_("valuation type"), max_length=20, default="", db_default="", blank=True)
    state = models.CharField(_("state"), max_length=12, default="open", db_default="open")
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("expected receipt")
        verbose_name_plural = _("expected receipts")
        constraints = [
            models.UniqueConstraint(fields=["company", "kind", "number"], name="supply_receipt_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, received__gte=0), name="supply_receipt_quantities"),
            models.CheckConstraint(condition=Q(received__lte=F("quantity")), name="supply_receipt_not_over"),
            models.CheckConstraint(
                condition=Q(is_firm=False) | Q(kind__in=["planned", "requisition"]), name="supply_receipt_firm"
            ),
        ]
        indexes = [models.Index(fields=["product", "site", "due_on"], name="supply_receipt_due")]


class Forecast(models.Model):
    """`quantity` (smallest units; 0: none any more) of a product is expected to be ordered from a site for a day.

    Of a week or a month, its last day. `reason` says where it came from, such as the version of a plan; what it was
    before stands in its history.
    """

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    on = models.DateField(_("day"))
    quantity = models.BigIntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=80)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        constraints = [
            models.UniqueConstraint(fields=["product", "site", "on"], name="supply_forecast_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="supply_forecast_quantity"),
        ]
        indexes = [models.Index(fields=["on", "id"], name="supply_forecast_day")]


class TransferPosting(models.Model):
    """`quantity` (smallest units) of a product's batch in a bin became goods of another type; in `to_bin` if sent.

    `expected_on` is the day of release of goods in inspection, or of arrival of goods in transit.
    """

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    bin = models.ForeignKey("reference.Bin", on_delete=models.RESTRICT, related_name="+")
    to_bin = models.ForeignKey("reference.Bin", on_delete=models.RESTRICT, related_name="+")
    batch = models.CharField(_("batch"), max_length=40, default="", db_default="", blank=True)
    valuation = models.CharField(_("valuation type"), max_length=20, default="", db_default="", blank=True)
    from_type = models.CharField(_("from type"), max_length=20)
    to_type = models.CharField(_("to type"), max_length=20)
    quantity = models.BigIntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=80)
    expected_on = models.DateField(_("expected"), null=True, blank=True)
    posted_on = models.DateField(_("posted"))
    is_reversed = models.BooleanField(_("reversed"), default=False, db_default=False)

    class Meta:
        verbose_name = _("transfer posting")
        verbose_name_plural = _("transfer postings")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="supply_transfer_positive")]
        indexes = [
            models.Index(fields=["bin", "product"], name="supply_transfer_bin"),
            models.Index(fields=["to_bin", "product"], name="supply_transfer_to_bin"),
        ]


class InspectionLot(models.Model):
    """Goods of one batch in one bin that were put under inspection together; `open` of them are not decided yet.

    Quantities in smallest units. `expected_on` is the day on which they are expected to be released.
    `is_releasable` is a mark for the desks: whether they may be given before. `movement_id` is the goods receipt that
    brought them.
    """

    class Origin(models.TextChoices):
        PURCHASE = "purchase", _("goods receipt")
        PRODUCTION = "production", _("production")
        BY_HAND = "by_hand", _("entered by hand")

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    number = models.CharField(_("number"), max_length=20, unique=True)
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    bin = models.ForeignKey("reference.Bin", on_delete=models.RESTRICT, related_name="+")
    batch = models.CharField(_("batch"), max_length=40, default="", db_default="", blank=True)
    valuation = models.CharField(_("valuation type"), max_length=20, default="", db_default="", blank=True)
    origin = models.CharField(_("origin"), max_length=12, choices=Origin.choices)
    receipt = models.ForeignKey(Receipt, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    movement_id = models.BigIntegerField(null=True)
    received_by_id = models.BigIntegerField(null=True)
    quantity = models.BigIntegerField(_("quantity"))
    open = models.BigIntegerField(_("not decided"))
    created_on = models.DateField(_("created"))
    expected_on = models.DateField(_("expected release"), null=True, blank=True)
    is_releasable = models.BooleanField(_("may be released early"), default=True, db_default=True)
    note = models.CharField(_("note"), max_length=200, default="", db_default="", blank=True)
    state = models.CharField(_("state"), max_length=10, default="open", db_default="open")
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("inspection lot")
        verbose_name_plural = _("inspection lots")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, open__gte=0), name="supply_lot_quantities"),
            models.CheckConstraint(condition=Q(open__lte=F("quantity")), name="supply_lot_not_over"),
            models.CheckConstraint(condition=Q(state="open", open__gt=0) | ~Q(state="open") & Q(open=0),
                                   name="supply_lot_state"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["bin", "product"], name="supply_lot_lies", condition=Q(state="open")),
            models.Index(fields=["expected_on", "id"], name="supply_lot_expected", condition=Q(state="open")),
            models.Index(fields=["movement_id"], name="supply_lot_movement", condition=Q(movement_id__isnull=False)),
        ]


class UsageDecision(models.Model):
    """`quantity` of a lot was accepted (it is free) or rejected (it is blocked), by the transfer posting.

    Who received the goods does not decide on them; both stand here, so that the database holds it too.
    """

    class Code(models.TextChoices):
        ACCEPT = "accept", _("accepted")
        REJECT = "reject", _("rejected")

    lot = models.ForeignKey(InspectionLot, on_delete=models.RESTRICT, related_name="decisions")
    code = models.CharField(_("decision"), max_length=10, choices=Code.choices)
    quantity = models.BigIntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=80, default="", db_default="", blank=True)
    posting = models.OneToOneField(TransferPosting, on_delete=models.RESTRICT, related_name="+")
    received_by_id = models.BigIntegerField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(_("decided"))
    is_reversed = models.BooleanField(_("reversed"), default=False, db_default=False)

    class Meta:
        verbose_name = _("usage decision")
        verbose_name_plural = _("usage decisions")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="supply_usage_positive"),
            models.CheckConstraint(condition=~Q(code="reject", reason=""), name="supply_usage_reason"),
            models.CheckConstraint(
                condition=Q(received_by_id__isnull=True) | Q(decided_by_id__isnull=True)
                | ~Q(received_by_id=F("decided_by_id")),
                name="supply_usage_two_people",
            ),
        ]  # fmt: skip
