"""What the postings of all ledgers have in common."""

from django.db import models


class PostingRow(models.Model):
    """A signed posting: what it is for, when, and which posting it takes back. Never changed, never deleted."""

    source_kind = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    source_line_id = models.BigIntegerField(default=0, db_default=0)
    at = models.DateTimeField()
    reverses = models.ForeignKey("self", null=True, on_delete=models.RESTRICT, related_name="+", db_index=False)

    class Meta:
        abstract = True
