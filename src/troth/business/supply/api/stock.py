"""Stock over the API: what lies where; moved, counted, and laid in when the books are opened."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from troth.business.supply import actions
from troth.business.supply.actions.opening import NamedStock, read_opening_stock
from troth.business.supply.api.quantities import read
from troth.ledgers.stock import queries as stock
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, create
from troth.platform.api.paging import Page, whole
from troth.platform.api.values import Code, Day, Entry, Figure, Id, Shown, quantity
from troth.reference import queries as reference

operations = Operations("supply")


class StockShown(Shown):
    """What of a product lies in a bin. `owner` names the order line that it is tied to
    (`order:…`), or the location that keeps it for lines that name that location (`location:…`), or is empty.

    `is_left_out`: its location is left out of the check, so that it is promised to nobody. `valuation`: the valuation
    type, of a product that is valuated separately; such goods name it wherever they are moved, counted or laid in.
    """

    product: str
    site: str
    location: str
    bin: str
    batch: str
    valuation: str
    stock_type: str
    owner: str
    quantity: str
    unit: str
    received_on: date | None
    is_left_out: bool


@operations.reads("/stock/{int:product_id}", Page[StockShown])
def get_stock(request: ApiRequest, product_id: Id) -> dict[str, Any]:
    """All stock of a product, by site, location, bin, batch, type and owner."""
    product, sites = reference.product(product_id), request.auth.site_ids
    return whole(
        [
            StockShown(
                product=product.number,
                site=row.site,
                location=row.location,
                bin=row.bin,
                batch=row.key.batch,
                valuation=row.key.valuation,
                stock_type=row.key.stock_type,
                owner=row.key.owner,
                quantity=quantity(row.quantity, product.decimals),
                unit=product.base_unit,
                received_on=row.received_on,
                is_left_out=row.is_left_out,
            )
            for row in stock.overview(product_id)
            if sites is None or row.key.site_id in sites
        ]
    )


class Move(Entry):
    """From one bin into another of its site, by id, in the product's base unit."""

    from_bin: Id
    to_bin: Id
    quantity: Figure
    batch: Annotated[str, Field(max_length=40)] = ""
    valuation: Annotated[str, Field(max_length=20)] = ""
    reason: Annotated[str, Field(max_length=80)] = ""


class MovedShown(Shown):
    """`taken` and `put` are the stock movements; `short` is what is missing now for what was promised."""

    product: str
    from_bin: int
    to_bin: int
    quantity: str
    unit: str
    taken: int
    put: int
    short: str


@operations.creates("/stock/{int:product_id}/move", MovedShown)
def move_stock(request: ApiRequest, product_id: Id, move: Move) -> MovedShown:
    """Move unrestricted stock, which no order holds, into another bin of the same site."""
    product = reference.product(product_id)
    made = create(
        request,
        actions.move_stock,
        product_id,
        from_bin_id=move.from_bin,
        to_bin_id=move.to_bin,
        quantity=read(move.quantity, product),
        reason=move.reason,
        batch=move.batch,
        valuation=move.valuation,
    )
    return MovedShown(
        product=product.number,
        from_bin=move.from_bin,
        to_bin=move.to_bin,
        quantity=quantity(made.quantity, product.decimals),
        unit=product.base_unit,
        taken=made.from_posting_id,
        put=made.to_posting_id,
        short=quantity(sum(one.quantity for one in made.short), product.decimals),
    )


class Tally(Entry):
    """What was counted in a bin (by id), in the product's base unit, and why it differs.

    `expected`: what the books said when it was counted; refused as `stock_moved` if they say something else now.
    """

    bin: Id
    counted: Figure
    expected: Figure | None = None
    reason: Annotated[str, Field(min_length=1, max_length=80)]
    batch: Annotated[str, Field(max_length=40)] = ""
    valuation: Annotated[str, Field(max_length=20)] = ""


class CountedShown(Shown):
    """`short` is what is missing now for what was promised."""

    product: str
    bin: int
    counted: str
    short: str
    unit: str


@operations.creates("/stock/{int:product_id}/count", CountedShown)
def count_stock(request: ApiRequest, product_id: Id, tally: Tally) -> CountedShown:
    """Set the unrestricted stock of a bin, which no order holds, to what was counted."""
    product = reference.product(product_id)
    counted = read(tally.counted, product, zero_allowed=True)
    opened = create(
        request,
        actions.adjust_stock,
        product_id,
        bin_id=tally.bin,
        counted=counted,
        reason=tally.reason,
        batch=tally.batch,
        expected=None if tally.expected is None else read(tally.expected, product, zero_allowed=True),
        valuation=tally.valuation,
    )
    return CountedShown(
        product=product.number,
        bin=tally.bin,
        counted=quantity(counted, product.decimals),
        short=quantity(sum(one.quantity for one in opened), product.decimals),
        unit=product.base_unit,
    )


class OpeningEntry(Entry):
    """What lies in a bin, by number and code, in the product's base unit."""

    product: Code
    site: Code
    location: Code = ""
    bin: Code
    quantity: Figure
    received_on: date | None = None
    batch: Annotated[str, Field(max_length=40)] = ""
    valuation: Annotated[str, Field(max_length=20)] = ""
    expires_on: Day | None = None


class OpeningEntries(Entry):
    goods: Annotated[list[OpeningEntry], Field(min_length=1, max_length=5_000)]


class Opened(Shown):
    """How many rows were posted."""

    posted: int


@operations.creates("/stock/opening", Opened)
def load_opening_stock(request: ApiRequest, entries: OpeningEntries) -> Opened:
    """Post what lies in the bins when the books are opened: all of it or nothing."""
    read = read_opening_stock([NamedStock(**one.model_dump()) for one in entries.goods])
    return Opened(posted=create(request, actions.load_opening_stock, read))
