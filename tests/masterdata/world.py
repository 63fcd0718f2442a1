"""A small company to test with: two sites, three customers, two products."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from troth.business.masterdata import imports
from troth.business.masterdata import models as m
from troth.platform import permissions
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.clock import FixedClock
from troth.reference import models as r

TODAY = date(2026, 3, 2)
CLOCK = FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
MASTER = Actor(user_id=11, name="Mara", grants=(Grant("master_data"),))
KINDS = [code for code, kind in imports.KINDS.items() if permissions.allows(MASTER, kind.permission)]
"""The files that whoever keeps master data may take out; all but those of another trade."""


@dataclass
class World:
    company: r.Company
    organisation: r.SalesOrganisation
    north: r.Site
    south: r.Site
    week: r.WorkingCalendar
    terms: m.PaymentTerms
    piece: r.Unit
    box: r.Unit
    bike: r.Product
    cable: r.Product
    bikes: m.Customer
    wheels: m.Customer


def party(number: str, name: str, **values: Any) -> r.Party:
    return r.Party.objects.create(number=number, name=name, **{"country_id": "US", "region": "WA"} | values)


def build() -> World:
    for code, decimals in (("USD", 2), ("EUR", 2), ("JPY", 0)):
        r.Currency.objects.create(code=code, name=code, decimals=decimals)
    for code, name in (("US", "United States"), ("DE", "Germany"), ("CA", "Canada")):
        r.Country.objects.create(code=code, name=name)
    week = r.WorkingCalendar.objects.create(code="week", name="Monday to Friday")
    company = r.Company.objects.create(
        code="10", name="Bikes", currency_id="USD", country_id="US", time_zone="America/Los_Angeles"
    )
    organisation = r.SalesOrganisation.objects.create(company=company, code="US", name="United States")
    north = r.Site.objects.create(company=company, code="N", name="North", calendar=week, time_zone="America/New_York")
    south = r.Site.objects.create(company=company, code="S", name="South", calendar=week)
    piece = r.Unit.objects.create(code="PC", name="piece")
    box = r.Unit.objects.create(code="BOX", name="box")
    metre = r.Unit.objects.create(code="M", name="metre", decimals=3)
    bike = r.Product.objects.create(
        number="BK-1", name="Mountain bike", base_unit=piece, weight_g=12_000, volume_ml=90_000, standard_cost=40_000,
        category="Bikes", lead_days=10,
    )  # fmt: skip
    cable = r.Product.objects.create(number="CB-1", name="Brake cable", base_unit=metre, category="Parts")
    r.ProductUnit.objects.create(product=bike, unit=box, numerator=4)
    m.ProductSite.objects.create(product=bike, site=north, is_default=True)
    m.ProductSite.objects.create(product=bike, site=south)
    terms = m.PaymentTerms.objects.create(code="N30", name="30 days net")
    common = {
        "company": company,
        "sales_organisation": organisation,
        "currency_id": "USD",
        "payment_terms": terms,
        "calendar": week,
    }
    bikes = m.Customer.objects.create(party=party("C1", "A Bike Store"), group="retail", site=north, **common)
    wheels = m.Customer.objects.create(party=party("C2", "Wheels 100% Ltd"), group="retail", **common)
    return World(
        company, organisation, north, south, week, terms, piece, box, bike, cable, bikes, wheels
    )  # fmt: skip


def price(world: World, amount: int | None = None, **values: Any) -> m.PriceCondition:
    """A list price of the bike unless the values say otherwise."""
    standard = {
        "company": world.company,
        "code": "LIST",
        "kind": "price",
        "product": world.bike,
        "currency_id": "USD",
        "amount": amount,
        "valid_from_on": date(2026, 1, 1),
    }
    return m.PriceCondition.objects.create(**standard | values)


__all__ = ["CLOCK", "KINDS", "MASTER", "SYSTEM", "TODAY", "World", "build", "party", "price"]
