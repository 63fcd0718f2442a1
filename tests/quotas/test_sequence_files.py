"""Quota sequences by file, a row for each product or group: brought in whole, taken out, and brought in again."""

import pytest

from tests.promising.books import march
from tests.quotas.planned import consumed
from troth.business.masterdata import imports
from troth.business.masterdata.actions import Brought
from troth.business.quotas.models import Reach, SequenceStep
from troth.business.quotas.models import Sequence as SequenceRow
from troth.kernel.errors import Refusals
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.permissions import NotAllowed

TABLE = "quota_sequences"
HEAD = "code,product,product_group,valid_from_on,valid_to_on,name,procedures,is_active\n"
TWO = 'S,P1,,2026-01-01,,Bikes,"REGION, WIDE",yes\nS,P2,,2026-01-01,2026-12-31,Bikes,"REGION, WIDE",yes\n'


@pytest.fixture
def planned(books):
    """Two procedures and three products, the third in a group."""
    books.procedure()
    books.procedure("WIDE", "channel")
    return books.product(), books.product(), books.product(category="Wheels")


def bring(books, rows, verb=imports.import_file, by=SYSTEM, **more):
    return verb(TABLE, (HEAD + rows).encode(), by=by, clock=books.clock, **more)


def look(books, rows):
    return bring(books, rows, imports.preview_file)


def stand():
    """(sequence, what it holds for, procedures in order) of all that holds."""
    rows = Reach.objects.select_related("product", "sequence").order_by("sequence__code", "pk")
    return [(one.sequence.code, one.product_group or one.product.number, steps(one.sequence)) for one in rows]


def steps(sequence):
    found = SequenceStep.objects.filter(sequence=sequence).order_by("position")
    return list(found.values_list("procedure__code", flat=True))


def taken_out():
    return "".join(imports.export_file(TABLE, by=SYSTEM)).removeprefix("\ufeff").replace("\r\n", "\n")


def test_a_file_of_an_older_shape_gives_what_it_lacks_its_standard(books, planned):
    old = b"code,product,product_group,valid_from_on,name,procedures\nS,P1,,2026-01-01,Bikes,WIDE\n"
    assert imports.import_file(TABLE, old, by=SYSTEM, clock=books.clock) == Brought(1, 0, 0)
    assert stand() == [("S", "P1", ["WIDE"])]
    lacking = imports.preview_file(
        TABLE, old.replace(b",procedures", b"").replace(b",WIDE", b""), by=SYSTEM, clock=books.clock
    )
    assert [one.column for one in lacking.refusals] == ["procedures"]


def test_a_file_is_looked_at_first_and_then_brought_in_once(books, planned):
    rows = TWO + "T,,Wheels,2026-01-01,,Wheels,WIDE,\nU,,,,,None yet,WIDE,no\n"
    assert look(books, rows).brought == Brought(4, 0, 0)
    assert not SequenceRow.objects.exists()
    assert bring(books, rows, key="once") == Brought(4, 0, 0)
    written = [
        ("S", "P1", ["REGION", "WIDE"]), ("S", "P2", ["REGION", "WIDE"]), ("T", "Wheels", ["WIDE"]),
    ]  # fmt: skip
    assert stand() == written
    assert bring(books, rows, key="once") == Brought(4, 0, 0)
    assert bring(books, rows) == Brought(0, 0, 4)
    assert stand() == written
    assert list(SequenceRow.objects.order_by("code").values_list("is_active", "version")) == [
        (True, 1), (True, 1), (False, 1),
    ]  # fmt: skip
    turned = rows.replace('"REGION, WIDE"', '"WIDE,REGION"')
    assert bring(books, turned) == Brought(0, 2, 2)
    assert stand()[0] == ("S", "P1", ["WIDE", "REGION"])


def test_what_the_rows_of_a_sequence_do_not_name_it_holds_for_no_more(books, planned):
    bring(books, TWO)
    assert bring(books, TWO.splitlines(keepends=True)[0]) == Brought(0, 1, 0)
    assert stand() == [("S", "P1", ["REGION", "WIDE"])]


def test_a_product_goes_from_one_sequence_to_another_in_one_file_in_whatever_order(books, planned):
    bring(books, "S,P1,,2026-01-01,,S,WIDE,\nT,,,,,T,WIDE,\n")
    assert bring(books, "S,,,,,S,WIDE,\nT,P1,,2026-01-01,,T,WIDE,\n") == Brought(0, 2, 0)
    assert stand() == [("T", "P1", ["WIDE"])]
    back = "S,P1,,2026-01-01,,S,WIDE,\nT,,,,,T,WIDE,\n"
    assert bring(books, back) == Brought(0, 2, 0)
    assert stand() == [("S", "P1", ["WIDE"])]


