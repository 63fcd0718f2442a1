"""What a value, or a row, of a declared table may be beyond its type; the answer is a sentence where it is not."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.db import models as db

from troth.business.masterdata import models
from troth.business.masterdata.rules import MOST_PART_DAYS
from troth.business.masterdata.tables.table import Check
from troth.kernel.errors import Sentence
from troth.kernel.netting import Category
from troth.kernel.scopes import DEMANDS, PROMISED, SUPPLIES, UnknownCategory, named, written
from troth.reference import models as reference

MOST_DAYS = 3650
MOST_KEPT_DAYS = 250


def zone(value: str) -> str:
    return (
        ""
        if value in available_timezones()
        else Sentence("There is no such time zone. Enter one such as Europe/Berlin.")
    )


def weekdays(value: str) -> str:
    if re.fullmatch("0{7}", value):
        return Sentence("The calendar never opens, so nothing could ever leave or arrive. Open at least one weekday.")
    if re.fullmatch("[01]{7}", value):
        return ""
    return Sentence("Enter seven signs from Monday to Sunday, 1 for open and 0 for closed, such as 1111100.")


def fine(value: int) -> str:
    return "" if value <= 6 else Sentence("Enter 6 decimals at most.")


def positive(value: int) -> str:
    return "" if value > 0 else Sentence("Enter 1 or more.")


def kept_days(value: int) -> str:
    return "" if 0 < value <= MOST_KEPT_DAYS else Sentence("Enter 1 to 250 working days.")


def share(value: int) -> str:
    return "" if value <= 10_000 else Sentence("Enter hundredths of a percent, 10000 at most.")


def ends(values: Mapping[str, Any]) -> tuple[str, str] | None:
    if values["valid_to_on"] is not None and values["valid_to_on"] < values["valid_from_on"]:
        return "valid_to_on", Sentence("It ends before it begins. Choose a later end.")
    return None


def carries(values: Mapping[str, Any]) -> tuple[str, str] | None:
    if values["max_weight_g"] is not None and values["max_weight_g"] <= values["tare_weight_g"]:
        return "max_weight_g", Sentence(
            "It may not weigh more empty than full. Enter more than the empty weight, or nothing."
        )
    return None


def prefix(value: str) -> str:
    return (
        "" if re.fullmatch("([0-9]{7,10})?", value) else Sentence("Enter the 7 to 10 digits that GS1 gave the company.")
    )


def of_something(values: Mapping[str, Any]) -> tuple[str, str] | None:
    if values["customer"] is None and values["product"] is None:
        return "customer", Sentence("A standard text is of a customer, of a product or of both. Enter one.")
    return None


def batch(values: Mapping[str, Any]) -> tuple[str, str] | None:
    product = reference.Product.objects.filter(pk=values["product"], has_batches=True).first()
    if product is None:
        return "product", Sentence("The product is not kept in batches. Mark it as kept in batches first.")
    produced_on, expires_on = values["produced_on"], values["expires_on"]
    if product.shelf_life_days is not None and expires_on is None:
        return "expires_on", Sentence("Goods of this product expire. Enter until when the batch can be used.")
    if None not in (produced_on, expires_on) and expires_on < produced_on:
        return "expires_on", Sentence("It expires before it is produced. Enter a later day.")
    return None


def without_types(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Safety stock stands in a site's common series, in which a product that is valuated separately has nothing."""
    if not values["safety_stock"]:
        return None
    if models.ValuationType.objects.filter(product_id=values["product"]).exists():
        return "safety_stock", Sentence(
            "Of a product that is valuated separately no safety stock is kept: it would be of no type. Enter 0."
        )
    return None


def days(value: int | None) -> str:
    if value is None or value <= MOST_PART_DAYS:
        return ""
    return Sentence("Enter at most %(days)s days.", days=MOST_PART_DAYS)


LEAD_TIME = tuple(f"{part}_days" for part in ("lead", "processing", "delivery", "receipt", "production"))
"""The columns of how long it takes to replenish a product."""


def categories(known: tuple[Category, ...]) -> Check:
    def check(value: str) -> str:
        try:
            named(value, known)
        except UnknownCategory as unknown:
            others = ", ".join(unknown.known)
            return Sentence("%(word)s is no such category. Name some of: %(known)s.", word=unknown.word, known=others)
        return ""

    return check


def ahead(value: int) -> str:
    if 0 < value <= MOST_DAYS:
        return ""
    return Sentence("The check must look ahead. Enter 1 to %(most)s days.", most=MOST_DAYS)


def believed(value: int) -> str:
    return "" if value <= MOST_DAYS else Sentence("Enter %(most)s days at most.", most=MOST_DAYS)


def counts(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """A scope believes in some supply, leaves no promise out, and serves from goods at hand what it counts."""
    if not named(values["supply"], SUPPLIES):
        return "supply", Sentence("A scope without supply confirms nothing. Name at least one category, such as stock.")
    demand, at_hand = named(values["demand"], DEMANDS), named(values["at_hand"], DEMANDS)
    if PROMISED - demand:
        missing = written(PROMISED - demand)
        return "demand", Sentence(
            "What is promised already must count, or it would be promised twice. Add: %(missing)s.", missing=missing
        )
    if at_hand - demand:
        missing = written(at_hand - demand)
        return "at_hand", Sentence(
            "Goods at hand serve what the scope counts. Add to the demand: %(missing)s.", missing=missing
        )
    return None


def in_use(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """A scope that active groups use, and the group of all products that name none, stay active."""
    if values["is_active"]:
        return None
    columns = ("order_scope", "rush_scope", "delivery_scope", "quotation_scope", "component_scope")
    uses = db.Q(*((f"{column}__code", values["code"]) for column in columns), _connector=db.Q.OR)
    group = models.AvailabilityGroup.objects.filter(uses, is_active=True).order_by("code").first()
    if group is not None:
        return "is_active", Sentence(
            "Availability group %(group)s uses this scope. Give the group another one first.", group=group.code
        )
    return None


def scope(values: Mapping[str, Any]) -> tuple[str, str] | None:
    return counts(values) or in_use(values)


def stays(values: Mapping[str, Any]) -> tuple[str, str] | None:
    if values["code"] == "standard" and not values["is_active"]:
        return "is_active", Sentence("Products that name no group are in this one. Keep it active.")
    return None
