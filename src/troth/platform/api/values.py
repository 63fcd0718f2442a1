"""How values stand in JSON.

| value | written as |
| --- | --- |
| quantity | decimal text in natural units with the unit beside it: `"quantity": "2.500", "unit": "litre"` |
| money | `{"amount": "12.50", "currency": "EUR"}` |
| date | `"2026-03-02"` |
| instant | `"2026-03-02T09:00:00Z"` |

What comes in refuses fields it does not know, so that a misspelt one is told instead of dropped.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from troth.kernel.money import format_money
from troth.kernel.plain_numbers import MAX, write_steps
from troth.platform.web.formats import currency_decimals


def _as_text(value: Any) -> Any:
    """A JSON number as the text it was written with; a true or false is none."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value) if not isinstance(value, int) or abs(value) <= MAX else "1e99"
    return value


def _day_text(value: Any) -> Any:
    """A day as text in one form only; a number, which would count seconds since 1970, is none."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("Write the day as 2026-03-02.")


def _instant_text(value: Any) -> Any:
    """An instant as text with its zone; before the year 9000, so that it is one in every zone."""
    if isinstance(value, datetime) or (isinstance(value, str) and _INSTANT.fullmatch(value) and value < "9"):
        return value
    raise ValueError("Write the instant as 2026-03-02T09:00:00Z.")


_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = {"type": "string", "pattern": r"^[0-9]{1,18}(\.[0-9]{1,6})?$", "examples": ["2.5"]}


def _no_flag(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("Write a whole number.")
    return value


Whole = Annotated[int, BeforeValidator(_no_flag)]
Id = Annotated[Whole, Field(ge=1, le=MAX)]
Day = Annotated[date, BeforeValidator(_day_text)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant_text)]
Figure = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(min_length=1, max_length=64),
    WithJsonSchema({"anyOf": [_PLAIN, {"type": "number"}]}),
]
"""A quantity or an amount as entered: plain decimal text; a JSON number is taken as it is written."""
Typed = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(min_length=1, max_length=64),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1, "maxLength": 64}, {"type": "number"}]}),
]
"""A quantity as it was entered, right or wrong: for calls that tell a wrong one in its place and answer the others."""
Code = Annotated[str, Field(max_length=60)]
Name = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=2000)]
SmallInt = Annotated[Whole, Field(ge=0, le=32767)]


class Entry(BaseModel):
    """What comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reason(Entry):
    """Why; it stays with the document."""

    reason: Name


class Shown(BaseModel):
    """What goes out."""

    model_config = ConfigDict(from_attributes=True)


class Money(Shown):
    amount: str
    currency: str


def money(minor: int, currency: str) -> Money:
    """An amount in minor units."""
    return Money(amount=format_money(minor, currency_decimals(currency)), currency=currency)


def quantity(steps: int, decimals: int) -> str:
    """A quantity in smallest units as text with all its decimals."""
    return write_steps(steps, decimals)
