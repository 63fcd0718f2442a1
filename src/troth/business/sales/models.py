"""Quotations and orders.

What is confirmed lies with promising, how far a line has come with the fulfilment ledger: neither is stored here twice.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from troth.platform.indexes import ListIndex


class SalesDocument(models.Model):
    """What quotations and orders share: the parties, the terms, the totals, and who entered them.

    `texts`, here and on lines: code of the kind of text -> text (`masterdata.queries.texts`).
    """

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+", db_index=False)
    sales_organisation = models.ForeignKey(
        "reference.SalesOrganisation", on_delete=models.RESTRICT, related_name="+", db_index=False
    )
    number = models.CharField(_("number"), max_length=20, unique=True)
    state = models.CharField(_("state"), max_length=12)
    order_type = models.ForeignKey("masterdata.OrderType", on_delete=models.RESTRICT, related_name="+", db_index=False)
    customer = models.ForeignKey("masterdata.Customer", on_delete=models.RESTRICT, related_name="+", db_index=False)
    sold_to = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+", db_index=False)
    ship_to = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+", db_index=False)
    bill_to = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+", db_index=False)
    payer = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+", db_index=False)
    forwarding_agent = models.ForeignKey(
        "reference.Party", on_delete=models.RESTRICT, null=True, blank=True, related_name="+", db_index=False
    )
    contact = models.CharField(_("contact"), max_length=120, blank=True, default="", db_default="")
    customer_reference = models.CharField(
        _("customer's order number"), max_length=60, blank=True, default="", db_default=""
    )
    entered_on = models.DateField(_("entered on"))
    requested_on = models.DateField(_("requested date"), null=True, blank=True)
    currency = models.ForeignKey("reference.Currency", on_delete=models.RESTRICT, related_name="+", db_index=False)
    payment_terms = models.ForeignKey(
        "masterdata.PaymentTerms", on_delete=models.RESTRICT, related_name="+", db_index=False
    )
    incoterm = models.CharField(_("incoterm"), max_length=3, blank=True, default="", db_default="")
    incoterm_place = models.CharField(_("incoterm place"), max_length=60, blank=True, default="", db_default="")
    shipping_condition = models.CharField(_("shipping condition"), max_length=20, blank=True, default="", db_default="")
    priority = models.PositiveSmallIntegerField(_("delivery priority"), default=5)
    complete_delivery = models.BooleanField(_("complete delivery"), default=False)
    deliveries_max = models.PositiveSmallIntegerField(_("partial deliveries at most"), default=9)
    probability = models.PositiveSmallIntegerField(_("probability in percent"), default=100)
    project = models.CharField(_("project"), max_length=40, blank=True, default="", db_default="")
    source_system = models.CharField(_("source system"), max_length=20, blank=True, default="", db_default="")
    text = models.TextField(_("text"), blank=True, default="", db_default="")
    texts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    net = models.BigIntegerField(default=0, db_default=0)
    tax = models.BigIntegerField(default=0, db_default=0)
    gross = models.BigIntegerField(default=0, db_default=0)
    entered_by_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    last_raised_by_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        abstract = True


class SalesLine(models.Model):
    """What lines of quotations and orders share.

    `quantity` in 10^-decimals of `unit`, `base_quantity` in smallest units of the product. Money in minor units of the
    document's currency. `price_trace` sums to `net` and `tax`: rows of kind, condition, source, condition id, base,
    scale, rate, per, amount, rounding (`pricing.rules.TraceLine`). `main_line`, `role` and `asked`: `rules.family`.
    `min_shipment`, `lateness_days_max`, `deliveries_max`: `rules.limits`; None: as the customer or the document has it.
    """

    line_number = models.PositiveIntegerField(_("line"))
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+", db_index=False)
    item_category = models.ForeignKey(
        "masterdata.ItemCategory", on_delete=models.RESTRICT, related_name="+", db_index=False, db_constraint=False
    )
    site = models.ForeignKey(
        "reference.Site",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    quantity = models.BigIntegerField(_("quantity"))
    unit = models.ForeignKey(
        "reference.Unit", on_delete=models.RESTRICT, related_name="+", db_index=False, db_constraint=False
    )
    base_quantity = models.BigIntegerField()
    net = models.BigIntegerField(default=0, db_default=0)
    tax = models.BigIntegerField(default=0, db_default=0)
    gross = models.BigIntegerField(default=0, db_default=0)
    price_trace = models.JSONField(default=list)
    manual_conditions = models.JSONField(default=list)
    weight_g = models.BigIntegerField(default=0, db_default=0)
    volume_ml = models.BigIntegerField(default=0, db_default=0)
    text = models.CharField(_("text"), max_length=500, blank=True, default="", db_default="")
    texts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    main_line = models.PositiveIntegerField(_("sub-item of line"), null=True, blank=True)
    role = models.CharField(_("as a sub-item"), max_length=12, blank=True, default="", db_default="")
    asked = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    rejection_reason = models.CharField(_("reason for rejection"), max_length=80, blank=True, default="", db_default="")
    valuation = models.CharField(_("valuation type"), max_length=20, default="", blank=True, db_default="")
    min_shipment = models.BigIntegerField(_("least shipment"), null=True, blank=True)
    lateness_days_max = models.PositiveIntegerField(_("latest, days after the wished date"), null=True, blank=True)
    deliveries_max = models.PositiveSmallIntegerField(_("partial deliveries at most"), null=True, blank=True)

    class Meta:
        abstract = True


class Quotation(SalesDocument):
    valid_to_on = models.DateField(_("valid to"), null=True, blank=True)
    delivery_days = models.PositiveIntegerField(_("delivery time in working days"), null=True, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    revises = models.ForeignKey("self", null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    answer_reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("quotation")
        verbose_name_plural = _("quotations")
        indexes = [
            models.Index(fields=["customer", "-id"], name="sales_quotation_customer"),
            models.Index(fields=["state", "-id"], name="sales_quotation_state"),
            # The sorts of the list of quotations.
            ListIndex(fields=["entered_on", "id"], name="sales_quotation_entered"),
            ListIndex(fields=["valid_to_on", "id"], name="sales_quotation_valid"),
            ListIndex(fields=["gross", "id"], name="sales_quotation_gross"),
        ]


class QuotationLine(SalesLine):
    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="lines", db_index=False)
    delivery_days = models.PositiveIntegerField(_("delivery time in working days"), null=True, blank=True)
    requested_on = models.DateField(_("requested date"), null=True, blank=True)
    delivery_mode = models.CharField(_("delivery proposal"), max_length=10, default="partial", db_default="partial")
    delivery_group = models.PositiveSmallIntegerField(_("delivery group"), default=0, db_default=0)
    is_fixed = models.BooleanField(_("quantity and date fixed"), default=False, db_default=False)
    route = models.ForeignKey(
        "masterdata.Route", on_delete=models.RESTRICT, null=True, blank=True, related_name="+", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    batch = models.CharField(_("batch"), max_length=40, default="", blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quotation", "line_number"], name="sales_quotation_line_once"),
            models.CheckConstraint(condition=Q(base_quantity__gt=0), name="sales_quotation_line_positive"),
        ]


class Order(SalesDocument):
    """`state` is draft, submitted or cancelled; everything else follows from the ledgers."""

    site = models.ForeignKey(
        "reference.Site", on_delete=models.RESTRICT, null=True, blank=True, related_name="+", db_index=False
    )
    submitted_at = models.DateTimeField(null=True)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["customer", "-id"], name="sales_order_customer"),
            models.Index(fields=["state", "-id"], name="sales_order_state"),
            # The sorts of the list of orders.
            ListIndex(fields=["requested_on", "id"], name="sales_order_requested"),
            ListIndex(fields=["entered_on", "id"], name="sales_order_entered"),
            ListIndex(fields=["gross", "id"], name="sales_order_gross"),
            models.Index(
                fields=["customer", "customer_reference"],
                name="sales_order_reference",
                condition=~Q(customer_reference=""),
            ),
        ]


class OrderLine(SalesLine):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    requested_on = models.DateField(_("requested date"), null=True, blank=True)
    delivery_mode = models.CharField(_("delivery proposal"), max_length=10, default="partial", db_default="partial")
    delivery_group = models.PositiveSmallIntegerField(_("delivery group"), default=0, db_default=0)
    delivery_days = models.PositiveIntegerField(_("agreed delivery time in working days"), null=True, blank=True)
    route = models.ForeignKey(
        "masterdata.Route",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    shipping_point = models.ForeignKey(
        "masterdata.ShippingPoint",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    is_fixed = models.BooleanField(_("quantity and date fixed"), default=False)
    requirement_type = models.CharField(max_length=10, default="", blank=True, db_default="")
    batch = models.CharField(_("batch"), max_length=40, default="", blank=True, db_default="")
    location = models.CharField(_("storage location"), max_length=10, default="", blank=True, db_default="")
    over_tolerance_basis_points = models.PositiveIntegerField(default=0, db_default=0)
    under_tolerance_basis_points = models.PositiveIntegerField(default=0, db_default=0)
    reference_kind = models.CharField(max_length=20, default="", db_default="")
    reference_id = models.BigIntegerField(null=True)
    reference_line_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line_number"], name="sales_order_line_once"),
            models.CheckConstraint(condition=Q(base_quantity__gt=0), name="sales_order_line_positive"),
        ]


class NewDates(models.Model):
    """New dates proposed for an order that draws on a product at a site which supply covers no longer.

    `segment` is that of the location where it draws on that alone; `cover` what lacks: firm supply, planned supply or
    goods that are not released. Nothing is changed until somebody takes them; the old ones may be kept. `missing` of
    the shortage (smallest units) hangs on the order. `lines`: number of the line -> [before, after], each
    [[quantity, day it arrives], …] of what is confirmed and not delivered. `version` grows when other dates are
    proposed. It stands until `ended_at`.
    """

    order = models.ForeignKey(Order, on_delete=models.RESTRICT, related_name="new_dates", db_index=False)
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+", db_index=False)
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+", db_index=False)
    cause = models.CharField(max_length=200, blank=True, default="", db_default="")
    segment = models.CharField(max_length=60, blank=True, default="", db_default="")
    cover = models.CharField(max_length=10, default="firm", db_default="firm")
    missing = models.BigIntegerField()
    lines = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, default="open", db_default="open")
    version = models.PositiveIntegerField(default=1, db_default=1)
    opened_at = models.DateTimeField()
    reckoned_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    reason = models.CharField(_("reason"), max_length=80, blank=True, default="", db_default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("proposal of new dates")
        verbose_name_plural = _("proposals of new dates")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "product", "site", "segment", "cover"],
                name="sales_new_dates_stand_once",
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(condition=Q(missing__gt=0), name="sales_new_dates_missing"),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None, decided_at=None)
                | Q(state="kept", decided_at__isnull=False)
                | Q(state="taken", decided_at__isnull=False, ended_at__isnull=False)
                | Q(state="covered", decided_at=None, ended_at__isnull=False),
                name="sales_new_dates_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["order", "-id"], name="sales_new_dates_order"),
            models.Index(fields=["-id"], name="sales_new_dates_open", condition=Q(state="open")),
        ]


class DateNotice(models.Model):
    """Tells who owns an order that its promise got other dates without them; one for each order and change.

    `owner_id` is who entered the order; null, where it came in by itself, is everybody who enters orders. `cause` says
    what moved it, `detail` why supply slipped, or the number of the run. `lines`: number of the line ->
    [before, after], each [[quantity, day it arrives], …] of what is confirmed and not delivered. It stands until
    somebody has seen it.
    """

    order = models.ForeignKey(Order, on_delete=models.RESTRICT, related_name="notices", db_index=False)
    owner_id = models.BigIntegerField(null=True)
    cause = models.CharField(max_length=10)
    detail = models.CharField(max_length=200, blank=True, default="", db_default="")
    lines = models.JSONField(default=dict)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("notice of new dates")
        verbose_name_plural = _("notices of new dates")
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_at=None, seen_by_id=None) | Q(seen_at__isnull=False), name="sales_notice_seen"
            ),
        ]
        indexes = [
            models.Index(fields=["owner_id", "-id"], name="sales_notice_unseen", condition=Q(seen_at=None)),
            models.Index(fields=["order", "-id"], name="sales_notice_order"),
        ]
