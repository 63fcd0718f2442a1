"""Prices from the books."""

from datetime import date

import pytest

from tests.masterdata.world import MASTER, TODAY, price
from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.models import TaxRate
from troth.business.pricing import queries
from troth.business.pricing.rules import Kind, Manual, PriceRequestLine
from troth.platform import sql
from troth.platform.permissions import NotAllowed
from troth.reference.models import Product


def ask(world, *lines, on=TODAY, **values):
    return queries.price(queries.request_for(masterdata.customer_terms(world.bikes.pk), lines, on=on, **values))


def test_a_line_is_priced_by_the_customers_terms_and_taxed_by_its_region(world):
    price(world, 100_00)
    price(world, code="GOLD", kind="discount", customer=world.bikes, product=None, basis_points=500)
    TaxRate.objects.create(country_id="US", region="WA", name="Sales tax", basis_points=880, valid_from_on=TODAY)
    offered = ask(world, PriceRequestLine(10, world.bike.pk, 2), PriceRequestLine(20, world.cable.pk, 1500))
    assert (offered.net, offered.tax, offered.gross) == (190_00, 16_72, 206_72)
    assert offered.incomplete == (20,)
    assert [line.kind for line in offered.lines[10].trace] == ["price", "discount", "tax"]
    assert ask(world, PriceRequestLine(10, world.bike.pk, 2), on=date(2026, 3, 1)).tax == 0
    assert ask(world, PriceRequestLine(10, world.bike.pk, 2), region="OR").tax == 0


def test_a_price_counts_a_quantity_in_smallest_units(world):
    price(world, 250, product=world.cable, per_quantity=1000)
    assert ask(world, PriceRequestLine(10, world.cable.pk, 1500)).net == 375


def test_pricing_takes_one_statement_for_any_number_of_lines(world):
    products = Product.objects.bulk_create(Product(number=f"P{n}", name="p", base_unit=world.piece) for n in range(300))
    for product in products[:3]:
        price(world, 100, product=product)
    terms = masterdata.customer_terms(world.bikes.pk)
    request = queries.request_for(terms, [PriceRequestLine(p.pk, p.pk, 1) for p in products], on=TODAY)
    masterdata.snapshot(terms.edition)
    before = sql.tally.statements
    offered = queries.price(request, edition=terms.edition)
    assert sql.tally.statements - before == 1
    assert (offered.net, len(offered.incomplete)) == (300, 297)


def test_only_those_who_may_set_prices_agree_on_one_by_hand(world):
    by_hand = PriceRequestLine(10, world.bike.pk, 1, manual=(Manual(Kind.PRICE, amount=5),))
    with pytest.raises(NotAllowed) as refusal:
        queries.require_manual_pricing([by_hand], by=MASTER, company_id=world.company.pk)
    assert refusal.value.facts["permission"] == "sales.set_price"
    listed = PriceRequestLine(10, world.bike.pk, 1)
    assert queries.require_manual_pricing([listed], by=MASTER, company_id=world.company.pk) is None
