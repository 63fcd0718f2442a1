"""List prices with their validity, special offers as discounts with scales, freight, and taxes."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from troth.demo.facts import rows
from troth.doors.demo.dates import Dates
from troth.doors.demo.organisation import Organisation
from troth.doors.demo.products import Products
from troth.doors.demo.tables import row, write

CURRENCIES = ("USD", "EUR")
VOLUME = "Volume Discount"
NO_DISCOUNT = "No Discount"
FREIGHT_CENTS_PER_KG = 120
LARGE_CUSTOMER_DISCOUNT = 200
RETAIL, WHOLESALE, BOTH = "1", "2", "3"
ONE_RATE = {"AU": "GST", "DE": "VAT", "FR": "VAT", "GB": "VAT"}
"""Countries for which the source has a single rate, which holds in all their regions."""


def write_prices(organisation: Organisation, products: Products, dates: Dates) -> None:
    euro = next(int(fact["end_of_day_rate_e4"]) for fact in rows("currency_rates") if fact["to_currency"] == "EUR")
    write(
        [
            *_list_prices(organisation, products, dates, euro_e4=euro),
            *_offers(organisation, products, dates),
            *_terms_for_all(organisation, dates, euro_e4=euro),
        ]
    )
    _taxes()


def _condition(organisation: Organisation, **values: Any) -> Any:
    return row("masterdata.PriceCondition", company=organisation.company, **values)


def _in(currency: str, cents: int, euro_e4: int) -> int:
    """Dollar cents in a currency, half up: list prices in euros are the dollar prices at the known rate."""
    return cents if currency == "USD" else (cents * euro_e4 + 5_000) // 10_000


def _list_prices(organisation: Organisation, products: Products, dates: Dates, *, euro_e4: int) -> Iterator[Any]:
    for fact in rows("list_price_history"):
        for currency in CURRENCIES:
            yield _condition(
                organisation,
                code="LIST",
                kind="price",
                product=products.by_number[fact["product_number"]],
                currency_id=currency,
                amount=_in(currency, int(fact["list_price_cents"]), euro_e4),
                valid_from_on=dates.shifted(fact["valid_from_on"]),
                valid_to_on=dates.shifted(fact["valid_to_on"]),
                source="price list",
            )


def _offers(organisation: Organisation, products: Products, dates: Dates) -> Iterator[Any]:
    """The volume discounts are scales of one condition and are taken to go on; the other offers end when they end."""
    of_offer = defaultdict(list)
    for fact in rows("special_offer_products"):
        of_offer[fact["offer_key"]].append(fact["product_number"])
    for offer in rows("special_offers"):
        if offer["kind"] == NO_DISCOUNT:
            continue
        volume = offer["kind"] == VOLUME
        for number in of_offer[offer["offer_key"]]:
            for currency in CURRENCIES:
                yield _condition(
                    organisation,
                    code="VOLUME" if volume else f"OFFER-{offer['offer_key']}",
                    kind="discount",
                    product=products.by_number[number],
                    currency_id=currency,
                    basis_points=int(offer["discount_bp"]),
                    scale_from=int(offer["minimum_quantity"]),
                    valid_from_on=dates.shifted(offer["valid_from_on"]),
                    valid_to_on=None if volume else dates.shifted(offer["valid_to_on"]),
                    source=offer["description"],
                )


def _terms_for_all(organisation: Organisation, dates: Dates, *, euro_e4: int) -> Iterator[Any]:
    """Invented: freight by weight, and two percent for the large stores."""
    since = dates.first - timedelta(days=365)
    for currency in CURRENCIES:
        yield _condition(
            organisation,
            code="FREIGHT",
            kind="freight",
            currency_id=currency,
            amount=_in(currency, FREIGHT_CENTS_PER_KG, euro_e4),
            valid_from_on=since,
            source="freight table",
        )
        yield _condition(
            organisation,
            code="LARGE",
            kind="discount",
            customer_group="large",
            currency_id=currency,
            basis_points=LARGE_CUSTOMER_DISCOUNT,
            valid_from_on=since,
            source="terms of large stores",
        )


def _taxes() -> None:
    """Stores buy to sell again: the wholesale rate where the source has one, else the one for everybody."""
    since = date(2014, 1, 1)
    made: dict[tuple[str, str, str], Any] = {}
    for fact in rows("tax_rates"):
        country, kind = fact["country_code"], fact["tax_kind"]
        if kind == RETAIL and country != "US":
            continue
        region = "" if country in ONE_RATE else fact["state_code"]
        name = ONE_RATE.get(country) or ("GST" if country == "CA" else "Sales tax")
        made[country, region, name] = row(
            "masterdata.TaxRate",
            country_id=country,
            region=region,
            name=name,
            basis_points=int(fact["rate_bp"]),
            valid_from_on=since,
        )
    write(made.values())
