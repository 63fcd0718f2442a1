"""Checks on supposed books: they answer as a promise would, and leave nothing behind."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.promising.books import TODAY, demand, march
from troth.business.promising import actions as promising
from troth.business.promising.actions import Check, Supposition
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.kernel.errors import BusinessError
from troth.kernel.netting import Category
from troth.ledgers.availability.models import Balance, Posting
from troth.platform.actors import SYSTEM
from troth.platform.sql import tally
from troth.reference import models as reference


def check(books, product, quantity, on=TODAY, **fields):
    return Check(product.pk, books.site.pk, quantity, on, **fields)


def told(answer):
    return [(one.delivery_on.day, one.quantity) for one in answer.schedules]


def test_a_check_answers_as_a_promise_would_and_leaves_no_trace(books):
    product = books.product()
    books.supply(product, (None, 10), (march(10), 20))
    before = (Posting.objects.count(), Balance.objects.get().version)

    [answer] = promising.check([check(books, product, 14, march(3))], clock=books.clock)

    assert told(answer) == [(3, 10), (10, 4)]
    assert (Posting.objects.count(), Balance.objects.get().version) == before
    assert demand(books, product) == [("STOCK", 0, 10), ("PURCHASE", 10, 20)]


def test_checks_stand_for_themselves_unless_they_are_made_together(books):
    product = books.product()
    books.supply(product, (None, 10))
    two = [check(books, product, 7, march(3)), check(books, product, 7, march(3))]

    apart = promising.check(two, clock=books.clock)
    together = promising.check(two, together=True, clock=books.clock)

    assert [told(one) for one in apart] == [[(3, 7)], [(3, 7)]]
    assert [told(one) for one in together] == [[(3, 7)], [(3, 3)]]


def test_what_is_supposed_counts_in_this_check_only(books):
    product = books.product()
    books.supply(product, (None, 2), (march(10), 20))
    late = Supposition(product.pk, books.site.pk, Category.PURCHASE, march(10), -20)
    sooner = Supposition(product.pk, books.site.pk, Category.PURCHASE, march(4), 20)

    [moved] = promising.check([check(books, product, 5, march(3))], [late, sooner], clock=books.clock)
    [still] = promising.check([check(books, product, 5, march(3))], clock=books.clock)

    assert (told(moved), told(still)) == ([(3, 2), (4, 3)], [(3, 2), (10, 3)])


def test_a_check_that_cannot_be_made_answers_with_its_reason(books):
    product = books.product()
    books.site.is_active = False
    books.site.save()

    closed, unknown, nowhere, nothing = promising.check(
        [
            check(books, product, 1),
            Check(product.pk + 1000, books.site.pk, 1, TODAY),
            Check(product.pk, books.site.pk + 1000, 1, TODAY),
            check(books, product, 0),
        ],
        clock=books.clock,
    )

    assert [one.code for one in (closed, unknown, nowhere, nothing)] == [
        "site_closed", "not_found", "not_found", "wrong_check",
    ]  # fmt: skip
    assert all(isinstance(one, BusinessError) for one in (closed, unknown, nowhere, nothing))


def test_a_thousand_checks_take_as_many_statements_as_one(books):
    product = books.product()
    books.supply(product, (None, 10))
    promising.check([check(books, product, 1)], clock=books.clock)
    counted = []
    for many in (1, promising.CHECKS_MAX):
        before = tally.statements
        with CaptureQueriesContext(connection) as seen:
            promising.check([check(books, product, 3, march(4))] * many, clock=books.clock)
        counted.append((tally.statements - before, len(seen)))
    assert counted[0] == counted[1]
    with pytest.raises(promising.TooManyChecks):
        promising.check([check(books, product, 3)] * (promising.CHECKS_MAX + 1), clock=books.clock)


def test_a_check_may_count_one_location_alone(books):
    """Its goods and no others; checks that are made together share them."""
    location = reference.StorageLocation.objects.create(site=books.site, code="L2", name="Shop")
    shop = reference.Bin.objects.create(location=location, code="S1")
    product = books.product()
    rows = [OpeningStock(product.pk, books.bin.pk, 10), OpeningStock(product.pk, shop.pk, 4)]
    supply.load_opening_stock(rows, by=SYSTEM, clock=books.clock)

    def short(*checks, **options):
        return [answer.short for answer in promising.check(checks, clock=books.clock, **options)]

    here, site = (Check(product.pk, books.site.pk, 3, march(4), location=code) for code in ("L2", ""))
    assert short(here, here, site) == [0, 0, 0]
    assert short(here, here, replace(site, quantity=11), together=True) == [0, 2, 1]
    [unknown] = promising.check([replace(here, location="L9")], clock=books.clock)
    assert unknown.code == "not_found"
