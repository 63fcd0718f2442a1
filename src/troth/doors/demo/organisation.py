"""The company itself: countries, money, calendars, sites with their bins, ways to the customers, document types."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import holidays

from troth.demo.facts import rows
from troth.doors.demo.dates import ZONE, Dates
from troth.doors.demo.letterhead import write_letterhead
from troth.doors.demo.tables import row, write

COMPANY = ("AWC", "Adventure Works Cycles")
BOTHELL, COLUMBUS = "BOT", "COL"
NO_MINOR_UNITS = {"JPY": 0}
YEARS_BEFORE, YEARS_AFTER = 1, 4
GRAMS_PER_POUND_E5 = 220_462
LOCAL_REGION = "WA"
LOCATION_OF_COLUMBUS = ("01", "Finished Goods")

ACCOUNTS = {
    "cash": "1000",
    "receivable": "1200",
    "inventory": "1400",
    "goods_received": "2150",
    "deposit": "2200",
    "opening": "3000",
    "tax": "2300",
    "revenue": "4000",
    "discount": "4800",
    "goods_issued": "5000",
    "stock_difference": "5100",
    "exchange_difference": "7500",
}
"""Posting key -> account; invented, the source has none."""
REVENUE_BY_CATEGORY = {"Bikes": "4010", "Components": "4020", "Clothing": "4030", "Accessories": "4040"}

TERMS = (
    # code, name, due days, discount days, discount in basis points
    ("N30", "30 days net", 30, 0, 0),
    ("N60", "60 days net", 60, 0, 0),
    ("2-10", "2 % 10 days, net 30", 30, 10, 200),
)

GS1_PREFIX = "9501101"
"""GS1's own for examples."""

PACKAGING = (
    # code, name, empty weight in g, gross weight at most in g, length, width, height in mm
    ("CARTON", "Carton", 600, 30_000, 600, 400, 400),
    ("BIKE-BOX", "Bicycle box", 2_500, 40_000, 1_450, 250, 850),
    ("PALLET", "Pallet", 22_000, 1_000_000, 1_219, 1_016, 144),
)
"""Invented, the source has none."""

SHIP_METHODS = {"1": "GROUND", "2": "EXPRESS", "3": "DELUXE", "4": "OVERNIGHT", "5": "CARGO"}
ROUTES = (
    # code, ship method, transit days, country, region, shipping condition
    ("GROUND", "1", 3, "US", "", ""),
    ("LOCAL", "1", 1, "US", LOCAL_REGION, ""),
    ("NORTH", "1", 5, "CA", "", ""),
    ("EXPRESS", "2", 2, "US", "", "EXPRESS"),
    ("EXPRESS-NORTH", "2", 3, "CA", "", "EXPRESS"),
    ("OVERNIGHT", "4", 1, "US", "", "OVERNIGHT"),
    ("CARGO", "5", 12, None, "", ""),
    ("DELUXE", "3", 6, None, "", "EXPRESS"),
)
"""Ship methods and countries are the source's, the days are invented. A country of its own wins over None, which is
every other one."""


@dataclass
class Organisation:
    """What later steps of the load refer to, by the codes of the facts."""

    company: Any
    sites: dict[str, Any]
    calendars: dict[str, Any]
    sales_organisations: dict[str, Any]
    terms: dict[str, Any]
    bins: dict[tuple[str, str], Any] = field(default_factory=dict)
    columbus: Any = None


def write_organisation(dates: Dates) -> Organisation:
    _money(dates)
    calendars = _calendars(dates)
    [company] = write(
        [
            row(
                "reference.Company",
                code=COMPANY[0],
                name=COMPANY[1],
                currency_id="USD",
                country_id="US",
                time_zone=ZONE,
                gs1_prefix=GS1_PREFIX,
            )
        ]
    )
    sites = _sites(company, calendars["US"])
    organisation = Organisation(
        company=company,
        sites=sites,
        calendars=calendars,
        sales_organisations=_sales_organisations(company),
        terms=_terms(),
    )
    _bins(organisation)
    _ways(organisation)
    _packaging()
    _document_types()
    _accounts(company)
    write_letterhead(company)
    return organisation


def _money(dates: Dates) -> None:
    countries = {fact["country_code"]: fact["name"] for fact in rows("countries")}
    write(row("reference.Country", code=code, name=name) for code, name in countries.items())
    rates = [fact for fact in rows("currency_rates") if fact["to_currency"] != "USD"]
    named = {fact["currency_code"]: fact["name"] for fact in rows("currencies")}
    used = ["USD", *(fact["to_currency"] for fact in rates)]
    write(row("reference.Currency", code=code, name=named[code], decimals=NO_MINOR_UNITS.get(code, 2)) for code in used)
    write(
        row(
            "reference.ExchangeRate",
            source_id=fact["from_currency"],
            target_id=fact["to_currency"],
            valid_from_on=date(dates.first.year - 1, 1, 1),
            numerator=int(fact["end_of_day_rate_e4"]),
            denominator=10_000,
        )
        for fact in rates
    )


def _calendars(dates: Dates) -> dict[str, Any]:
    """One calendar for each country with customers, Monday to Friday without its holidays, and one for the road."""
    countries = sorted({fact["country_code"] for fact in rows("stores")})
    made = write(
        [
            *(
                row("reference.WorkingCalendar", code=code, name=f"Monday to Friday, holidays of {code}")
                for code in countries
            ),
            row("reference.WorkingCalendar", code="ROAD", name="Monday to Saturday", open_weekdays="1111110"),
        ]
    )
    calendars = {calendar.code: calendar for calendar in made}
    years = range(dates.today.year - YEARS_BEFORE, dates.today.year + YEARS_AFTER)
    write(
        row("reference.CalendarDay", calendar=calendars[code], on=on, is_open=False, name=name[:80])
        for code in countries
        for on, name in sorted(holidays.country_holidays(code, years=years).items())
    )
    return calendars


