"""The replenishment lead time: which figures count, and on which day goods are there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.calendars import WorkCalendar
from troth.kernel.replenishment import NOTHING, Figures, LeadTime, Part, lead_time, whole

WEEK = WorkCalendar((True,) * 5 + (False,) * 2)
MONDAY = 20514
"""2 March 2026."""
BOUGHT = Figures(total=30, processing=2, delivery=5, receipt=1)


@pytest.mark.parametrize(
    ("parts", "days"),
    [
        ([(Part.TOTAL, 0)], 0),
        ([(Part.TOTAL, 5)], 7),
        ([(Part.PROCESSING, 2), (Part.DELIVERY, 5), (Part.RECEIPT, 1)], 8),
        ([(Part.DELIVERY, 5)], 7),
        ([(Part.DELIVERY, 6), (Part.RECEIPT, 1)], 8),
        ([(Part.PROCESSING, 4), (Part.DELIVERY, 7)], 11),
    ],
)
def test_delivery_goes_on_while_the_site_is_closed_and_all_else_waits(parts, days):
    """Delivery that ends on a Saturday is there on Monday."""
    assert LeadTime(tuple(parts)).ready(MONDAY, WEEK) == MONDAY + days


def test_from_a_closed_day_on_it_begins_on_the_next_open_one():
    assert LeadTime(((Part.PROCESSING, 1), (Part.DELIVERY, 1))).ready(MONDAY - 2, WEEK) == MONDAY + 2


@pytest.mark.parametrize(
    ("product", "site", "is_made", "parts"),
    [
        (BOUGHT, NOTHING, False, [("processing", 2), ("delivery", 5), ("receipt", 1)]),
        (BOUGHT, Figures(delivery=20), False, [("processing", 2), ("delivery", 20), ("receipt", 1)]),
        (BOUGHT, Figures(total=3), False, [("total", 3)]),
        (BOUGHT, Figures(production=3), False, [("processing", 2), ("delivery", 5), ("receipt", 1)]),
        (Figures(total=30), Figures(delivery=20), False, [("delivery", 20)]),
        (Figures(total=30, production=4), NOTHING, False, [("total", 30)]),
        (Figures(delivery=0), NOTHING, False, [("delivery", 0)]),
        (Figures(total=30, production=4, delivery=9), NOTHING, True, [("total", 30)]),
        (Figures(production=4, delivery=9), NOTHING, True, [("production", 4)]),
        (Figures(total=30), Figures(production=4), True, [("production", 4)]),
        (Figures(production=4), Figures(total=6, production=5), True, [("total", 6)]),
    ],
)
def test_figures_of_the_site_go_before_the_products(product, site, is_made, parts):
    """What is bought takes its parts where any is known; what is made takes the whole where that is known."""
    assert lead_time(product, site, is_made=is_made).parts == tuple((Part(part), days) for part, days in parts)


@pytest.mark.parametrize(("product", "is_made"), [(NOTHING, False), (NOTHING, True), (Figures(delivery=5), True)])
def test_without_a_figure_that_counts_nobody_knows(product, is_made):
    assert lead_time(product, is_made=is_made) is None


def test_the_parts_are_told_and_those_that_take_no_time_are_left_out():
    told = lead_time(Figures(processing=2, delivery=5, receipt=0), is_made=False).told
    assert str(told) == "2 working days of processing, 5 days of delivery"
    assert str(whole(0).told) == "0 working days in all"


days = st.integers(0, 60)


@given(days, days, days, days, st.integers(0, 30))
def test_a_longer_part_is_never_sooner_there_and_goods_come_on_open_days(processing, delivery, receipt, more, today):
    def ready(*parts):
        named = zip((Part.PROCESSING, Part.DELIVERY, Part.RECEIPT), parts, strict=True)
        return LeadTime(tuple(named)).ready(MONDAY + today, WEEK)

    first = ready(processing, delivery, receipt)
    longer = [(processing + more, delivery, receipt), (processing, delivery + more, receipt)]
    assert all(ready(*parts) >= first for parts in (*longer, (processing, delivery, receipt + more)))
    assert WEEK.is_open(first)
