"""The last goods of a type wanted twice at one moment; and a product that begins to have types while goods come in."""

import sys

import pytest

from tests import company, rivals, valued
from troth.business.masterdata.models import ValuationType
from troth.business.promising.models import Requirement
from troth.business.sales import actions
from troth.business.sales.rules.drafts import LineDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.platform.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)

DECIDING = (sys.modules["troth.business.promising.actions.confirm"], "decide_all")
BEGINNING = (sys.modules["troth.business.masterdata.actions.valuations"], "_with_goods")
POSTING = (sys.modules["troth.business.supply.actions.valued"], "valuation_types")


@pytest.fixture
def small(transactional_db):
    return company.build()


def meeting(small, rep, draft, monkeypatch, locked):
    """Two orders of three used gloves each, of four."""
    valued.types(small)
    valued.lay_in(small, USED=4, NEW=10)
    # Rows that are missing are locked by whoever makes them, lock or no lock.
    line = LineDraft(product="GLOVE", quantity=3, valuation="USED")
    saved = [actions.save_order(draft(one, line), by=rep, clock=small.clock) for one in ("ALPHA", "BETA")]
    calls = [lambda one=one: actions.submit_order(one.id, by=rep, clock=small.clock) for one in saved]
    told = rivals.race(monkeypatch, locked, [DECIDING], *calls)
    found = Requirement.objects.filter(is_withdrawn=False)
    return told, sorted(found.values_list("confirmed_quantity", flat=True))


def test_one_gets_them_and_the_other_what_is_left(small, rep, draft, monkeypatch) -> None:
    assert meeting(small, rep, draft, monkeypatch, True) == (["done", "done"], [1, 3])
    assert valued.broken() == []


def test_without_the_lock_they_are_promised_twice(small, rep, draft, monkeypatch) -> None:
    assert meeting(small, rep, draft, monkeypatch, False) == (["done", "done"], [3, 3])


def beginning(small, monkeypatch, locked):
    """Gloves get types while five of none are laid in; both have looked and neither has written."""
    company.put_in_stock(small, "GLOVE", 1)
    supply.adjust_stock(
        small.products["GLOVE"].pk, bin_id=small.bins["HAM"].pk, counted=0, reason="to make the rows", by=SYSTEM,
        clock=small.clock,
    )  # fmt: skip
    rows = [OpeningStock(small.products["GLOVE"].pk, small.bins["HAM"].pk, 5)]
    calls = [
        lambda: valued.types(small),
        lambda: supply.load_opening_stock(rows, by=SYSTEM, clock=small.clock),
    ]
    told = rivals.race(monkeypatch, locked, [BEGINNING, POSTING], *calls)
    return sorted(told), ValuationType.objects.exists(), valued.lying(small)


def test_either_the_goods_are_there_or_the_types(small, monkeypatch) -> None:
    told, has_types, lying = beginning(small, monkeypatch, True)
    assert told.count("done") == 1
    assert has_types == (lying == {})
    assert valued.broken() == []


def test_without_the_lock_goods_lie_there_that_are_of_no_type(small, monkeypatch) -> None:
    told, has_types, lying = beginning(small, monkeypatch, False)
    assert (told, has_types, lying) == (["done", "done"], True, {"": 5})
    assert valued.broken()
