"""What would make a line earlier that a quota holds down: a larger target, that of another week; each as a what-if."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.promising.books import march
from tests.quotas.test_consumption import _Wishes
from troth.business.promising import actions as promising
from troth.business.promising.actions import Check, Raised, check, register_wishes
from troth.business.promising.models import Requirement
from troth.business.promising.web import earlier
from troth.business.promising.web.what_if_links import of_road
from troth.ledgers.quota.models import Posting
from troth.platform.documents import DocumentRef


@pytest.fixture
def line(books):
    def make(product, quantity, **fields):
        wish = books.asks(product, quantity, march(3), document=DocumentRef("rationed", 1, "1"), **fields)
        books.confirm(wish)
        register_wishes("rationed", _Wishes(wish))
        before = Posting.objects.count()
        found = {road.road: road for road in promising.earlier("rationed", 1, clock=books.clock)}
        assert Posting.objects.count() == before
        return Requirement.objects.get(), found

    return make


def rooms(road):
    return [(room.procedure, room.on, room.more) for room in road.rooms]


def test_a_line_that_two_quotas_hold_down_is_told_by_how_much_each_is_to_be_raised(books, line):
    product = books.product()
    books.supply(product, (None, 500))
    books.quota(product, ("NORTH", march(2), 20))
    other = books.procedure("CHANNEL", "channel")
    books.plan(other, ({"channel": "#"}, march(2), 25))
    books.sequence("CHANNEL", product=product)

    _promise, roads = line(product, 30, region="NORTH", channel="")

    assert rooms(roads["quota"]) == [("REGION", march(2), 10), ("CHANNEL", march(2), 5)]
    assert [(one.on, one.quantity) for one in roads["quota"].arrivals] == [(march(3), 30)]


def test_what_another_week_leaves_is_used_of_the_nearest_that_has_enough(books, line):
    product = books.product()
    books.supply(product, (None, 500))
    books.quota(product, ("NORTH", march(2), 20), ("NORTH", march(9), 4), ("NORTH", march(16), 40))

    _promise, roads = line(product, 30, region="NORTH")

    assert rooms(roads["period"]) == [("REGION", march(16), -10), ("REGION", march(2), 10)]
    assert earlier.road_words(roads["period"], (0, "EA")) == (
        "Take 10 EA out of the quota of region NORTH in week 12 of 2026;"
        " Raise the quota of region NORTH in week 10 of 2026 by 10 EA"
    )


def test_a_week_for_which_nothing_is_planned_may_be_planned(books, line):
    product = books.product()
    books.supply(product, (None, 500))
    books.quota(product, ("NORTH", march(16), 40))
    _promise, roads = line(product, 30, region="NORTH")
    assert [(one.on, one.quantity) for one in roads["quota"].arrivals] == [(march(3), 30)]
    assert rooms(roads["quota"]) == [("REGION", march(2), 30)]


def test_what_is_supposed_of_a_quota_counts_in_a_check_and_is_nowhere_else(books):
    product = books.product()
    books.supply(product, (None, 500))
    books.quota(product, ("#", march(2), 20))
    asked = Check(product.pk, books.site.pk, 30, march(3))

    def confirmed(*supposed):
        [answer] = check([asked], supposed, clock=books.clock)
        return sum(one.quantity for one in answer.schedules if one.delivery_on == march(3))

    assert confirmed() == 20
    assert confirmed(Raised("REGION", march(5), 6)) == 26
    assert confirmed(Raised("REGION", march(5), -6)) == 14
    assert confirmed(Raised("REGION", march(5), -600)) == 0
    assert confirmed(Raised("REGION", march(9), 6)) == 20
    assert confirmed(Raised("OTHER", march(5), 6)) == 20
    assert confirmed() == 20


def test_the_address_of_a_road_over_quotas_fills_in_the_page(books, line):
    product = books.product()
    books.supply(product, (None, 500))
    books.quota(product, ("NORTH", march(2), 20), ("NORTH", march(16), 40))
    promise, roads = line(product, 30, region="NORTH")
    asked = parse_qs(urlsplit(of_road(roads["period"], promise, "2026-03-02")).query)
    told = [tuple(asked[f"rows-{at}-{name}"][0] for name in ("what", "quantity", "on")) for at in (0, 1)]
    assert told == [("no_quota:REGION", "10", "2026-03-16"), ("quota:REGION", "10", "2026-03-02")]
    assert asked["promise"] == [str(promise.pk)]
