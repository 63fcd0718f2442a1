"""Two loads of opening stock that name the same batches, one backwards: neither waits for the other for ever."""

import pytest
from django.db import connection

from tests import company, rivals
from troth.business.supply import actions
from troth.business.supply.actions import OpeningStock
from troth.business.supply.actions import load as loading
from troth.ledgers.stock.models import Balance
from troth.platform.actors import SYSTEM
from troth.reference.models import Product

pytestmark = pytest.mark.django_db(transaction=True)

BATCHES = ("B1", "B2")
AT_EACH_BATCH = [(loading, "lot_coming")]


@pytest.fixture
def loads(monkeypatch):
    """Two loads, each in a transaction that nobody runs again."""
    small = company.build()
    Product.objects.filter(number="OIL").update(has_batches=True)
    monkeypatch.setattr("troth.platform.actions.ATTEMPTS", 1)

    def load(batches):
        rows = [OpeningStock(small.products["OIL"].pk, small.bins["HAM"].pk, 500, batch=batch) for batch in batches]
        return lambda: actions.load_opening_stock(rows, by=SYSTEM, clock=small.clock)

    load(BATCHES)()
    return load(BATCHES), load(BATCHES[::-1])


def lying():
    return sorted(Balance.objects.values_list("batch", "quantity"))


def test_batches_are_locked_in_one_order_whatever_the_order_of_the_rows(monkeypatch, loads):
    assert rivals.race(monkeypatch, True, AT_EACH_BATCH, *loads) == ["done", "done"]
    assert lying() == [("B1", 1500), ("B2", 1500)]


def test_locked_as_the_rows_stand_one_of_them_is_sacrificed(monkeypatch, loads):
    """SQLite lets one write at a time, so that there nobody is."""
    monkeypatch.setattr(loading, "sorted", lambda places, key: list(places), raising=False)
    found = rivals.race(monkeypatch, True, AT_EACH_BATCH, *loads)
    assert found == (["busy", "done"] if connection.vendor == "postgresql" else ["done", "done"])
