"""T17: supply that does not reach everybody of a segment goes to each in proportion to what it asks for."""

import pytest
from django.urls import reverse

from tests import company
from tests.backorders.conftest import Desk
from tests.backorders.test_files import bring, file_of, row, taken_out
from tests.backorders.test_pages import browser
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders import words
from troth.business.backorders.models import Variant
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.masterdata.actions import Brought

__all__ = ["browser", "row"]

WEDNESDAY = company.NEXT_WEDNESDAY
FAIR = SegmentDraft("Everybody", "share")


@pytest.fixture
def five(desk: Desk) -> Desk:
    """Five lines ask for 100 helmets each, and 400 are there: the last one comes too late."""
    desk.stock("HELMET", 400)
    desk.orders = [desk.order(customer, ("HELMET", 100)) for customer in ("ALPHA", "BETA", "ALPHA", "BETA", "ALPHA")]
    return desk


def had(desk: Desk) -> list[list[tuple[int, object]]]:
    return [line for order_id in desk.orders for line in desk.promised(order_id)]


def test_supply_for_80_percent_gives_every_order_80_percent_and_says_of_what(five):
    run = five.simulated(FAIR)
    assert had(five) == [[(100, WEDNESDAY)]] * 4 + [[]], "a simulation changes nothing"
    assert (run.better, run.worse) == (1, 4)
    for change in run.changes.all():
        assert (
            words.limit_of(change)
            == "It gets 80 percent: fair share of 400 piece among 5 lines that ask for 500 piece."
        )

    five.apply(run)
    assert had(five) == [[(80, WEDNESDAY)]] * 5
    assert five.simulated(FAIR, name="Again").changes.count() == 0
    run.refresh_from_db()
    five.undo(run)
    assert had(five) == [[(100, WEDNESDAY)]] * 4 + [[]]
    assert_books_hold()


def test_who_comes_before_the_segment_keeps_what_its_strategy_says(five):
    first = SegmentDraft("Beta", "gain", Filter(customers=("BETA",)))
    five.applied(first, FAIR)
    assert had(five) == [
        [(67, WEDNESDAY)],
        [(100, WEDNESDAY)],
        [(67, WEDNESDAY)],
        [(100, WEDNESDAY)],
        [(66, WEDNESDAY)],
    ]
    assert_books_hold()


def test_two_segments_share_each_by_itself(five):
    first = SegmentDraft("Beta", "share", Filter(customers=("BETA",)))
    run = five.applied(first, FAIR)
    assert [line[0][0] for line in had(five)] == [67, 100, 67, 100, 66]
    said = [words.limit_of(change) for change in run.changes.order_by("document_id", "id")]
    assert (
        said[0]
        == "It gets 67 piece, rounded from 66 percent: fair share of 200 piece among 3 lines that ask for 300 piece."
    )


def test_it_is_a_strategy_of_the_file(desk, row):
    assert bring(desk, file_of(row(strategy="share"))) == Brought(1, 0, 0)
    assert Variant.objects.get().segments.get().strategy == "share"
    assert bring(desk, taken_out(desk)) == Brought(0, 0, 1)


def test_the_page_of_a_change_says_what_the_share_was_of(five, browser):
    run = five.simulated(FAIR)
    change = run.changes.order_by("document_id")[0]
    page = browser.get(reverse("backorders:change", args=[change.pk])).content.decode()
    assert "Fair share: the line had more than its share, or others come before its segment." in page
    assert "It gets 80 percent: fair share of 400 piece among 5 lines that ask for 500 piece." in page