def test_each_refusal_names_row_column_and_remedy(books, planned):
    rows = (
        "A,P1,,2026-01-01,,A,NONE,\n"
        "B,P9,,2026-01-01,,B,REGION,\n"
        "C,P1,Wheels,2026-01-01,,C,REGION,\n"
        "D,P1,,,,D,REGION,\n"
        "E,P1,,2026-03-05,2026-03-04,E,REGION,\n"
        "F,P1,,2026-01-01,2026-02-01,F,REGION,\n"
        "G,,,,,,REGION,\n"
        "H,P2,,2026-01-01,,H,WIDE,\n"
        "I,P2,,2026-02-01,,I,WIDE,\n"
        "J,,Wheels,2026-01-01,,J,WIDE,yes\n"
    )
    report = look(books, rows)
    assert [(one.row, one.column) for one in report.refusals] == [
        (1, "procedures"), (2, "product"), (3, "product"), (4, "valid_from_on"), (5, "valid_to_on"),
        (6, "valid_to_on"), (7, "name"), (8, "valid_from_on"), (9, "valid_from_on"),
    ]  # fmt: skip
    assert all(len(one.sentence) > 20 for one in report.refusals)
    with pytest.raises(Refusals):
        bring(books, rows)
    assert stand() == []
    report = bring(books, rows, imports.import_good_rows)
    assert (report.brought, report.refused_rows) == (Brought(1, 0, 0), 9)
    assert stand() == [("J", "Wheels", ["WIDE"])]


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ("S,P9,,2026-01-01,,Bikes,REGION,yes\n", "product"),
        ("S,P2,,someday,,Bikes,REGION,yes\n", "valid_from_on"),
        ("S,P2,,2026-01-01,,Cycles,REGION,yes\n", "name"),
        ("S,P2,,2026-01-01,,Bikes,WIDE,yes\n", "procedures"),
        ("S,P2,,2026-01-01,,Bikes,REGION,no\n", "is_active"),
        ("S,,,,,Bikes,REGION,yes\n", "product"),
        ("S,P1,,2026-05-01,,Bikes,REGION,yes\n", "valid_from_on"),
        (",P2,,2026-01-01,,Bikes,REGION,yes\n", "code"),
    ],
)
def test_the_good_rows_of_a_sequence_do_not_come_in_without_the_refused_one(books, planned, wrong, column):
    """Or what the refused row names would be held for no more, though nobody said so."""
    bring(books, "S,P2,,2026-01-01,,Bikes,REGION,yes\n")
    first = "S,P1,,2026-01-01,,Bikes,REGION,yes\n"
    report = bring(books, first + wrong, imports.import_good_rows)
    assert report.brought == Brought(0, 0, 0)
    [sibling, refused] = report.refusals
    assert (refused.row, refused.column) == (2, column)
    assert (sibling.row, sibling.column) == (1, "code")
    assert "Row 2, which belongs to this one, is refused." in sibling.sentence
    assert stand() == [("S", "P2", ["REGION"])]


def test_what_was_taken_out_comes_in_again_and_changes_nothing(books, planned):
    bring(books, TWO + "T,,Wheels,2026-01-01,,Wheels,WIDE,\nU,,,,,None yet,WIDE,no\n")
    text = taken_out()
    assert text == (
        HEAD + TWO + "T,,Wheels,2026-01-01,,Wheels,WIDE,yes\nU,,,,,None yet,WIDE,no\n"
    )  # fmt: skip
    before = stand()
    assert bring(books, text.removeprefix(HEAD)) == Brought(0, 0, 4)
    assert (stand(), taken_out()) == (before, text)


def test_a_file_without_a_column_is_refused_whole(books, planned):
    text = "code,name,procedures\nS,S,REGION\n"
    report = imports.preview_file(TABLE, text.encode(), by=SYSTEM, clock=books.clock)
    assert {(one.row, one.column) for one in report.refusals} == {
        (0, "product"), (0, "product_group"), (0, "valid_from_on"),
    }  # fmt: skip


def test_what_is_promised_already_is_counted_where_a_file_lets_a_sequence_hold(books, planned):
    product = planned[0]
    quota = books.procedure("OWN")
    books.plan(quota, ({"region": "NORTH"}, march(2), 5))
    books.supply(product, (None, 20))
    books.confirm(books.asks(product, 4, region="NORTH"))
    bring(books, "S,P1,,2026-01-01,,S,OWN,\n")
    assert consumed(quota) == {("NORTH", 1): 4}


def test_who_may_not_plan_is_refused_the_look_too(books, planned):
    reader = Actor(user_id=1, name="Rita", grants=(Grant("representative"),))
    with pytest.raises(NotAllowed):
        bring(books, TWO, imports.preview_file, by=reader)
