"""A small company for the tests of all business apps.

Fjell Cycles sells from two sites to three customers. Today is Monday, 2 March 2026, 09:00 in Hamburg.

| product | base unit | price in EUR | weight | note |
| --- | --- | --- | --- | --- |
| FRAME | piece | 400.00 | 2,000 g | |
| HELMET | piece | 50.00, from 100 pieces 45.00 | 300 g | also in boxes of 12 |
| GLOVE | pair | 20.00 | 100 g | |
| OIL | litre, three decimals | 8.00 | 900 g | also in cans of 0.5 litres |
| FITTING | piece | 30.00 | | a service: neither stocked nor delivered |
| BELL | piece | 5.00 | 80 g | not sold any more (inactive) |

| customer | country | credit limit | note |
| --- | --- | --- | --- |
| ALPHA | DE, tax 19 % | 10,000.00 | ships from HAM |
| BETA | NL, tax 21 % | none: not checked | group "dealer", 10 % discount, ships from HAM |
| GAMMA | DE, exempt from tax | 100.00 | complete deliveries only |

| order type | checked | delivered | billed |
| --- | --- | --- | --- |
| standard | credit, scope order | later | by delivery |
| rush | credit, scope rush | on saving | by delivery |
| free | scope order | later | not at all, no price |

Sites HAM and ROT work Monday to Friday; picking takes a day, the route a day: what is asked for on Wednesday must be
there on Monday.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module

from django.apps import apps
from django.db import transaction

from troth.business.credit.models import CreditAccount
from troth.business.masterdata import models as masterdata
from troth.platform.actors import Actor, Grant
from troth.platform.clock import FixedClock
from troth.reference import models as reference

MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)
WEDNESDAY = date(2026, 3, 4)
THURSDAY = date(2026, 3, 5)
FRIDAY = date(2026, 3, 6)
NEXT_MONDAY = date(2026, 3, 9)
NEXT_WEDNESDAY = date(2026, 3, 11)

LONG_AGO = date(2020, 1, 1)

ACCOUNTS = {
    "receivable": "1200",
    "inventory": "1400",
    "goods_received": "1600",
    "cash": "1800",
    "deposit": "2100",
    "tax": "2300",
    "revenue": "4000",
    "discount": "4100",
    "goods_issued": "5000",
    "stock_difference": "5100",
    "exchange_difference": "5200",
}
"""Posting key -> account."""


@dataclass(frozen=True)
class SmallCompany:
    """The rows, by the codes of the tables above."""

    company: reference.Company
    sites: dict[str, reference.Site]
    bins: dict[str, reference.Bin]
    products: dict[str, reference.Product]
    customers: dict[str, masterdata.Customer]
    order_types: dict[str, masterdata.OrderType]
    item_categories: dict[str, masterdata.ItemCategory]
    clock: FixedClock

    def party(self, code: str) -> reference.Party:
        return self.customers[code].party


def scopes() -> None:
    """The scopes of check that migrations made, which a test with transactions of its own has emptied."""
    if not masterdata.CheckingScope.objects.exists():
        import_module("troth.business.masterdata.migrations.0005_checking_scopes").seed(apps, None)


def build() -> SmallCompany:
    """Write the master data and return it."""
    _reference_tables()
    scopes()
    calendar = reference.WorkingCalendar.objects.create(code="WEEK", name="Monday to Friday")
    company = reference.Company.objects.create(
        code="FJELL", name="Fjell Cycles", currency_id="EUR", country_id="DE", time_zone="Europe/Berlin"
    )
    sites = {code: _site(company, calendar, code) for code in ("HAM", "ROT")}
    bins = {code: _bin(site) for code, site in sites.items()}
    _transport(sites, calendar)
    products = _products(sites, bins)
    customers = _customers(company, calendar, sites)
    _prices_and_taxes(company, products)
    item_categories, order_types = _order_types()
    for posting_key, account in ACCOUNTS.items():
        masterdata.AccountRule.objects.create(company=company, posting_key=posting_key, account=account)
    return SmallCompany(
        company=company,
        sites=sites,
        bins=bins,
        products=products,
        customers=customers,
        order_types=order_types,
        item_categories=item_categories,
        clock=FixedClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),
    )


def person(*roles: str, user_id: int = 11) -> Actor:
    """Somebody with these roles everywhere."""
    return Actor(user_id=user_id, name=f"Person {user_id}", grants=tuple(Grant(role) for role in roles))


def put_in_stock(small: SmallCompany, product: str, quantity: int, *, site: str = "HAM") -> None:
    """Lay a quantity (smallest units) into the site's bin and into its availability."""
    from troth.kernel import calendars, netting
    from troth.ledgers.availability import actions as availability
    from troth.ledgers.availability.keys import AvailabilityKey
    from troth.ledgers.stock import actions as stock
    from troth.ledgers.stock.keys import StockKey
    from troth.platform import locks
    from troth.platform.documents import DocumentRef

    product_id, place, today = small.products[product].pk, small.bins[site], small.clock.today("Europe/Berlin")
    series = AvailabilityKey(product_id, small.sites[site].pk)
    shelf = StockKey(
        site_id=small.sites[site].pk, location_id=place.location_id, bin_id=place.pk, product_id=product_id
    )
    source, at = DocumentRef("opening", small.company.pk, "OPENING"), small.clock.now()
    with transaction.atomic():
        held = locks.begin()
        held.take(series, shelf)
        stock.post(held, [stock.Movement(shelf, quantity, "receipt", today, source)], at=at)
        day = calendars.day_of(today)
        availability.post(held, [availability.Entry(series, netting.Category.STOCK, day, quantity, source)], at=at)


