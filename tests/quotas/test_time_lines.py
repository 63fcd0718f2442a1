"""Quotas in the books, as time lines: what is planned, who asks, what is confirmed, what is consumed."""

from dataclasses import replace

import pytest

from tests.promising.books import holds, march, told
from tests.quotas.planned import WEEKS, consumed, customers, order, uses
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import ProtectionDraft
from troth.kernel.errors import BusinessError
from troth.platform.actors import SYSTEM


def test_a_region_takes_at_most_its_quota_and_the_rest_waits_for_the_next_week(books):
    product = books.product()
    books.supply(product, (None, 500))
    procedure = books.quota(product, ("NORTH", march(2), 200), ("NORTH", march(9), 50))

    promise = books.confirm(books.asks(product, 230, march(4), region="NORTH"))

    assert told(promise, 1) == [(4, 200, "stock"), (9, 30, "stock")]
    assert consumed(procedure) == {("NORTH", 1): 200, ("NORTH", 2): 30}
    assert promise.lines[1].sentence == (
        "Requested for 4 Mar 2026. 200 EA arrive on 4 Mar 2026 from stock, 30 EA on 9 Mar 2026 from stock. "
        "Quota of region NORTH in week 10 of 2026 is used up; 50 EA left from 9 Mar 2026."
    )
    assert holds()


def test_whoever_is_in_no_cell_may_take_all_of_it_if_the_procedure_says_so(books):
    """T7: North may have 200, South 100, everybody else is not limited."""
    product = books.product()
    books.supply(product, (None, 500))
    books.quota(product, ("NORTH", march(2), 200), ("SOUTH", march(2), 100))

    promise = books.confirm(books.asks(product, 500, march(3), region="EAST"))

    assert told(promise, 1) == [(3, 500, "stock")]
    assert uses(1) == []
    assert holds()


def test_whoever_is_in_no_cell_gets_nothing_if_the_procedure_says_so(books):
    """T7: a new customer gets nothing unless there is a row for any other."""
    product = books.product()
    books.supply(product, (None, 1000))
    procedure = books.quota(product, ("NORTH", march(2), 400), without_cell="nothing")

    promise = books.confirm(books.asks(product, 10, march(3), region="EAST"))
    assert promise.lines[1].confirmed == 0
    assert promise.lines[1].sentence.endswith("Quota Region plans nothing for this line.")

    books.plan(procedure, ({}, march(2), 4))
    promise = books.confirm(books.asks(product, 10, march(3), region="EAST"))
    assert told(promise, 2) == [(3, 4, "stock")]
    assert uses(2) == [("#", 1, 4)]
    assert holds()


def test_groups_of_one_contract_leave_each_other_what_is_theirs(books):
    """T7: of 1,000 a month A may have 400, so the others can have 600 and no more than theirs."""
    product = books.product()
    books.supply(product, (None, 1000))
    procedure = books.quota(
        product, ("NORTH", march(2), 400), ("SOUTH", march(2), 300), ("EAST", march(2), 300), period="month"
    )

    first = books.confirm(books.asks(product, 500, march(3), region="NORTH"))
    other = books.confirm(books.asks(product, 600, march(3), region="SOUTH", document=order(2)))

    assert (first.lines[1].confirmed, other.lines[2].confirmed) == (400, 300)
    assert list(consumed(procedure).values()) == [400, 300]
    assert other.lines[2].sentence.endswith(
        "Quota of region SOUTH in Mar 2026 is used up; nothing more is planned after it."
    )
    assert holds()


def test_what_earlier_weeks_left_over_may_be_looked_back_to(books):
    product = books.product()
    books.supply(product, (None, 500))
    procedure = books.quota(
        product, *(("NORTH", day, quantity) for day, quantity in zip(WEEKS, (10, 0, 30, 0), strict=True)), look_back=1
    )

    promise = books.confirm(books.asks(product, 25, march(10), region="NORTH"))

    assert told(promise, 1) == [(10, 10, "stock"), (16, 15, "stock")]
    assert consumed(procedure) == {("NORTH", 1): 10, ("NORTH", 3): 15}
    assert holds()


