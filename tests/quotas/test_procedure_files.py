"""Quota procedures by file: looked at, brought in, taken out, and brought in again."""

import pytest

from tests.promising.books import march
from tests.quotas.planned import consumed
from troth.business.masterdata import imports
from troth.business.masterdata.actions import Brought
from troth.business.quotas.models import Procedure
from troth.kernel.errors import Refusals
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.permissions import NotAllowed

TABLE = "quota_procedures"
HEAD = "code,name,characteristics,unit,period,look_back,look_ahead,order,without_cell,exhausted,is_active\n"


def bring(books, text, verb=imports.import_file, by=SYSTEM, **more):
    return verb(TABLE, text.encode(), by=by, clock=books.clock, **more)


def look(books, text):
    return bring(books, text, imports.preview_file)


def stand():
    columns = ("code", "name", "characteristics", "period", "look_back", "without_cell", "is_active", "version")
    return list(Procedure.objects.order_by("code").values_list(*columns))


def taken_out():
    return "".join(imports.export_file(TABLE, by=SYSTEM))


def test_a_file_is_looked_at_first_and_then_brought_in_once(books):
    books.procedure()
    text = (
        "code,name,characteristics,unit,look_back\n"
        'BOTH,Both,"channel, region",EA,2\nREGION,By region,region,EA,0\nPLAIN,Plain,customer_group,EA,\n'
    )
    assert look(books, text).brought == Brought(2, 1, 0)
    assert stand() == [("REGION", "Region", "region", "week", 0, "free", True, 1)]

    assert bring(books, text, key="once") == Brought(2, 1, 0)
    written = [
        ("BOTH", "Both", "region,channel", "week", 2, "free", True, 1),
        ("PLAIN", "Plain", "customer_group", "week", 0, "free", True, 1),
        ("REGION", "By region", "region", "week", 0, "free", True, 2),
    ]
    assert stand() == written
    assert bring(books, text, key="once") == Brought(2, 1, 0)
    assert bring(books, text) == Brought(0, 0, 3)
    assert stand() == written
    assert bring(books, "code,is_active\nPLAIN,no\n") == Brought(0, 1, 0)
    assert stand()[1] == ("PLAIN", "Plain", "customer_group", "week", 0, "free", False, 2)


def test_each_refusal_names_row_column_and_remedy_and_the_good_rows_come_in(books):
    quota = books.procedure()
    books.plan(quota, ({"region": "NORTH"}, march(2), 5))
    text = HEAD + (
        "A,A,mood,EA,,,,,,,\n"
        "B,B,region,XX,,,,,,,\n"
        "C,C,region,EA,year,,,,,,\n"
        "D,D,region,EA,,61,,,,,\n"
        "REGION,Region,channel,EA,week,,,,,,\n"
        "E,,region,EA,,,,,,,\n"
        "F,F,region,EA,,,,,,,perhaps\n"
        "G,G,region,EA,,,,,,,\n"
        "G,G,region,EA,,,,,,,\n"
    )
    report = look(books, text)
    assert [(one.row, one.column) for one in report.refusals] == [
        (1, "characteristics"), (2, "unit"), (3, "period"), (4, "look_back"), (5, "characteristics"), (6, "name"),
        (7, "is_active"), (9, "code"),
    ]  # fmt: skip
    assert all(len(one.sentence) > 20 for one in report.refusals)
    with pytest.raises(Refusals) as refused:
        bring(books, text)
    assert len(refused.value.refusals) == 8
    assert len(stand()) == 1
    report = bring(books, text, imports.import_good_rows)
    assert (report.brought, report.refused_rows) == (Brought(1, 0, 0), 8)
    assert [row[0] for row in stand()] == ["G", "REGION"]


def test_what_was_taken_out_comes_in_again_and_changes_nothing(books):
    books.procedure(look_back=3, without_cell="nothing")
    books.procedure("WIDE", "channel,country", period="month", is_active=False)
    text = taken_out()
    assert text.lstrip("\ufeff").splitlines() == [
        HEAD.strip(),
        "REGION,Region,region,EA,week,3,0,backward_forward,nothing,later,yes",
        'WIDE,Wide,"country,channel",EA,month,0,0,backward_forward,free,later,no',
    ]
    before = stand()
    assert bring(books, text) == Brought(0, 0, 2)
    assert (stand(), taken_out()) == (before, text)


def test_a_procedure_that_holds_again_by_a_file_counts_what_was_promised_meanwhile(books):
    product = books.product()
    quota = books.quota(product, ("NORTH", march(2), 5))
    books.supply(product, (None, 20))
    bring(books, "code,is_active\nREGION,no\n")
    books.confirm(books.asks(product, 4, region="NORTH"))
    assert consumed(quota) == {}
    assert bring(books, "code,is_active\nREGION,yes\n") == Brought(0, 1, 0)
    assert consumed(quota) == {("NORTH", 1): 4}


def test_who_may_not_plan_is_refused_the_look_too(books):
    reader = Actor(user_id=1, name="Rita", grants=(Grant("representative"),))
    with pytest.raises(NotAllowed):
        bring(books, HEAD + "A,A,region,EA,,,,,,,\n", imports.preview_file, by=reader)