def _reference_tables() -> None:
    reference.Currency.objects.create(code="EUR", name="euro")
    reference.Country.objects.create(code="DE", name="Germany")
    reference.Country.objects.create(code="NL", name="Netherlands")
    for code, decimals in (("piece", 0), ("box", 0), ("pair", 0), ("litre", 3), ("can", 0), ("pallet", 0)):
        reference.Unit.objects.create(code=code, name=code, decimals=decimals)


def _site(company: reference.Company, calendar: reference.WorkingCalendar, code: str) -> reference.Site:
    names = {"HAM": ("Hamburg", "Europe/Berlin"), "ROT": ("Rotterdam", "Europe/Amsterdam")}
    name, zone = names[code]
    return reference.Site.objects.create(company=company, code=code, name=name, time_zone=zone, calendar=calendar)


def _bin(site: reference.Site) -> reference.Bin:
    location = reference.StorageLocation.objects.create(site=site, code="MAIN", name="Main store")
    return reference.Bin.objects.create(location=location, code="A-01")


def _transport(sites: dict[str, reference.Site], calendar: reference.WorkingCalendar) -> None:
    haulier = reference.Party.objects.create(number="HAUL", name="Hauliers", country_id="DE")
    carrier = masterdata.Carrier.objects.create(party=haulier, base_charge=2000, charge_per_kg=50)
    for code, site in sites.items():
        masterdata.ShippingPoint.objects.create(site=site, code=f"{code}1", name=f"Gate of {site.name}")
        route = masterdata.Route.objects.create(
            code=f"{code}-ROAD", name=f"From {site.name} by road", calendar=calendar, carrier=carrier, transit_days=1
        )
        masterdata.RouteRule.objects.create(site=site, route=route)


def _products(sites: dict[str, reference.Site], bins: dict[str, reference.Bin]) -> dict[str, reference.Product]:
    made = {}
    for number, unit, weight_g, cost in (
        ("FRAME", "piece", 2000, 25000),
        ("HELMET", "piece", 300, 3000),
        ("GLOVE", "pair", 100, 900),
        ("OIL", "litre", 900, 400),
        ("FITTING", "piece", 0, 0),
        ("BELL", "piece", 80, 200),
    ):
        made[number] = reference.Product.objects.create(
            number=number,
            name=number.capitalize(),
            base_unit_id=unit,
            category="bicycles",
            weight_g=weight_g,
            volume_ml=weight_g * 2,
            is_stocked=number != "FITTING",
            standard_cost=cost,
            is_active=number != "BELL",
        )
        for code, site in sites.items():
            masterdata.ProductSite.objects.create(
                product=made[number], site=site, fixed_bin=bins[code], is_default=code == "HAM"
            )
    reference.ProductUnit.objects.create(product=made["HELMET"], unit_id="box", numerator=12)
    reference.ProductUnit.objects.create(product=made["OIL"], unit_id="can", numerator=1, denominator=2)
    return made


