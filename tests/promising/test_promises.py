"""Promises in the books: groups, dates, changes, what-if, and what is kept as the record."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.promising.books import AT_ONCE, TODAY, WEEKDAYS, demand, holds, march, told
from troth.business.promising import actions as promising
from troth.business.promising import measures, queries
from troth.business.promising.measures import Unconfirmed
from troth.business.promising.models import Requirement
from troth.business.promising.rules import Way
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.kernel.scheduling import Calendars, Durations
from troth.kernel.scopes import STANDARD, Event
from troth.ledgers.availability.models import Posting
from troth.platform.documents import DocumentRef
from troth.platform.sql import tally

DELIVERY = DocumentRef("delivery", 1, "80")


# --- wishes of one order ---------------------------------------------------------------------------------------------


def test_lines_of_one_product_are_counted_together_in_their_order(books):
    product = books.product()
    books.supply(product, (None, 10), (march(8), 20))

    promise = books.confirm(books.wish(product, 7, march(3)), books.wish(product, 7, march(3)))

    assert told(promise, 1) == [(3, 7, "stock")]
    assert told(promise, 2) == [(3, 3, "stock"), (8, 4, "supply")]
    assert demand(books, product) == [("STOCK", 0, 10), ("PURCHASE", 8, 20), ("ORDER", 3, -10), ("ORDER", 8, -4)]
    assert holds()


def test_an_order_that_is_not_fully_confirmed_keeps_its_wish(books):
    product = books.product()
    books.supply(product, (None, 4))

    promise = books.confirm(books.wish(product, 10, march(3)))

    assert promise.short_lines == (1,)
    row = Requirement.objects.get()
    assert (row.quantity, row.confirmed_quantity, row.requested_on) == (10, 4, march(3))
    assert list(measures.short()) == [row]
    assert measures.unconfirmed(None, march(2)) == Unconfirmed(1, 1, late=0, oldest_at=row.promised_at)
    assert measures.unconfirmed(None, march(3)).late == 1
    assert measures.unconfirmed(frozenset(), march(3)) == Unconfirmed(0, 0, late=0, oldest_at=None)


def test_a_complete_delivery_goes_on_the_day_of_its_last_line(books):
    ready, late = books.product(), books.product()
    books.supply(ready, (None, 10))
    books.supply(late, (march(9), 10))

    promise = books.confirm(
        books.wish(ready, 5, march(3), complete_delivery=True), books.wish(late, 5, march(3), complete_delivery=True)
    )

    assert told(promise, 1) == [(9, 5, "stock")]
    assert told(promise, 2) == [(9, 5, "supply")]
    assert promise.delivery_on == march(9)
    assert holds()


def test_a_complete_delivery_that_cannot_be_whole_holds_no_goods(books):
    ready, never = books.product(), books.product()
    books.supply(ready, (None, 10))

    promise = books.confirm(
        books.wish(ready, 5, march(3), complete_delivery=True), books.wish(never, 5, march(3), complete_delivery=True)
    )

    assert promise.short_lines == (1, 2)
    assert demand(books, ready) == [("STOCK", 0, 10)]
    assert "all lines are to arrive together" in promise.lines[1].sentence


def test_lines_that_are_held_back_together_name_the_item_in_the_way(books):
    ready, never = books.product(), books.product()
    books.supply(ready, (None, 10))

    promise = books.confirm(
        books.wish(ready, 5, march(3), delivery_group=1, line_number=10),
        books.wish(never, 5, march(3), delivery_group=1, line_number=20),
    )

    said = "Nothing is confirmed, because all lines are to arrive together and item 20 cannot."
    assert promise.lines[1].sentence == f"Requested for 3 Mar 2026. {said}"
    assert queries.explain("order", 1).sentence == promise.lines[1].sentence


def test_a_delivery_group_waits_for_its_own_lines_only(books):
    ready, late, other = books.product(), books.product(), books.product()
    books.supply(ready, (None, 10))
    books.supply(late, (march(9), 10))
    books.supply(other, (None, 10))

    promise = books.confirm(
        books.wish(ready, 5, march(3), delivery_group=1),
        books.wish(other, 5, march(3)),
        books.wish(late, 5, march(3), delivery_group=1),
    )

    assert [told(promise, line) for line in (1, 2, 3)] == [[(9, 5, "stock")], [(3, 5, "stock")], [(9, 5, "supply")]]


def test_a_blocked_order_keeps_its_wishes_and_no_goods(books):
    product = books.product()
    books.supply(product, (None, 10))

    promise = books.confirm(books.wish(product, 5, march(3)), blocked=True)

    assert (promise.lines[1].confirmed, promise.lines[1].short) == (0, 5)
    assert demand(books, product) == [("STOCK", 0, 10)]
    assert promise.lines[1].sentence.endswith("Nothing is confirmed while the document is blocked.")


def test_what_is_not_kept_in_stock_is_confirmed_without_a_check(books):
    product = books.product(is_stocked=False)

    promise = books.confirm(books.wish(product, 5, march(3), is_checked=False))

    assert told(promise, 1) == [(3, 5, "unchecked")]
    assert demand(books, product) == []
    assert holds()


def test_a_closed_site_and_an_unknown_scope_are_refused(books):
    product = books.product()
    closed = replace(AT_ONCE, is_open=False)

    with pytest.raises(promising.SiteClosed):
        books.confirm(books.wish(product, 5, march(3), way=closed))
    with pytest.raises(promising.UnknownScope, match="hope"):
        queries.scope("hope")

    assert Requirement.objects.count() == 0


# --- dates -----------------------------------------------------------------------------------------------------------

TWO_DAYS = Way("S1", "UTC", True, Durations(pick_pack=1, transit=2), Calendars(WEEKDAYS, WEEKDAYS, WEEKDAYS))


def test_dates_are_counted_back_from_the_wish_over_open_days(books):
    product = books.product()
    books.supply(product, (None, 10))

    promise = books.confirm(books.wish(product, 5, march(10), way=TWO_DAYS))

    [schedule] = promise.lines[1].schedules
    # Tuesday 10 March at the customer's: leaves on Friday the 6th, so goods are picked from Thursday the 5th on.
    assert (schedule.material_on, schedule.goods_issue_on, schedule.delivery_on) == (march(5), march(6), march(10))
    assert promise.lines[1].is_on_time


def test_transport_is_planned_beside_picking_so_that_both_end_at_loading(books):
    product = books.product()
    books.supply(product, (None, 10))
    durations = Durations(pick_pack=1, loading=1, transit=2, transportation_planning=3)
    way = Way("S1", "UTC", True, durations, Calendars(WEEKDAYS, WEEKDAYS, WEEKDAYS))

    promise = books.confirm(books.wish(product, 5, march(13), way=way))

    [schedule] = promise.lines[1].schedules
    # Friday the 13th at the customer's: leaves on Wednesday the 11th, loaded on Tuesday, picked on Monday the 9th;
    # the transport is planned from Thursday the 5th on, three working days before loading.
    assert schedule.days == (march(9), march(5), march(10), march(11), march(13))


def test_late_goods_are_counted_forward_over_the_weekend(books):
    product = books.product()
    books.supply(product, (march(6), 10))

    promise = books.confirm(books.wish(product, 5, march(6), way=TWO_DAYS))

    [schedule] = promise.lines[1].schedules
    # There on Friday 6 March: leaves on Monday the 9th, arrives on Wednesday the 11th.
    assert (schedule.material_on, schedule.goods_issue_on, schedule.delivery_on) == (march(6), march(9), march(11))
    assert promise.late_lines == (1,)


def test_a_wish_that_time_alone_cannot_meet_starts_today(books):
    product = books.product()
    books.supply(product, (None, 10))

    promise = books.confirm(books.wish(product, 5, date(2025, 1, 1), way=TWO_DAYS))

    [schedule] = promise.lines[1].schedules
    assert (schedule.material_on, schedule.delivery_on) == (march(2), march(5))
    assert Requirement.objects.get().requested_on == date(2025, 1, 1)


# --- changes ---------------------------------------------------------------------------------------------------------


def test_a_promise_that_holds_keeps_its_dates_although_earlier_goods_came(books):
    product = books.product()
    books.supply(product, (march(8), 20))
    wish = books.wish(product, 10, march(3))
    books.confirm(wish)
    books.supply(product, (None, 50))

    promise = books.reconfirm(wish)

    assert told(promise, 1) == [(8, 10, "supply")]
    assert promise.lines[1].is_kept


def test_a_promise_that_broke_is_made_again(books):
    product = books.product()
    books.supply(product, (march(8), 20))
    wish = books.wish(product, 10, march(3))
    books.confirm(wish)
    books.supply(product, (march(8), -20), (march(12), 20))

    promise = books.reconfirm(wish)

    assert told(promise, 1) == [(12, 10, "supply")]
    assert Requirement.objects.get().first_promised_on == march(8)
    assert holds()


def test_a_changed_wish_gives_back_what_it_held_before_it_takes(books):
    product = books.product()
    books.supply(product, (None, 10))
    wish = books.wish(product, 8, march(3))
    books.confirm(wish)

    promise = books.reconfirm(wish._replace(quantity=10, requested_on=march(5)))

    assert told(promise, 1) == [(5, 10, "stock")]
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 5, -10)]
    assert holds()


def test_a_wish_promised_the_same_again_leaves_no_posting(books):
    product = books.product()
    books.supply(product, (None, 10))
    wish = books.wish(product, 8, march(3))
    books.confirm(wish)
    before = Posting.objects.count()

    books.reconfirm(wish._replace(priority=1), anew=True)

    assert Posting.objects.count() == before
    assert Requirement.objects.get().priority == 1


def test_what_is_withdrawn_is_free_at_once(books):
    product = books.product()
    books.supply(product, (None, 10))
    books.confirm(books.wish(product, 8, march(3)))

    books.withdraw(product, 1)

    assert demand(books, product) == [("STOCK", 0, 10)]
    assert queries.promise("order", [1])[1].is_withdrawn
    assert told(books.confirm(books.wish(product, 10, march(3))), 2) == [(3, 10, "stock")]
    assert measures.unconfirmed(None, march(3)).orders == 0
    assert holds()


# --- the record ------------------------------------------------------------------------------------------------------


def test_the_record_says_that_the_next_receipt_is_promised_to_others_already(books):
    product = books.product()
    books.supply(product, (march(8), 20))
    books.confirm(books.wish(product, 20, march(8), line_id=1))

    promise = books.confirm(books.wish(product, 5, march(3), line_id=2))

    assert promise.lines[2].sentence == (
        "Requested for 3 Mar 2026. 5 EA cannot be confirmed: on 3 Mar 2026 nothing more is free, nor is the next "
        "receipt, a purchase order due on 8 Mar 2026."
    )


def test_the_record_says_why_a_line_is_late_and_what_comes_next(books):
    product = books.product()
    books.supply(product, (None, 4), (march(8), 20))

    promise = books.confirm(books.wish(product, 10, march(3)))

    explained = queries.explain("order", 1)
    assert explained is not None
    assert explained.sentence == promise.lines[1].sentence
    assert explained.sentence == (
        "Requested for 3 Mar 2026. 4 EA arrive on 3 Mar 2026 from stock, 6 EA on 8 Mar 2026 from supply on order. "
        "On 3 Mar 2026 nothing more is free; the next receipt is a purchase order due on 8 Mar 2026."
    )
    assert (explained.scope, explained.version, explained.looked_on) == ("order", 1, TODAY)
    assert explained.free == ((march(3), 4), (march(8), 24))
    [first, second] = explained.schedules
    assert first.binding is not None
    assert (first.binding.day, first.binding.balance) == (day_of(march(3)), 4)
    assert first.binding.receipt == (Category.PURCHASE, day_of(march(8)), 20)
    assert second.binding is not None
    assert second.binding.balance == 24


def test_a_receipt_after_all_that_the_check_looks_at_is_said_to_be_so(books):
    product = books.product()
    far = TODAY + timedelta(days=STANDARD[Event.ORDER].horizon_days)
    books.supply(product, (None, 1), (far + timedelta(days=1), 20))

    promise = books.confirm(books.wish(product, 3, march(3)))

    assert promise.lines[1].sentence.endswith(
        "2 EA cannot be confirmed: on 3 Mar 2026 nothing more is free; the next receipt, a purchase order due on "
        "3 Mar 2027, is later than the check looks."
    )
    books.supply(product, (far, 20))
    assert books.reconfirm(books.wish(product, 3, march(3), line_id=1)).lines[1].confirmed == 3


def test_a_line_on_time_and_a_line_in_want_are_told_in_a_sentence(books):
    product = books.product()
    books.supply(product, (None, 4))

    promise = books.confirm(books.wish(product, 3, march(3)), books.wish(product, 3, march(3)))

    assert promise.lines[1].sentence == "As requested: 3 EA arrive on 3 Mar 2026 from stock."
    assert promise.lines[2].sentence == (
        "Requested for 3 Mar 2026. 1 EA arrive on 3 Mar 2026 from stock. "
        "2 EA cannot be confirmed: on 3 Mar 2026 nothing more is free, and no receipt is known after it."
    )


def test_what_if_answers_as_the_books_would_and_leaves_no_trace(books):
    product = books.product()
    books.supply(product, (None, 10), (march(8), 20))
    wish = books.wish(product, 15, march(3))

    supposed = promising.simulate([wish], clock=books.clock)

    assert (Requirement.objects.count(), demand(books, product)) == (0, [("STOCK", 0, 10), ("PURCHASE", 8, 20)])
    assert told(supposed, 1) == told(books.confirm(wish), 1) == [(3, 10, "stock"), (8, 5, "supply")]
    assert told(promising.simulate([wish._replace(quantity=20)], clock=books.clock), 1)[1] == (8, 10, "supply")


def test_statements_do_not_depend_on_the_number_of_lines(books):
    def spent(count: int) -> int:
        products = [books.product() for _ in range(count)]
        wishes = [books.wish(one, 5, march(3)) for one in products]
        for one in products:
            books.supply(one, (None, 3), (march(9), 5))
        before = tally.statements
        books.confirm(*wishes)
        return tally.statements - before

    assert spent(1) == spent(60)
