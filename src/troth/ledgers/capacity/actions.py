"""Post bookings of resources and their cancellations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.kernel.quantity import checked
from troth.ledgers.capacity.keys import CapacityKey
from troth.ledgers.postings import SOURCE_COLUMNS, source_values
from troth.platform import sql
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

_COLUMNS = {**SOURCE_COLUMNS, "balance_id": "int", "starts_at": "at", "ends_at": "at", "minutes": "int"}


@dataclass(frozen=True, slots=True)
class Booking:
    """`minutes` (signed) of a resource between two instants; a cancellation has the booking's instants, negated."""

    key: CapacityKey
    starts_at: datetime
    ends_at: datetime
    minutes: int
    source: DocumentRef
    source_line_id: int = 0


def post(held: Held, bookings: Sequence[Booking], *, at: datetime) -> None:
    """Post bookings; each resource's version grows by one, so that gap lists in memory know that they are old."""
    keys = dict.fromkeys(booking.key for booking in bookings)
    held.require(keys)
    for booking in bookings:
        assert booking.starts_at < booking.ends_at, "a booking lasts"
        balance = held.balance(booking.key)
        balance.booked_minutes = checked(balance.booked_minutes + booking.minutes)
    for key in keys:
        balance = held.balance(key)
        assert balance.booked_minutes >= 0, f"more was cancelled than booked on resource {key.resource_id}"
        balance.version += 1
    if held.writes:
        _write(held, bookings, list(keys), at)


def _write(held: Held, bookings: Sequence[Booking], keys: list[CapacityKey], at: datetime) -> None:
    rows = [
        (*source_values(booking, at), held.balance(booking.key).id, booking.starts_at, booking.ends_at, booking.minutes)
        for booking in bookings
    ]
    sql.insert("capacity_posting", _COLUMNS, rows)
    balances = [held.balance(key) for key in keys]
    sql.update(
        "capacity_balance",
        "id",
        {"version": "int", "booked_minutes": "int"},
        [(balance.id, balance.version, balance.booked_minutes) for balance in balances],
    )
