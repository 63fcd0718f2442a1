"""Where the goods of a hold are to come from: one storage location of its site alone, or one batch."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from troth.business.masterdata import queries as masterdata
from troth.business.promising.rules.holds import WrongHold
from troth.kernel.errors import Sentence
from troth.reference import queries as reference
from troth.reference.queries import ProductRow, SiteRow


class Placed(Protocol):
    """A line of a hold: `location` and `batch` by their codes, "" for any."""

    @property
    def product_id(self) -> int: ...
    @property
    def location(self) -> str: ...
    @property
    def batch(self) -> str: ...


def refuse_wrong(lines: Sequence[Placed], products: Mapping[int, ProductRow], site: SiteRow) -> None:
    """Refuse a location that serves nobody, or no such goods, and a batch that is none of the product's, by row.

    A statement where lines name a location, and one where they name a batch.
    """
    located = any(one.location for one in lines)
    places = reference.locations([site.id]) if located else {}
    batches = masterdata.batches((one.product_id, one.batch) for one in lines)
    types = masterdata.snapshot().valuations
    for row, one in enumerate(lines, 1):
        product = products[one.product_id]
        if one.location:
            place = places.get((site.id, one.location))
            is_apart = product.has_batches or product.id in types
            _refuse_location(one.location, place, product, is_apart=is_apart, row=row)
        if one.batch and (product.id, one.batch) not in batches:
            raise WrongHold(
                Sentence("There is no batch %(batch)s of product %(product)s. Choose one of its batches, or none."),
                row=row, field="batch", batch=one.batch, product=product.number,
            )  # fmt: skip


def _refuse_location(
    code: str, place: reference.LocationRow | None, product: ProductRow, *, is_apart: bool, row: int
) -> None:
    facts: dict[str, Any] = {"row": row, "field": "location", "location": code}
    if place is None or not place.is_active:
        raise WrongHold(
            Sentence("The site has no storage location %(location)s in use. Choose another, or none."), **facts
        )
    if place.is_left_out:
        raise WrongHold(Sentence("Location %(location)s is left out of the check. Choose another, or none."), **facts)
    if is_apart:
        raise WrongHold(
            Sentence("Goods of %(product)s are promised from the whole site. Leave the location out."),
            **facts, product=product.number,
        )  # fmt: skip
