"""Cells in which no line could ever be are refused when they are entered, by row and field."""

import pytest

from tests.promising.books import march
from tests.quotas.planned import customers
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import TargetDraft
from troth.business.quotas.models import Cell
from troth.business.quotas.rules import WILDCARD
from troth.kernel.errors import Refusals
from troth.platform.actors import SYSTEM
from troth.reference.models import Country, Party


@pytest.fixture
def known(books):
    """A product of a group, a customer of one, and a region of two countries."""
    product = books.product(category="Frames")
    books.product(category="Wheels")
    customers(books, "retail", "online")
    Country.objects.create(code="CA", name="Canada")
    Country.objects.create(code="DE", name="Germany")
    Party.objects.create(number="2", name="North too", region="NORTH", country_id="CA")
    return product.number


CONTRADICTIONS = {
    "a product of another group": (
        "product,product_group", {"product": "KNOWN", "product_group": "Wheels"}, "product_group",
    ),
    "a region of other countries": ("country,region", {"country": "DE", "region": "NORTH"}, "country"),
    "a customer of another group": (
        "customer,customer_group", {"customer": "100", "customer_group": "online"}, "customer_group",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("told_apart_by", "values", "field"), CONTRADICTIONS.values(), ids=list(CONTRADICTIONS))
def test_a_cell_that_contradicts_itself_is_refused(books, known, told_apart_by, values, field):
    values = {name: known if value == "KNOWN" else value for name, value in values.items()}
    procedure = books.procedure(told_apart_by=told_apart_by)
    fine = values | {field: WILDCARD}
    drafts = [TargetDraft(fine, march(3), 5, row=1), TargetDraft(values, march(3), 5, row=2)]
    with pytest.raises(Refusals) as refused:
        quotas.set_targets(procedure, drafts, by=SYSTEM, clock=books.clock)
    [entry] = refused.value.refusals
    assert (entry.code, entry.row, entry.field) == ("quota_contradiction", 2, field)
    assert not Cell.objects.exists()
    quotas.set_targets(procedure, drafts[:1], by=SYSTEM, clock=books.clock)
    assert Cell.objects.count() == 1


@pytest.mark.parametrize("country", ["US", "CA", WILDCARD])
def test_a_region_may_be_of_several_countries(books, known, country):
    books.plan(books.procedure(told_apart_by="country,region"), ({"country": country, "region": "NORTH"}, march(3), 5))
    assert Cell.objects.count() == 1


def test_a_customers_goods_may_go_to_any_region(books, known):
    values = {"customer": "100", "region": "SOUTH"}
    books.plan(books.procedure(told_apart_by="customer,region"), (values, march(3), 5))
    assert Cell.objects.count() == 1
