"""Valuation types of products that are valuated separately."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from troth.reference.models import Masters


class ValuationType(Masters):
    """Goods of a product that are kept apart from its others: own and bought, new and refurbished.

    A line that names none gets the default, where there is one. Nothing comes in of an inactive type, and no line names
    it any more.
    """

    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    is_default = models.BooleanField(_("of lines that name none"), default=False)

    class Meta:
        verbose_name = _("valuation type")
        verbose_name_plural = _("valuation types")
        constraints = [models.UniqueConstraint(fields=["product", "code"], name="masterdata_valuation_once")]

    def __str__(self) -> str:
        return self.name
