"""What goods offer when they are tried is what `decide` would promise of them."""

from dataclasses import replace

from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from troth.business.promising.rules import Asked, Shelf, Task, Timetable, Way, Wish, decide, has_unsecured, ready_on
from troth.business.promising.rules.alternatives import arrivals_of
from troth.business.promising.rules.arrivals import arrivals, is_plain
from troth.business.promising.states import Mode
from troth.kernel.calendars import WorkCalendar, date_of
from troth.kernel.netting import Category, series_of
from troth.kernel.replenishment import whole
from troth.kernel.scheduling import Calendars, Durations
from troth.kernel.scopes import STANDARD, Event
from troth.platform.documents import DocumentRef

TODAY = 20_000
WEEK = WorkCalendar((True, True, True, True, True, False, False))
ROAD = Way("S1", "UTC", True, Durations(pick_pack=1, transit=2), Calendars(WEEK, WEEK, WEEK))
SCOPES = [
    *STANDARD.values(),
    replace(STANDARD[Event.ORDER], lead_time=True),
    replace(STANDARD[Event.RUSH], supply=STANDARD[Event.RUSH].supply | {Category.QUALITY_STOCK}),
]
DAYS = st.integers(TODAY - 12, TODAY + 400)
SUPPLY = st.tuples(
    st.sampled_from((Category.STOCK, Category.PURCHASE, Category.FIRM_PLANNED, Category.QUALITY_STOCK)),
    DAYS,
    st.integers(1, 12),
)
DEMAND = st.tuples(
    st.sampled_from((Category.ORDER, Category.DELIVERY, Category.SAFETY_STOCK, Category.UNSECURED_ORDER)),
    DAYS,
    st.integers(-12, -1),
)


def wish_of(quantity, day, mode, scope, most, lead_time, *, is_fixed=False):
    return Wish(
        document=DocumentRef("order", 1), line_id=1, company_id=1, product_id=1, site_id=1, party_id=1,
        quantity=quantity, requested_on=date_of(day), way=ROAD, mode=mode, scope=scope, is_fixed=is_fixed,
        deliveries_max=most, lead_time=lead_time,
    )  # fmt: skip


WISHES = st.builds(
    wish_of,
    st.integers(1, 30),
    st.integers(TODAY - 5, TODAY + 60),
    st.sampled_from(list(Mode)),
    st.sampled_from(SCOPES),
    st.integers(1, 4),
    st.none() | st.integers(0, 40).map(whole),
    is_fixed=st.booleans(),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SUPPLY | DEMAND, max_size=12), WISHES)
@example([], wish_of(5, TODAY + 20, Mode.PARTIAL, SCOPES[0], 9, None))
def test_what_is_offered_comes_on_the_days_and_in_the_quantities_that_a_promise_would_have(postings, wish):
    series = series_of(postings)
    ready = ready_on(wish, TODAY) if wish.scope.lead_time or has_unsecured(series) else None
    asked = Asked(series, 1, TODAY, ready)
    assert is_plain(asked, wish)
    [(_task, promise)] = decide([Task(wish, wish.quantity, Shelf(asked, wish.scope), TODAY)])
    offered = arrivals(wish, asked, Timetable())
    event(f"{len(offered)} arrivals")
    assert by_day(offered) == by_day(arrivals_of(promise))


def test_goods_that_are_forecast_are_not_told_at_a_glance():
    keeps = replace(STANDARD[Event.ORDER], demand=STANDARD[Event.ORDER].demand | {Category.FORECAST})
    series = series_of([(Category.STOCK, 0, 9), (Category.FORECAST, TODAY + 3, -4)])
    wish = wish_of(5, TODAY + 20, Mode.PARTIAL, keeps, 9, None)
    assert not is_plain(Asked(series, 1, TODAY), wish)
    assert is_plain(Asked(series, 1, TODAY), wish._replace(scope=STANDARD[Event.ORDER]))


def by_day(found):
    sums = {}
    for day, quantity in found:
        sums[day] = sums.get(day, 0) + quantity
    return sums
