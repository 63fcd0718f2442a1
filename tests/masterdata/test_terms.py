"""What an order reads of its customer and its products, in one statement each."""

import pytest

from tests.masterdata.world import party
from troth.business.masterdata import queries
from troth.business.masterdata.models import Customer, CustomerProduct
from troth.kernel.errors import NotFound
from troth.kernel.quantity import Unit
from troth.platform import sql
from troth.reference import models as reference


@pytest.fixture
def statements():
    """Call it before and after: the difference is the number of statements of the hot path."""
    return lambda: sql.tally.statements


def test_a_customer_stands_in_for_the_partners_it_does_not_name(world):
    terms = queries.customer_terms(world.bikes.pk)
    sold_to = world.bikes.party_id
    assert (terms.sold_to_id, terms.ship_to_id, terms.bill_to_id, terms.credit_party_id) == (sold_to,) * 4
    assert (terms.number, terms.name, terms.group, terms.currency) == ("C1", "A Bike Store", "retail", "USD")
    assert (terms.company_id, terms.company_currency, terms.time_zone) == (
        world.company.pk,
        "USD",
        "America/Los_Angeles",
    )
    assert (terms.ship_to_country, terms.ship_to_region) == ("US", "WA")
    assert (terms.site_id, terms.calendar_id, terms.calendar_version) == (world.north.pk, world.week.pk, 1)
    assert (terms.payment_terms, terms.due_days, terms.priority, terms.deliveries_max) == ("N30", 30, 5, 9)
    assert terms.is_active is True
    assert terms.complete_delivery is False


def test_partners_named_come_with_the_address_that_decides(world):
    ship_to = party("C1-W", "Warehouse", country_id="DE", region="BY")
    payer = party("C1-P", "Payer")
    Customer.objects.filter(pk=world.bikes.pk).update(ship_to=ship_to, payer=payer, site=None)
    terms = queries.customer_terms(world.bikes.pk)
    assert (terms.ship_to_id, terms.ship_to_country, terms.ship_to_region) == (ship_to.pk, "DE", "BY")
    assert (terms.credit_party_id, terms.bill_to_id, terms.site_id) == (payer.pk, world.bikes.party_id, None)


def test_an_unknown_customer_is_refused(world):
    with pytest.raises(NotFound) as refusal:
        queries.customer_terms(999_999)
    assert (refusal.value.field, refusal.value.facts) == ("customer", {"customer": 999_999})


def test_a_product_comes_with_its_units_and_default_site(world):
    terms = queries.product_terms([world.bike.pk, world.cable.pk, 999_999])
    assert set(terms) == {world.bike.pk, world.cable.pk}
    bike, cable = terms[world.bike.pk], terms[world.cable.pk]
    assert (bike.number, bike.base_unit, bike.weight_g, bike.standard_cost) == ("BK-1", Unit("PC", 0), 12_000, 40_000)
    assert (bike.default_site_id, bike.lead.total, bike.category) == (world.north.pk, 10, "Bikes")
    assert bike.unit("BOX").factor.to_base(3, unit=Unit("BOX", 0), base=bike.base_unit) == 12
    assert bike.unit("M") is None
    assert (cable.base_unit, cable.default_site_id, cable.lead.total, cable.conversions) == (
        Unit("M", 3),
        None,
        None,
        (),
    )
    assert cable.unit("M").factor.numerator == 1
    assert (bike.is_sold, bike.is_stocked, bike.is_active, bike.is_made) == (True, True, True, False)


def test_a_product_is_found_by_our_number_before_the_customers_own(world):
    CustomerProduct.objects.create(
        customer=world.bikes, product=world.cable, number="X-77", over_tolerance_basis_points=500
    )
    found = queries.product_terms_by_number(["BK-1", "X-77", "nothing"], customer_id=world.bikes.pk)
    assert {number: terms.product_id for number, terms in found.items()} == {
        "BK-1": world.bike.pk,
        "X-77": world.cable.pk,
    }
    assert (found["X-77"].customer_number, found["X-77"].over_tolerance_basis_points) == ("X-77", 500)
    assert queries.product_terms_by_number(["X-77"], customer_id=world.wheels.pk) == {}


def test_the_number_of_statements_does_not_depend_on_the_number_of_products(world, statements):
    many = reference.Product.objects.bulk_create(
        reference.Product(number=f"P{n}", name="p", base_unit=world.piece) for n in range(300)
    )
    before = statements()
    assert len(queries.product_terms([product.pk for product in many])) == 300
    assert statements() - before == 1
    queries.customer_terms(world.bikes.pk)
    assert statements() - before == 2


def test_customers_are_found_by_all_words_in_any_order_and_page_by_page(world):
    assert [row.number for row in queries.find_customers("store bike").rows] == ["C1"]
    assert [row.number for row in queries.find_customers("100%").rows] == ["C2"]
    assert queries.find_customers("store wheels").rows == ()
    first = queries.find_customers(limit=1)
    second = queries.find_customers(limit=1, after=first.after)
    assert [row.number for row in first.rows + second.rows] == ["C1", "C2"]
    assert second.after is None
    assert queries.find_customers(company_ids=frozenset({world.company.pk + 1})).rows == ()
    assert queries.find_customers(company_ids=frozenset()).rows == ()


def test_products_are_found_by_the_customers_own_number(world):
    CustomerProduct.objects.create(customer=world.bikes, product=world.cable, number="X-77")
    assert [row.number for row in queries.find_products("x-77", customer_id=world.bikes.pk).rows] == ["CB-1"]
    assert queries.find_products("x-77").rows == ()
    first = queries.find_products(limit=1)
    assert ([row.number for row in first.rows], first.after) == (["BK-1"], "BK-1")
    assert [row.number for row in queries.find_products(limit=1, after="BK-1").rows] == ["CB-1"]
    reference.Product.objects.update(is_sold=False)
    assert queries.find_products().rows == ()
