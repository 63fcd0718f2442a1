"""Readers of the reference tables: frozen rows, and calendars and units as the kernel knows them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import QuerySet

from troth.kernel.calendars import WorkCalendar, day_of
from troth.kernel.errors import BusinessError, NotFound, Sentence
from troth.kernel.money import Rounding, convert
from troth.kernel.quantity import Conversion, format_quantity
from troth.kernel.quantity import Unit as CountingUnit
from troth.kernel.replenishment import Figures
from troth.platform import finding, sql
from troth.platform.clock import Clock
from troth.reference.models import (
    Bin,
    CalendarDay,
    Company,
    Party,
    Product,
    ProductUnit,
    SalesOrganisation,
    Site,
    StorageLocation,
    Unit,
    WorkingCalendar,
)


@dataclass(frozen=True, slots=True)
class CompanyRow:
    id: int
    code: str
    name: str
    currency: str
    currency_decimals: int
    country: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class SiteRow:
    id: int
    code: str
    name: str
    company_id: int
    time_zone: str
    calendar_id: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class ProductRow:
    """`decimals` of the base unit say how fine quantities are counted; `standard_cost` in minor units a base unit."""

    id: int
    number: str
    name: str
    base_unit: str
    decimals: int
    weight_g: int
    volume_ml: int
    is_stocked: bool
    is_made: bool
    is_sold: bool
    is_active: bool
    standard_cost: int
    has_batches: bool
    shelf_life_days: int | None
    minimum_life_days: int
    category: str = ""
    total_days: int | None = None
    processing_days: int | None = None
    delivery_days: int | None = None
    receipt_days: int | None = None
    production_days: int | None = None

    @property
    def lead(self) -> Figures:
        """How long it takes to replenish it where a site has no figures of its own."""
        return Figures(
            self.total_days, self.processing_days, self.delivery_days, self.receipt_days, self.production_days
        )

    @property
    def life_days(self) -> int | None:
        """How long its goods must last from the day of delivery on; None where they are not kept in batches."""
        return self.minimum_life_days if self.has_batches else None

    def format(self, quantity: int) -> str:
        return format_quantity(quantity, self.decimals, self.base_unit)


@dataclass(frozen=True, slots=True)
class BinRow:
    id: int
    code: str
    location_id: int
    location: str
    site_id: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Place:
    """A bin and a product in it, in the codes people know them by."""

    site: str
    bin: str
    product: str
    unit: str
    decimals: int

    def format(self, quantity: int) -> str:
        return format_quantity(quantity, self.decimals, self.unit)


def company(company_id: int) -> CompanyRow:
    row = Company.objects.filter(id=company_id).values_list(
        "id", "code", "name", "currency_id", "currency__decimals", "country_id", "time_zone"
    )
    for found in row:
        return CompanyRow(*found)
    raise NotFound(Sentence("There is no company %(id)s."), kind="company", id=company_id)


def company_ids(codes: Iterable[str]) -> dict[str, int]:
    """The companies by code; codes that are not there are left out."""
    return dict(Company.objects.filter(code__in=set(codes)).values_list("code", "id"))


def today(clock: Clock, company_ids: Collection[int] | None = None) -> date:
    """The date of these companies, or of all; where their days differ, the earliest, which lies ahead for none."""
    query = Company.objects.filter(is_active=True)
    if company_ids is not None:
        query = query.filter(pk__in=company_ids)
    return min(
        (clock.today(zone) for zone in set(query.values_list("time_zone", flat=True))), default=clock.now().date()
    )


_SITE = ("id", "code", "name", "company_id", "time_zone", "calendar_id", "is_active")
_PRODUCTS = (
    "SELECT p.id, p.number, p.name, p.base_unit_id, u.decimals, p.weight_g, p.volume_ml, p.is_stocked, p.is_made,"
    " p.is_sold, p.is_active, p.standard_cost, p.has_batches, p.shelf_life_days,"
    " p.minimum_life_days, p.category, p.lead_days, p.processing_days, p.delivery_days, p.receipt_days,"
    " p.production_days"
    " FROM reference_product p JOIN reference_unit u ON u.code = p.base_unit_id"
)


def site(site_id: int) -> SiteRow:
    for row in Site.objects.filter(id=site_id).values_list(*_SITE):
        return SiteRow(*row)
    raise NotFound(Sentence("There is no site %(id)s."), kind="site", id=site_id)


def sites(*, company_id: int | None = None, with_closed: bool = False) -> list[SiteRow]:
    """Sites by code: the active ones, or all."""
    query = Site.objects.order_by("code") if with_closed else Site.objects.filter(is_active=True).order_by("code")
    if company_id is not None:
        query = query.filter(company_id=company_id)
    return [SiteRow(*row) for row in query.values_list(*_SITE)]


def product(product_id: int) -> ProductRow:
    found = products([product_id])
    if product_id not in found:
        raise NotFound(Sentence("There is no product %(id)s."), kind="product", id=product_id)
    return found[product_id]


def products(product_ids: Iterable[int]) -> dict[int, ProductRow]:
    """The products by id; ids that are not there are left out."""
    chosen, parameters = sql.one_of("p.id", product_ids)
    rows = sql.fetch(f"{_PRODUCTS} WHERE {chosen}", parameters)
    return {row[0]: ProductRow(*row) for row in rows}


def products_by_number(numbers: Iterable[str]) -> dict[str, ProductRow]:
    """The products by number; numbers that are not there are left out."""
    chosen, parameters = sql.one_of("p.number", numbers, "text")
    rows = sql.fetch(f"{_PRODUCTS} WHERE {chosen}", parameters)
    return {row[1]: ProductRow(*row) for row in rows}


def unit(code: str) -> CountingUnit:
    for decimals in Unit.objects.filter(code=code).values_list("decimals", flat=True):
        return CountingUnit(code, decimals)
    raise NotFound(Sentence("There is no unit %(id)s."), kind="unit", id=code)


def units() -> dict[str, CountingUnit]:
    rows = Unit.objects.values_list("code", "decimals")
    return {code: CountingUnit(code, decimals) for code, decimals in rows}


def conversions(product_ids: Sequence[int]) -> dict[tuple[int, str], Conversion]:
    """How many base units one of each further unit is, by product id and unit code."""
    rows = ProductUnit.objects.filter(product_id__in=product_ids)
    return {
        (product_id, code): Conversion(numerator, denominator)
        for product_id, code, numerator, denominator in rows.values_list(
            "product_id", "unit_id", "numerator", "denominator"
        )
    }


def bins(site_id: int) -> list[BinRow]:
    """Active bins of a site along the picking walk."""
    rows = (
        Bin.objects.filter(location__site_id=site_id, is_active=True)
        .order_by("location__code", "sequence", "code")
        .values_list("id", "code", "location_id", "location__code", "location__site_id", "sequence")
    )
    return [BinRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class LocationRow:
    id: int
    code: str
    name: str
    is_active: bool
    is_left_out: bool


def locations(site_ids: Iterable[int]) -> dict[tuple[int, str], LocationRow]:
    """The storage locations of sites, by site id and code."""
    rows = StorageLocation.objects.filter(site_id__in=set(site_ids)).order_by("site_id", "code")
    values = rows.values_list("site_id", "id", "code", "name", "is_active", "is_left_out")
    return {(row[0], row[2]): LocationRow(*row[1:]) for row in values}


def default_location(site_id: int) -> int:
    """The id of a site's first active storage location."""
    query = StorageLocation.objects.filter(site_id=site_id, is_active=True).order_by("code")
    for location_id in query.values_list("id", flat=True)[:1]:
        return location_id
    raise NotFound(Sentence("Site %(id)s has no storage location. Add one first."), kind="location", id=site_id)


