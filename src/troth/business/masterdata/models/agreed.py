"""What is agreed with a customer for a product."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from troth.reference.models import Masters


class CustomerProduct(Masters):
    """A customer's own number for a product, with the quantities agreed; 0 where the product's own apply."""

    customer = models.ForeignKey("masterdata.Customer", on_delete=models.CASCADE, related_name="products")
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    number = models.CharField(_("customer's number"), max_length=60, blank=True)
    minimum_quantity = models.BigIntegerField(_("minimum order quantity in smallest units"), default=0)
    multiple_quantity = models.BigIntegerField(_("ordered in multiples of, in smallest units"), default=0)
    over_tolerance_basis_points = models.PositiveIntegerField(default=0)
    under_tolerance_basis_points = models.PositiveIntegerField(default=0)
    minimum_life_days = models.PositiveIntegerField(_("remaining life on delivery in days"), default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "product"], name="masterdata_customer_product_once"),
            models.CheckConstraint(
                condition=models.Q(minimum_quantity__gte=0, multiple_quantity__gte=0),
                name="masterdata_customer_product_lots",
            ),
        ]
