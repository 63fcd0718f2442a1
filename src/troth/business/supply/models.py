"""Expected receipts: purchase order lines and production receipts with their dates."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Receipt(models.Model):
    """`quantity` of a product due at a site; `received` of it has come. Quantities in smallest units.

    `expires_on` is the last day of goods that are still to come, where the product is kept in batches and expires.
    """

    class Kind(models.TextChoices):
        PURCHASE = "purchase", _("purchase order")
        PRODUCTION = "production", _("production order")

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    number = models.CharField(_("number"), max_length=40)
    supplier = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    due_on = models.DateField(_("due"))
    quantity = models.BigIntegerField(_("quantity"))
    received = models.BigIntegerField(_("received"), default=0, db_default=0)
    expires_on = models.DateField(_("usable until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, default="open", db_default="open")
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("expected receipt")
        verbose_name_plural = _("expected receipts")
        constraints = [
            models.UniqueConstraint(fields=["company", "kind", "number"], name="supply_receipt_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, received__gte=0), name="supply_receipt_quantities"),
            models.CheckConstraint(condition=Q(received__lte=F("quantity")), name="supply_receipt_not_over"),
        ]
        indexes = [models.Index(fields=["product", "site", "due_on"], name="supply_receipt_due")]
