"""Forecasts as people name them: by the numbers of products and the codes of sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from troth.business.supply.actions.forecast import Foreseen
from troth.business.supply.actions.opening import named_product
from troth.kernel.errors import BusinessError, InvalidInput, Refusals, Sentence
from troth.kernel.quantity import Unit, parse_quantity
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class NamedForecast:
    """`quantity` as a person writes it, in the product's base unit."""

    product: str
    site: str
    on: date
    quantity: str


def read_forecast(entries: Sequence[NamedForecast]) -> tuple[Foreseen, ...]:
    """What is named, by id and in smallest units; `Refusals` by row and field for all that is wrong."""
    products = reference.products_by_number({entry.product for entry in entries})
    sites = {site.code: site.id for site in reference.sites()}
    read: list[Foreseen] = []
    wrong: list[BusinessError] = []
    for row, entry in enumerate(entries, start=1):
        try:
            product = named_product(entry.product, products)
            if entry.site not in sites:
                raise InvalidInput(
                    Sentence("There is no site %(site)s. Choose another one.", site=entry.site[:20]), field="site"
                )
            steps = parse_quantity(entry.quantity, Unit(product.base_unit, product.decimals), zero_allowed=True)
            read.append(Foreseen(product.id, sites[entry.site], entry.on, steps))
        except BusinessError as refused:
            refused.row, refused.field = row, refused.field or "quantity"
            wrong.append(refused)
    if wrong:
        raise Refusals(wrong)
    return tuple(read)
