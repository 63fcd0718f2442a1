"""Valuation types of products as a file: what is refused, and when a product can begin to be valuated separately."""

import pytest

from tests import company, valued
from troth.business.masterdata import imports, queries
from troth.business.masterdata.models import ValuationType
from troth.business.masterdata.queries.coverage import uncovered
from troth.business.promising import actions as promising
from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt, Foreseen
from troth.kernel.calendars import day_of
from troth.kernel.errors import Refusals
from troth.platform.actors import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(db):
    return company.build()


@pytest.fixture
def bring(small):
    def run(text, kind="valuation_types"):
        return imports.import_file(kind, text.encode(), by=SYSTEM, clock=small.clock)

    return run


def refused(call) -> list[tuple]:
    with pytest.raises(Refusals) as found:
        call()
    return [(one.row, one.field, str(one)) for one in found.value.refusals]


def test_documents_know_the_types_in_use_and_the_default(small, bring) -> None:
    bring("product,code,name,is_default,is_active\nGLOVE,NEW,New,yes,yes\nGLOVE,USED,Used,no,no\n")
    [(product_id, types)] = queries.snapshot().valuations.items()
    assert product_id == small.products["GLOVE"].pk
    assert (types.names, types.default, types.known) == ({"NEW": "New"}, "NEW", {"NEW", "USED"})
    assert queries.valuation_types([product_id]) == {product_id: types}
    assert queries.valuation_types([small.products["HELMET"].pk]) == {}


def test_a_product_has_one_default_which_another_type_can_become_in_one_file(small, bring) -> None:
    valued.types(small, default=True)
    taken = "Type NEW is the one of lines that name none already. Take it from that one first."
    assert refused(lambda: bring("product,code,is_default\nGLOVE,USED,yes\n")) == [(1, "is_default", taken)]
    bring("product,code,is_default\nGLOVE,USED,yes\nGLOVE,NEW,no\n")
    assert queries.snapshot().valuations[small.products["GLOVE"].pk].default == "USED"
    gone = "A type that is not in use cannot be the one of lines that name none."
    assert refused(lambda: bring("product,code,is_active\nGLOVE,USED,no\n")) == [(1, "is_default", gone)]


def test_what_is_not_stocked_or_kept_in_batches_has_no_types(small, bring) -> None:
    small.products["OIL"].has_batches = True
    small.products["OIL"].save()
    told = refused(lambda: bring("product,code,name\nFITTING,A,A\nOIL,A,A\n"))
    assert told == [
        (1, "product", "The product is not kept in stock, so there is nothing to tell apart."),
        (2, "product", "Goods that are kept in batches are not valuated separately. Choose another one."),
    ]


def test_a_product_with_types_is_not_kept_in_batches_and_has_no_safety_stock(small, bring) -> None:
    valued.types(small)
    told = refused(lambda: bring("number,has_batches\nGLOVE,yes\n", "products"))
    assert told == [(1, "has_batches", "The product is valuated separately, so it is not kept in batches.")]
    told = refused(lambda: bring("product,site,safety_stock\nGLOVE,HAM,5\n", "product_sites"))
    said = "Of a product that is valuated separately no safety stock is kept: it would be of no type. Enter 0."
    assert told == [(1, "safety_stock", said)]
    assert bring("product,site,safety_stock\nHELMET,HAM,5\n", "product_sites").changed == 1


def lay(small, bring):
    company.put_in_stock(small, "GLOVE", 1)


def expect(small, bring):
    supply.expect_receipt(
        ExpectedReceipt(
            small.company.pk, "purchase", "1", small.products["GLOVE"].pk, small.sites["ROT"].pk, company.FRIDAY, 5
        ),
        by=SYSTEM, clock=small.clock,
    )  # fmt: skip


def foresee(small, bring):
    row = Foreseen(small.products["GLOVE"].pk, small.sites["HAM"].pk, company.FRIDAY, 5)
    supply.set_forecast([row], reason="plan", by=SYSTEM, clock=small.clock)


def keep_safe(small, bring):
    bring("product,site,safety_stock\nGLOVE,HAM,5\n", "product_sites")


@pytest.mark.parametrize("before", [lay, expect, foresee, keep_safe])
def test_goods_that_are_of_no_type_keep_a_product_from_being_valuated_separately(small, bring, before) -> None:
    before(small, bring)
    [(row, field, said)] = refused(lambda: valued.types(small))[:1]
    assert (row, field) == (1, "product")
    assert said.startswith("Goods of the product are in stock, expected, promised or forecast already, and of no type.")
    assert not ValuationType.objects.exists()


def test_what_was_in_the_books_and_is_gone_is_no_hindrance_and_more_types_come_later(small, bring) -> None:
    company.put_in_stock(small, "GLOVE", 1)
    supply.adjust_stock(
        small.products["GLOVE"].pk, bin_id=small.bins["HAM"].pk, counted=0, reason="gone", by=SYSTEM, clock=small.clock
    )
    valued.types(small)
    valued.lay_in(small, NEW=5)
    bring("product,code,name\nGLOVE,DEMO,From the show\n")
    assert sorted(queries.snapshot().valuations[small.products["GLOVE"].pk].names) == ["DEMO", "NEW", "USED"]
    checks = [promising.Check(small.products["GLOVE"].pk, small.sites["HAM"].pk, 9, company.FRIDAY, valuation="NEW")]
    assert promising.check(checks, clock=small.clock)[0].confirmed == 5


def test_a_product_none_of_whose_types_is_in_use_is_reported(small, bring) -> None:
    valued.types(small)
    bring("product,code,is_active\nGLOVE,NEW,no\n")
    assert "GLOVE" not in {one.number for one in uncovered(day_of(company.MONDAY))}
    bring("product,code,is_active\nGLOVE,USED,no\n")
    found = {(one.number, one.site, one.reason) for one in uncovered(day_of(company.MONDAY)) if one.number == "GLOVE"}
    assert found == {("GLOVE", "HAM", "no_type"), ("GLOVE", "ROT", "no_type")}