def calendar(calendar_id: int) -> WorkCalendar:
    """The calendar as the kernel counts with it; kept in memory until its version changes."""
    for version in WorkingCalendar.objects.filter(id=calendar_id).values_list("version", flat=True):
        return _calendar(calendar_id, version)
    raise NotFound(Sentence("There is no calendar %(id)s."), kind="calendar", id=calendar_id)


@lru_cache(maxsize=512)
def _calendar(calendar_id: int, version: int) -> WorkCalendar:
    weekdays = WorkingCalendar.objects.values_list("open_weekdays", flat=True).get(id=calendar_id)
    return calendar_of(weekdays, CalendarDay.objects.filter(calendar_id=calendar_id).values_list("on", "is_open"))


def calendar_of(weekdays: str, days: Iterable[tuple[date, bool]]) -> WorkCalendar:
    """Seven signs from Monday to Sunday, 1 for open, and the days that are otherwise."""
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (letter == "1" for letter in weekdays)
    found = list(days)
    return WorkCalendar(
        (monday, tuesday, wednesday, thursday, friday, saturday, sunday),
        closed=frozenset(day_of(on) for on, is_open in found if not is_open),
        opened=frozenset(day_of(on) for on, is_open in found if is_open),
    )


class NoExchangeRate(BusinessError):
    """Two currencies have no rate on a day."""

    code = "no_exchange_rate"


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of a currency is numerator / denominator of another; `more_decimals` shifts their minor units."""

    numerator: int = 1
    denominator: int = 1
    more_decimals: int = 0

    def convert(self, amount: int) -> int:
        """`amount` in minor units of the other currency, rounded half up."""
        return convert(amount, self.numerator, self.denominator, Rounding.HALF_UP, more_decimals=self.more_decimals)


def rate(currency: str, target: str, *, on: date) -> Rate:
    """The rate of a day: the latest that is valid, else the latest the other way round, turned over.

    No statement where the currencies are one; `NoExchangeRate` where no rate is known.
    """
    if currency == target:
        return Rate()
    rows = sql.fetch(
        "SELECT x.source_id, x.numerator, x.denominator, s.decimals, t.decimals FROM reference_exchangerate x"
        " JOIN reference_currency s ON s.code = x.source_id JOIN reference_currency t ON t.code = x.target_id"
        " WHERE x.valid_from_on <= %s AND ((x.source_id = %s AND x.target_id = %s)"
        " OR (x.source_id = %s AND x.target_id = %s))"
        " ORDER BY CASE WHEN x.source_id = %s THEN 0 ELSE 1 END, x.valid_from_on DESC LIMIT 1",
        [on, currency, target, target, currency, currency],
    )
    if not rows:
        raise NoExchangeRate(
            Sentence(
                "There is no rate from %(currency)s to %(target)s on %(day)s. Enter one under exchange rates.",
                currency=currency,
                target=target,
                day=on,
            ),
            field="currency",
            currency=currency,
            company_currency=target,
            on=on.isoformat(),
        )
    source, numerator, denominator, source_decimals, target_decimals = rows[0]
    if source == currency:
        return Rate(numerator, denominator, target_decimals - source_decimals)
    return Rate(denominator, numerator, source_decimals - target_decimals)


def exchange(amount: int, currency: str, target: str, *, on: date) -> int:
    """`amount` of a document in minor units of another currency, such as the company's."""
    return rate(currency, target, on=on).convert(amount)


