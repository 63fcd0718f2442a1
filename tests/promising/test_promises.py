"""Promises in the books: groups, dates, changes, deliveries, allocations, what-if, and what is kept as the record."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction

from tests.promising.books import AT_ONCE, TODAY, WEEKDAYS, Books, march
from troth.business.promising import actions as promising
from troth.business.promising import queries
from troth.business.promising.actions import GivingBack, Issuing, Taking
from troth.business.promising.models import Requirement
from troth.business.promising.rules import Way
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.kernel.scheduling import Calendars, Durations
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.models import Posting
from troth.ledgers.stock import queries as stock
from troth.platform import locks, verify
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef
from troth.platform.sql import Tally

DELIVERY = DocumentRef("delivery", 1, "80")


def told(promise: promising.Promise, line_id: int) -> list[tuple[int, int, str]]:
    """(day of March at the customer's, quantity, basis) of each schedule line."""
    return [(one.delivery_on.day, one.quantity, str(one.basis)) for one in promise.lines[line_id].schedules]


def demand(books: Books, product, segment: str = "") -> list[tuple[str, int, int]]:
    """(category, day of March or 0, quantity) of the series."""
    found = availability.series(product.pk, books.site.pk, segment).postings()
    return [
        (Category(category).name, day - day_of(TODAY) + 2 if category else 0, quantity)
        for category, day, quantity in found
    ]


def holds() -> bool:
    return [result.name for result in verify.run() if not result.holds] == []


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
    [unconfirmed] = queries.unconfirmed(books.company.pk)
    assert (unconfirmed.line_id, unconfirmed.short, unconfirmed.product) == (1, 6, product.number)


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
    with pytest.raises(promising.UnknownScope):
        books.confirm(books.wish(product, 5, march(3), scope="hope"))

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

    promise = books.reconfirm(replace(wish, quantity=10, requested_on=march(5)))

    assert told(promise, 1) == [(5, 10, "stock")]
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 5, -10)]
    assert holds()


def test_a_wish_promised_the_same_again_leaves_no_posting(books):
    product = books.product()
    books.supply(product, (None, 10))
    wish = books.wish(product, 8, march(3))
    books.confirm(wish)
    before = Posting.objects.count()

    books.reconfirm(replace(wish, priority=1), anew=True)

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
    assert queries.unconfirmed(books.company.pk) == []
    assert holds()


# --- the record ------------------------------------------------------------------------------------------------------


def test_the_record_says_why_a_line_is_late_and_what_comes_next(books):
    product = books.product()
    books.supply(product, (None, 4), (march(8), 20))

    promise = books.confirm(books.wish(product, 10, march(3)))

    explained = queries.explain("order", 1)
    assert explained is not None
    assert explained.sentence == promise.lines[1].sentence
    assert explained.sentence == (
        "Requested for 3 Mar 2026. 4 EA arrive on 3 Mar 2026 from stock, 6 EA on 8 Mar 2026 from supply on order. "
        "On 3 Mar 2026 everything is promised; the next receipt is a purchase order due on 8 Mar 2026."
    )
    assert (explained.scope, explained.version, explained.looked_on) == ("order", 1, TODAY)
    assert explained.free == ((march(3), 4), (march(8), 24))
    [first, second] = explained.schedules
    assert first.binding is not None
    assert (first.binding.day, first.binding.balance) == (day_of(march(3)), 4)
    assert first.binding.receipt == (Category.PURCHASE, day_of(march(8)), 20)
    assert second.binding is not None
    assert second.binding.balance == 24


def test_a_line_on_time_and_a_line_in_want_are_told_in_a_sentence(books):
    product = books.product()
    books.supply(product, (None, 4))

    promise = books.confirm(books.wish(product, 3, march(3)), books.wish(product, 3, march(3)))

    assert promise.lines[1].sentence == "As requested: 3 EA arrive on 3 Mar 2026 from stock."
    assert promise.lines[2].sentence == (
        "Requested for 3 Mar 2026. 1 EA arrive on 3 Mar 2026 from stock. "
        "2 EA cannot be confirmed: on 3 Mar 2026 everything is promised, and no receipt is known after it."
    )


def test_what_if_answers_as_the_books_would_and_leaves_no_trace(books):
    product = books.product()
    books.supply(product, (None, 10), (march(8), 20))
    wish = books.wish(product, 15, march(3))

    supposed = promising.simulate([wish], clock=books.clock)

    assert (Requirement.objects.count(), demand(books, product)) == (0, [("STOCK", 0, 10), ("PURCHASE", 8, 20)])
    assert told(supposed, 1) == told(books.confirm(wish), 1) == [(3, 10, "stock"), (8, 5, "supply")]
    assert told(promising.simulate([replace(wish, quantity=20)], clock=books.clock), 1)[1] == (8, 10, "supply")


