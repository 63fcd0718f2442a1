"""Supply protections by file: looked at, brought in, taken out, and brought in again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.promising.books import march
from tests.quotas.planned import customers
from troth.business.masterdata import imports
from troth.business.masterdata.actions import Brought
from troth.business.quotas import actions
from troth.business.quotas.actions import ProtectionDraft
from troth.business.quotas.models import Protection
from troth.business.quotas.queries import screens
from troth.business.quotas.rules import WrongQuota
from troth.kernel.errors import Refusals
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.clock import FixedClock
from troth.platform.idempotency import KeyReused
from troth.platform.models import Event
from troth.platform.permissions import NotAllowed

TABLE = "supply_protections"
HEAD = "product,site,characteristic,value,priority,first_on,last_on,quantity,is_active\n"


@pytest.fixture
def kept(books):
    """5 of P1 are kept for dealers in March."""
    customers(books, "dealer", "fleet")
    product = books.product()
    books.protect(product, "dealer", 5)
    return product


def bring(books, text, verb=imports.import_file, by=SYSTEM, **more):
    return verb(TABLE, text.encode(), by=by, clock=books.clock, **more)


def look(books, text):
    return bring(books, text, imports.preview_file)


def stand():
    """(value, priority, first day, last day, what is kept, active) of all protections."""
    rows = Protection.objects.order_by("pk")
    balances = screens.protection_balances([one.pk for one in rows])
    return [
        (one.value, one.priority, one.first_on.day, one.last_on.day, balances[one.pk][0], one.is_active) for one in rows
    ]


def taken_out():
    return "".join(imports.export_file(TABLE, by=SYSTEM))


def test_a_file_is_looked_at_first_and_then_brought_in_once(books, kept):
    text = HEAD + (
        "P1,S1,customer_group,dealer,,2026-03-02,2026-03-31,7,\n"
        "P1,S1,customer_group,fleet,3,2026-03-09,2026-03-20,4,yes\n"
    )
    before = stand()
    assert look(books, text).brought == Brought(1, 1, 0)
    assert (stand(), Event.objects.filter(kind="quotas.protection_changed").count()) == (before, 0)

    assert bring(books, text, key="once") == Brought(1, 1, 0)
    written = [("dealer", None, 2, 31, 7, True), ("fleet", 3, 9, 20, 4, True)]
    assert stand() == written
    assert bring(books, text, key="once") == Brought(1, 1, 0)
    assert bring(books, text) == Brought(0, 0, 2)
    assert stand() == written
    assert [one.version for one in Protection.objects.order_by("pk")] == [2, 1]
    with pytest.raises(KeyReused):
        bring(books, text.replace(",4,", ",5,"), key="once")


def test_whom_two_characteristics_name_comes_in_either_order_and_goes_out_in_one(books):
    customers(books, "dealer")
    books.product()
    head = HEAD.replace("priority", "second_characteristic,second_value,priority")
    turned = head + "P1,S1,region,NORTH,customer_group,dealer,,2026-03-02,2026-03-31,7,yes\n"
    straight = head + "P1,S1,customer_group,dealer,region,NORTH,,2026-03-02,2026-03-31,7,yes\n"
    assert bring(books, turned) == Brought(1, 0, 0)
    assert bring(books, straight) == Brought(0, 0, 1)
    assert (taken_out().splitlines()[1]).startswith("P1,S1,customer_group,dealer,region,NORTH,,2026-03-02")
    assert bring(books, taken_out()) == Brought(0, 0, 1)
    one = Protection.objects.get()
    assert (one.characteristic, one.value, one.second_characteristic, one.second_value) == (
        "customer_group", "dealer", "region", "NORTH",
    )  # fmt: skip


def test_what_a_file_leaves_out_stays_and_what_ends_keeps_nothing(books, kept):
    key = "product,site,characteristic,value,first_on"
    assert bring(books, f"{key},quantity\nP1,S1,customer_group,dealer,2026-03-02,6\n") == Brought(0, 1, 0)
    assert stand() == [("dealer", None, 2, 31, 6, True)]
    ended = f"{key},quantity,is_active\nP1,S1,customer_group,dealer,2026-03-02,6,no\n"
    assert bring(books, ended) == Brought(0, 1, 0)
    assert bring(books, ended) == Brought(0, 0, 1)
    assert stand() == [("dealer", None, 2, 31, 0, False)]


def test_each_refusal_names_row_column_and_remedy_and_the_good_rows_come_in(books, kept):
    text = HEAD + (
        "NONE,S1,customer_group,dealer,,2026-03-02,2026-03-31,7,\n"
        "P1,S9,customer_group,dealer,,2026-03-02,2026-03-31,7,\n"
        "P1,S1,mood,dealer,,2026-03-02,2026-03-31,7,\n"
        "P1,S1,customer_group,nobody,,2026-03-02,2026-03-31,7,\n"
        "P1,S1,customer_group,fleet,100,2026-03-02,2026-03-31,7,\n"
        "P1,S1,customer_group,fleet,1,2026-03-02,2026-03-31,1.5,\n"
        "P1,S1,customer_group,fleet,2,2026-03-09,2026-03-02,1,\n"
        "P1,S1,customer_group,fleet,2,2026-02-02,2026-02-20,1,\n"
        "P1,S1,customer_group,fleet,2,2026-03-02,,1,\n"
        "P1,S1,customer_group,fleet,4,2026-03-02,2026-03-31,2,\n"
        "P1,S1,customer_group,fleet,4,2026-03-02,2026-03-31,3,\n"
        "P1,S1,customer_group,fleet,4,2026-03-20,2026-04-30,3,\n"
    )
    report = look(books, text)
    assert [(one.row, one.column) for one in report.refusals] == [
        (1, "product"), (2, "site"), (3, "characteristic"), (4, "value"), (5, "priority"), (6, "quantity"),
        (7, "last_on"), (8, "last_on"), (9, "last_on"), (10, "first_on"), (11, "first_on"), (12, "first_on"),
    ]  # fmt: skip
    assert all(len(one.sentence) > 20 for one in report.refusals)
    with pytest.raises(Refusals):
        bring(books, text)
    assert len(stand()) == 1

    fine = text.replace("4,2026-03-20", "4,2026-04-01").replace(
        "4,2026-03-02,2026-03-31,3", "5,2026-03-02,2026-03-31,3"
    )
    report = bring(books, fine, imports.import_good_rows)
    assert (report.brought, report.refused_rows) == (Brought(3, 0, 0), 9)
    assert len(stand()) == 4


def test_what_is_over_is_not_begun_again(books, kept):
    first = Protection.objects.get()
    later = FixedClock(books.clock.now() + timedelta(days=60))
    ended = ProtectionDraft("P1", "S1", "customer_group", "dealer", march(2), march(31), 5, is_active=False)
    actions.save_protection(ended, protection_id=first.pk, by=SYSTEM, clock=later)
    with pytest.raises(WrongQuota) as refused:
        actions.save_protection(replace(ended, is_active=True), protection_id=first.pk, by=SYSTEM, clock=later)
    assert refused.value.field == "last_on"
    assert not Protection.objects.get().is_active


def test_a_protection_by_something_else_is_refused_beside_the_one_that_stands(books, kept):
    text = HEAD + "P1,S1,region,NORTH,,2026-03-05,2026-03-06,1,\n"
    [refused] = look(books, text).refusals
    assert (refused.row, refused.column) == (1, "characteristic")
    assert "customer group already" in refused.sentence
    both = text + "P1,S1,customer_group,dealer,,2026-03-02,2026-03-31,0,no\n"
    assert bring(books, both) == Brought(1, 1, 0)


def test_what_was_taken_out_comes_in_again_and_changes_nothing(books, kept):
    first = Protection.objects.get()
    draft = ProtectionDraft("P1", "S1", "customer_group", "dealer", march(2), march(31), 5, is_active=False)
    actions.save_protection(draft, protection_id=first.pk, by=SYSTEM, clock=books.clock)
    books.protect(kept, "dealer", 8)
    books.protect(kept, "fleet", 3, (march(9), march(20)), priority=2)
    text = taken_out()
    assert text.lstrip("\ufeff").splitlines() == [
        HEAD.strip().replace("priority", "second_characteristic,second_value,priority"),
        "P1,S1,customer_group,dealer,,,,2026-03-02,2026-03-31,8,yes",
        "P1,S1,customer_group,fleet,,,2,2026-03-09,2026-03-20,3,yes",
    ]
    before = stand()
    assert bring(books, text) == Brought(0, 0, 2)
    assert (stand(), taken_out()) == (before, text)


def test_what_dealers_are_promised_already_is_counted_in_what_a_file_keeps_for_them(books, kept):
    books.supply(kept, (None, 20))
    books.confirm(books.asks(kept, 4, group="fleet"))
    bring(books, HEAD + "P1,S1,customer_group,fleet,,2026-03-02,2026-03-31,9,\n")
    made = Protection.objects.get(value="fleet")
    assert screens.protection_balances([made.pk]) == {made.pk: (9, 4)}


def test_who_may_not_plan_is_refused_the_look_too(books, kept):
    reader = Actor(user_id=1, name="Rita", grants=(Grant("representative"),))
    elsewhere = Actor(user_id=2, name="Paul", grants=(Grant("operations_team", company_id=999_999),))
    for who in (reader, elsewhere):
        with pytest.raises(NotAllowed):
            bring(books, taken_out(), imports.preview_file, by=who)
    assert list(imports.export_rows(TABLE, by=elsewhere)[1]) == []
