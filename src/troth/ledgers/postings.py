"""What the postings of all ledgers have in common."""

from datetime import datetime
from typing import Any, Protocol

from django.db import models

from troth.platform.documents import DocumentRef

SOURCE_COLUMNS = {"source_kind": "text", "source_id": "int", "source_line_id": "int", "at": "at"}
"""The columns of `PostingRow` that every INSERT fills; `source_values` gives the values in this order."""


class Sourced(Protocol):
    """An entry that says for which document and line it is posted."""

    @property
    def source(self) -> DocumentRef: ...
    @property
    def source_line_id(self) -> int: ...


class PostingRow(models.Model):
    """A signed posting: what it is for, when, and which posting it takes back. Never changed, never deleted."""

    source_kind = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    source_line_id = models.BigIntegerField(default=0, db_default=0)
    at = models.DateTimeField()
    reverses = models.ForeignKey("self", null=True, on_delete=models.RESTRICT, related_name="+", db_index=False)

    class Meta:
        abstract = True


def source_values(entry: Sourced, at: datetime) -> tuple[Any, ...]:
    """Return the values of `SOURCE_COLUMNS`."""
    return entry.source.kind, entry.source.id, entry.source_line_id, at
