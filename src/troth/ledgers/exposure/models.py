"""What each payer owes or will owe, by part and document."""

from django.db import models
from django.db.models import Q

from troth.ledgers.postings import PostingRow


class Balance(models.Model):
    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    party = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+")
    open_orders = models.BigIntegerField(default=0, db_default=0)
    open_deliveries = models.BigIntegerField(default=0, db_default=0)
    open_invoices = models.BigIntegerField(default=0, db_default=0)
    deposits = models.BigIntegerField(default=0, db_default=0)
    orders = models.IntegerField(default=0, db_default=0)
    deliveries = models.IntegerField(default=0, db_default=0)
    invoices = models.IntegerField(default=0, db_default=0)
    root = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "party"], name="exposure_balance_key")]
        indexes = [models.Index(fields=["company", "root"], name="exposure_balance_group", condition=~Q(root=0))]


class Group(models.Model):
    """The sums of the balances that count under a `party` (their `root`). The row of party 0 is what whoever changes
    the groups of a company locks."""

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    party_id = models.BigIntegerField()
    open_orders = models.BigIntegerField(default=0, db_default=0)
    open_deliveries = models.BigIntegerField(default=0, db_default=0)
    open_invoices = models.BigIntegerField(default=0, db_default=0)
    deposits = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "party_id"], name="exposure_group_key")]


class Day(models.Model):
    """What of the open invoices of a balance is due on a day: so many rows as there are days, not invoices."""

    balance = models.ForeignKey(Balance, on_delete=models.RESTRICT, related_name="days", db_index=False)
    due_on = models.DateField()
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["balance", "due_on"], name="exposure_day_key")]
        indexes = [models.Index(fields=["balance", "due_on"], condition=~Q(amount=0), name="exposure_day_open")]


class Posting(PostingRow):
    """`amount` (signed, minor units of the company's currency) of a `part`; invoices carry their due date."""

    # The index below begins with the balance.
    balance = models.ForeignKey(Balance, on_delete=models.RESTRICT, related_name="postings", db_index=False)
    part = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    due_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["balance", "source_kind", "source_id"], name="exposure_posting_source")]
