"""Who serves how much of a wish: examples, and the rules against a plain version that deals out piece by piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.alternatives import Building, Offer, Picking, shares

FULL, ON_TIME, EARLIEST = Building
ONE, ALL = Picking
# the docstring's example: day of delivery, quantity
ORDERED, B, C = Offer(((3, 4),)), Offer(((2, 5),)), Offer(((3, 9), (8, 1)))


@pytest.mark.parametrize(
    ("building", "picking", "expected"),
    [
        (FULL, ONE, (0, 0, 10)),
        (FULL, ALL, (0, 0, 10)),
        (ON_TIME, ONE, (0, 0, 10)),
        (ON_TIME, ALL, (4, 5, 1)),
        (EARLIEST, ONE, (0, 0, 10)),
        (EARLIEST, ALL, (4, 5, 1)),
    ],
)
def test_ten_are_wished_for_day_three(building, picking, expected):
    assert shares(10, 3, (ORDERED, B, C), building=building, picking=picking) == expected


def test_three_plants_and_an_order_of_23():
    """The requested plant has nothing, the second 10, the third 30 (T6 of the reference examples)."""
    plants = (Offer(()), Offer(((1, 10),)), Offer(((1, 30),)))
    assert shares(23, 1, plants, building=FULL, picking=ONE) == (0, 0, 23)
    assert shares(23, 1, plants, building=ON_TIME, picking=ALL) == (0, 10, 13)


def test_of_those_that_are_alike_the_first_serves():
    same = (Offer(((2, 5),)),) * 3
    assert shares(5, 2, same, building=FULL, picking=ONE) == (5, 0, 0)
    assert shares(5, 2, same, building=EARLIEST, picking=ONE) == (5, 0, 0)
    assert shares(8, 2, same, building=EARLIEST, picking=ALL) == (5, 3, 0)


def test_one_that_has_it_all_sooner_is_picked_before_one_that_waits_on_a_part():
    slow, fast = Offer(((1, 9), (9, 1))), Offer(((3, 10),))
    assert shares(10, 1, (slow, fast), building=EARLIEST, picking=ONE) == (0, 10)
    assert shares(10, 1, (slow, fast), building=EARLIEST, picking=ALL) == (9, 1)


def test_nobody_serves_where_nothing_comes():
    nothing = (Offer(()), Offer(((9, 5),)))
    assert shares(5, 3, nothing, building=ON_TIME, picking=ALL) == (0, 0)
    assert shares(5, 3, nothing, building=ON_TIME, picking=ONE) == (0, 0)
    assert shares(6, 3, nothing, building=FULL, picking=ONE) == (0, 0)


def test_what_does_not_come_out_even_is_nobodys():
    by_three = Offer(((2, 9),), step=3)
    assert shares(10, 2, (Offer(()), by_three), building=ON_TIME, picking=ALL) == (0, 9)
    assert shares(10, 2, (Offer(()), by_three), building=EARLIEST, picking=ALL) == (0, 9)
    assert shares(10, 2, (Offer(()), by_three), building=FULL, picking=ONE) == (0, 0)


def dealt(wanted, wished_day, offers, building):
    """The waterfall, piece by piece: each goes to the first that has it, on the first day on which one has it."""
    pieces = [
        (day, place) for place, offer in enumerate(offers) for day, quantity in offer.arrivals for _ in range(quantity)
    ]
    if building is ON_TIME:
        pieces = sorted((place, day) for day, place in pieces if day <= wished_day)
        chosen = [place for place, _ in pieces[:wanted]]
    else:
        chosen = [place for _, place in sorted(pieces)[:wanted]]
    return tuple(chosen.count(place) for place in range(len(offers)))


arrivals = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6)), max_size=4, unique_by=lambda one: one[0])
some_offers = st.lists(arrivals.map(lambda found: Offer(tuple(sorted(found)))), min_size=1, max_size=5)


@given(st.integers(1, 30), st.integers(0, 9), some_offers, st.sampled_from([ON_TIME, EARLIEST]))
def test_the_waterfall_deals_as_one_would_by_hand(wanted, day, offers, building):
    assert shares(wanted, day, offers, building=building, picking=ALL) == dealt(wanted, day, offers, building)


@given(
    st.integers(1, 30), st.integers(0, 9), some_offers, st.sampled_from(Building), st.sampled_from(Picking), st.data()
)
def test_nobody_serves_more_than_is_wanted_and_in_a_waterfall_more_than_it_has(
    wanted, day, offers, building, picking, data
):
    stepped = [one._replace(step=data.draw(st.integers(1, 4))) for one in offers]
    found = shares(wanted, day, stepped, building=building, picking=picking)
    assert sum(found) <= wanted
    assert all(quantity % one.step == 0 for quantity, one in zip(found, stepped, strict=True))
    if picking is ALL and building is not FULL:
        assert all(quantity <= one.total for quantity, one in zip(found, stepped, strict=True))
    else:
        assert sum(1 for quantity in found if quantity) <= 1


@given(st.integers(1, 30), st.integers(0, 9), some_offers, arrivals)
def test_one_more_alternative_never_makes_less_come_by_the_wished_day(wanted, day, offers, more):
    def on_time(those):
        found = shares(wanted, day, those, building=ON_TIME, picking=ALL)
        return sum(found)

    assert on_time([*offers, Offer(tuple(sorted(more)))]) >= on_time(offers)