def test_statements_do_not_depend_on_the_number_of_lines(books):
    def spent(count: int) -> int:
        products = [books.product() for _ in range(count)]
        wishes = [books.wish(one, 5, march(3)) for one in products]
        for one in products:
            books.supply(one, (None, 3), (march(9), 5))
        before = Tally.statements
        books.confirm(*wishes)
        return Tally.statements - before

    assert spent(1) == spent(60)


# --- deliveries ------------------------------------------------------------------------------------------------------


def take_over(books, product, *takings):
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", [one.line_id for one in takings]), books.key(product))
        return promising.take_over(held, takings, delivery=DELIVERY, today=TODAY, at=books.clock.now())


def during(books, verb, line_ids, *arguments, **options):
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", line_ids))
        return verb(held, *arguments, delivery=DELIVERY, at=books.clock.now(), **options)


def test_a_delivery_takes_the_demand_over_and_goods_issue_ends_it(books):
    product = books.product()
    books.supply(product, (None, 10))
    books.confirm(books.wish(product, 8, march(3)))

    [taken] = take_over(books, product, Taking(1, 71, 5, march(4)))

    assert (taken.quantity, taken.short) == (5, 0)
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 3, -3), ("DELIVERY", 4, -5)]
    line = queries.promise("order", [1])[1]
    assert (line.open, line.confirmed, [delivered for _, delivered in line.schedules]) == (3, 8, [5])
    assert holds()

    issued = [Issuing(1, 71, product.pk, books.site.pk, 5)]
    during(books, promising.issue, [1], issued, today=TODAY)
    assert demand(books, product) == [("STOCK", 0, 5), ("ORDER", 3, -3)]

    during(books, promising.unissue, [1], issued, goods_issue_on=march(4))
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 3, -3), ("DELIVERY", 4, -5)]

    during(books, promising.give_back, [1], [GivingBack(1, 71, 5)])
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 3, -8)]
    assert queries.promise("order", [1])[1].open == 8
    assert holds()


def test_a_delivery_gets_only_what_lies_here(books):
    product = books.product()
    books.supply(product, (None, 4), (march(3), 10))
    books.confirm(books.wish(product, 8, march(3)))

    [taken] = take_over(books, product, Taking(1, 71, 8, march(3)))

    assert (taken.quantity, taken.short) == (4, 4)


def test_a_delivery_ahead_of_its_day_takes_nothing_that_others_need_before(books):
    product = books.product()
    books.supply(product, (None, 10), (march(6), 10))
    books.confirm(books.wish(product, 10, march(4)), books.wish(product, 10, march(6)))

    [early] = take_over(books, product, Taking(2, 72, 10, march(3)))
    [due] = take_over(books, product, Taking(1, 71, 10, march(4)))

    assert (early.quantity, due.quantity) == (0, 10)


def test_what_a_delivery_gives_back_to_a_withdrawn_line_is_free(books):
    product = books.product()
    books.supply(product, (None, 10))
    books.confirm(books.wish(product, 8, march(3)))
    take_over(books, product, Taking(1, 71, 5, march(4)))
    books.withdraw(product, 1)

    during(books, promising.give_back, [1], [GivingBack(1, 71, 5)])

    assert demand(books, product) == [("STOCK", 0, 10)]
    assert holds()


def test_a_wish_cannot_shrink_below_what_is_delivered(books):
    product = books.product()
    books.supply(product, (None, 10))
    wish = books.wish(product, 8, march(3))
    books.confirm(wish)
    take_over(books, product, Taking(1, 71, 5, march(4)))

    with pytest.raises(promising.LessThanDelivered):
        books.reconfirm(replace(wish, quantity=4))
    promise = books.reconfirm(replace(wish, quantity=6))

    assert (promise.lines[1].confirmed, promise.lines[1].delivered, promise.lines[1].short) == (1, 5, 0)
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 3, -1), ("DELIVERY", 4, -5)]
    assert holds()


def test_the_due_list_shows_what_can_be_picked_the_earliest_first(books):
    product = books.product()
    books.supply(product, (None, 10), (march(20), 10))
    books.confirm(books.wish(product, 4, march(5)), books.wish(product, 3, march(4), priority=1))
    books.confirm(books.wish(product, 9, march(6), document=DocumentRef("order", 2, "2")))

    rows = queries.due(books.site.pk, march(7))

    assert [(row.line_id, row.open, row.material_on.day, row.priority) for row in rows] == [
        (2, 3, 4, 1), (1, 4, 5, 5), (3, 3, 6, 5),
    ]  # fmt: skip
    after = (rows[0].material_on, rows[0].id)
    assert queries.due(books.site.pk, march(7), after=after) == rows[1:]


# --- allocation ------------------------------------------------------------------------------------------------------


def opened(books, product, quantity):
    supply.load_opening_stock([OpeningStock(product.pk, books.bin.pk, quantity)], by=SYSTEM, clock=books.clock)


