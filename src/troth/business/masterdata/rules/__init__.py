"""What master data may not be, and what people are told then.

A record comes in as text by field, from a form, a CSV row or the API, and each field has a rule: how it is read, how
long or large it may be, whether it must be there. `read` applies them and collects every refusal by row and field, so
that people mend a file in one go. A field that is not given keeps its value, or for a new record takes its standard.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from troth.business.masterdata.rules.words import label
from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.quantity import MAX

MAX_32 = 2**31 - 1
MOST_LIFE_DAYS = 36_500
MOST_LATE_DAYS = 9_999
MOST_HOLDS = 9_999
"""A hundred years: what lasts longer does not expire."""


class AccountMissing(BusinessError):
    """The account determination has no row for a posting."""

    code = "account_missing"


class UnknownCode(BusinessError):
    """A code that stands for nothing in the books."""

    code = "unknown_code"


class Closed(BusinessError):
    """A record that is not active any more: a closed site, a product taken off the list."""

    code = "closed"


class DuplicateKey(BusinessError):
    """The key of a record stands twice in one input, or exists already."""

    code = "duplicate_key"


class FieldFixed(BusinessError):
    """A field that cannot change once the record exists."""

    code = "field_fixed"


class As(StrEnum):
    """How a field is read."""

    TEXT = "text"
    LINES = "lines"
    WHOLE = "whole"
    YES_NO = "yes_no"
    DAY = "day"
    CODE = "code"
    CHOICE = "choice"
    UNITS = "units"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `most` is the longest text or the largest number; `of` what a code stands for; `standard` what a new
    record takes where nothing is given."""

    read_as: As = As.TEXT
    most: int = 0
    required: bool = False
    of: str = ""
    standard: Any = ""
    choices: tuple[str, ...] = ()
    is_key: bool = False


def _text(most: int, *, required: bool = False, standard: str = "", is_key: bool = False) -> Field:
    return Field(As.TEXT, most, required, standard=standard, is_key=is_key)


def _code(of: str, *, required: bool = False, is_key: bool = False) -> Field:
    return Field(As.CODE, 40, required, of, standard="" if required else None, is_key=is_key)


def _whole(standard: int | None, most: int = MAX_32) -> Field:
    return Field(As.WHOLE, most, standard=standard)


def _yes(standard: bool) -> Field:
    return Field(As.YES_NO, standard=standard)


MOST_PART_DAYS = 3650
"""Nothing of a lead time takes longer."""

CUSTOMER: dict[str, Field] = {
    "company": _code("company", required=True, is_key=True),
    "number": _text(20, required=True, is_key=True),
    "name": _text(160, required=True),
    "street": _text(160),
    "postcode": _text(20),
    "city": _text(80),
    "region": _text(20),
    "country": _code("country", required=True),
    "email": _text(254),
    "telephone": _text(40),
    "language": _text(10, standard="en"),
    "sales_organisation": _code("sales_organisation", required=True),
    "group": _text(20),
    "currency": _code("currency", required=True),
    "payment_terms": _code("payment_terms", required=True),
    "calendar": _code("calendar", required=True),
    "ship_to": _code("party"),
    "bill_to": _code("party"),
    "payer": _code("party"),
    "site": _code("site"),
    "shipping_condition": _text(20),
    "incoterm": _text(3),
    "incoterm_place": _text(60),
    "priority": _whole(5, 99),
    "complete_delivery": _yes(False),
    "deliveries_max": _whole(9, 99),
    "minimum_shipment_percent": _whole(0, 100),
    "lateness_days_max": _whole(None, MOST_LATE_DAYS),
    "holds_max": _whole(None, MOST_HOLDS),
    "is_tax_exempt": _yes(False),
    "mails_papers": _yes(False),
    "needs_proof": _yes(False),
    "minimum_life_days": _whole(0, MOST_LIFE_DAYS),
    "is_active": _yes(True),
}
PARTY_FIELDS = ("number", "name", "street", "postcode", "city", "region", "country", "email", "telephone", "language")

