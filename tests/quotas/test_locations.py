"""Quotas and supply protection hold for lines that one storage location alone serves as for any other."""

import pytest

from tests.promising.books import holds, march
from tests.quotas.planned import consumed, customers, order
from troth.business.quotas.queries.screens import protection_balances
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.kernel.places import segment_of
from troth.platform.actors import SYSTEM
from troth.reference import models as reference

SHOP = segment_of("L2")


@pytest.fixture
def product(books):
    """100 lie at the site's first location, 40 at its second."""
    location = reference.StorageLocation.objects.create(site=books.site, code="L2", name="Shop")
    shop = reference.Bin.objects.create(location=location, code="S1")
    made = books.product()
    rows = [OpeningStock(made.pk, books.bin.pk, 100), OpeningStock(made.pk, shop.pk, 40)]
    supply.load_opening_stock(rows, by=SYSTEM, clock=books.clock)
    return made


def test_a_line_of_a_location_consumes_its_quota_and_gets_no_more(books, product):
    procedure = books.quota(product, ("NORTH", march(2), 15))
    wish = books.asks(product, 30, march(3), region="NORTH", segment=SHOP)
    assert books.confirm(wish).lines[wish.line_id].confirmed == 15
    assert consumed(procedure) == {("NORTH", 1): 15}
    assert holds()
    books.cancel(wish.line_id)
    assert consumed(procedure) == {}
    assert holds()


def test_what_is_protected_for_others_stays_at_the_site(books, product):
    customers(books, "retail", "online")
    books.protect(product, "retail", 120)
    wish = books.asks(product, 40, march(3), group="online", segment=SHOP)
    assert books.confirm(wish).lines[wish.line_id].confirmed == 20
    assert holds()


def test_the_own_protection_is_used_up_by_a_line_of_a_location(books, product):
    customers(books, "retail", "online")
    kept = books.protect(product, "retail", 120)
    wish = books.asks(product, 40, march(3), group="retail", segment=SHOP)
    assert books.confirm(wish).lines[wish.line_id].confirmed == 40
    assert protection_balances([kept])[kept] == (120, 40)
    other = books.asks(product, 100, march(3), group="online", document=order(2))
    assert books.confirm(other).lines[other.line_id].confirmed == 20
    assert holds()


def test_a_protection_that_is_made_later_counts_a_line_of_a_location(books, product):
    customers(books, "retail")
    wish = books.asks(product, 30, march(3), group="retail", segment=SHOP)
    books.confirm(wish)
    kept = books.protect(product, "retail", 60)
    assert protection_balances([kept])[kept] == (60, 30)
    assert holds()
