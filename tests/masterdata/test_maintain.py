"""Customers, products and prices are created and changed, or refused by field with nothing changed."""

from datetime import date

import pytest

from tests.masterdata.world import CLOCK, MASTER, price
from troth.business.masterdata import actions, queries
from troth.business.masterdata.models import Customer, PriceCondition, ProductSite
from troth.business.masterdata.rules import (
    Closed,
    DuplicateKey,
    FieldFixed,
    UnknownCode,
)
from troth.business.masterdata.rules.validity import ValidityOverlaps
from troth.kernel.errors import InvalidInput, NotFound, Refusals
from troth.kernel.money import AmountOutOfRange, AmountTooPrecise
from troth.kernel.quantity import MAX, QuantityNegative, QuantityZero
from troth.platform import locks
from troth.platform.actors import Actor, Grant
from troth.platform.models import Event
from troth.platform.permissions import NotAllowed
from troth.reference.models import Company, Party, Product, ProductUnit, Site

CUSTOMER = {
    "company": "10",
    "number": "C9",
    "name": "New store",
    "country": "US",
    "region": "OR",
    "sales_organisation": "US",
    "currency": "USD",
    "payment_terms": "N30",
    "calendar": "week",
    "payer": "C1",
    "site": "N",
    "priority": "2",
    "complete_delivery": "yes",
}
PRODUCT = {"number": "HL-1", "name": "Helmet", "base_unit": "PC", "units": "BOX=6", "weight_g": "400", "site": "S"}
PRICE = {
    "company": "10",
    "code": "LIST",
    "kind": "price",
    "product": "BK-1",
    "currency": "USD",
    "amount": "1250.50",
    "valid_from_on": "2026-01-01",
}
VERBS = {
    "customer": (actions.maintain_customer, CUSTOMER, Customer),
    "product": (actions.maintain_product, PRODUCT, Product),
    "price": (actions.maintain_price, PRICE, PriceCondition),
}


def maintain(kind, by=MASTER, values=None, **rest):
    verb, standard, _ = VERBS[kind]
    given = standard if values is None else values
    return verb(given, by=by, clock=CLOCK, **rest)


def refused(kind, /, by=MASTER, **values):
    with pytest.raises(Refusals) as refusal:
        maintain(kind, by, VERBS[kind][1] | values)
    return {(type(one), one.field) for one in refusal.value.refusals}


def test_a_customer_is_created_with_its_party(world):
    made = maintain("customer")
    terms = queries.customer_terms(made.id)
    assert (terms.number, terms.name, terms.ship_to_region, terms.priority) == ("C9", "New store", "OR", 2)
    assert (terms.credit_party_id, terms.site_id) == (world.bikes.party_id, world.north.pk)
    assert (terms.complete_delivery, terms.deliveries_max, terms.is_active) == (True, 9, True)
    assert (made.state, made.version) == ("created", 1)
    assert Event.objects.get().kind == "masterdata.customer_created"


def test_a_party_that_is_known_in_another_part_becomes_a_customer(world):
    party = Party.objects.create(number="C9", name="Supplier", country_id="DE")
    made = maintain("customer")
    assert Customer.objects.get(pk=made.id).party_id == party.pk
    party.refresh_from_db()
    assert (party.name, party.country_id, party.version) == ("New store", "US", 2)


def test_a_change_keeps_what_was_not_given_and_records_the_difference(world):
    answer = maintain("customer", values={"name": "Best Bikes", "priority": 1}, customer_id=world.bikes.pk, version=1)
    terms = queries.customer_terms(world.bikes.pk)
    assert (terms.name, terms.priority, terms.group, answer.version) == ("Best Bikes", 1, "retail", 2)
    event = Event.objects.get()
    assert (event.kind, event.document_number, event.actor_id) == ("masterdata.customer_changed", "C1", 11)
    assert event.changes == {"name": ["A Bike Store", "Best Bikes"], "priority": [5, 1]}


def test_a_record_is_deactivated_and_stays(world):
    maintain("customer", values={"is_active": "no"}, customer_id=world.bikes.pk)
    maintain("product", values={"is_active": "no"}, product_id=world.bike.pk)
    assert queries.customer_terms(world.bikes.pk).is_active is False
    assert queries.product_terms([world.bike.pk])[world.bike.pk].is_active is False


def test_a_change_to_the_same_changes_nothing(world):
    answer = maintain("customer", values={"name": "A Bike Store"}, customer_id=world.bikes.pk)
    assert (answer.state, answer.version, Event.objects.count()) == ("unchanged", 1, 0)


@pytest.mark.parametrize("kind", ["customer", "product", "price"])
def test_a_record_changed_meanwhile_is_not_overwritten(world, kind):
    record = {"customer": world.bikes, "product": world.bike, "price": price(world, 5)}[kind]
    with pytest.raises(locks.ChangedMeanwhile) as refusal:
        maintain(kind, values={"is_active": False}, version=7, **{f"{kind}_id": record.pk})
    record.refresh_from_db()
    assert (record.is_active, record.version, refusal.value.code) == (True, 1, "changed_meanwhile")


