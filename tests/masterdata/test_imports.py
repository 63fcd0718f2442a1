"""Files come in whole or not at all, and go out so that they can come in again."""

import pytest

from tests.masterdata.world import CLOCK, KINDS, MASTER, price
from troth.business.masterdata import imports, queries
from troth.business.masterdata.actions import Brought
from troth.business.masterdata.models import Customer, PriceCondition
from troth.kernel.errors import NotFound, Refusals
from troth.platform.actors import Actor, Grant
from troth.platform.models import Event
from troth.platform.permissions import NotAllowed
from troth.platform.web.imports import UnreadableFile
from troth.reference.models import Party, Product

HEADER = "company,number,name,country,sales_organisation,currency,payment_terms,calendar"
GOOD = f"{HEADER}\n10,C8,Äpfel & Räder,DE,US,EUR,N30,week\n10,C9,Nine,US,US,USD,N30,week\n"
PRICES = "company,code,kind,product,currency,amount,valid_from_on,scale_from\n"


def bring(kind, text, encoding="utf-8", by=MASTER):
    return imports.import_file(kind, text.encode(encoding), by=by, clock=CLOCK)


def looked_at(kind, text):
    return imports.preview_file(kind, text.encode(), by=MASTER, clock=CLOCK)


def refused(kind, text):
    """The refusals of a file, by the preview and by the import alike; nothing is saved by either."""
    before = (Customer.objects.count(), Product.objects.count(), PriceCondition.objects.count(), Event.objects.count())
    cells = looked_at(kind, text).refusals
    with pytest.raises(Refusals) as refusal:
        bring(kind, text)
    assert [(cell.row, cell.column) for cell in cells] == [(one.row, one.field or "") for one in refusal.value.refusals]
    after = (Customer.objects.count(), Product.objects.count(), PriceCondition.objects.count(), Event.objects.count())
    assert after == before
    return [(cell.row, cell.column) for cell in cells]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_creates_what_is_new_and_the_same_file_again_changes_nothing(world, encoding):
    assert bring("customers", GOOD, encoding) == Brought(2, 0, 0)
    assert queries.find_customers("räder").rows[0].number == "C8"
    written = Event.objects.count()
    assert bring("customers", GOOD, encoding) == Brought(0, 0, 2)
    assert (Event.objects.count(), Party.objects.filter(number__in=["C8", "C9"]).count()) == (written, 2)


def test_a_column_that_is_not_in_the_file_stays(world):
    assert bring("customers", "number;company;name\nC1;10;Better Bikes\n") == Brought(0, 1, 0)
    terms = queries.customer_terms(world.bikes.pk)
    assert (terms.name, terms.group, terms.currency) == ("Better Bikes", "retail", "USD")


def test_a_preview_says_what_would_become_of_the_rows_and_saves_nothing(world):
    text = GOOD + "10,C1,Better Bikes,US,US,USD,N30,week\n10,C2,Wheels 100% Ltd,US,US,USD,N30,week\n"
    report = looked_at("customers", text)
    assert (report.brought, report.refusals) == (Brought(2, 1, 1), ())
    assert (Customer.objects.count(), Event.objects.count()) == (2, 0)
    assert queries.customer_terms(world.bikes.pk).name == "A Bike Store"


def test_every_refused_row_is_named_with_its_column_and_none_is_saved(world):
    text = f"{GOOD}10,C8,Twin,DE,US,EUR,N30,week\n10,C7,,XX,US,USD,N30,week\n99,C6,Six,US,US,USD,N30,week\n"
    assert refused("customers", text) == [
        (3, "number"),
        (4, "name"),
        (4, "country"),
        (5, "company"),
    ]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("number,name,number\nX,Y,Z\n", [(0, "number"), (0, "base_unit")]),
        ("number,colour\nX,red\n", [(0, "colour")]),
        ("name\nX\n", [(0, "number")]),
        ("number,name,base_unit\nX,Y,PC,more\n", [(1, "")]),
        ("number,name,base_unit,weight_g\nX,Y,PC,99999999999999999999\n", [(1, "weight_g")]),
        ("number,name,base_unit,weight_g\nX,Y,PC,-1\n", [(1, "weight_g")]),
        ("number,name,base_unit,units\nX,Y,PC,KEG=4\n", [(1, "units")]),
        ("number,name,base_unit\nX,Y,PC\nX,Y,PC\n", [(2, "number")]),
        ("number,base_unit\nBK-1,M\n", [(1, "base_unit")]),
    ],
)
def test_a_wrong_product_file_is_refused_by_row_and_column(world, text, cells):
    found = refused("products", text)
    assert [cell for cell in cells if cell != (0, "base_unit")] == found


def test_a_wrong_price_file_is_refused_by_row_and_column(world):
    price(world, 5)
    text = (
        f"{PRICES}10,LIST,price,BK-1,USD,12.50,2026-06-01,\n10,LIST,price,nothing,USD,1,2026-01-01,\n"
        "10,NEW,price,BK-1,USD,1.005,2026-01-01,\n10,OLD,price,BK-1,USD,1,2026-01-01,\n10,OLD,price,BK-1,USD,2,2026-05-01,\n"
    )
    assert refused("prices", text) == [(1, "valid_from_on"), (2, "product"), (3, "amount"), (5, "valid_from_on")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GOOD.encode("latin-1"), "UTF-8"),
        (GOOD.encode("utf-16"), "UTF-8"),
        (b"a\0b", "not a text file"),
        (b"", "empty"),
        (b'number,name\n"open,quote\n', "not valid CSV"),
        (b"x" * 2_000_001, "larger"),
    ],
)
def test_what_is_no_csv_in_utf_8_is_refused_with_a_remedy(world, content, words):
    with pytest.raises(UnreadableFile) as refusal:
        imports.import_file("customers", content, by=MASTER, clock=CLOCK)
    assert words in refusal.value.message
    assert Customer.objects.count() == 2


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_exported_comes_in_again_without_a_change(world, kind):
    price(world, 12_50, customer=world.bikes, source="=HYPERLINK()", scale_from=3)
    price(world, 99, product=world.cable, per_quantity=2500, scale_from=10_000, code="L2")
    price(world, code="D", kind="discount", product=None, basis_points=250, customer_group="retail")
    Party.objects.filter(number="C1").update(name="@Bikes", telephone="+1 555")
    written = "".join(imports.export_file(kind, by=MASTER))
    assert bring(kind, written) == Brought(0, 0, imports.kind_of(kind).found().count())
    assert written.startswith("\ufeff")
    assert "=HYPERLINK" not in written.replace("'=HYPERLINK", "")
    assert "@Bikes" not in written.replace("'@Bikes", "")


def test_only_those_who_may_bring_files_in_or_take_them_out(world):
    nobody = Actor(user_id=1, name="Nobody", grants=(Grant("administrator"),))
    with pytest.raises(NotAllowed):
        bring("customers", GOOD, by=nobody)
    with pytest.raises(NotAllowed):
        imports.export_file("customers", by=nobody)
    with pytest.raises(NotFound):
        bring("dreams", GOOD)
    elsewhere = Actor(user_id=1, name="Mara", grants=(Grant("master_data", company_id=world.company.pk + 1),))
    assert list(imports.export_rows("customers", by=elsewhere)[1]) == []
    assert Customer.objects.count() == 2


def test_a_file_without_rows_changes_nothing(world):
    assert bring("customers", f"{HEADER}\n") == Brought(0, 0, 0)
    assert Customer.objects.count() == 2