def place(site_id: int, bin_id: int, product_id: int) -> Place:
    """The names of a bin and a product, for messages."""
    number, code, decimals = Product.objects.values_list("number", "base_unit_id", "base_unit__decimals").get(
        id=product_id
    )
    return Place(
        Site.objects.values_list("code", flat=True).get(id=site_id),
        Bin.objects.values_list("code", flat=True).get(id=bin_id),
        number,
        code,
        decimals,
    )


def parties_named(word: str) -> QuerySet[Party, int]:
    """The ids of those with the word in their name, or with it as their number, as a subquery."""
    found = Party.objects.filter(finding.containing("name", word) | finding.equal("number", word))
    return found.order_by().values_list("pk", flat=True)


def party_ids(numbers: Iterable[str]) -> dict[str, int]:
    """The ids of parties by number; numbers that are not there are left out."""
    return dict(Party.objects.filter(number__in=set(numbers)).values_list("number", "id"))


def party_names(ids: Iterable[int]) -> dict[int, str]:
    """The names of parties by id."""
    return dict(Party.objects.filter(id__in=set(ids)).values_list("id", "name"))


def categories() -> list[str]:
    """The categories of products, by name."""
    found = Product.objects.exclude(category="").order_by("category").values_list("category", flat=True)
    return list(found.distinct())


def sales_organisations(company_id: int) -> dict[str, int]:
    """The sales organisations of a company: id by code."""
    return dict(SalesOrganisation.objects.filter(company_id=company_id).values_list("code", "pk"))


def parties_of(regions: Iterable[str]) -> frozenset[int]:
    """The ids of the parties in these regions, by name as addresses have it."""
    return frozenset(Party.objects.filter(region__in=list(regions)).values_list("pk", flat=True))


def products_of(names: Iterable[str]) -> frozenset[int]:
    """The ids of the products of these categories."""
    return frozenset(Product.objects.filter(category__in=list(names)).values_list("pk", flat=True))