PRODUCT: dict[str, Field] = {
    "number": _text(40, required=True, is_key=True),
    "name": _text(160, required=True),
    "base_unit": _code("unit", required=True),
    "units": Field(As.UNITS, standard=()),
    "category": _text(60),
    "subcategory": _text(60),
    "division": _text(20),
    "weight_g": _whole(0, MAX),
    "volume_ml": _whole(0, MAX),
    "standard_cost": _whole(0, MAX),
    "lead_days": _whole(None),
    "processing_days": _whole(None, MOST_PART_DAYS),
    "delivery_days": _whole(None, MOST_PART_DAYS),
    "receipt_days": _whole(None, MOST_PART_DAYS),
    "production_days": _whole(None, MOST_PART_DAYS),
    "availability_group": Field(As.CODE, 20, of="availability_group", standard=""),
    "minimum_quantity": Field(As.AMOUNT, 24, standard=0),
    "multiple_quantity": Field(As.AMOUNT, 24, standard=0),
    "is_stocked": _yes(True),
    "is_made": _yes(False),
    "is_sold": _yes(True),
    "has_batches": _yes(False),
    "shelf_life_days": _whole(None, MOST_LIFE_DAYS),
    "minimum_life_days": _whole(0, MOST_LIFE_DAYS),
    "site": _code("site"),
    "is_active": _yes(True),
}

PRICE_KINDS = ("price", "discount", "surcharge", "freight")
PRICE: dict[str, Field] = {
    "company": _code("company", required=True, is_key=True),
    "code": _text(20, required=True, is_key=True),
    "kind": Field(As.CHOICE, required=True, choices=PRICE_KINDS, is_key=True),
    "product": Field(As.CODE, 40, of="product", standard=None, is_key=True),
    "customer": Field(As.CODE, 40, of="customer", standard=None, is_key=True),
    "customer_group": _text(20, is_key=True),
    "currency": _code("currency", required=True, is_key=True),
    "amount": Field(As.AMOUNT, 24),
    "percent": Field(As.AMOUNT, 12),
    "per_quantity": Field(As.AMOUNT, 24, standard="1"),
    "scale_from": Field(As.AMOUNT, 24, standard="0", is_key=True),
    "valid_from_on": Field(As.DAY, required=True, is_key=True),
    "valid_to_on": Field(As.DAY, standard=None),
    "source": _text(120),
    "is_active": _yes(True),
}

_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_UNIT = re.compile(r"([^=\s]+)\s*=\s*(\d{1,18})(?:\s*/\s*(\d{1,18}))?")


def read(
    fields: Mapping[str, Field], values: Mapping[str, Any], *, row: int | None = None
) -> tuple[dict[str, Any], list[BusinessError]]:
    """Read the given values by their fields' rules; they may be text or already of their type.

    Returns what could be read, and the refusals of what could not.
    """
    refusals: list[BusinessError] = [
        InvalidInput(
            Sentence("There is no field %(name)s. Known are: %(known)s.", name=name, known=", ".join(fields)),
            row=row,
            field=name,
        )
        for name in values
        if name not in fields
    ]
    answer: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in values:
            continue
        given = values[name]
        given = given.strip() if isinstance(given, str) else given
        if given in (None, ""):
            if field.required:
                refusals.append(missing(name, row))
            answer[name] = field.standard
            continue
        try:
            answer[name] = _read_one(name, field, given)
        except InvalidInput as refusal:
            refusals.append(InvalidInput(refusal.message, row=row, field=name, given=str(given)[:80]))
    return answer, refusals


def complete(
    fields: Mapping[str, Field], answer: Mapping[str, Any], *, given: Iterable[str], row: int | None = None
) -> tuple[dict[str, Any], list[BusinessError]]:
    """Fill a new record up with the standards of what was not given; refuse where something must be."""
    known = set(given)
    refusals: list[BusinessError] = [
        missing(name, row) for name, field in fields.items() if field.required and name not in known
    ]
    standards = {name: field.standard for name, field in fields.items() if name not in known}
    return {**standards, **answer}, refusals


