"""What is sold in place of what, to whom, and what is given on top: listings, substitutions, free goods, rules.

Each record holds for a customer, a group of customers or all of them, from one day to another, and says why.
"""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from troth.reference.models import Masters

NOBODY = Value(0)


class Offering(Masters):
    """For whom a record holds and when; without a customer and a group it holds for all."""

    customer = models.ForeignKey(
        "masterdata.Customer", on_delete=models.RESTRICT, null=True, blank=True, related_name="+", db_index=False
    )
    customer_group = models.CharField(_("customer group"), max_length=20, blank=True, default="")
    valid_from_on = models.DateField(_("valid from"))
    valid_to_on = models.DateField(_("valid to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True, default="")

    class Meta:
        abstract = True


class Listing(Offering):
    """What customers may order, or may not: a product, or a category of products.

    Whoever has a list may order only what stands on it. What is excluded may not be ordered, listed or not.
    """

    kind = models.CharField(
        _("kind"), max_length=10, choices=[("listed", _("may be ordered")), ("excluded", _("may not be ordered"))]
    )
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    product_category = models.CharField(_("product category"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings and exclusions")
        constraints = [
            models.UniqueConstraint(
                F("kind"),
                Coalesce("customer", NOBODY),
                F("customer_group"),
                Coalesce("product", NOBODY),
                F("product_category"),
                F("valid_from_on"),
                name="masterdata_listing_once",
            ),
            models.CheckConstraint(
                condition=Q(product__isnull=False, product_category="") | (Q(product=None) & ~Q(product_category="")),
                name="masterdata_listing_of_one",
            ),
        ]


class Substitution(Offering):
    """Another product that is sold in place of one that is asked for: `numerator` base units for each `denominator`."""

    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    substitute = models.ForeignKey(
        "reference.Product", on_delete=models.RESTRICT, related_name="+", verbose_name=_("sold instead")
    )
    mode = models.CharField(
        _("how"),
        max_length=10,
        default="automatic",
        choices=[("automatic", _("by itself")), ("proposed", _("proposed, somebody takes it"))],
    )
    numerator = models.PositiveIntegerField(_("so many of it"), null=True, blank=True)
    denominator = models.PositiveIntegerField(_("for so many asked for"), null=True, blank=True)
    is_printed = models.BooleanField(_("printed on the confirmation"), default=True)

    class Meta:
        verbose_name = _("substitution")
        verbose_name_plural = _("substitutions")
        constraints = [
            models.UniqueConstraint(
                F("product"),
                Coalesce("customer", NOBODY),
                F("customer_group"),
                F("valid_from_on"),
                name="masterdata_substitution_once",
            ),
            models.CheckConstraint(condition=~Q(product=F("substitute")), name="masterdata_substitution_of_another"),
            models.CheckConstraint(
                condition=Q(numerator=None, denominator=None) | Q(numerator__gt=0, denominator__gt=0),
                name="masterdata_substitution_factor",
            ),
        ]


class FreeGoods(Offering):
    """Of each `per_quantity` ordered, `free_quantity` are free: within what is ordered, or on top of it.

    From `from_quantity` ordered on. Quantities in smallest units; what is given on top may be another product.
    """

    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=[("inclusive", _("within the ordered quantity")), ("exclusive", _("on top of the ordered quantity"))],
    )
    from_quantity = models.BigIntegerField(_("from quantity in smallest units"), default=0)
    per_quantity = models.BigIntegerField(_("of each, in smallest units"))
    free_quantity = models.BigIntegerField(_("free, in smallest units"))
    free_product = models.ForeignKey(
        "reference.Product", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    item_category = models.ForeignKey("masterdata.ItemCategory", on_delete=models.RESTRICT, related_name="+")

    class Meta:
        verbose_name = _("free goods")
        verbose_name_plural = _("free goods")
        constraints = [
            models.UniqueConstraint(
                F("product"),
                Coalesce("customer", NOBODY),
                F("customer_group"),
                F("from_quantity"),
                F("valid_from_on"),
                name="masterdata_free_goods_once",
            ),
            models.CheckConstraint(
                condition=Q(per_quantity__gt=0, free_quantity__gt=0, from_quantity__gte=0),
                name="masterdata_free_goods_some",
            ),
            models.CheckConstraint(
                condition=Q(kind="exclusive") | Q(free_product=None, free_quantity__lt=F("per_quantity")),
                name="masterdata_free_goods_within",
            ),
        ]
