"""How values stand in JSON.

| value | written as |
| --- | --- |
| quantity | decimal text in natural units with the unit beside it: `"quantity": "2.500", "unit": "litre"` |
| money | `{"amount": "12.50", "currency": "EUR"}` |
| date | `"2026-03-02"` |
| instant | `"2026-03-02T09:00:00Z"` |

What comes in refuses fields it does not know, so that a misspelt one is told instead of dropped.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from troth.kernel.money import format_money
from troth.kernel.plain_numbers import MAX, write_steps
from troth.platform.web.formats import currency_decimals


def _as_text(value: Any) -> Any:
    """A JSON number as the text it was written with; a true or false is none."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value) if not isinstance(value, int) or abs(value) <= MAX else "1e99"
    return value


Id = Annotated[int, Field(ge=1, le=MAX)]
Figure = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=64, examples=["2.5"])]
"""A quantity or an amount as entered: plain decimal text; a JSON number is taken as it is written."""
Code = Annotated[str, Field(max_length=60)]
Name = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=2000)]
SmallInt = Annotated[int, Field(ge=0, le=32767)]


class Entry(BaseModel):
    """What comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
