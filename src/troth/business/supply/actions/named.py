"""Goods as people name them, row by row: a product by its number, a site by its code, a quantity in the base unit."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from troth.business.supply.actions.opening import named_product
from troth.kernel.errors import BusinessError, InvalidInput, Refusals, Sentence
from troth.kernel.quantity import Unit, parse_quantity
from troth.reference import queries as reference
from troth.reference.queries import ProductRow, SiteRow


class Named(Protocol):
    """`quantity` as a person writes it."""

    @property
    def product(self) -> str: ...
    @property
    def site(self) -> str: ...
    @property
    def quantity(self) -> str: ...


Entry = TypeVar("Entry", bound=Named)
Read = TypeVar("Read")


def read_named(
    entries: Sequence[Entry], made: Callable[[Entry, ProductRow, SiteRow, int], Read]
) -> tuple[Read, ...]:  # fmt: skip
    """What is `made` of each entry, its product, its site and its quantity in smallest units (zero is allowed).

    `Refusals` by row and field for all that is wrong, also for what `made` refuses.
    """
    products = reference.products_by_number({entry.product for entry in entries})
    sites = {site.code: site for site in reference.sites()}
    read: list[Read] = []
    wrong: list[BusinessError] = []
    for row, entry in enumerate(entries, start=1):
        try:
            product = named_product(entry.product, products)
            if entry.site not in sites:
                raise InvalidInput(
                    Sentence("There is no site %(site)s. Choose another one.", site=entry.site[:20]), field="site"
                )
            steps = parse_quantity(entry.quantity, Unit(product.base_unit, product.decimals), zero_allowed=True)
            read.append(made(entry, product, sites[entry.site], steps))
        except BusinessError as refused:
            refused.row, refused.field = row, refused.field or "quantity"
            wrong.append(refused)
    if wrong:
        raise Refusals(wrong)
    return tuple(read)
