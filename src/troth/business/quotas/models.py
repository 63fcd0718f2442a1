"""Procedures, sequences and cells of quotas, and supply protections. What is planned and consumed is in the ledger."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from troth.business.quotas.rules import LONGEST_CELL, By, Exhausted, WithoutCell
from troth.kernel.periods import PeriodKind
from troth.kernel.quota import Order
from troth.reference.models import Masters


class Procedure(Masters):
    """By what quotas are told apart (`characteristics`, words with commas), in which periods, and how they are used."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    characteristics = models.CharField(_("told apart by"), max_length=120)
    unit = models.ForeignKey("reference.Unit", on_delete=models.RESTRICT, related_name="+", verbose_name=_("unit"))
    period = models.CharField(
        _("period"),
        max_length=10,
        default=PeriodKind.WEEK.value,
        choices=[
            (PeriodKind.DAY.value, _("day")),
            (PeriodKind.WEEK.value, _("week")),
            (PeriodKind.MONTH.value, _("month")),
        ],
    )
    look_back = models.PositiveSmallIntegerField(_("periods to look back"), default=0)
    look_ahead = models.PositiveSmallIntegerField(_("periods to look ahead"), default=0)
    order = models.CharField(
        _("after the own period"),
        max_length=20,
        default=Order.BACKWARD_FORWARD.value,
        choices=[
            (Order.BACKWARD_FORWARD.value, _("earlier periods first")),
            (Order.FORWARD_BACKWARD.value, _("later periods first")),
        ],
    )
    without_cell = models.CharField(
        _("who is in no cell"),
        max_length=10,
        default=WithoutCell.FREE.value,
        choices=[(WithoutCell.FREE.value, _("is not limited")), (WithoutCell.NOTHING.value, _("gets nothing"))],
    )
    exhausted = models.CharField(
        _("what a used-up quota leaves over"),
        max_length=10,
        default=Exhausted.LATER.value,
        choices=[
            (Exhausted.LATER.value, _("is confirmed in a later period")),
            (Exhausted.OPEN.value, _("stays open")),
        ],
    )

    class Meta:
        verbose_name = _("quota procedure")
        verbose_name_plural = _("quota procedures")

    def __str__(self) -> str:
        return self.name


class Sequence(Masters):
    """Procedures that are asked one after the other: what the first does not cover is asked of the next."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("quota sequence")
        verbose_name_plural = _("quota sequences")

    def __str__(self) -> str:
        return self.name


class SequenceStep(models.Model):
    """A procedure in its place."""

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveSmallIntegerField()
    procedure = models.ForeignKey(Procedure, on_delete=models.RESTRICT, related_name="steps")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sequence", "position"], name="quotas_step_once"),
            models.UniqueConstraint(fields=["sequence", "procedure"], name="quotas_step_of_procedure_once"),
        ]


class Reach(models.Model):
    """A sequence holds for a product, or for the products of a group, for wishes of a time; `valid_to_on` null: ever
    after."""

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="reaches")
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, null=True, related_name="+")
    product_group = models.CharField(max_length=60, blank=True, default="")
    valid_from_on = models.DateField()
    valid_to_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(product=None) ^ Q(product_group=""), name="quotas_reach_to_one"),
            models.CheckConstraint(
                condition=Q(valid_to_on=None) | Q(valid_to_on__gte=F("valid_from_on")), name="quotas_reach_forward"
            ),
        ]


class Cell(models.Model):
    """A row of targets; the ledger has a balance for every period from the first to the last. One that is retired is
    looked at no more: its lines are in the next cell that holds for them."""

    procedure = models.ForeignKey(Procedure, on_delete=models.RESTRICT, related_name="cells", db_index=False)
    cell = models.CharField(max_length=LONGEST_CELL)
    first_period = models.IntegerField()
    last_period = models.IntegerField()
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "cell"], name="quotas_cell_once"),
            models.CheckConstraint(condition=Q(last_period__gte=F("first_period")), name="quotas_cell_forward"),
        ]


class Total(models.Model):
    """What is planned in a period in all, of which cells have shares `by` percentage (hundredths of a percent) or by
    ratio. `quantity` in the procedure's smallest units. What each share comes to is in the ledger."""

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="+", db_index=False)
    period = models.IntegerField()
    by = models.CharField(
        _("shared by"),
        max_length=10,
        choices=[(By.PERCENTAGE.value, _("percentage")), (By.RATIO.value, _("ratio"))],
    )
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "period"], name="quotas_total_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="quotas_total_quantity"),
        ]


class Share(models.Model):
    """The share of a cell. Steps that rounding leaves over go by the largest remainder, then to the first entered."""

    total = models.ForeignKey(Total, on_delete=models.CASCADE, related_name="shares", db_index=False)
    cell = models.CharField(max_length=LONGEST_CELL)
    share = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["total", "cell"], name="quotas_share_once"),
            models.CheckConstraint(condition=Q(share__gt=0), name="quotas_share_positive"),
        ]


class Limits(models.Model):
    """One row: how often quotas and protections were changed so that others hold for what is promised."""

    id = models.SmallIntegerField(primary_key=True)
    version = models.BigIntegerField()


class Protection(Masters):
    """So much of a product at a site is kept for those of a value, or of two, from one day to another. With a
    `priority` only for lines of that delivery priority among them. Of two characteristics the first is the one that
    cells name first."""

    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+", db_index=False)
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+", db_index=False)
    characteristic = models.CharField(_("kept by"), max_length=20)
    value = models.CharField(_("kept for"), max_length=60)
    second_characteristic = models.CharField(_("and by"), max_length=20, default="", blank=True)
    second_value = models.CharField(_("and for"), max_length=60, default="", blank=True)
    priority = models.PositiveSmallIntegerField(_("delivery priority"), null=True, blank=True)
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("to"))

    class Meta:
        verbose_name = _("supply protection")
        verbose_name_plural = _("supply protections")
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="quotas_protection_forward"),
            models.CheckConstraint(
                condition=Q(second_characteristic="", second_value="")
                | (~Q(second_characteristic="") & ~Q(second_value="")),
                name="quotas_protection_second",
            ),
        ]
        indexes = [models.Index(fields=["product", "site"], name="quotas_protection_key")]
