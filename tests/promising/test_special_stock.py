"""Demand on stock that a customer holds: consignment, returnable packaging, and lines of scheduling agreements.

Their documents come later. What they will ask of promising is asked here by its inner verbs: goods that are the
customer's own to take stand on a series of their own (decision 0023), all others on the site's.
"""

import pytest
from django.db import transaction

from tests.promising.books import TODAY, demand, holds, march, told
from troth.business.promising import actions as promising
from troth.business.promising import queries
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.platform import locks
from troth.platform.documents import DocumentRef

AGREEMENT = DocumentRef("scheduling_agreement", 7, "SA-7")
ALPHA, BETA = "consignment:1001", "consignment:1002"
EMPTIES = "packaging:1001"


@pytest.fixture
def at(books):
    """`at(product, "consignment:1001", 4)`: so many lie there as stock of the series."""

    def put(product, segment, quantity):
        key = books.key(product, segment)
        with transaction.atomic():
            held = locks.begin()
            held.take(key)
            entry = Entry(key, Category.STOCK, day_of(TODAY), quantity, DocumentRef("test", 1))
            availability.post(held, [entry], at=books.clock.now())

    return put


@pytest.fixture
def withdraw(books):
    def act(kind, *line_ids):
        with transaction.atomic():
            held = locks.begin()
            held.take(*queries.keys(kind, line_ids))
            promising.withdraw(held, kind, line_ids, clock=books.clock)

    return act


def test_an_issue_from_consignment_takes_what_the_customer_holds_and_a_fill_up_what_the_site_has(books, at):
    """
    10 at the site, 4 with ALPHA
    fill-up of 8      8 of the site     2 are left there
    issue of 6        4 of ALPHA's      2 wait, whatever the site has
    """
    product = books.product()
    books.supply(product, (None, 10))
    at(product, ALPHA, 4)
    fill_up, issue = books.wish(product, 8, march(3)), books.wish(product, 6, march(3), segment=ALPHA)

    promise = books.confirm(fill_up, issue)

    assert told(promise, fill_up.line_id) == [(3, 8, "stock")]
    assert told(promise, issue.line_id) == [(3, 4, "stock")]
    assert promise.lines[issue.line_id].short == 2
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 3, -8)]
    assert demand(books, product, ALPHA) == [("STOCK", 0, 4), ("ORDER", 3, -4)]
    assert holds()


def test_nobody_takes_what_another_customer_holds(books, at):
    product = books.product()
    at(product, ALPHA, 4)
    others, own, common = (books.wish(product, 4, march(3), segment=one) for one in (BETA, ALPHA, ""))
    promise = books.confirm(others, own, common)
    assert [promise.lines[one.line_id].confirmed for one in (others, own, common)] == [0, 4, 0]
    assert holds()


def test_what_waits_for_a_fill_up_is_confirmed_once_it_is_there(books, at):
    """The customer holds 1; on the 3rd the fill-up of 5 arrives there, and the issue of 6 is promised again."""
    product = books.product()
    at(product, ALPHA, 1)
    issue = books.wish(product, 6, march(4), segment=ALPHA)
    assert books.confirm(issue).lines[issue.line_id].confirmed == 1
    at(product, ALPHA, 5)
    assert books.reconfirm(issue).lines[issue.line_id].confirmed == 6
    assert holds()


def test_packaging_that_leaves_is_of_the_site_and_empties_are_the_customers(books, at, withdraw):
    """20 crates at the site, 6 with the customer: 12 leave with goods, 8 are charged of those that it has."""
    crates = books.product()
    books.supply(crates, (None, 20))
    at(crates, EMPTIES, 6)
    leaving, charged = books.wish(crates, 12, march(3)), books.wish(crates, 8, march(3), segment=EMPTIES)
    promise = books.confirm(leaving, charged)
    assert [promise.lines[one.line_id].confirmed for one in (leaving, charged)] == [12, 6]
    withdraw("order", charged.line_id)
    assert demand(books, crates, EMPTIES) == [("STOCK", 0, 6)]
    assert demand(books, crates) == [("STOCK", 0, 20), ("ORDER", 3, -12)]
    assert holds()


def test_a_line_of_a_scheduling_agreement_is_demand_as_an_orders_is(books, withdraw):
    """
    10 at the site, 10 on the 9th
    agreement   4 for the 3rd, 8 for the 10th      4 of stock; 6 of stock and 2 of what comes
    order       9 for the 10th                     8 of what comes, 1 waits
    """
    product = books.product()
    books.supply(product, (None, 10), (march(9), 10))
    call_offs = [
        books.wish(product, quantity, march(day), document=AGREEMENT, line_id=line_id)
        for line_id, day, quantity in ((1, 3, 4), (2, 10, 8))
    ]
    first = books.confirm(*call_offs)
    assert [first.lines[one.line_id].confirmed for one in call_offs] == [4, 8]
    ordered = books.wish(product, 9, march(10), line_id=1)  # the same line id, of another kind of document
    assert books.confirm(ordered).lines[1].confirmed == 8
    ref = (DocumentRef("scheduling_agreement", 7, "SA-7"), 2)
    assert ref in queries.drawing_on(product.pk, books.site.pk, kind="scheduling_agreement")

    withdraw("scheduling_agreement", 2)

    assert books.reconfirm(ordered).lines[1].confirmed == 9
    assert queries.promise("scheduling_agreement", [1])[1].quantity == 4
    assert holds()
