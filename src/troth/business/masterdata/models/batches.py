"""Batches of products that are kept in them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from troth.reference.models import Masters


class Batch(Masters):
    """Goods made together; `expires_on` is their last day, None: they keep. Nothing comes in of an inactive one."""

    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    number = models.CharField(_("batch"), max_length=40)
    produced_on = models.DateField(_("produced"), null=True, blank=True)
    expires_on = models.DateField(_("usable until"), null=True, blank=True)
    supplier_batch = models.CharField(_("supplier's batch"), max_length=40, blank=True, default="")
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="masterdata_batch_once"),
            models.CheckConstraint(
                condition=Q(produced_on=None) | Q(expires_on=None) | Q(expires_on__gte=F("produced_on")),
                name="masterdata_batch_expires_after",
            ),
        ]
        indexes = [models.Index(fields=["expires_on"], name="masterdata_batch_expires")]

    def __str__(self) -> str:
        return self.number