def missing(name: str, row: int | None) -> InvalidInput:
    return InvalidInput(Sentence("%(label)s is missing. Enter it.", label=label(name)), row=row, field=name)


def _read_one(name: str, field: Field, given: Any) -> Any:
    readers = {
        As.WHOLE: _read_whole,
        As.YES_NO: _read_yes_no,
        As.DAY: _read_day,
        As.CHOICE: _read_choice,
        As.UNITS: _read_units,
        As.LINES: _read_lines,
    }
    return readers.get(field.read_as, _read_text)(name, field, given)


def _read_text(name: str, field: Field, given: Any) -> str:
    text = str(given)
    if len(text) > field.most:
        said = Sentence("%(label)s has %(length)s characters, and %(most)s at most. Shorten it.")
        raise InvalidInput(said, label=label(name), length=len(text), most=field.most)
    if not text.isprintable():
        raise InvalidInput(Sentence("%(label)s has signs that cannot be printed. Type it anew."), label=label(name))
    return text


def _read_lines(name: str, field: Field, given: Any) -> str:
    """A text of several lines, which tabs may set in; each must be one that can be printed."""
    lines = str(given).splitlines()
    for line in lines:
        _read_text(name, replace(field, most=max(field.most, len(line))), line.replace("\t", " "))
    return _read_text(name, field, " ".join(lines).replace("\t", " ")) and "\n".join(lines)


def _read_whole(name: str, field: Field, given: Any) -> int:
    text = str(given)
    if not re.fullmatch(r"-?\d{1,40}", text, re.ASCII):
        raise InvalidInput(Sentence("%(label)s is not a whole number. Enter one such as 12."), label=label(name))
    if text.startswith("-"):
        raise InvalidInput(Sentence("%(label)s is negative. Enter 0 or more."), label=label(name))
    if int(text) > field.most:
        said = Sentence("%(label)s is too large. Enter at most %(most)s.")
        raise InvalidInput(said, label=label(name), most=field.most)
    return int(text)


def _read_yes_no(name: str, field: Field, given: Any) -> bool:
    answer = given if isinstance(given, bool) else _YES_NO.get(str(given).lower())
    if answer is None:
        raise InvalidInput(Sentence("%(label)s is a question of yes or no. Enter yes or no."), label=label(name))
    return answer


def _read_day(name: str, field: Field, given: Any) -> date:
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        said = Sentence("%(label)s is not a date. Enter year, month and day, such as 2026-03-31.")
        raise InvalidInput(said, label=label(name)) from None


def _read_choice(name: str, field: Field, given: Any) -> str:
    if given not in field.choices:
        said = Sentence("%(label)s is one of: %(known)s.")
        raise InvalidInput(said, label=label(name), known=", ".join(field.choices))
    return str(given)


def _read_units(name: str, field: Field, given: Any) -> tuple[tuple[str, int, int], ...]:
    """`BOX=4; PAL=48; BAG=1/3`: one of the unit is so many base units."""
    if isinstance(given, list | tuple):
        given = "; ".join(f"{unit}={numerator}/{denominator}" for unit, numerator, denominator in given)
    found = []
    for part in filter(None, (part.strip() for part in str(given).split(";"))):
        match = _UNIT.fullmatch(part)
        if match is None or not int(match[2]) or not int(match[3] or 1):
            said = Sentence("%(part)s is not a unit with its factor. Write BOX=4, or BAG=1/3, with ; between them.")
            raise InvalidInput(said, part=part)
        found.append((match[1], int(match[2]), int(match[3] or 1)))
    if len({unit for unit, _, _ in found}) < len(found):
        raise InvalidInput("A unit stands twice. Remove one.")
    return tuple(sorted(found))


def write_units(units: Iterable[tuple[str, int, int]]) -> str:
    """The units as `read` reads them."""
    shown = (f"{unit}={top}" if bottom == 1 else f"{unit}={top}/{bottom}" for unit, top, bottom in sorted(units))
    return "; ".join(shown)
