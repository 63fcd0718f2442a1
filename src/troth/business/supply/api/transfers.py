"""Transfer postings over the API: goods become goods of another type, and back."""

from datetime import date
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.supply import actions, queries
from troth.business.supply.api.quantities import read
from troth.business.supply.queries import TransferRow
from troth.kernel.errors import NotFound, Sentence
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, whole
from troth.platform.api.values import Day, Entry, Figure, Id, Shown, quantity
from troth.reference import queries as reference

operations = Operations("supply")

Type = Annotated[str, Field(pattern="^(unrestricted|quality|blocked|in_transit)$")]


class Transfer(Entry):
    """From one type of stock to another, in the product's base unit, with the reason. The bins by id.

    Goods that are sent (`to_type` in_transit) name the bin and the day they arrive; goods in quality inspection may
    name the day they are released.
    """

    bin: Id
    from_type: Type
    to_type: Type
    quantity: Figure
    reason: Annotated[str, Field(min_length=1, max_length=80)]
    batch: Annotated[str, Field(max_length=40)] = ""
    valuation: Annotated[str, Field(max_length=20)] = ""
    expected_on: Day | None = None
    to_bin: Id | None = None


class TransferMade(Shown):
    """`short` is what is missing now for what was promised."""

    id: int
    short: str
    unit: str


@operations.creates("/stock/{int:product_id}/transfer", TransferMade)
def transfer_stock(request: ApiRequest, product_id: Id, transfer: Transfer) -> TransferMade:
    """Block, inspect, release, send or place stock that no order holds."""
    product = reference.product(product_id)
    made = create(
        request,
        actions.transfer_stock,
        product_id,
        bin_id=transfer.bin,
        from_type=transfer.from_type,
        to_type=transfer.to_type,
        quantity=read(transfer.quantity, product),
        reason=transfer.reason,
        batch=transfer.batch,
        valuation=transfer.valuation,
        expected_on=transfer.expected_on,
        to_bin_id=transfer.to_bin,
    )
    return _made(made, product)


def _made(made: actions.Transferred, product: reference.ProductRow) -> TransferMade:
    short = sum(one.quantity for one in made.short)
    return TransferMade(id=made.posting_id, short=quantity(short, product.decimals), unit=product.base_unit)


class TransferPostingShown(Shown):
    id: int
    product: str
    bin: int
    to_bin: int
    batch: str
    valuation: str
    from_type: str
    to_type: str
    quantity: str
    unit: str
    reason: str
    expected_on: date | None
    posted_on: date
    is_reversed: bool


class OfBin(Entry):
    """The bin, by id, out of which or into which goods went."""

    bin: Id


@operations.reads("/stock/{int:product_id}/transfers", Page[TransferPostingShown])
def list_transfer_postings(request: ApiRequest, product_id: Id, where: Query[OfBin]) -> dict[str, Any]:
    """The newest hundred transfer postings of a product out of a bin or into it."""
    product = reference.product(product_id)
    rows = [one for one in queries.transfers(where.bin, product_id) if request.auth.sees(one.company_id, one.site_id)]
    return whole(
        [
            TransferPostingShown(
                id=one.id,
                product=product.number,
                bin=one.bin_id,
                to_bin=one.to_bin_id,
                batch=one.batch,
                valuation=one.valuation,
                from_type=one.from_type,
                to_type=one.to_type,
                quantity=quantity(one.quantity, product.decimals),
                unit=product.base_unit,
                reason=one.reason,
                expected_on=one.expected_on,
                posted_on=one.posted_on,
                is_reversed=one.is_reversed,
            )
            for one in rows
        ]
    )


@operations.acts("/transfers/{int:posting_id}/reverse", TransferMade)
def reverse_transfer(request: ApiRequest, posting_id: Id) -> TransferMade:
    """Take a transfer posting back: the goods are of their former type again, in the bin they came from."""
    row = _row(request, posting_id)
    made = act(request, actions.reverse_transfer, posting_id)
    return _made(made, reference.product(row.product_id))


def _row(request: ApiRequest, posting_id: int) -> TransferRow:
    row = queries.transfer(posting_id)
    if row is None or not request.auth.sees(row.company_id, row.site_id):
        raise NotFound(Sentence("There is no transfer posting %(id)s that you may see."), id=posting_id)
    return row
