"""Supply and demand by day and category: the series that promises are made on, its postings, and its shortages."""

from django.db import models
from django.db.models import Q

from troth.ledgers.postings import PostingRow


class Balance(models.Model):
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+")
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+")
    segment = models.CharField(max_length=60, default="", db_default="")
    version = models.BigIntegerField(default=0, db_default=0)
    series = models.BinaryField(default=b"", db_default=b"")
    lots = models.BinaryField(default=b"", db_default=b"")
    limits = models.BigIntegerField(default=0, db_default=0)
    lapses = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "site", "segment"], name="availability_balance_key")]


class Posting(PostingRow):
    """`quantity` (supply positive, demand negative) of `category` on `day` (days since 1970-01-01; 0 for stock).

    `batch` and `lasts` (the last day of the goods, or until which they are to last) where the goods expire: "" and 0
    otherwise.
    """

    balance = models.ForeignKey(Balance, on_delete=models.RESTRICT, related_name="postings", db_index=False)
    category = models.SmallIntegerField()
    day = models.IntegerField()
    quantity = models.BigIntegerField()
    batch = models.CharField(max_length=40, default="", db_default="")
    lasts = models.IntegerField(default=0, db_default=0)

    class Meta:
        indexes = [
            models.Index(fields=["source_kind", "source_line_id"], name="availability_posting_source"),
            # The latest of a key are read without its history.
            models.Index(fields=["balance", "id"], name="availability_posting_latest"),
        ]


class Shortage(models.Model):
    """Promised, but not covered any more: `quantity` is missing from `on` on until a job has worked it off.

    `cover` is what they stood on: firm supply, supply that is only planned, or goods that are not released.

    `source` is the document whose posting left it so, if one did. What is covered in part is closed and opened again
    for the rest: `began_as` is the shortage that it is the rest of.
    """

    balance = models.ForeignKey(Balance, on_delete=models.RESTRICT, related_name="shortages")
    on = models.DateField()
    quantity = models.BigIntegerField()
    cover = models.CharField(max_length=10, default="firm", db_default="firm")
    cause = models.CharField(max_length=200)
    source_kind = models.CharField(max_length=40, default="", db_default="")
    source_id = models.BigIntegerField(null=True)
    began_as_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="availability_shortage_positive")]
        indexes = [
            models.Index(fields=["balance"], name="availability_shortage_open", condition=Q(closed_at=None)),
            models.Index(
                fields=["source_kind", "source_id"],
                name="availability_shortage_source",
                condition=Q(began_as_id=None) & ~Q(source_kind=""),
            ),
        ]