def _customers(
    company: reference.Company, calendar: reference.WorkingCalendar, sites: dict[str, reference.Site]
) -> dict[str, masterdata.Customer]:
    organisation = reference.SalesOrganisation.objects.create(company=company, code="DOM", name="Domestic")
    terms = masterdata.PaymentTerms.objects.create(code="N30", name="30 days net", due_days=30)
    made = {}
    for number, country, group, limit in (
        ("ALPHA", "DE", "", 1_000_000),
        ("BETA", "NL", "dealer", None),
        ("GAMMA", "DE", "", 10_000),
    ):
        party = reference.Party.objects.create(
            number=number, name=f"{number.capitalize()} Bikes", street="Main Road 1", city="Town", country_id=country
        )
        made[number] = masterdata.Customer.objects.create(
            company=company,
            party=party,
            sales_organisation=organisation,
            group=group,
            currency_id="EUR",
            payment_terms=terms,
            site=sites["HAM"],
            calendar=calendar,
            incoterm="DAP",
            incoterm_place="Town",
            complete_delivery=number == "GAMMA",
            is_tax_exempt=number == "GAMMA",
        )
        CreditAccount.objects.create(company=company, party=party, limit=limit)
    return made


def _prices_and_taxes(company: reference.Company, products: dict[str, reference.Product]) -> None:
    prices = {"FRAME": 40000, "HELMET": 5000, "GLOVE": 2000, "OIL": 800, "FITTING": 3000, "BELL": 500}
    for number, amount in prices.items():
        _price(company, products[number], amount, per=1000 if number == "OIL" else 1)
    _price(company, products["HELMET"], 4500, scale_from=100)
    masterdata.PriceCondition.objects.create(
        company=company,
        code="DEALER",
        kind="discount",
        customer_group="dealer",
        currency_id="EUR",
        basis_points=1000,
        valid_from_on=LONG_AGO,
    )
    for country, basis_points in (("DE", 1900), ("NL", 2100)):
        masterdata.TaxRate.objects.create(
            country_id=country, name=f"VAT {country}", basis_points=basis_points, valid_from_on=LONG_AGO
        )


def _price(
    company: reference.Company, product: reference.Product, amount: int, *, per: int = 1, scale_from: int = 0
) -> None:
    masterdata.PriceCondition.objects.create(
        company=company,
        code="LIST",
        kind="price",
        product=product,
        currency_id="EUR",
        amount=amount,
        per_quantity=per,
        scale_from=scale_from,
        valid_from_on=LONG_AGO,
    )


def _order_types() -> tuple[dict[str, masterdata.ItemCategory], dict[str, masterdata.OrderType]]:
    def category(code: str, **facts: object) -> masterdata.ItemCategory:
        return masterdata.ItemCategory.objects.create(code=code, name=code, **facts)

    categories = {
        "standard": category("standard"),
        "free": category("free", is_priced=False, billing_basis="none"),
        "service": category("service", is_promised=False, is_delivered=False, billing_basis="ordered"),
        "prepaid": category("prepaid", billing_basis="ordered"),
    }

    def kind(code: str, category_code: str, **facts: object) -> masterdata.OrderType:
        return masterdata.OrderType.objects.create(
            code=code, name=code, item_category=categories[category_code], **facts
        )

    order_types = {
        "standard": kind("standard", "standard"),
        "rush": kind("rush", "standard", checking_event="rush", delivers_on_saving=True),
        "free": kind("free", "free", checks_credit=False),
    }
    return categories, order_types