def test_a_later_week_is_borrowed_from_only_where_the_procedure_looks_ahead(books):
    product = books.product()
    books.supply(product, (None, 500))
    procedure = books.quota(product, ("NORTH", march(2), 10), ("NORTH", march(9), 30), look_ahead=1)

    promise = books.confirm(books.asks(product, 25, march(3), region="NORTH"))

    assert told(promise, 1) == [(3, 25, "stock")]
    assert consumed(procedure) == {("NORTH", 1): 10, ("NORTH", 2): 15}
    assert holds()


def test_what_the_first_procedure_does_not_cover_is_asked_of_the_next(books):
    product = books.product()
    books.supply(product, (None, 500))
    regions, groups = books.procedure("REGION"), books.procedure("GROUP", "customer_group")
    customers(books, "retail")
    books.plan(regions, ({"region": "NORTH"}, march(2), 10))
    books.plan(groups, ({"customer_group": "retail"}, march(2), 8))
    books.sequence("REGION", "GROUP", product=product)

    promise = books.confirm(books.asks(product, 25, march(3), region="NORTH", group="retail"))

    assert told(promise, 1) == [(3, 18, "stock")]
    assert (consumed(regions), consumed(groups)) == ({("NORTH", 1): 10}, {("retail", 1): 8})
    assert holds()


def test_every_sequence_that_holds_must_have_room(books):
    product = books.product(category="bikes")
    books.supply(product, (None, 500))
    regions, groups = books.procedure("REGION"), books.procedure("GROUP", "customer_group")
    customers(books, "retail")
    books.plan(regions, ({"region": "NORTH"}, march(2), 10))
    books.plan(groups, ({"customer_group": "retail"}, march(2), 8))
    books.sequence("REGION", product=product)
    books.sequence("GROUP", product_group="bikes")

    promise = books.confirm(books.asks(product, 25, march(3), region="NORTH", group="retail"))

    assert told(promise, 1) == [(3, 8, "stock")]
    assert (consumed(regions), consumed(groups)) == ({("NORTH", 1): 8}, {("retail", 1): 8})
    assert "Quota of customer group retail in week 10 of 2026 is used up" in promise.lines[1].sentence
    assert holds()


def test_what_a_used_up_quota_leaves_over_stays_open_if_the_procedure_says_so(books):
    product = books.product()
    books.supply(product, (None, 500))
    books.quota(product, ("NORTH", march(2), 10), ("NORTH", march(9), 30), exhausted="open")

    promise = books.confirm(books.asks(product, 25, march(3), region="NORTH"))

    assert told(promise, 1) == [(3, 10, "stock")]
    assert promise.lines[1].short == 15


def test_supply_is_a_ceiling_as_the_quota_is(books):
    product = books.product()
    books.supply(product, (None, 5), (march(11), 100))
    procedure = books.quota(product, ("NORTH", march(2), 20), ("NORTH", march(9), 7))

    promise = books.confirm(books.asks(product, 25, march(3), region="NORTH"))

    assert told(promise, 1) == [(3, 5, "stock"), (11, 7, "supply")]
    assert consumed(procedure) == {("NORTH", 1): 5, ("NORTH", 2): 7}
    assert holds()


def test_lines_of_one_order_share_a_quota_in_their_order(books):
    one, other = books.product(category="bikes"), books.product(category="bikes")
    books.supply(one, (None, 50))
    books.supply(other, (None, 50))
    procedure = books.procedure()
    books.plan(procedure, ({"region": "NORTH"}, march(2), 12))
    books.sequence("REGION", product_group="bikes")

    promise = books.confirm(
        books.asks(one, 8, march(3), region="NORTH"), books.asks(other, 8, march(3), region="NORTH")
    )

    assert (promise.lines[1].confirmed, promise.lines[2].confirmed) == (8, 4)
    assert consumed(procedure) == {("NORTH", 1): 12}
    assert holds()


def test_lines_that_arrive_together_wait_for_a_day_on_which_all_have_their_quota(books):
    rationed, late = books.product(), books.product()
    books.supply(rationed, (None, 50))
    books.supply(late, (march(12), 5))
    procedure = books.quota(
        rationed, *(("NORTH", day, quantity) for day, quantity in zip(WEEKS, (5, 0, 5, 0), strict=True))
    )

    promise = books.confirm(
        books.asks(rationed, 5, march(3), region="NORTH", complete_delivery=True),
        books.asks(late, 5, march(3), region="NORTH", complete_delivery=True),
    )

    assert [told(promise, line) for line in (1, 2)] == [[(16, 5, "stock")], [(16, 5, "supply")]]
    assert consumed(procedure) == {("NORTH", 3): 5}
    assert holds()


