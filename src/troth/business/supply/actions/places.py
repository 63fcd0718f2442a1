"""Where goods lie: the bin of a product, its location and its site, as the key of the stock ledger."""

from collections.abc import Iterable
from dataclasses import dataclass

from troth.business.supply.actions.batches import Lot
from troth.business.supply.rules import not_stocked
from troth.business.supply.types import category_of
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.netting import Category
from troth.kernel.valuations import segment_of
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.stock.keys import StockKey, StockType
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference
from troth.reference.models import Bin


@dataclass(frozen=True, slots=True)
class BinPlace:
    """`is_active` is False where the bin or its location is no longer to be filled.

    `category` is what unrestricted goods count as there: stock, unless the location is left out of the check.
    """

    id: int
    code: str
    location_id: int
    site_id: int
    is_active: bool
    is_left_out: bool = False

    @property
    def category(self) -> Category:
        return category_of(StockType.UNRESTRICTED, is_left_out=self.is_left_out)


def bins(bin_ids: set[int]) -> dict[int, BinPlace]:
    """The bins that there are, by id; one statement."""
    rows = Bin.objects.filter(id__in=bin_ids).values_list(
        "id", "code", "location_id", "location__site_id", "is_active", "location__is_active", "location__is_left_out"
    )
    return {row[0]: BinPlace(*row[:4], row[4] and row[5], row[6]) for row in rows}


def bin_place(bin_id: int, *, field: str = "bin") -> BinPlace:
    """One bin; `NotFound` names the entry `field`."""
    for place in bins({bin_id}).values():
        return place
    raise NotFound(Sentence("There is no bin %(id)s. Choose another one."), field=field, id=bin_id)


def stock_key(product_id: int, place: BinPlace, *, batch: str, valuation: str = "") -> StockKey:
    """The company's own unrestricted stock of a product in a bin; `not_stocked` if it is not kept in stock."""
    product = reference.product(product_id)
    if not product.is_stocked:
        raise not_stocked(product.number, None)
    return StockKey(place.site_id, place.location_id, place.id, product_id, batch, valuation)


def series_of(key: StockKey) -> AvailabilityKey:
    """The series in which goods under a key count that belong to nobody: of their valuation type, or the common one."""
    return AvailabilityKey(key.product_id, key.site_id, segment_of(key.valuation))


def counts_as(key: StockKey) -> Category:
    """What goods under a key count as in availability; for steps that are rare, as it asks for the bin."""
    return category_of(key.stock_type, is_left_out=bin_place(key.bin_id).is_left_out)


def taken_out(
    held: Held, key: StockKey, quantity: int, lot: Lot, ref: DocumentRef, line_id: int, *, first: int | None = None
) -> list[Entry]:
    """Entries that take goods of a held type and lot out of availability, of the earliest day first.

    Of the day `first` before all others, where one is named.
    """
    category, rest, entries = counts_as(key), quantity, list[Entry]()
    series = series_of(key)
    for day, standing in sorted(_standing(held, series, category, lot), key=lambda one: (one[0] != first, one[0])):
        taken = min(rest, standing)
        if taken > 0:
            entries.append(Entry(series, category, day, -taken, ref, line_id, *lot))
            rest -= taken
    assert rest == 0, "what lies in the bins stands in availability"
    return entries


def _standing(held: Held, key: AvailabilityKey, category: Category, lot: Lot) -> Iterable[tuple[int, int]]:
    """(day, quantity) of a category and lot, by day."""
    balance = held.balance(key)
    if balance.lots:
        return [
            (one.day, one.quantity) for one in balance.lots if (one.category, one.batch, one.lasts) == (category, *lot)
        ]
    return [(day, quantity) for number, day, quantity in balance.series.postings() if number == category]
