"""What resources are booked for."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from troth.ledgers.capacity.models import Posting
from troth.platform.documents import DocumentRef


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A span that is still booked, with what it is booked for."""

    resource_id: int
    starts_at: datetime
    ends_at: datetime
    minutes: int
    source: DocumentRef
    source_line_id: int


def bookings(resource_id: int, *, starts_at: datetime, ends_at: datetime) -> list[BookingRow]:
    """The bookings of a resource that touch the span, cancelled ones left out, by start."""
    rows = (
        Posting.objects.filter(balance__resource_id=resource_id, starts_at__lt=ends_at, ends_at__gt=starts_at)
        .values_list("starts_at", "ends_at", "source_kind", "source_id", "source_line_id")
        .annotate(standing=Sum("minutes"))
        .exclude(standing=0)
        .order_by("starts_at", "ends_at", "source_kind", "source_id", "source_line_id")
    )
    return [
        BookingRow(resource_id, start, end, minutes, DocumentRef(kind, source_id), line_id)
        for start, end, kind, source_id, line_id, minutes in rows
    ]
