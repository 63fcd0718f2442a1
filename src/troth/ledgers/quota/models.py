"""What may still be confirmed to whom, by cell and period."""

from django.db import models
from django.db.models import Q

from troth.ledgers.postings import PostingRow


class Balance(models.Model):
    procedure_id = models.BigIntegerField()
    cell = models.CharField(max_length=200)
    period = models.IntegerField()
    planned = models.BigIntegerField(default=0, db_default=0)
    consumed = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure_id", "cell", "period"], name="quota_balance_key"),
            models.CheckConstraint(condition=Q(consumed__gte=0), name="quota_balance_consumed"),
        ]


class Posting(PostingRow):
    """A change of `planned` or `consumed` (the `measure`) by a signed quantity."""

    balance = models.ForeignKey(Balance, on_delete=models.RESTRICT, related_name="postings")
    measure = models.CharField(max_length=10)
    quantity = models.BigIntegerField()
