"""Two who create the same customer, product or price at the same moment: one does, the other is told so."""

import pytest
from django.db import connection

from tests import rivals
from tests.masterdata import world as small
from tests.masterdata.test_maintain import VERBS
from tests.masterdata.world import CLOCK, MASTER
from troth.business.masterdata import actions as masterdata
from troth.business.masterdata.actions import bring, write_price
from troth.kernel.errors import Refusals
from troth.platform import actions

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = ("customer", "product", "price")
PLURALS = {"customer": masterdata.import_customers, "product": masterdata.import_products}
PLURALS["price"] = masterdata.import_prices
BETWEEN_LOOKING_AND_WRITING = [(bring, "_write")]


def records_of(kind):
    """How many records of the kind have the key that both create."""
    model = VERBS[kind][2]
    key = {"customer": {"party__number": "C9"}, "product": {"number": "HL-1"}, "price": {"valid_from_on": "2026-01-01"}}
    return model.objects.filter(**key[kind]).count()


def creating(kind, told):
    verb, values, _ = VERBS[kind]

    def create():
        try:
            verb(values, by=MASTER, clock=CLOCK)
        except Refusals as refusals:
            told.extend((one.code, one.field is not None, "Open that one" in one.message) for one in refusals.refusals)
            raise

    return create


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_who_create_one_record_the_second_is_told_that_it_is_there(monkeypatch, kind):
    small.build()
    told = []
    create = creating(kind, told)
    found = rivals.race(monkeypatch, True, BETWEEN_LOOKING_AND_WRITING, create, create)
    assert (found, told) == (["done", "several_refusals"], [("duplicate_key", True, True)])
    assert records_of(kind) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_without_another_look_the_second_meets_the_database(monkeypatch, kind):
    """The control: nobody looks again, and SQLite lets nobody wait. Its unique keys do not count what is left empty."""
    small.build()
    monkeypatch.setattr(actions, "_outrun", lambda error: False)
    create = creating(kind, [])
    found = rivals.race(monkeypatch, False, BETWEEN_LOOKING_AND_WRITING, create, create)
    twice = kind == "price" and connection.vendor == "sqlite"
    expected = (["done", "done"], 2) if twice else (["IntegrityError", "done"], 1)
    assert (found, records_of(kind)) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_files_with_one_new_record_the_second_finds_it_unchanged(monkeypatch, kind):
    small.build()
    _, values, _ = VERBS[kind]
    brought = []

    def bring_in():
        outcome = PLURALS[kind]([values], by=MASTER, clock=CLOCK)
        brought.append((outcome.created, outcome.changed, outcome.unchanged))

    found = rivals.race(monkeypatch, True, BETWEEN_LOOKING_AND_WRITING, bring_in, bring_in)
    assert (found, sorted(brought)) == (["done", "done"], [(0, 0, 1), (1, 0, 0)])
    assert records_of(kind) == 1


def pricing(day):
    _, values, _ = VERBS["price"]
    return lambda: masterdata.maintain_price({**values, "valid_from_on": day}, by=MASTER, clock=CLOCK)


@pytest.mark.parametrize("locked", [True, False])
def test_two_prices_for_days_that_meet_do_not_both_hold(monkeypatch, locked):
    """Neither has a row that the other could find: without the lock on the company both are written."""
    small.build()
    if not locked:
        monkeypatch.setattr(write_price, "_one_at_a_time", lambda company_ids, *, by: None)
    found = rivals.race(monkeypatch, locked, BETWEEN_LOOKING_AND_WRITING, pricing("2026-01-01"), pricing("2026-01-02"))
    assert found == (["done", "several_refusals"] if locked else ["done", "done"])
