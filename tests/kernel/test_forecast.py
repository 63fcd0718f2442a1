"""Orders use a forecast up, within a window, and never more than there is."""

from hypothesis import given
from hypothesis import strategies as st

from troth.kernel import forecast, lots
from troth.kernel.forecast import Window
from troth.kernel.lots import LotPosting
from troth.kernel.netting import Category, series_of
from troth.kernel.scopes import STANDARD, Event

TODAY = 100
ORDER, DELIVERY, FORECAST, STOCK = Category.ORDER, Category.DELIVERY, Category.FORECAST, Category.STOCK


WINDOW = Window(30, 10)


def rest(postings, window=WINDOW, today=TODAY):
    found = forecast.left(series_of(postings), window, today)
    return [(day, -quantity) for category, day, quantity in found.postings() if category == FORECAST]


def test_an_order_uses_up_what_is_forecast_before_it_and_then_after_it():
    """20 on the 2nd, an order of 25 on the 12th: 20 are used and 5 are more than was forecast; 5 of those after it."""
    first = [(FORECAST, 102, -20), (ORDER, 112, -25)]
    assert rest(first) == []
    assert rest([*first, (FORECAST, 120, -10)]) == [(120, 5)]
    assert rest([*first, (FORECAST, 123, -10)]) == [(123, 10)], "eleven days after it"
    assert rest([(FORECAST, 102, -20), (FORECAST, 110, -4), (DELIVERY, 112, -5)]) == [(102, 19)], "the nearest first"
    assert rest([(FORECAST, 112, -5), (FORECAST, 111, -5), (ORDER, 112, -6)]) == [(111, 4)], "its own day before others"


def test_a_forecast_of_the_past_is_demand_no_more_and_what_is_due_counts_for_today():
    assert rest([(FORECAST, 99, -20), (FORECAST, 100, -5)]) == [(100, 5)]
    assert rest([(FORECAST, 100, -5), (ORDER, 40, -3)], Window(0, 0)) == [(100, 2)]
    assert rest([(FORECAST, 100, 7)]) == [], "less than nothing is forecast where more was shipped"


def test_where_forecast_does_not_count_the_series_is_as_it_stands():
    series = series_of([(STOCK, 0, 9), (FORECAST, 104, -5), (ORDER, 104, -2)])
    assert STANDARD[Event.ORDER].netted(series, TODAY) is series


DAYS = st.integers(TODAY - 3, TODAY + 9)
POSTINGS = st.lists(
    st.tuples(st.sampled_from([FORECAST, ORDER, DELIVERY, Category.HOLD]), DAYS, st.integers(-9, -1)), max_size=12
)
WINDOWS = st.builds(Window, st.integers(0, 9), st.integers(0, 9))


def plain(postings, window):
    """Piece by piece: each demand of one looks for one piece of forecast."""
    pieces = sorted(day for kind, day, quantity in postings if kind == FORECAST for _ in range(-quantity))
    pieces = [day for day in pieces if day >= TODAY]
    users = sorted(max(day, TODAY) for kind, day, quantity in postings if kind != FORECAST for _ in range(-quantity))
    for day in users:
        near = [one for one in pieces if day - window.back <= one <= day + window.ahead]
        if near:
            pieces.remove(min(near, key=lambda one: (one > day, abs(one - day))))
    return pieces


@given(POSTINGS, WINDOWS)
def test_what_is_left_is_what_the_plain_twin_leaves(postings, window):
    left = rest(postings, window)
    assert [day for day, quantity in left for _ in range(quantity)] == plain(postings, window)


@given(POSTINGS, WINDOWS)
def test_goods_that_expire_leave_the_same(postings, window):
    found = lots.merge(lots.EMPTY, [LotPosting(kind, day, 0, "", q) for kind, day, q in postings])
    left = forecast.left_of_lots(found, window, TODAY)
    assert [(one.day, -one.quantity) for one in left if one.category == FORECAST] == rest(postings, window)


@given(POSTINGS, WINDOWS, DAYS, st.integers(1, 9))
def test_what_one_more_demand_uses_is_there_and_leaves_the_others_theirs(postings, window, day, quantity):
    series = series_of(postings)
    left = forecast.left(series, window, TODAY)
    used = forecast.used_by(left, (day, quantity), window, TODAY)
    assert sum(taken for _, taken in used) <= quantity
    after = dict(rest(postings, window))
    for one, taken in used:
        assert 0 < taken <= after[one]
        after[one] -= taken
    # Posted for good, as when the goods are shipped, it leaves what it left before.
    posted = [*postings, *forecast.postings(used)]
    assert dict(rest(posted, window)) == {one: more for one, more in after.items() if more}
