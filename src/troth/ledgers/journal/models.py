"""Accounts, entries that balance, and their postings."""

from django.db import models

from troth.ledgers.postings import PostingRow


class Account(models.Model):
    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="journal_account_once")]


class Balance(models.Model):
    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    account = models.CharField(max_length=20)
    amount = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "account"], name="journal_balance_key")]


class Entry(PostingRow):
    """What was posted together: its postings sum to zero. A correction is an entry that reverses another."""

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    on = models.DateField()
    text = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reverses"], name="journal_entry_reversed_once")]
        indexes = [models.Index(fields=["source_kind", "source_id"], name="journal_entry_source")]


class Posting(models.Model):
    """`amount` (debit positive) in minor units of the company's currency; the document's own amount beside it."""

    entry = models.ForeignKey(Entry, on_delete=models.RESTRICT, related_name="postings")
    balance = models.ForeignKey(Balance, on_delete=models.RESTRICT, related_name="postings")
    amount = models.BigIntegerField()
    document_amount = models.BigIntegerField()
    document_currency = models.CharField(max_length=3)
