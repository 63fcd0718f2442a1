"""What became of promises: goods that left are set against the days that were promised for them.

    promised first    10 Mar, all 8
    promised now       5 for 10 Mar, 3 for 20 Mar
    arrived            5 on 9 Mar: both promises are kept
                       3 on 18 Mar: the first is missed by 8 days, the last is kept

Goods that leave are laid to the confirmations of their line that deliveries took over, the earliest first. Until the
proof of delivery says otherwise they arrive as the delivery was planned, later by as much as they left late. What was
lost on the way keeps no promise.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from django.db.models import Sum

from troth.business.promising import store
from troth.business.promising.models import Departure
from troth.business.promising.store import Standing, StandingLine
from troth.kernel.calendars import date_of


def departed(kind: str, leaving: Mapping[int, tuple[int, int]], *, left_on: date, arrives_on: date) -> None:
    """Record goods that leave: `leaving` is (line of the document, quantity) by delivery line."""
    found = store.standing(kind, [line_id for line_id, _ in leaving.values()])
    gone = _gone([one.id for one in found.values()])
    rows = []
    for delivery_line_id, (line_id, quantity) in leaving.items():
        one = found.get(line_id)
        if one is None or one.first_promised_on is None:
            continue
        for part, line in shares(one, gone.get(one.id, 0), quantity):
            promised_on = date_of(line.schedule.dates.delivery)
            rows.append(
                Departure(
                    requirement_id=one.id,
                    delivery_line_id=delivery_line_id,
                    quantity=part,
                    left_on=left_on,
                    arrives_on=arrives_on,
                    promised_on=promised_on,
                    basis=str(line.schedule.basis),
                    wish_missed_by=(arrives_on - one.requested_on).days,
                    first_missed_by=(arrives_on - one.first_promised_on).days,
                    missed_by=(arrives_on - promised_on).days,
                )
            )
        gone[one.id] = gone.get(one.id, 0) + quantity
    Departure.objects.bulk_create(rows)


def returned(delivery_line_ids: Sequence[int]) -> None:
    """The goods issue was taken back: nothing left."""
    Departure.objects.filter(delivery_line_id__in=delivery_line_ids).delete()


def arrived(delivery_line_ids: Sequence[int], on: date, lost: Mapping[int, int] = MappingProxyType({})) -> None:
    """The proof of delivery, or its reversal, says on which day the goods arrive, and what of a delivery line never.

    What was `lost` is laid to the departures of its line that were promised last.
    """
    rows = list(Departure.objects.filter(delivery_line_id__in=delivery_line_ids).order_by("-promised_on", "-id"))
    rest = dict(lost)
    for row in rows:
        later = (on - row.arrives_on).days
        row.arrives_on = on
        row.wish_missed_by += later
        row.first_missed_by += later
        row.missed_by += later
        row.lost = min(row.quantity, rest.get(row.delivery_line_id, 0))
        rest[row.delivery_line_id] = rest.get(row.delivery_line_id, 0) - row.lost
    Departure.objects.bulk_update(rows, ["arrives_on", "wish_missed_by", "first_missed_by", "missed_by", "lost"])


def shares(one: Standing, gone: int, quantity: int) -> Iterator[tuple[int, StandingLine]]:
    """Lay `quantity` to the confirmations that deliveries took over, after the `gone` of them that left before.

    What leaves above all of them counts with the last.
    """
    taken = sorted(
        (line for line in one.lines if line.delivered), key=lambda line: (line.schedule.dates.delivery, line.id)
    )
    rest, skipped = quantity, gone
    for line in taken:
        here = max(line.delivered - skipped, 0)
        skipped = max(skipped - line.delivered, 0)
        part = rest if line is taken[-1] else min(here, rest)
        if part:
            yield part, line
            rest -= part


def _gone(requirement_ids: Sequence[int]) -> dict[int, int]:
    rows = Departure.objects.filter(requirement_id__in=requirement_ids).order_by()
    return dict(rows.values_list("requirement_id").annotate(Sum("quantity")))
