"""The company that benches run on: a site, a thousand products in stock, a thousand customers with a wide limit.

The crash run builds it with few products and little of each.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from troth.doors.bench.scene import NOW, TODAY, BenchCompany
from troth.doors.demo.tables import row, write
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.exposure.keys import ExposureKey
from troth.ledgers.stock import actions as stock
from troth.ledgers.stock.keys import StockKey
from troth.platform import locks
from troth.platform.documents import DocumentRef
from troth.reference import models as reference

LONG_AGO = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Size:
    """So many customers, a product for each stock, and so many receipts to come of each that is in stock."""

    stock: tuple[int, ...] = (10**9,) * 1000
    customers: int = 1000
    receipts: int = 20
    laid_on: date = TODAY


FULL = Size()


def build(size: Size = FULL) -> BenchCompany:
    """Write the master data, lay the stock and expect the receipts, one every three days."""
    reference.Currency.objects.create(code="USD", name="dollar")
    reference.Country.objects.create(code="US", name="United States")
    reference.Unit.objects.create(code="EA", name="each", decimals=0)
    calendar = reference.WorkingCalendar.objects.create(code="WEEK", name="Monday to Friday")
    company = reference.Company.objects.create(code="BENCH", name="Bench", currency_id="USD", country_id="US")
    site = reference.Site.objects.create(company=company, code="BENCH", name="Bench", calendar=calendar)
    location = reference.StorageLocation.objects.create(site=site, code="MAIN", name="Main")
    place = reference.Bin.objects.create(location=location, code="A")
    [route] = write([row("masterdata.Route", code="ROAD", name="Road", calendar=calendar, transit_days=2)])
    write([row("masterdata.RouteRule", site=site, route=route)])
    write([row("masterdata.ShippingPoint", site=site, code="GATE", name="Gate")])
    products = _products(company, site, len(size.stock))
    customers = _customers(company, site, calendar, size.customers)
    _documents(company)
    with transaction.atomic():
        _supply(products, site, place, size)
        # customers have ordered before: an order opens no account
        locks.begin().take(*(ExposureKey(company.pk, customer.party_id) for customer in customers))
    site.save()  # what is written in whole tables tells nobody; this draws the token that keeps it in memory
    return BenchCompany(
        company.pk,
        site.pk,
        tuple(customer.party.number for customer in customers),
        tuple(product.number for product in products),
    )


def _products(company: reference.Company, site: reference.Site, count: int) -> list[reference.Product]:
    products = reference.Product.objects.bulk_create(
        reference.Product(
            number=f"P{number:05d}", name=f"Product {number}", base_unit_id="EA", weight_g=500, standard_cost=500
        )
        for number in range(count)
    )
    write(row("masterdata.ProductSite", product=product, site=site, is_default=True) for product in products)
    write(
        row(
            "masterdata.PriceCondition",
            company=company,
            code="LIST",
            kind="price",
            product=product,
            currency_id="USD",
            amount=1999,
            valid_from_on=LONG_AGO,
        )
        for product in products
    )
    write([row("masterdata.TaxRate", country_id="US", name="Sales tax", basis_points=800, valid_from_on=LONG_AGO)])
    return products


def _customers(
    company: reference.Company, site: reference.Site, calendar: reference.WorkingCalendar, count: int
) -> list[Any]:
    organisation = reference.SalesOrganisation.objects.create(company=company, code="ALL", name="All")
    [terms] = write([row("masterdata.PaymentTerms", code="N30", name="30 days net")])
    parties = reference.Party.objects.bulk_create(
        reference.Party(number=f"C{number:05d}", name=f"Customer {number}", country_id="US") for number in range(count)
    )
    write(row("credit.CreditAccount", company=company, party=party, limit=10**15) for party in parties)
    return write(
        row(
            "masterdata.Customer",
            company=company,
            party=party,
            sales_organisation=organisation,
            currency_id="USD",
            payment_terms=terms,
            site=site,
            calendar=calendar,
        )
        for party in parties
    )


def _documents(company: reference.Company) -> None:
    [standard] = write([row("masterdata.ItemCategory", code="standard", name="Standard")])
    write([row("masterdata.OrderType", code="standard", name="Standard order", item_category=standard)])
    accounts = (
        "receivable inventory goods_received cash deposit tax revenue discount goods_issued stock_difference"
        " exchange_difference"
    )
    write(
        row("masterdata.AccountRule", company=company, posting_key=posting_key, account=str(1000 + number))
        for number, posting_key in enumerate(accounts.split())
    )


def _supply(products: list[reference.Product], site: reference.Site, place: reference.Bin, size: Size) -> None:
    held, at = locks.begin(), NOW
    source = DocumentRef("opening", site.company_id, "OPENING")
    series = {product.pk: AvailabilityKey(product.pk, site.pk) for product in products}
    shelves = {product.pk: StockKey(site.pk, place.location_id, place.pk, product.pk) for product in products}
    held.take(*series.values(), *shelves.values())
    lies = dict(zip(series, size.stock, strict=True))
    laid = [
        stock.Movement(key, lies[key.product_id], "receipt", size.laid_on, source)
        for key in shelves.values()
        if lies[key.product_id]
    ]
    stock.post(held, laid, at=at)
    today = day_of(size.laid_on)
    entries = [
        availability.Entry(key, Category.STOCK, today, lies[key.product_id], source)
        for key in series.values()
        if lies[key.product_id]
    ]
    for step in range(size.receipts):
        day = today + 3 * (step + 1)
        receipt = DocumentRef("receipt", step + 1, f"R{step + 1}")
        entries += [
            availability.Entry(key, Category.PURCHASE, day, 1000, receipt, key.product_id)
            for key in series.values()
            if lies[key.product_id]
        ]
    availability.post(held, entries, at=at)
