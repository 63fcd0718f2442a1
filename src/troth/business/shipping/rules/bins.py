"""From which bin to fetch what.

First the stock that is allocated to the line itself; then, of the common stock, what expires first among the goods
that last as long as the customer wants them to; then the product's fixed bin; then the oldest goods, and among goods of
one day the next bin of the picking walk. Stock allocated to another line is never touched, nor another batch than the
one that was asked for. A line that is served from one location alone gets what that keeps for such lines, and nothing
else. Goods of one valuation type serve only lines of that type. What cannot be found anywhere is reported as missing.

    wanted 10     own 3 in C    fixed bin A 4 of 5 Jan     B 9 of 2 Jan      fetch C 3, A 4, B 3
    wanted 10     own 0         no fixed bin               B 9 of 2 Jan      fetch B 9, missing 1
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from troth.kernel.errors import BusinessError
from troth.kernel.lots import FOREVER


class NothingFound(BusinessError):
    """None of the goods lie in a bin."""

    code = "nothing_in_bins"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`quantity` of a delivery line that is on no transfer order yet.

    Its goods must last until the day (number) `lasts`, 0 where that does not matter, and be of `batch` if it names one.
    `segment` is the owner of what alone may serve it: the location that keeps goods for such lines. Of a product
    that is valuated separately its goods are of the type `valuation`.
    """

    delivery_line_id: int
    order_line_id: int
    product_id: int
    quantity: int
    lasts: int = 0
    batch: str = ""
    segment: str = ""
    valuation: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Goods in a bin, less what other transfer orders fetch there. `owner` is "", "order:<line id>", or the location
    that keeps them for its own promises.

    `lasts` is the last day (number) they can be used, `FOREVER` where they keep.

    `key` is the stock ledger's key of the goods, which the rule hands through."""

    key: Any
    product_id: int
    bin_id: int
    bin: str
    sequence: int
    quantity: int
    received_on: date | None
    owner: str = ""
    lasts: int = FOREVER
    batch: str = ""
    valuation: str = ""


@dataclass(frozen=True, slots=True)
class Fetch:
    delivery_line_id: int
    shelf: Shelf
    quantity: int


@dataclass(frozen=True, slots=True)
class Missing:
    """`quantity` of a delivery line that lies in no bin."""

    delivery_line_id: int
    product_id: int
    quantity: int


def owner_of(order_line_id: int) -> str:
    """The owner under which the stock allocated to an order line lies."""
    return f"order:{order_line_id}"


def choose(
    wanted: Sequence[Wanted], shelves: Sequence[Shelf], fixed_bins: Mapping[int, int]
) -> tuple[tuple[Fetch, ...], tuple[Missing, ...]]:
    """Return what to fetch where, along the picking walk, and what is missing; `fixed_bins` maps product to bin id."""
    left = {shelf.key: shelf.quantity for shelf in shelves}
    fetches: list[Fetch] = []
    missing: list[Missing] = []
    for line in wanted:
        open_quantity = line.quantity
        for shelf in _in_turn(line, shelves, fixed_bins.get(line.product_id)):
            taken = min(open_quantity, left[shelf.key])
            if taken > 0:
                left[shelf.key] -= taken
                open_quantity -= taken
                fetches.append(Fetch(line.delivery_line_id, shelf, taken))
        if open_quantity:
            missing.append(Missing(line.delivery_line_id, line.product_id, open_quantity))
    fetches.sort(key=lambda fetch: (fetch.shelf.sequence, fetch.shelf.bin, fetch.delivery_line_id))
    return tuple(fetches), tuple(missing)


def _in_turn(line: Wanted, shelves: Sequence[Shelf], fixed_bin_id: int | None) -> list[Shelf]:
    own = line.segment or owner_of(line.order_line_id)
    fit = [
        shelf
        for shelf in shelves
        if shelf.product_id == line.product_id
        and (shelf.owner == own or (not (shelf.owner or line.segment) and shelf.valuation == line.valuation))
        and shelf.lasts >= line.lasts
        and line.batch in ("", shelf.batch)
    ]
    return sorted(
        fit,
        key=lambda shelf: (
            shelf.owner != own,
            shelf.lasts,
            shelf.bin_id != fixed_bin_id,
            shelf.received_on or date.max,
            shelf.sequence,
            shelf.bin,
        ),
    )
