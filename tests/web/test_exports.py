"""CSV that no spreadsheet runs."""

from datetime import date
from decimal import Decimal

import pytest

from troth.platform.web import exports
from troth.platform.web.columns import Column, Filter, exported
from troth.platform.web.values import Money, Party, Quantity, Status


@pytest.mark.parametrize("text", ["=1+1", "+49 30 1234", "-cmd|calc", "@SUM(A1)", "\t=1", "\r=1", "-1+1", "-1e5+3"])
def test_text_that_begins_like_a_formula_gets_an_apostrophe_and_loses_it_on_import(text):
    assert exports.escaped(text) == "'" + text
    assert exports.unescaped(exports.escaped(text)) == text


@pytest.mark.parametrize("text", ["Bike World", "-12.50", "-7", "12", "", "O'Neill", "'quoted'"])
def test_other_text_and_negative_figures_stay_as_they_are(text):
    assert exports.escaped(text) == text
    assert exports.unescaped(text) == text


def test_figures_go_out_with_a_point_and_their_unit_beside_them():
    assert exported(Column("q", "Quantity", "quantity"), Quantity(1200500, 3, "kg")) == [Decimal("1200.500"), "kg"]
    assert exported(Column("v", "Value", "money"), Money(-12345, "EUR")) == [Decimal("-123.45"), "EUR"]
    assert exported(Column("v", "Value", "money"), None) == ["", ""]
    assert exported(Column("d", "Due", "date"), date(2026, 12, 4)) == [date(2026, 12, 4)]
    assert exported(Column("s", "Status", "status"), Status("Open")) == ["Open"]
    assert exported(Column("p", "Customer", "party"), Party("Bike World", "C-1")) == ["C-1 Bike World"]


def test_the_file_quotes_what_needs_it():
    assert list(exports.lines(["a", "b"], [["x,y", '="1"']])) == ["\ufeff", "a,b\r\n", '"x,y","\'=""1"""\r\n']


def test_a_filter_takes_only_what_it_offers():
    choice = Filter("status", "Status", "choice", (("open", "Open"),))
    days = Filter("due", "Due", "date_range")
    assert [choice.read({"status": v}) for v in ("open", "closed", "")] == ["open", None, None]
    assert days.read({"due_from": "2026-12-04", "due_until": "2026-13-40"}) == (date(2026, 12, 4), None)
    assert days.read({"due_from": "2026-02-31"}) is None
