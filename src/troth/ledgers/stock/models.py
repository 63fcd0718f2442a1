"""Stock by site, location, bin, product, batch, valuation type, stock type and owner, and its movements."""

from django.db import models
from django.db.models import Q

from troth.ledgers.postings import PostingRow


class Balance(models.Model):
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    location = models.ForeignKey("reference.StorageLocation", on_delete=models.RESTRICT, related_name="+")
    bin = models.ForeignKey("reference.Bin", on_delete=models.RESTRICT, related_name="+")
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    batch = models.CharField(max_length=40, default="", db_default="")
    valuation = models.CharField(max_length=20, default="", db_default="")
    stock_type = models.CharField(max_length=20, default="unrestricted", db_default="unrestricted")
    owner = models.CharField(max_length=40, default="", db_default="")
    quantity = models.BigIntegerField(default=0, db_default=0)
    received_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "location", "bin", "product", "batch", "valuation", "stock_type", "owner"],
                name="stock_balance_key",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="stock_balance_not_negative"),
        ]
        indexes = [models.Index(fields=["product", "site"], name="stock_balance_product")]


class Posting(PostingRow):
    """A movement of `quantity` (signed, smallest units) on the site's date `on`; `kind`: receipt, issue, transfer …"""

    balance = models.ForeignKey(Balance, on_delete=models.RESTRICT, related_name="postings")
    kind = models.CharField(max_length=20)
    quantity = models.BigIntegerField()
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reverses"], name="stock_posting_reversed_once"),
        ]
        indexes = [models.Index(fields=["source_kind", "source_id"], name="stock_posting_source")]