def test_the_time_to_procure_lifts_supply_and_no_quota(books):
    product = books.product(lead_days=5)
    procedure = books.quota(product, ("NORTH", march(2), 20), ("NORTH", march(9), 7))

    promise = books.confirm(books.asks(product, 25, march(3), region="NORTH", scope="order", lead_time=None))
    assert promise.lines[1].confirmed == 0
    assert consumed(procedure) == {}


# --- what moves ------------------------------------------------------------------------------------------------------


def test_consumption_moves_with_the_promise_and_is_returned_with_it(books):
    product = books.product()
    books.supply(product, (None, 500))
    procedure = books.quota(product, ("NORTH", march(2), 20), ("NORTH", march(9), 20))
    wish = books.asks(product, 15, march(3), region="NORTH")
    books.confirm(wish)
    assert consumed(procedure) == {("NORTH", 1): 15}

    books.again(wish._replace(requested_on=march(10)))
    assert consumed(procedure) == {("NORTH", 2): 15}
    assert uses(1) == [("NORTH", 2, 15)]

    books.again(wish._replace(requested_on=march(10), quantity=9))
    assert consumed(procedure) == {("NORTH", 2): 9}

    books.cancel(1)
    assert consumed(procedure) == {}
    assert uses(1) == []
    assert holds()


def test_a_line_that_is_promised_anew_may_take_what_it_gives_back(books):
    product = books.product()
    books.supply(product, (None, 500))
    procedure = books.quota(product, ("NORTH", march(2), 20))
    wish = books.asks(product, 20, march(3), region="NORTH")
    books.confirm(wish)

    promise = books.again(wish._replace(requested_on=march(5)))

    assert told(promise, 1) == [(5, 20, "stock")]
    assert consumed(procedure) == {("NORTH", 1): 20}
    assert holds()


def test_a_blocked_line_consumes_nothing(books):
    product = books.product()
    books.supply(product, (None, 500))
    procedure = books.quota(product, ("NORTH", march(2), 20))
    wish = books.asks(product, 20, march(3), region="NORTH")
    books.confirm(wish)

    books.again(wish, blocked=True)

    assert consumed(procedure) == {}
    assert holds()


def test_a_lowered_target_takes_no_promise_back_and_gives_no_new_one(books):
    product = books.product()
    books.supply(product, (None, 500))
    procedure = books.quota(product, ("NORTH", march(2), 20))
    books.confirm(books.asks(product, 15, march(3), region="NORTH"))

    books.plan(procedure, ({"region": "NORTH"}, march(2), 10))
    promise = books.confirm(books.asks(product, 5, march(3), region="NORTH", document=order(2)))

    assert promise.lines[2].confirmed == 0
    assert consumed(procedure) == {("NORTH", 1): 15}
    assert holds()


# --- supply protection -----------------------------------------------------------------------------------------------


def test_what_is_kept_for_a_group_is_not_promised_to_others(books):
    customers(books, "retail", "web")
    product = books.product()
    books.supply(product, (None, 100))
    books.protect(product, "retail", 40)

    other = books.confirm(books.asks(product, 100, march(3), group="web"))
    own = books.confirm(books.asks(product, 100, march(3), group="retail", document=order(2)))

    assert (other.lines[1].confirmed, own.lines[2].confirmed) == (60, 40)
    assert other.lines[1].sentence.endswith("40 EA are kept for other customers.")
    assert uses(2) == [("1", -2930, 40)] or uses(2)[0][2] == 40
    assert holds()


def test_what_the_group_takes_comes_of_its_protection_first(books):
    customers(books, "retail", "web")
    product = books.product()
    books.supply(product, (None, 100))
    books.protect(product, "retail", 40)

    books.confirm(books.asks(product, 30, march(3), group="retail"))
    other = books.confirm(books.asks(product, 100, march(3), group="web", document=order(2)))
    assert other.lines[2].confirmed == 60

    books.cancel(1)
    third = books.confirm(books.asks(product, 100, march(3), group="web", document=order(3)))
    assert third.lines[3].confirmed == 0
    assert holds()