@pytest.mark.parametrize("kind", ["customer", "product", "price"])
def test_a_record_that_is_there_is_not_created_again(world, kind):
    maintain(kind)
    before = Event.objects.count()
    assert {one for one, _ in refused(kind)} == {DuplicateKey}
    assert Event.objects.count() == before


@pytest.mark.parametrize("kind", ["customer", "product", "price"])
def test_only_those_who_may_maintain_a_record(world, kind):
    with pytest.raises(NotAllowed):
        maintain(kind, Actor(user_id=1, name="Rep", grants=(Grant("representative"),)))
    with pytest.raises(NotFound):
        maintain(kind, values={}, **{f"{kind}_id": 999_999})
    assert (VERBS[kind][2].objects.filter(pk__gt=10**6).count(), Event.objects.count()) == (0, 0)


def test_another_company_is_out_of_reach(world):
    elsewhere = Actor(user_id=1, name="Mara", grants=(Grant("master_data", company_id=world.company.pk + 1),))
    with pytest.raises(NotAllowed):
        maintain("customer", elsewhere)
    with pytest.raises(NotFound):
        maintain("customer", elsewhere, values={"name": "x"}, customer_id=world.bikes.pk)
    assert Party.objects.filter(number="C9").exists() is False


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"currency": "ZZZ"}, {(UnknownCode, "currency")}),
        ({"company": "77"}, {(UnknownCode, "company")}),
        ({"payer": "nobody"}, {(UnknownCode, "payer")}),
        ({"name": " ", "country": ""}, {(InvalidInput, "name"), (InvalidInput, "country")}),
        ({"name": "x" * 161}, {(InvalidInput, "name")}),
        ({"name": "bell \x07"}, {(InvalidInput, "name")}),
        ({"priority": "-1"}, {(InvalidInput, "priority")}),
        ({"priority": "1.5"}, {(InvalidInput, "priority")}),
        ({"deliveries_max": str(MAX * 10)}, {(InvalidInput, "deliveries_max")}),
        ({"complete_delivery": "perhaps"}, {(InvalidInput, "complete_delivery")}),
        ({"colour": "red"}, {(InvalidInput, "colour")}),
    ],
)
def test_a_wrong_customer_is_refused_by_field(world, values, expected):
    assert refused("customer", **values) == expected
    assert (Customer.objects.count(), Party.objects.count(), Event.objects.count()) == (2, 2, 0)


def test_a_closed_site_cannot_be_chosen_but_may_stay(world):
    world.north.is_active = False
    world.north.save()
    assert refused("customer") == {(Closed, "site")}
    assert maintain("customer", values={"site": "N", "priority": 1}, customer_id=world.bikes.pk).state == "changed"


def test_a_product_is_created_with_units_and_site(world):
    made = maintain("product")
    terms = queries.product_terms([made.id])[made.id]
    assert (terms.number, terms.weight_g, terms.default_site_id) == ("HL-1", 400, world.south.pk)
    assert (terms.unit("BOX").factor.numerator, terms.lead.total, terms.is_sold) == (6, None, True)
    changed = {"units": "BOX=8", "site": "N", "lead_days": 3}
    assert maintain("product", values=changed, product_id=made.id, version=1).version == 2
    terms = queries.product_terms([made.id])[made.id]
    assert (terms.unit("BOX").factor.numerator, terms.default_site_id, terms.lead.total) == (8, world.north.pk, 3)
    assert ProductSite.objects.filter(product_id=made.id).count() == 2
    assert maintain("product", values=changed, product_id=made.id).state == "unchanged"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"base_unit": "XX"}, {(UnknownCode, "base_unit")}),
        ({"units": "XX=4"}, {(UnknownCode, "units")}),
        ({"units": "BOX"}, {(InvalidInput, "units")}),
        ({"units": "BOX=0"}, {(InvalidInput, "units")}),
        ({"units": "BOX=4;BOX=5"}, {(InvalidInput, "units")}),
        ({"units": "PC=1"}, {(FieldFixed, "units")}),
        ({"weight_g": "-5"}, {(InvalidInput, "weight_g")}),
        ({"standard_cost": str(MAX + 1)}, {(InvalidInput, "standard_cost")}),
        ({"site": "ZZ"}, {(UnknownCode, "site")}),
    ],
)
def test_a_wrong_product_is_refused_by_field(world, values, expected):
    assert refused("product", **values) == expected
    assert (Product.objects.count(), ProductUnit.objects.count(), Event.objects.count()) == (2, 1, 0)


@pytest.mark.parametrize("field", ["base_unit", "number"])
def test_what_identifies_a_product_does_not_change(world, field):
    with pytest.raises(Refusals) as refusal:
        maintain("product", values={field: {"base_unit": "BOX", "number": "X"}[field]}, product_id=world.cable.pk)
    assert [(type(one), one.field) for one in refusal.value.refusals] == [(FieldFixed, field)]
    assert Product.objects.get(pk=world.cable.pk).version == 1


