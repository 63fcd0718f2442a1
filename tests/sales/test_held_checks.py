"""The check of what is held for quotations holds on good books, and finds what is wrong."""

from datetime import date

import pytest

from tests.sales.test_held_quotation import hold, sent  # noqa: F401 - the quotation of the tests
from troth.business.promising.models import Hold
from troth.business.sales.models import Quotation, QuotationLine
from troth.platform import verify

CHECK = "sales: held for quotations"


def found():
    [result] = verify.run((CHECK,))
    return [finding.sentence for finding in result.findings], result.count_checked


@pytest.fixture
def kept(small, rep, sent):  # noqa: F811
    return hold(small, rep, sent)


def test_good_books_hold(kept):
    assert found() == ([], 1)


def test_a_hold_of_a_quotation_that_is_over_is_found(kept):
    Quotation.objects.update(state="rejected")
    assert "not open" in found()[0][0]


def test_a_hold_beyond_the_validity_is_found(kept):
    Quotation.objects.update(valid_to_on=date(2026, 3, 3))
    assert "longer than" in found()[0][0]


def test_more_than_is_open_is_found(kept):
    QuotationLine.objects.filter(line_number=10).update(base_quantity=3)
    line_id = QuotationLine.objects.get(line_number=10).pk
    assert found()[0] == [f"4 is held of quotation line {line_id}, of which 3 is open."]


def test_a_hold_of_no_quotation_is_found(kept):
    Hold.objects.update(reference_id=999_999)
    assert "not open" in found()[0][0]
