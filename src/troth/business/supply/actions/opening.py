"""Opening stock as people name it: product, site and bin by number and code; read into what the action posts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from troth.business.supply.actions.load import OpeningStock
from troth.business.supply.rules import UnknownBin, UnknownProduct
from troth.kernel.errors import BusinessError, Refusals, Sentence
from troth.kernel.quantity import Unit, parse_quantity
from troth.reference import queries as reference
from troth.reference.models import Bin
from troth.reference.queries import ProductRow

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStock:
    """`quantity` as text in the product's base unit; without a `location` the bin is sought at the whole site."""

    product: str
    site: str
    bin: str
    quantity: str
    location: str = ""
    received_on: date | None = None
    batch: str = ""
    expires_on: date | None = None
    valuation: str = ""


def read_opening_stock(entries: Sequence[NamedStock]) -> tuple[OpeningStock, ...]:
    """What is named, by id and in smallest units; `Refusals` by row and field for all that is wrong."""
    products = reference.products_by_number({entry.product for entry in entries})
    places = _places(entries)
    read: list[OpeningStock] = []
    wrong: list[BusinessError] = []
    for row, entry in enumerate(entries, start=1):
        product = _try(lambda one=entry: named_product(one.product, products), row, "product", wrong)  # type: ignore[misc]
        bin_id = _try(lambda one=entry: _bin(one, places), row, "bin", wrong)  # type: ignore[misc]
        if product is None:
            continue
        unit = Unit(product.base_unit, product.decimals)
        steps = _try(lambda one=entry, its=unit: parse_quantity(one.quantity, its), row, "quantity", wrong)  # type: ignore[misc]
        if bin_id is not None and steps is not None:
            dated = (entry.received_on, entry.batch, entry.expires_on)
            read.append(OpeningStock(product.id, bin_id, steps, *dated, entry.valuation))
    if wrong:
        raise Refusals(wrong)
    return tuple(read)


def named_product(number: str, products: Mapping[str, ProductRow] | None = None) -> ProductRow:
    """The product of a number; `UnknownProduct` where there is none."""
    found = reference.products_by_number([number]) if products is None else products
    if number not in found:
        raise UnknownProduct(
            Sentence("There is no product %(product)r. Search it by number or name."),
            field="product",
            product=number[:40],
        )
    return found[number]


def named_bin(site: str, location: str, code: str) -> int:
    """The id of a bin by its codes; `UnknownBin` where there is none, or more than one."""
    entry = NamedStock(product="", site=site, location=location, bin=code, quantity="")
    return _bin(entry, _places([entry]))


Places = Mapping[tuple[str, str], list[tuple[str, int, bool]]]
"""(site code, bin code) -> the locations, ids and whether goods may be put there."""


def _places(entries: Iterable[NamedStock]) -> Places:
    sites, codes = {entry.site for entry in entries}, {entry.bin for entry in entries}
    rows = Bin.objects.filter(location__site__code__in=sites, code__in=codes).order_by("location__code")
    found: dict[tuple[str, str], list[tuple[str, int, bool]]] = {}
    names = ("location__site__code", "code", "location__code", "id", "is_active", "location__is_active")
    for site, code, location, bin_id, *uses in rows.values_list(*names, "location__site__is_active"):
        found.setdefault((site, code), []).append((location, bin_id, all(uses)))
    return found


def _bin(entry: NamedStock, places: Places) -> int:
    there = [one for one in places.get((entry.site, entry.bin), ()) if entry.location in ("", one[0])]
    where = Sentence("bin %(bin)s at site %(site)s", bin=repr(entry.bin[:20]), site=repr(entry.site[:20]))
    if not there:
        said = Sentence("There is no %(where)s. Check the codes, or have the bin created.", where=where)
        raise UnknownBin(said, field="bin")
    if len(there) > 1:
        several = ", ".join(location for location, _, _ in there)
        said = Sentence(
            "There is more than one %(where)s. Name the location: %(several)s.", where=where, several=several
        )
        raise UnknownBin(said, field="location")
    [(_, bin_id, is_used)] = there
    if not is_used:
        said = Sentence("The %(where)s is not in use, or its site is closed. Choose another bin.", where=where)
        raise UnknownBin(said, field="bin")
    return bin_id


def _try(read: Callable[[], R], row: int, field: str, wrong: list[BusinessError]) -> R | None:
    try:
        return read()
    except BusinessError as refused:
        refused.row, refused.field = row, refused.field or field
        wrong.append(refused)
        return None