def test_a_price_is_read_in_the_decimals_of_its_currency_and_unit(world):
    maintain("price")
    cable = PRICE | {"product": "CB-1", "amount": "0.99", "per_quantity": "2.5", "scale_from": "10"}
    made = maintain("price", values=cable)
    fit = queries.Fit(world.company.pk, world.bikes.pk, "", "USD", date(2026, 3, 2))
    rows = queries.conditions(fit, [world.bike.pk, world.cable.pk])
    found = {row.product_id: (row.amount, row.per_quantity, row.scale_from) for row in rows}
    assert found == {world.bike.pk: (1250_50, 1, 0), world.cable.pk: (99, 2500, 10_000)}
    maintain("price", values={"amount": "1.05", "scale_from": "10"}, price_id=made.id, version=1)
    assert PriceCondition.objects.get(pk=made.id).amount == 105
    discount = {"kind": "discount", "code": "D", "percent": "2.5", "amount": "", "product": ""}
    assert PriceCondition.objects.get(pk=maintain("price", values=PRICE | discount).id).basis_points == 250


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"product": "nothing"}, {(UnknownCode, "product")}),
        ({"customer": "nobody"}, {(UnknownCode, "customer")}),
        ({"currency": "ZZZ"}, {(UnknownCode, "currency")}),
        ({"amount": "1.005"}, {(AmountTooPrecise, "amount")}),
        ({"amount": "9" * 20}, {(AmountOutOfRange, "amount")}),
        ({"amount": "-1"}, {(InvalidInput, "amount")}),
        ({"amount": ""}, {(InvalidInput, "amount")}),
        ({"percent": "5"}, {(InvalidInput, "amount")}),
        ({"kind": "gift"}, {(InvalidInput, "kind")}),
        ({"kind": "discount", "amount": "", "percent": "100.01"}, {(InvalidInput, "percent")}),
        ({"per_quantity": "0"}, {(QuantityZero, "per_quantity")}),
        ({"scale_from": "-1"}, {(QuantityNegative, "scale_from")}),
        ({"valid_from_on": "1.1.2026"}, {(InvalidInput, "valid_from_on")}),
        ({"valid_from_on": ""}, {(InvalidInput, "valid_from_on")}),
        ({"valid_to_on": "2025-12-31"}, {(InvalidInput, "valid_to_on")}),
        ({"customer": "C1", "customer_group": "retail"}, {(InvalidInput, "customer_group")}),
    ],
)
def test_a_wrong_price_is_refused_by_field(world, values, expected):
    assert refused("price", **values) == expected
    assert (PriceCondition.objects.count(), Event.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("standing", "wanted", "meets"),
    [
        (("2026-01-01", ""), ("2026-06-01", ""), True),
        (("2026-01-01", "2026-05-31"), ("2026-06-01", ""), False),
        (("2026-01-01", "2026-06-01"), ("2026-06-01", ""), True),
        (("2026-06-01", ""), ("2026-01-01", "2026-05-31"), False),
        (("2026-06-01", ""), ("2026-01-01", ""), True),
    ],
)
def test_two_prices_for_the_same_do_not_meet_on_a_day(world, standing, wanted, meets):
    days = [dict(zip(("valid_from_on", "valid_to_on"), pair, strict=True)) for pair in (standing, wanted)]
    maintain("price", values=PRICE | days[0])
    if meets:
        assert refused("price", **days[1]) == {(ValidityOverlaps, "valid_from_on")}
    else:
        maintain("price", values=PRICE | days[1])
    assert PriceCondition.objects.count() == (1 if meets else 2)
    assert maintain("price", values=PRICE | days[1] | {"customer": "C1"}).state == "created"


def test_what_belongs_to_another_company_is_unknown_here(world):
    other = Company.objects.create(code="20", name="Other", currency_id="USD", country_id="US")
    Site.objects.create(company=other, code="O", name="Other", calendar=world.week)
    assert refused("customer", site="O") == {(UnknownCode, "site")}
    with pytest.raises(Refusals) as refusal:
        maintain("customer", values={"site": "O"}, customer_id=world.bikes.pk)
    assert [one.field for one in refusal.value.refusals] == ["site"]
    assert Customer.objects.get(pk=world.bikes.pk).site == world.north


def test_minimum_and_multiple_of_a_product_are_typed_in_its_base_unit(world):
    values = {"number": "ROPE", "name": "Rope", "base_unit": "M", "minimum_quantity": "2.5", "multiple_quantity": "0.5"}
    rope = actions.maintain_product(values, by=MASTER, clock=CLOCK)
    terms = queries.product_terms([rope.id])[rope.id]
    assert (terms.minimum_quantity, terms.multiple_quantity) == (2_500, 500)
    actions.import_products([{"number": "ROPE", "minimum_quantity": "3"}], by=MASTER, clock=CLOCK)
    assert queries.product_terms([rope.id])[rope.id].minimum_quantity == 3_000
