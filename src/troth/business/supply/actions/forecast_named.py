"""Forecasts as people name them: by the numbers of products and the codes of sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from troth.business.supply.actions.forecast import Foreseen
from troth.business.supply.actions.named import read_named


@dataclass(frozen=True, slots=True)
class NamedForecast:
    """`quantity` as a person writes it, in the product's base unit."""

    product: str
    site: str
    on: date
    quantity: str


def read_forecast(entries: Sequence[NamedForecast]) -> tuple[Foreseen, ...]:
    """What is named, by id and in smallest units; `Refusals` by row and field for all that is wrong."""
    return read_named(
        entries, lambda entry, product, site, steps: Foreseen(product.id, site.id, entry.on, steps)
    )  # fmt: skip
