"""Opening stock as people name it: by number and code, all rows or none, each wrong cell by row and field."""

from datetime import date

import pytest

from tests import company
from troth.business.supply import actions as supply
from troth.business.supply.actions.opening import NamedStock, named_bin, read_opening_stock
from troth.business.supply.rules import FromTheFuture, UnknownBin
from troth.kernel.errors import Refusals
from troth.ledgers.stock.models import Balance
from troth.platform.actors import SYSTEM
from troth.reference.models import Bin, StorageLocation


@pytest.fixture
def small(db):
    return company.build()


def named(product="OIL", site="HAM", bin="A-01", quantity="2.5", **more):
    return NamedStock(product=product, site=site, bin=bin, quantity=quantity, **more)


def test_goods_are_found_by_their_names(small):
    [read] = read_opening_stock([named(received_on=date(2026, 2, 1))])
    assert (read.product_id, read.bin_id, read.quantity) == (small.products["OIL"].pk, small.bins["HAM"].pk, 2500)
    assert supply.load_opening_stock([read], by=SYSTEM, clock=small.clock) == 1
    lies = Balance.objects.get()
    assert (lies.quantity, lies.received_on) == (2500, date(2026, 2, 1))


def test_everything_that_is_wrong_is_named_at_once(small):
    rows = [
        named(product="NOTHING"),
        named(bin="Z-99"),
        named(quantity="two"),
        named(quantity="-1"),
        named(quantity="0"),
        named(quantity="99999999999999999999"),
        named(product="HELMET", quantity="1.5"),
        named(),
    ]
    with pytest.raises(Refusals) as refused:
        read_opening_stock(rows)
    assert [(one.row, one.field) for one in refused.value.refusals] == [
        (1, "product"),
        (2, "bin"),
        *((row, "quantity") for row in range(3, 8)),
    ]


def test_goods_have_not_come_in_tomorrow(small):
    read = read_opening_stock([named(), named(received_on=company.TUESDAY)])
    with pytest.raises(FromTheFuture) as refused:
        supply.load_opening_stock(read, by=SYSTEM, clock=small.clock)
    assert (refused.value.row, refused.value.field, Balance.objects.count()) == (2, "received_on", 0)


def test_a_bin_of_a_name_that_several_have_asks_for_its_location(small):
    other = StorageLocation.objects.create(site=small.sites["HAM"], code="ZZ", name="Yard")
    twin = Bin.objects.create(location=other, code="A-01")
    with pytest.raises(UnknownBin) as refused:
        named_bin("HAM", "", "A-01")
    assert refused.value.field == "location"
    assert named_bin("HAM", "ZZ", "A-01") == twin.pk


def test_goods_are_not_put_into_a_bin_that_is_not_used_or_at_a_closed_site(small):
    small.sites["ROT"].is_active = False
    small.sites["ROT"].save()
    Bin.objects.filter(pk=small.bins["HAM"].pk).update(is_active=False)
    for site in ("ROT", "HAM"):
        with pytest.raises(UnknownBin, match="not in use, or its site is closed"):
            named_bin(site, "", "A-01")
