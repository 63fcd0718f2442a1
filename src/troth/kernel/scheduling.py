"""Delivery scheduling: from the day the customer wants goods back to the day they must be there, and forward again.

    material available -> (pick and pack) -> loading -> (loading) -> goods issue -> (transit) -> delivery
                   transportation planning -> (planning) -> loading

    date                      counted in working days of
    delivery                  the customer: a receiving day
    goods issue               the route: a day on which the carrier departs
    loading, material         the site
    transportation planning   the site

Backward from the wish; if that starts before today, forward from the first day with goods; then once more backward from
the delivery found, which moves goods issue, loading and picking as close to it as possible. Because calendars count the
same in both directions (`calendars`), the last pass never goes before the day the forward pass began.

Days are day numbers; durations are whole days, zero meaning the same day.
"""

from dataclasses import dataclass
from typing import NamedTuple

from troth.kernel.calendars import WorkCalendar


@dataclass(frozen=True, slots=True)
class Durations:
    """Working days: picking with packing, loading and transport planning at the site, transit on the route."""

    pick_pack: int = 0
    loading: int = 0
    transit: int = 0
    transportation_planning: int = 0

    def __post_init__(self) -> None:
        assert min(self.pick_pack, self.loading, self.transit, self.transportation_planning) >= 0


@dataclass(frozen=True, slots=True)
class Calendars:
    """Open days of the shipping site, departure and travel days of the route, receiving days of the customer."""

    site: WorkCalendar
    route: WorkCalendar
    customer: WorkCalendar


class Dates(NamedTuple):
    """The dates of one delivery, as day numbers. Each is open in its own calendar, and they come in this order, except
    that planning runs beside picking: both end at loading."""

    material_available: int
    transportation_planning: int
    loading: int
    goods_issue: int
    delivery: int

    @property
    def start(self) -> int:
        """The first day on which something has to be done."""
        return min(self.material_available, self.transportation_planning)


def backward(requested_delivery_day: int, durations: Durations, calendars: Calendars) -> Dates:
    """Return the latest dates that deliver on the last receiving day at or before the requested one."""
    delivery = calendars.customer.previous_open(requested_delivery_day)
    goods_issue = calendars.route.subtract(delivery, durations.transit)
    loading = calendars.site.subtract(goods_issue, durations.loading)
    return Dates(
        material_available=calendars.site.subtract(loading, durations.pick_pack),
        transportation_planning=calendars.site.subtract(loading, durations.transportation_planning),
        loading=loading,
        goods_issue=goods_issue,
        delivery=delivery,
    )


def forward(from_day: int, today: int, durations: Durations, calendars: Calendars) -> Dates:
    """Return the dates of the earliest delivery with goods from `from_day` on, tightened towards that delivery.

    Picking starts on `from_day` or today, whichever is later; planning of the transport starts today.
    """
    site, start = calendars.site, max(from_day, today)
    loading = max(site.add(start, durations.pick_pack), site.add(today, durations.transportation_planning))
    goods_issue = calendars.route.next_open(site.add(loading, durations.loading))
    delivery = calendars.customer.next_open(calendars.route.add(goods_issue, durations.transit))
    tightened = backward(delivery, durations, calendars)
    assert tightened.material_available >= start
    assert tightened.transportation_planning >= today
    assert tightened.delivery == delivery
    return tightened


def schedule(requested_delivery_day: int, today: int, durations: Durations, calendars: Calendars) -> Dates:
    """Return the dates that meet the request, or those of the earliest delivery if it can no longer be met.

    Only time is looked at here; whether goods are there on `material_available` is asked afterwards.
    """
    wanted = backward(requested_delivery_day, durations, calendars)
    return wanted if wanted.start >= today else forward(today, today, durations, calendars)
