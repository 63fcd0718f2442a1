"""Rules of availability: which goods may serve an item that its own goods cannot serve, in which order."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from troth.reference.models import Masters


class AvailabilityRule(Masters):
    """For which items it holds (what is empty holds for all), and how its alternatives are chosen.

    An inclusive rule names goods that may serve, on the occasions that it is asked at; an exclusive one takes goods
    out of what other rules name, whenever they are asked.
    """

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(
        _("kind"),
        max_length=10,
        default="inclusive",
        choices=[("inclusive", _("names alternatives")), ("exclusive", _("takes alternatives out"))],
    )
    rank = models.PositiveSmallIntegerField(_("rank"), default=10)
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    product_category = models.CharField(_("product category"), max_length=60, blank=True, default="")
    division = models.CharField(_("division"), max_length=20, blank=True, default="", db_default="")
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    sales_organisation = models.ForeignKey(
        "reference.SalesOrganisation", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    customer = models.ForeignKey(
        "masterdata.Customer", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    customer_group = models.CharField(_("customer group"), max_length=20, blank=True, default="")
    order_type = models.ForeignKey(
        "masterdata.OrderType", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    source_system = models.CharField(_("source system"), max_length=20, blank=True, default="", db_default="")
    valid_from_on = models.DateField(_("valid from"))
    valid_to_on = models.DateField(_("valid to"), null=True, blank=True)
    mode = models.CharField(
        _("how"),
        max_length=10,
        default="automatic",
        choices=[("automatic", _("by itself")), ("proposed", _("proposed, somebody takes it"))],
    )
    building = models.CharField(
        _("what counts"),
        max_length=10,
        default="earliest",
        choices=[
            ("full", _("that all of it comes")),
            ("on_time", _("what comes by the wished day")),
            ("earliest", _("what comes first")),
        ],
    )
    picking = models.CharField(
        _("how many serve"),
        max_length=10,
        default="waterfall",
        choices=[("pick_one", _("one serves all")), ("waterfall", _("each serves what it can, in order"))],
    )
    result = models.CharField(
        _("stands in the order as"),
        max_length=10,
        default="sub_items",
        choices=[("sub_items", _("sub-items")), ("inline", _("the item itself"))],
    )
    price_of = models.CharField(
        _("priced as"),
        max_length=10,
        default="ordered",
        choices=[("ordered", _("the product that was ordered")), ("substitute", _("the product that is sold"))],
    )
    rest_on = models.CharField(
        _("what nobody serves waits for"),
        max_length=10,
        default="ordered",
        choices=[("ordered", _("the ordered goods")), ("first", _("the first alternative"))],
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True, default="")
    asked_at_entry = models.BooleanField(_("when an item is entered"), default=True, db_default=True)
    asked_at_change = models.BooleanField(_("when an item is changed"), default=True, db_default=True)
    asked_when_broken = models.BooleanField(_("when a promise breaks"), default=False, db_default=False)
    asked_for_better = models.BooleanField(_("when a better date is asked for"), default=False, db_default=False)
    asked_in_runs = models.BooleanField(_("in runs over the backorders"), default=False, db_default=False)

    class Meta:
        verbose_name = _("availability rule")
        verbose_name_plural = _("availability rules")

    def __str__(self) -> str:
        return self.name


class AvailabilityRuleStep(Masters):
    """An alternative of a rule: another product, another site, or both; what is empty is as ordered."""

    rule = models.ForeignKey(AvailabilityRule, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    numerator = models.PositiveIntegerField(_("so many of it"), null=True, blank=True)
    denominator = models.PositiveIntegerField(_("for so many asked for"), null=True, blank=True)

    class Meta:
        verbose_name = _("alternative")
        verbose_name_plural = _("alternatives")
        constraints = [
            models.UniqueConstraint(fields=["rule", "position"], name="masterdata_rule_step_once"),
            models.CheckConstraint(
                condition=Q(product__isnull=False) | Q(site__isnull=False), name="masterdata_rule_step_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(numerator=None, denominator=None) | Q(numerator__gt=0, denominator__gt=0),
                name="masterdata_rule_step_factor",
            ),
        ]
