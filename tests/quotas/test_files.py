"""Targets by file: looked at, brought in, taken out, and brought in again."""

import pytest

from tests.promising.books import TODAY, march
from troth.business.masterdata import imports
from troth.business.quotas import actions, files
from troth.business.quotas.models import Cell, Procedure
from troth.business.quotas.rules import TooManyTargets
from troth.kernel.errors import Refusals
from troth.ledgers.quota import queries as ledger
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.permissions import NotAllowed

FILE = "region,on,quantity\nNORTH,2026-03-04,5\n#,2026-03-09,40\n"
"""NORTH in the week of today, any other in the next."""


@pytest.fixture
def quota(books):
    return books.procedure()


def bring(books, quota, text=FILE, verb=imports.import_file, **more):
    return verb(files.shape_of(quota), text.encode(), by=SYSTEM, clock=books.clock, **more)


def look(books, quota, text=FILE):
    return bring(books, quota, text, imports.preview_file)


def stand(quota):
    """(cell, week of March, target) of all that stands."""
    rows = ledger.cells(quota, first_period=0, last_period=10**6)
    return sorted((one.key.cell, one.key.period - 2930, one.planned) for one in rows)


def taken_out(quota, on=TODAY, words=""):
    header, rows = files.export_rows(Procedure.objects.get(pk=quota), on=on, words=words)
    return [header, *rows]


def as_text(rows):
    return "".join(",".join(row) + "\n" for row in rows)


def counts(brought):
    return brought.created, brought.changed, brought.unchanged


def test_a_file_is_looked_at_first_and_then_brought_in_once(books, quota):
    assert counts(look(books, quota).brought) == (2, 0, 0)
    assert (stand(quota), Cell.objects.count()) == ([], 0)

    assert counts(bring(books, quota)) == (2, 0, 0)
    assert stand(quota) == [("#", 2, 40), ("NORTH", 1, 5)]
    assert counts(bring(books, quota)) == (0, 0, 2)
    assert stand(quota) == [("#", 2, 40), ("NORTH", 1, 5)]

    assert counts(bring(books, quota, FILE.replace("40", "0"))) == (0, 1, 1)


def test_each_refusal_names_row_column_value_and_the_good_rows_come_in(books, quota):
    text = (
        "region,on,quantity\n"
        "NORTH,2026-03-04,5\nNOWHERE,2026-03-04,5\nSOUTH,someday,5\nSOUTH,2026-03-04,1.5\nSOUTH,2026-03-04\n"
        "EAST,2026-01-05,5\nNORTH,2026-03-05,6\nEAST,2030-03-04,5\nEAST,2026-03-04,5\nSOUTH,2026-03-04,-1\n"
    )
    report = look(books, quota, text)
    assert [(one.row, one.column, one.value) for one in report.refusals] == [
        (2, "region", "NOWHERE"), (3, "on", "someday"), (4, "quantity", "1.5"), (5, "quantity", ""),
        (6, "on", "2026-01-05"), (7, "quantity", "6"), (10, "quantity", "-1"),
    ]  # fmt: skip
    assert all(len(one.sentence) > 20 for one in report.refusals)
    assert counts(report.brought) == (3, 0, 0)
    assert stand(quota) == []

    with pytest.raises(Refusals):
        bring(books, quota, text)
    assert stand(quota) == []
    report = bring(books, quota, text, imports.import_good_rows)
    assert (counts(report.brought), report.refused_rows) == ((3, 0, 0), 7)
    assert [one for one in stand(quota) if one[1] == 1] == [("EAST", 1, 5), ("NORTH", 1, 5)]


def test_each_target_too_far_away_is_refused_on_its_own(books, quota):
    report = look(books, quota, FILE + "NORTH,2040-03-04,1\nNORTH,2041-03-04,1\nNORTH,2026-03-11,1\n")
    assert [(one.row, one.column, one.value) for one in report.refusals] == [
        (3, "on", "2040-03-04"), (4, "on", "2041-03-04"),
    ]  # fmt: skip
    assert counts(report.brought) == (3, 0, 0)


@pytest.mark.parametrize(
    ("header", "column"), [("region,on", "quantity"), ("on,quantity", "region"), ("region,on,quantity,mood", "mood")]
)
def test_a_file_without_all_its_columns_and_no_other_is_refused_whole(books, quota, header, column):
    report = look(books, quota, f"{header}\nNORTH,2026-03-04,5\n")
    assert (0, column) in [(one.row, one.column) for one in report.refusals]
    assert report.to_write == 0


def test_what_was_taken_out_comes_in_again_and_changes_nothing(books, quota):
    books.plan(quota, ({"region": "NORTH"}, march(2), 5), ({"region": "NORTH"}, march(16), 7))
    books.plan(quota, ({"region": "SOUTH"}, march(9), 3), ({"region": ""}, march(2), 9))
    found = taken_out(quota)
    assert found == [
        ["region", "on", "quantity"], ["#", "2026-03-02", "9"],
        ["NORTH", "2026-03-02", "5"], ["NORTH", "2026-03-09", "0"], ["NORTH", "2026-03-16", "7"],
        ["SOUTH", "2026-03-09", "3"],
    ]  # fmt: skip
    before = stand(quota)
    assert counts(bring(books, quota, as_text(found))) == (0, 0, 5)
    assert [one for one in stand(quota) if one[2]] == before
    assert taken_out(quota) == found


def test_what_goes_out_follows_day_and_values_and_leaves_retired_cells_out(books, quota):
    books.plan(quota, ({"region": "NORTH"}, march(2), 5), ({"region": "NORTH"}, march(9), 7))
    books.plan(quota, ({"region": "SOUTH"}, march(9), 3), ({"region": "EAST"}, march(9), 4))
    retired = Cell.objects.get(cell="EAST")
    actions.retire_cell(retired.pk, by=SYSTEM, clock=books.clock)
    assert [row[:2] for row in taken_out(quota, on=march(11))[1:]] == [
        ["NORTH", "2026-03-09"], ["SOUTH", "2026-03-09"],
    ]  # fmt: skip
    assert [row[0] for row in taken_out(quota, words="sou")[1:]] == ["SOUTH"]
    assert taken_out(quota, on=march(16)) == [["region", "on", "quantity"]]
    bring(books, quota, as_text(taken_out(quota)).replace(",3\n", ",8\n"))
    assert not Cell.objects.get(pk=retired.pk).is_active


def test_more_than_a_file_may_have_is_not_taken_out_in_part(books, quota, monkeypatch):
    books.plan(quota, ({"region": "NORTH"}, march(2), 5), ({"region": "NORTH"}, march(23), 7))
    procedure = Procedure.objects.get(pk=quota)
    assert files.count(procedure, on=march(2)) == 4
    monkeypatch.setattr(files, "MOST_ROWS", 3)
    with pytest.raises(TooManyTargets) as refused:
        taken_out(quota)
    assert "4 targets" in refused.value.message
    assert len(taken_out(quota, on=march(9))) == 1 + 3


def test_who_may_not_plan_is_refused_the_look_too(books, quota):
    reader = Actor(user_id=1, name="Rita", grants=(Grant("representative"),))
    with pytest.raises(NotAllowed):
        imports.preview_file(files.shape_of(quota), FILE.encode(), by=reader, clock=books.clock)
