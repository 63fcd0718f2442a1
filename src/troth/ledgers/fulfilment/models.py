"""How far each line has come. A posting names from-line, to-line, quantity and value.

The postings are the document flow.
"""

from django.db import models
from django.db.models import F, Q

from troth.ledgers.postings import PostingRow


class Balance(models.Model):
    kind = models.CharField(max_length=20)
    line_id = models.BigIntegerField()
    ordered = models.BigIntegerField(default=0, db_default=0)
    referenced = models.BigIntegerField(default=0, db_default=0)
    delivered = models.BigIntegerField(default=0, db_default=0)
    picked = models.BigIntegerField(default=0, db_default=0)
    issued = models.BigIntegerField(default=0, db_default=0)
    billed = models.BigIntegerField(default=0, db_default=0)
    paid = models.BigIntegerField(default=0, db_default=0)
    returned = models.BigIntegerField(default=0, db_default=0)
    lost = models.BigIntegerField(default=0, db_default=0)
    tolerance = models.BigIntegerField(default=0, db_default=0)
    billing_basis = models.CharField(max_length=10, default="issued", db_default="issued")

    class Meta:
        # What waits for an invoice or a payment stays a short list, however much was billed and paid before.
        indexes = [
            models.Index(
                fields=["billing_basis", "line_id"],
                name="fulfilment_to_bill",
                condition=Q(kind="order_line")
                & (
                    Q(billing_basis="issued", billed__lt=F("issued") - F("lost"))
                    | Q(billing_basis="ordered", billed__lt=F("ordered"))
                ),
            ),
            models.Index(
                fields=["kind", "line_id"], name="fulfilment_unpaid", condition=Q(kind="invoice", paid__lt=F("ordered"))
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "line_id"], name="fulfilment_balance_key"),
            models.CheckConstraint(
                condition=Q(issued__lte=F("picked"), picked__lte=F("delivered"))
                & Q(delivered__lte=F("ordered") + F("tolerance")),
                name="fulfilment_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    ordered__gte=0, referenced__gte=0, delivered__gte=0, picked__gte=0, issued__gte=0, billed__gte=0
                )
                & Q(lost__gte=0, lost__lte=F("issued")),
                name="fulfilment_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(billing_basis="issued", billed__lte=F("issued") - F("lost"))
                | Q(billing_basis="ordered", billed__lte=F("ordered") + F("tolerance"))
                | Q(billing_basis="none", billed=0),
                name="fulfilment_billed_within_basis",
            ),
        ]


class Posting(PostingRow):
    """`quantity` (signed) of a `measure` of the line, `value` in minor units. The source of the posting is the document
    the quantity went to; `document_kind` and `document_id` are the document it came from."""

    balance = models.ForeignKey(Balance, on_delete=models.RESTRICT, related_name="postings", db_index=False)
    document_kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    measure = models.CharField(max_length=12)
    quantity = models.BigIntegerField()
    value = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        indexes = [
            models.Index(fields=["document_kind", "document_id"], name="fulfilment_posting_from"),
            models.Index(fields=["source_kind", "source_id"], name="fulfilment_posting_to"),
        ]
