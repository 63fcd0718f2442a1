"""What each payer owes or will owe, by part and document."""

from django.db import models

from troth.ledgers.postings import PostingRow


class Balance(models.Model):
    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    party = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+")
    open_orders = models.BigIntegerField(default=0, db_default=0)
    open_deliveries = models.BigIntegerField(default=0, db_default=0)
    open_invoices = models.BigIntegerField(default=0, db_default=0)
    deposits = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "party"], name="exposure_balance_key")]


class Posting(PostingRow):
    """`amount` (signed, minor units of the company's currency) of a `part`; invoices carry their due date."""

    # The index below begins with the balance.
    balance = models.ForeignKey(Balance, on_delete=models.RESTRICT, related_name="postings", db_index=False)
    part = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    due_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["balance", "source_kind", "source_id"], name="exposure_posting_source")]
