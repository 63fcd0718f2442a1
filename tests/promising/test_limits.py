"""What is agreed for a line holds whatever is in the books: its latest day, and the least that may arrive at once."""

from dataclasses import replace

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.promising.test_arrivals import DEMAND, ROAD, SUPPLY, TODAY, WEEK, WISHES, by_day
from troth.business.promising.rules import Asked, Shelf, Task, Timetable, decide, has_unsecured, ready_on
from troth.business.promising.rules.alternatives import arrivals_of
from troth.business.promising.rules.arrivals import arrivals
from troth.business.promising.states import Mode
from troth.kernel.calendars import WorkCalendar
from troth.kernel.netting import series_of
from troth.kernel.scheduling import Calendars, Durations

SELDOM = WorkCalendar((False, True, False, False, True, False, False))
ALL_DAYS = WorkCalendar((True,) * 7)
WAYS = [
    ROAD,
    replace(ROAD, calendars=Calendars(WEEK, SELDOM, ALL_DAYS)),
    replace(ROAD, calendars=Calendars(WEEK, ALL_DAYS, SELDOM), durations=Durations(2, 1, 3, 4)),
]
BOOKS = st.lists(SUPPLY | DEMAND, max_size=12)
LIMITED = st.builds(
    lambda wish, way, least, days: wish._replace(way=way, min_shipment=least, lateness_days_max=days),
    WISHES,
    st.sampled_from(WAYS),
    st.integers(0, 12),
    st.none() | st.integers(0, 20),
)


def asked_of(postings, wish) -> Asked:
    series = series_of(postings)
    ready = ready_on(wish, TODAY) if wish.scope.lead_time or has_unsecured(series) else None
    return Asked(series, 1, TODAY, ready)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BOOKS, LIMITED)
def test_nothing_arrives_too_late_or_in_too_small_parts(postings, wish):
    asked = asked_of(postings, wish)
    [(_task, promise)] = decide([Task(wish, wish.quantity, Shelf(asked, wish.scope), TODAY)])
    event(f"{len(promise.schedules)} confirmations")
    least = min(wish.min_shipment, wish.quantity)
    assert all(one.quantity >= least for one in promise.schedules)
    if wish.mode == Mode.PARTIAL and not wish.is_fixed:
        assert promise.short == 0 or promise.short >= least
    if wish.latest_day is not None:
        assert all(one.dates.delivery <= wish.latest_day for one in promise.schedules)
    assert by_day(arrivals(wish, asked, Timetable())) == by_day(arrivals_of(promise))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BOOKS, LIMITED, LIMITED)
def test_what_comes_together_comes_within_the_days_of_each(postings, one, other):
    wishes = [
        wish._replace(line_id=number, line_number=number, delivery_group=1, scope=one.scope, lead_time=one.lead_time)
        for number, wish in enumerate((one, other), 1)
    ]
    shelf = Shelf(asked_of(postings, wishes[0]), one.scope)
    found = [promise for _task, promise in decide([Task(wish, wish.quantity, shelf, TODAY) for wish in wishes])]
    assert len({bool(promise.schedules) for promise in found}) == 1
    for promise in found:
        latest = promise.wish.latest_day
        assert latest is None or all(one.dates.delivery <= latest for one in promise.schedules)
