"""Requirements, their promises, and the stock allocated to them.

A requirement is the demand of one line of a document: what was wished, and for when. Its schedule lines are what is
confirmed: the promise. The wish stays as it was, whatever is confirmed.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from troth.business.promising.rules.wish import short_of


class Requirement(models.Model):
    """Demand of a line. `open_quantity` is what has not been delivered yet: it falls as deliveries take it over.

    It `is_rationed` if quotas or supply protection held for it when it was promised, or were made for it since;
    `traits` says by what it was told apart in them then ("": it was held against none).

    `life_days` is how long the goods must last from the day of delivery on (None: they are not kept in batches), and
    `batch` the one that was asked for.

    `min_shipment` is the least that may arrive at once, and `lateness_days_max` how late after the wish (`rules.Wish`).

    `displaced` counts the runs over the backorders that made the line later, or took goods from it, and stand.

    `confirmed_quantity` is the sum of the schedule lines, delivered ones included. A line that was cancelled or
    rejected is withdrawn: nothing of it is open any more.
    """

    company_id = models.BigIntegerField()
    document_kind = models.CharField(max_length=20)
    document_id = models.BigIntegerField()
    document_number = models.CharField(max_length=40)
    line_id = models.BigIntegerField()
    product = models.ForeignKey(
        "reference.Product", on_delete=models.RESTRICT, related_name="+", db_index=False, db_constraint=False
    )
    site = models.ForeignKey(
        "reference.Site", on_delete=models.RESTRICT, related_name="+", db_index=False, db_constraint=False
    )
    party = models.ForeignKey(
        "reference.Party", on_delete=models.RESTRICT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    quantity = models.BigIntegerField()
    open_quantity = models.BigIntegerField()
    requested_on = models.DateField()
    mode = models.CharField(max_length=10, default="partial", db_default="partial")
    scope = models.CharField(max_length=20, default="order", db_default="order")
    priority = models.SmallIntegerField(default=5, db_default=5)
    is_fixed = models.BooleanField(default=False, db_default=False)
    is_checked = models.BooleanField(default=True, db_default=True)
    delivery_group = models.SmallIntegerField(default=0, db_default=0)
    complete_delivery = models.BooleanField(default=False, db_default=False)
    deliveries_max = models.SmallIntegerField(default=9, db_default=9)
    segment = models.CharField(max_length=60, default="", db_default="")
    batch = models.CharField(max_length=40, default="", db_default="")
    life_days = models.PositiveIntegerField(null=True)
    is_withdrawn = models.BooleanField(default=False, db_default=False)
    value = models.BigIntegerField(default=0, db_default=0)
    owner_id = models.BigIntegerField(null=True)
    confirmed_quantity = models.BigIntegerField(default=0, db_default=0)
    first_promised_on = models.DateField(null=True)
    explanation = models.JSONField(default=dict)
    promised_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=12, default="entered", db_default="entered")
    is_rationed = models.BooleanField(default=False, db_default=False)
    traits = models.CharField(max_length=500, default="", db_default="")
    min_shipment = models.BigIntegerField(default=0, db_default=0)
    lateness_days_max = models.PositiveIntegerField(null=True)
    displaced = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document_kind", "line_id"], name="promising_requirement_once"),
            models.CheckConstraint(
                condition=Q(open_quantity__gte=0, quantity__gte=F("open_quantity"), confirmed_quantity__gte=0),
                name="promising_requirement_open",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "site"], name="promising_requirement_key"),
            # Who holds a product is asked of what is open, however much was delivered before.
            models.Index(
                fields=["product", "site"], name="promising_requirement_held", condition=Q(open_quantity__gt=0)
            ),
            models.Index(fields=["document_kind", "document_id"], name="promising_requirement_doc"),
            # What is not confirmed in full is counted and listed of what is open, the first entered first.
            models.Index(
                fields=["document_kind", "id"],
                name="promising_requirement_short",
                condition=Q(quantity__gt=F("confirmed_quantity"), is_withdrawn=False, open_quantity__gt=0),
            ),
            # New demand asks what older orders of a product wait for, however many are confirmed.
            models.Index(
                fields=["product", "site"],
                name="promising_requirement_wait",
                condition=Q(quantity__gt=F("confirmed_quantity"), is_withdrawn=False, open_quantity__gt=0),
            ),
        ]

    @property
    def missing(self) -> int:
        """What is open of it: what was asked for less what is confirmed."""
        return short_of(self.quantity, self.confirmed_quantity, self.explanation)


class ScheduleLine(models.Model):
    """One confirmation: `quantity` available on `material_on`, at the customer's on `delivery_on`, on a basis.

    `delivered` of it has gone over to deliveries. `binding` says what keeps it from being earlier or more.
    """

    requirement = models.ForeignKey(
        Requirement, on_delete=models.CASCADE, related_name="schedule_lines", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    quantity = models.BigIntegerField()
    delivered = models.BigIntegerField(default=0, db_default=0)
    material_on = models.DateField()
    transportation_planning_on = models.DateField()
    loading_on = models.DateField()
    goods_issue_on = models.DateField()
    delivery_on = models.DateField()
    basis = models.CharField(max_length=20)
    binding = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requirement", "position"], name="promising_schedule_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, delivered__gte=0, delivered__lte=F("quantity")),
                name="promising_schedule_line_quantity",
            ),
        ]
        indexes = [
            models.Index(
                fields=["material_on"], name="promising_schedule_line_due", condition=Q(delivered__lt=F("quantity"))
            )
        ]


class QuotaUse(models.Model):
    """What a requirement consumes of a quota's cell in a period, or of its own supply protection (`sequence` -1).

    The ledger has the same quantity under (`procedure_id`, `cell`, `period`). `sequence` is the number of the sequence
    among those that held: each of them is used for all that is confirmed. The earliest `position` stays the longest.
    """

    requirement = models.ForeignKey(Requirement, on_delete=models.RESTRICT, related_name="uses", db_index=False)
    position = models.PositiveSmallIntegerField()
    sequence = models.SmallIntegerField()
    procedure_id = models.BigIntegerField()
    cell = models.CharField(max_length=200)
    period = models.IntegerField()
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requirement", "position"], name="promising_quota_use_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="promising_quota_use_positive"),
        ]
        indexes = [models.Index(fields=["procedure_id", "cell", "period"], name="promising_quota_use_cell")]


class Keeping(models.Model):
    """A document that waits under a block and whose confirmations are kept until `until`; from then on they hold
    nothing. `lapsed_at` is when that was noted and all of them given up."""

    document_kind = models.CharField(max_length=20)
    document_id = models.BigIntegerField()
    document_number = models.CharField(max_length=40)
    until = models.DateTimeField()
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document_kind", "document_id"], name="promising_keeping_once")]
        indexes = [
            models.Index(fields=["until"], name="promising_keeping_due", condition=Q(lapsed_at=None)),
        ]


class PastPromise(models.Model):
    """What was promised on a line before it was promised otherwise. The promise of today stands on the requirement.

    `cause` is why this one was made, `ended_by` why it ended. `lines` are [quantity, material day, delivery day, basis]
    of what was confirmed and not delivered then; days are numbers since 1970-01-01. `explanation` is the record that
    its sentence is read from.
    """

    requirement = models.ForeignKey(Requirement, on_delete=models.RESTRICT, related_name="past_promises")
    quantity = models.BigIntegerField()
    requested_on = models.DateField()
    confirmed_quantity = models.BigIntegerField()
    lines = models.JSONField(default=list)
    explanation = models.JSONField(default=dict)
    cause = models.CharField(max_length=12)
    promised_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=12)
    ended_at = models.DateTimeField()


class Reaction(models.Model):
    """What became of a promise that hung on supply which slipped: `shortage` is the one that this left.

    `policy` says what the document's type does then: promise anew, ask, keep; a hold gives way. `before` and `after`
    are [quantity, day it arrives] of what was confirmed and not delivered, days as numbers since 1970-01-01; `after` is
    None where the promise was kept, or nobody has decided yet.
    """

    shortage = models.ForeignKey(
        "availability.Shortage", on_delete=models.RESTRICT, related_name="reactions", db_index=False
    )
    requirement = models.ForeignKey(Requirement, on_delete=models.RESTRICT, related_name="reactions")
    policy = models.CharField(max_length=10)
    before = models.JSONField(default=list)
    after = models.JSONField(null=True)
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["shortage", "-id"], name="promising_reaction_shortage")]


class Departure(models.Model):
    """Goods that left for a promise, and by how many days they miss it (none, or fewer than none: it is kept).

    `missed_by` is against the day that was promised last, `first_missed_by` against the one that was promised first,
    `wish_missed_by` against the customer's wish. By the proof of delivery `lost` of it never arrived: that keeps no
    promise, whatever the days say. A row goes when its goods issue is taken back.
    """

    requirement = models.ForeignKey(Requirement, on_delete=models.RESTRICT, related_name="departures")
    delivery_line_id = models.BigIntegerField()
    quantity = models.BigIntegerField()
    left_on = models.DateField()
    arrives_on = models.DateField()
    promised_on = models.DateField()
    basis = models.CharField(max_length=20)
    wish_missed_by = models.IntegerField()
    first_missed_by = models.IntegerField()
    missed_by = models.IntegerField()
    lost = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="promising_departure_positive")]
        indexes = [
            models.Index(fields=["delivery_line_id"], name="promising_departure_line"),
            models.Index(fields=["left_on", "id"], name="promising_departure_left"),
        ]


class Allocation(models.Model):
    """Unrestricted stock tied to a requirement: it lies in the stock ledger under the line as its owner."""

    requirement = models.ForeignKey(Requirement, on_delete=models.RESTRICT, related_name="allocations")
    quantity = models.BigIntegerField()
    allocated_by_id = models.BigIntegerField(null=True)
    allocated_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="promising_allocation_positive")]


class Hold(models.Model):
    """Goods promised to nobody yet and kept from everybody else until `expires_at`.

    `life_ends_at` is the latest instant to which it may be extended. `order_id` is the order that was made from it.
    A hold for another document (a quotation) names it by `reference_…` and ends with it.
    """

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+", db_index=False)
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    number = models.CharField(_("number"), max_length=20, unique=True)
    state = models.CharField(_("state"), max_length=10)
    party = models.ForeignKey(
        "reference.Party", on_delete=models.RESTRICT, null=True, blank=True, related_name="+", db_index=False
    )
    purpose = models.CharField(_("purpose"), max_length=200)
    expires_at = models.DateTimeField(_("expires"))
    life_ends_at = models.DateTimeField()
    order_id = models.BigIntegerField(null=True)
    reference_kind = models.CharField(max_length=20, default="", db_default="")
    reference_id = models.BigIntegerField(null=True)
    reference_number = models.CharField(max_length=20, default="", db_default="")
    entered_by_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("life_ends_at")), name="promising_hold_within_its_life"
            )
        ]
        indexes = [
            models.Index(fields=["expires_at", "id"], name="promising_hold_active", condition=Q(state="active")),
            models.Index(fields=["entered_by_id"], name="promising_hold_mine", condition=Q(state="active")),
            models.Index(
                fields=["reference_id"], name="promising_hold_reference", condition=Q(reference_id__isnull=False)
            ),
        ]


class HoldLine(models.Model):
    """`quantity` (smallest units) of a product that is to be ready on a day; what of it is held is its promise.

    From the `location` alone, or of the `batch`, where one is named. `reference_line_id` is the line of the document
    that it is held for.
    `min_shipment`, `lateness_days_max`, `deliveries_max`: `kernel.limits`; None: as the customer has it.
    """

    hold = models.ForeignKey(Hold, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line_number = models.PositiveIntegerField()
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+", db_index=False)
    quantity = models.BigIntegerField()
    requested_on = models.DateField()
    valuation = models.CharField(max_length=20, default="", db_default="")
    location = models.CharField(max_length=10, default="", db_default="")
    batch = models.CharField(max_length=40, default="", db_default="")
    reference_line_id = models.BigIntegerField(null=True)
    min_shipment = models.BigIntegerField(null=True)
    lateness_days_max = models.PositiveIntegerField(null=True)
    deliveries_max = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "line_number"], name="promising_hold_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="promising_hold_line_positive"),
        ]