def _sites(company: Any, calendar: Any) -> dict[str, Any]:
    places = ((BOTHELL, "Bothell plant", ZONE), (COLUMBUS, "Columbus warehouse", "America/New_York"))
    sites = write(
        row(
            "reference.Site",
            company=company,
            code=code,
            name=name,
            time_zone=zone,
            calendar=calendar,
            papers_before_issue=code == BOTHELL,
        )
        for code, name, zone in places
    )
    write(
        row("masterdata.ShippingPoint", site=site, code=f"{site.code}1", name=f"Dock 1, {site.name}") for site in sites
    )
    return {site.code: site for site in sites}


def _packaging() -> None:
    names = ("code", "name", "tare_weight_g", "max_weight_g", "length_mm", "width_mm", "height_mm")
    write(row("masterdata.Packaging", **dict(zip(names, one, strict=True))) for one in PACKAGING)


def _sales_organisations(company: Any) -> dict[str, Any]:
    facts = list(rows("sales_territories"))
    made = write(
        row("reference.SalesOrganisation", company=company, code=fact["territory_key"].zfill(2), name=fact["name"])
        for fact in facts
    )
    return {fact["territory_key"]: one for fact, one in zip(facts, made, strict=True)}


def _terms() -> dict[str, Any]:
    made = write(
        row(
            "masterdata.PaymentTerms",
            code=code,
            name=name,
            due_days=due,
            discount_days=days,
            discount_basis_points=basis_points,
        )
        for code, name, due, days, basis_points in TERMS
    )
    return {terms.code: terms for terms in made}


def bin_code(shelf: str, number: str) -> str:
    return number if shelf == "N/A" else f"{shelf}-{number.zfill(2)}"


def _bins(organisation: Organisation) -> None:
    """The source's locations and bins in Bothell; one location in Columbus, whose bins come with its goods."""
    facts = list(rows("locations"))
    locations = write(
        row(
            "reference.StorageLocation",
            site=organisation.sites[BOTHELL],
            code=fact["location_key"].zfill(2),
            name=fact["name"],
        )
        for fact in facts
    )
    by_key = {fact["location_key"]: location for fact, location in zip(facts, locations, strict=True)}
    places = sorted({(fact["location_key"], bin_code(fact["shelf"], fact["bin"])) for fact in rows("stock")})
    made = write(
        row("reference.Bin", location=by_key[key], code=code, sequence=sequence)
        for sequence, (key, code) in enumerate(places, start=1)
    )
    organisation.bins = dict(zip(places, made, strict=True))
    code, name = LOCATION_OF_COLUMBUS
    [organisation.columbus] = write(
        [row("reference.StorageLocation", site=organisation.sites[COLUMBUS], code=code, name=name)]
    )


def _ways(organisation: Organisation) -> None:
    facts = {fact["ship_method_key"]: fact for fact in rows("ship_methods")}
    parties = write(
        row("reference.Party", number=SHIP_METHODS[key], name=fact["name"].title(), country_id="US")
        for key, fact in facts.items()
    )
    carriers = write(
        row(
            "masterdata.Carrier",
            party=party,
            base_charge=int(fact["base_cents"]),
            charge_per_kg=int(fact["rate_cents_per_pound"]) * GRAMS_PER_POUND_E5 // 100_000,
        )
        for party, fact in zip(parties, facts.values(), strict=True)
    )
    by_method = dict(zip(facts, carriers, strict=True))
    wanted = [(site, way) for site in organisation.sites.values() for way in ROUTES]
    routes = write(
        row(
            "masterdata.Route",
            code=f"{site.code}-{way[0]}",
            name=f"{facts[way[1]]['name'].title()} from {site.name}",
            calendar=organisation.calendars["ROAD"],
            carrier=by_method[way[1]],
            transit_days=way[2],
        )
        for site, way in wanted
    )
    write(
        row(
            "masterdata.RouteRule",
            site=site,
            country_id=way[3],
            region=way[4],
            shipping_condition=way[5],
            route=route,
        )
        for (site, way), route in zip(wanted, routes, strict=True)
    )


def _document_types() -> None:
    categories = write(
        [
            row("masterdata.ItemCategory", code="standard", name="Standard, billed by delivery"),
            row("masterdata.ItemCategory", code="free", name="Free of charge", is_priced=False, billing_basis="none"),
            row("masterdata.ItemCategory", code="prepaid", name="Billed by order", billing_basis="ordered"),
        ]
    )
    by_code = {category.code: category for category in categories}
    write(
        [
            row("masterdata.OrderType", code="standard", name="Standard order", item_category=by_code["standard"]),
            row(
                "masterdata.OrderType",
                code="rush",
                name="Rush order",
                item_category=by_code["standard"],
                checking_event="rush",
                delivers_on_saving=True,
                shipping_condition="OVERNIGHT",
            ),
            row(
                "masterdata.OrderType",
                code="free",
                name="Free of charge",
                item_category=by_code["free"],
                checks_credit=False,
            ),
            row("masterdata.OrderType", code="prepaid", name="Billed by order", item_category=by_code["prepaid"]),
        ]
    )


def _accounts(company: Any) -> None:
    write(
        [
            *(
                row("masterdata.AccountRule", company=company, posting_key=key, account=account)
                for key, account in ACCOUNTS.items()
            ),
            *(
                row(
                    "masterdata.AccountRule",
                    company=company,
                    posting_key="revenue",
                    product_category=category,
                    account=account,
                )
                for category, account in REVENUE_BY_CATEGORY.items()
            ),
        ]
    )