def allocate(books, wish, quantity):
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", [wish.line_id], own=True))
        promising.allocate(held, wish, quantity, clock=books.clock, by=SYSTEM)


def release(books, line_id, quantity=None):
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", [line_id]))
        return promising.release_allocation(held, "order", line_id, quantity, today=TODAY, at=books.clock.now())


def owned(product):
    return {row.key.owner: row.quantity for row in stock.overview(product.pk)}


def test_allocated_stock_belongs_to_the_line_until_it_is_released(books):
    product = books.product()
    opened(books, product, 10)
    wish = books.wish(product, 8, march(5))
    books.confirm(wish)

    allocate(books, wish, 6)

    assert owned(product) == {"": 4, "order:1": 6}
    assert demand(books, product) == [("STOCK", 0, 4), ("ORDER", 5, -2)]
    assert demand(books, product, "order:1") == [("STOCK", 0, 6), ("ORDER", 5, -6)]
    line = queries.promise("order", [1])[1]
    assert (line.allocated, line.confirmed, line.delivery_on) == (6, 8, march(5))
    assert queries.allocations("order", [1]) == {1: 6}
    assert holds()

    assert release(books, 1, 2) == 2
    assert release(books, 1) == 4
    assert owned(product) == {"": 10}
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 5, -8)]
    assert holds()
    with pytest.raises(promising.NothingAllocated):
        release(books, 1)


def test_goods_that_others_need_cannot_be_allocated(books):
    product = books.product()
    opened(books, product, 10)
    books.supply(product, (march(8), 10))
    wish = books.wish(product, 10, march(9))
    books.confirm(books.wish(product, 7, march(4), line_id=50), wish)

    with pytest.raises(promising.NotFreeToAllocate):
        allocate(books, wish, 4)
    with pytest.raises(promising.MoreThanOpen):
        allocate(books, wish, 11)
    assert owned(product) == {"": 10}

    allocate(books, wish, 3)
    assert owned(product) == {"": 7, f"order:{wish.line_id}": 3}


def test_allocating_confirms_what_was_open(books):
    product = books.product()
    wish = books.wish(product, 5, march(3))
    books.confirm(wish)
    opened(books, product, 5)

    allocate(books, wish, 5)

    assert told_of(1) == [(3, 5, "allocated")]
    with pytest.raises(promising.StillAllocated):
        books.withdraw(product, 1)
    assert told(books.confirm(books.wish(product, 1, march(3))), 2) == []
    assert holds()


def told_of(line_id: int) -> list[tuple[int, int, str]]:
    line = queries.promise("order", [line_id])[line_id]
    return [(one.delivery_on.day, one.quantity, str(one.basis)) for one, _ in line.schedules]


def test_allocated_stock_leaves_with_its_own_delivery(books):
    product = books.product()
    opened(books, product, 10)
    wish = books.wish(product, 8, march(3))
    books.confirm(wish)
    allocate(books, wish, 6)

    [taken] = take_over(books, product, Taking(1, 71, 8, march(3)))

    assert (taken.quantity, taken.allocated) == (8, 6)
    during(books, promising.give_back, [1], [GivingBack(1, 71, 1)])
    assert demand(books, product) == [("STOCK", 0, 4), ("ORDER", 3, -1), ("DELIVERY", 3, -1)]
    during(books, promising.issue, [1], [Issuing(1, 71, product.pk, books.site.pk, 7, allocated=6)], today=TODAY)
    assert demand(books, product) == [("STOCK", 0, 3), ("ORDER", 3, -1)]
    assert demand(books, product, "order:1") == []
    assert queries.allocations("order", [1]) == {}


# --- shortages -------------------------------------------------------------------------------------------------------


def test_a_shortage_is_worked_off_by_the_least_urgent_lines(books):
    product = books.product()
    opened(books, product, 10)
    books.supply(product, (march(20), 10))
    urgent, patient = books.wish(product, 5, march(4), priority=1), books.wish(product, 5, march(4), priority=9)
    books.confirm(patient, urgent)
    [shortfall] = supply.adjust_stock(
        product.pk, bin_id=books.bin.pk, counted=7, reason="broken", by=SYSTEM, clock=books.clock
    )
    wishes = {one.line_id: one for one in (urgent, patient)}

    with transaction.atomic():
        held = locks.begin()
        held.take(books.key(product))
        order = [wishes[line_id] for _, line_id in queries.drawing_on(product.pk, books.site.pk)]
        promising.repromise_short(held, order, shortfall.quantity, key=books.key(product), clock=books.clock)

    assert told_of(urgent.line_id) == [(4, 5, "stock")]
    assert told_of(patient.line_id) == [(4, 2, "stock"), (20, 3, "supply")]
    assert availability.open_shortages() == []
    assert holds()