def test_a_protection_of_a_later_week_keeps_what_is_there_until_then(books):
    customers(books, "retail", "web")
    product = books.product()
    books.supply(product, (None, 50), (march(11), 50))
    books.protect(product, "retail", 80, (march(16), march(20)))

    other = books.confirm(books.asks(product, 100, march(3), group="web"))

    assert told(other, 1) == [(3, 20, "stock")]


def test_a_protection_lapses_with_its_last_day(books):
    customers(books, "retail", "web")
    product = books.product()
    books.supply(product, (None, 50))
    books.protect(product, "retail", 40, (march(2), march(3)))

    books.clock = books.clock.__class__(books.clock.now().replace(day=4))
    other = books.confirm(books.asks(product, 50, march(5), group="web"))

    assert told(other, 1) == [(5, 50, "stock")]


def test_an_urgent_line_of_the_group_goes_before_the_others_of_it(books):
    customers(books, "retail")
    product = books.product()
    books.supply(product, (None, 50))
    books.protect(product, "retail", 30, priority=1)

    usual = books.confirm(books.asks(product, 50, march(3), group="retail", priority=5))
    urgent = books.confirm(books.asks(product, 50, march(3), group="retail", priority=1, document=order(2)))

    assert (usual.lines[1].confirmed, urgent.lines[2].confirmed) == (20, 30)
    assert holds()


def test_of_two_characteristics_only_who_has_both_takes_of_what_is_kept(books):
    """50 in stock, 40 kept for dealers of the north: a dealer of the south and a shop of the north see ten."""
    customers(books, "dealer", "shop")
    product = books.product()
    books.supply(product, (None, 50))
    both = {"second_characteristic": "region", "second_value": "NORTH"}
    books.protect(product, "dealer", 40, **both)

    south = books.confirm(books.asks(product, 50, march(3), group="dealer", region="SOUTH"))
    shop = books.confirm(books.asks(product, 50, march(3), group="shop", region="NORTH", document=order(2)))
    north = books.confirm(books.asks(product, 50, march(3), group="dealer", region="NORTH", document=order(3)))

    assert (south.lines[1].confirmed, shop.lines[2].confirmed, north.lines[3].confirmed) == (10, 0, 40)
    assert (uses(1), [quantity for _, _, quantity in uses(3)]) == ([], [40])
    assert holds()


def test_the_order_of_the_two_says_nothing_and_all_of_a_product_are_told_apart_by_the_same(books):
    customers(books, "dealer")
    product = books.product()
    both = {"second_characteristic": "region", "second_value": "NORTH"}
    books.protect(product, "dealer", 40, **both)
    turned = ProtectionDraft(
        "P1", "S1", "region", "NORTH", march(2), march(31), 5, None, True, "customer_group", "dealer"
    )
    for wrong, field in (
        (turned, "first_on"),
        (replace(turned, second_characteristic="", second_value=""), "characteristic"),
        (replace(turned, second_characteristic="region"), "second_characteristic"),
        (replace(turned, second_value=""), "second_value"),
        (replace(turned, second_value="nobody"), "second_value"),
        (replace(turned, second_characteristic=""), "second_characteristic"),
    ):
        with pytest.raises(BusinessError) as refused:
            quotas.save_protection(wrong, by=SYSTEM, clock=books.clock)
        assert refused.value.field == field


def test_something_is_kept_for_one_customer(books):
    customers(books, "dealer", "dealer")
    product = books.product()
    books.supply(product, (None, 50))
    quotas.save_protection(
        ProtectionDraft("P1", "S1", "customer", "100", march(2), march(31), 30), by=SYSTEM, clock=books.clock
    )

    other = books.confirm(books.asks(product, 50, march(3), group="dealer", customer="101"))
    own = books.confirm(books.asks(product, 50, march(3), group="dealer", customer="100", document=order(2)))

    assert (other.lines[1].confirmed, own.lines[2].confirmed) == (20, 30)
    assert holds()
