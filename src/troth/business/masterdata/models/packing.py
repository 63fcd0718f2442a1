"""In which packages products go to customers."""

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from troth.kernel.packages import Rounding
from troth.reference.models import Masters

ROUNDINGS = [
    (str(Rounding.NONE), _("as ordered; the rest stays open")),
    (str(Rounding.DOWN), _("down to whole packages")),
    (str(Rounding.UP), _("up to whole packages")),
]


class PackageSizes(Masters):
    """The sizes of a product's packages, in smallest units of it, for a customer or for all who have none of their own.

    `rounding` says what becomes of an ordered quantity that they do not make up. Only whole packages are promised.
    """

    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    customer = models.ForeignKey(
        "masterdata.Customer", on_delete=models.RESTRICT, null=True, blank=True, related_name="+", db_index=False
    )
    sizes = models.CharField(_("sizes in smallest units"), max_length=80)
    rounding = models.CharField(_("ordered quantities"), max_length=10, choices=ROUNDINGS, default="none")
    reason = models.CharField(_("reason"), max_length=120, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("package sizes")
        verbose_name_plural = _("package sizes")
        constraints = [
            models.UniqueConstraint(F("product"), Coalesce("customer", Value(0)), name="masterdata_package_sizes_once")
        ]
