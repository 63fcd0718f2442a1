"""The 701 stores as customers, with their ship-to addresses and credit limits, and the suppliers as parties."""

from typing import Any

from troth.demo.facts import rows
from troth.doors.demo.organisation import Organisation
from troth.doors.demo.tables import row, write

EURO_COUNTRIES = ("DE", "FR")
LARGE_FROM, MEDIUM_FROM = 300_000_00, 100_000_00
TERMS_OF_GROUP = {"large": "2-10", "medium": "N60", "small": "N30"}
PRIORITY_OF_GROUP = {"large": 3, "medium": 5, "small": 7}
LIMIT_OF_REVENUE_PERCENT = 20
EVERY_LOW, LOW_LIMIT = 9, 5_000_00
EVERY_UNCHECKED = 50
EVERY_COMPLETE = 12
EVERY_PROVEN = 10
RESELLERS = ("BS", "BM")
"""Business types that hold a resale certificate and pay no sales tax in the United States: an invented rule."""


def group_of(revenue_cents: int) -> str:
    if revenue_cents >= LARGE_FROM:
        return "large"
    return "medium" if revenue_cents >= MEDIUM_FROM else "small"


def limit_of(position: int, revenue_cents: int) -> int | None:
    """A fifth of the annual revenue; every ninth store has a low limit and every fiftieth is not checked."""
    if position % EVERY_UNCHECKED == 0:
        return None
    if position % EVERY_LOW == 0:
        return LOW_LIMIT
    return revenue_cents * LIMIT_OF_REVENUE_PERCENT // 100


def write_customers(organisation: Organisation) -> dict[str, Any]:
    """Write all stores; return the customers by store key."""
    stores = list(rows("stores"))
    parties = write(_store(fact) for fact in stores)
    ship_to = _ship_to(stores)
    customers = write(
        _customer(organisation, fact, party, ship_to.get(fact["store_key"]), position)
        for position, (fact, party) in enumerate(zip(stores, parties, strict=True), start=1)
    )
    write(
        row(
            "credit.CreditAccount",
            company=organisation.company,
            party=party,
            limit=limit_of(position, int(fact["annual_revenue_cents"])),
            risk_class="C" if position % EVERY_LOW == 0 else "A",
        )
        for position, (fact, party) in enumerate(zip(stores, parties, strict=True), start=1)
    )
    return {fact["store_key"]: customer for fact, customer in zip(stores, customers, strict=True)}


def write_suppliers() -> dict[str, Any]:
    """Write the suppliers as parties; return them by vendor key."""
    made = write(
        row("reference.Party", number=fact["vendor_key"][:20], name=fact["name"], **_address(fact))
        for fact in rows("vendors")
    )
    return {fact["vendor_key"]: party for fact, party in zip(rows("vendors"), made, strict=True)}


def _address(fact: dict[str, str]) -> dict[str, str]:
    return {
        "street": ", ".join(part for part in (fact["street"], fact["street_2"]) if part),
        "postcode": fact["postal_code"],
        "city": fact["city"],
        "region": fact["state_code"],
        "country_id": fact["country_code"],
    }


def _store(fact: dict[str, str]) -> Any:
    language = "de" if fact["country_code"] == "DE" else "en"
    return row("reference.Party", number=fact["account_number"], name=fact["name"], language=language, **_address(fact))


def _ship_to(stores: list[dict[str, str]]) -> dict[str, Any]:
    """Eleven stores have their goods sent elsewhere."""
    named = {fact["store_key"]: fact for fact in stores}
    facts = list(rows("store_shipping_addresses"))
    made = write(
        row(
            "reference.Party",
            number=f"{named[fact['store_key']]['account_number']}-S",
            name=f"{named[fact['store_key']]['name']}, goods in",
            **_address(fact),
        )
        for fact in facts
    )
    return {fact["store_key"]: party for fact, party in zip(facts, made, strict=True)}


def _customer(organisation: Organisation, fact: dict[str, str], party: Any, ship_to: Any, position: int) -> Any:
    group, country = group_of(int(fact["annual_revenue_cents"])), fact["country_code"]
    return row(
        "masterdata.Customer",
        company=organisation.company,
        party=party,
        sales_organisation=organisation.sales_organisations[fact["territory_key"]],
        group=group,
        currency_id="EUR" if country in EURO_COUNTRIES else "USD",
        payment_terms=organisation.terms[TERMS_OF_GROUP[group]],
        ship_to=ship_to,
        calendar=organisation.calendars[country],
        incoterm="DAP" if country == "US" else "CPT",
        incoterm_place=fact["city"],
        priority=PRIORITY_OF_GROUP[group],
        complete_delivery=position % EVERY_COMPLETE == 0,
        needs_proof=position % EVERY_PROVEN == 3,
        is_tax_exempt=country == "US" and fact["business_type"] in RESELLERS,
    )
