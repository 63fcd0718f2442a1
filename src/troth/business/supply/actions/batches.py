"""Of what batch goods are that come in, go or are counted, and how long they last: as the ledgers have it."""

from collections.abc import Iterable
from datetime import date

from troth.business.masterdata import actions as masterdata
from troth.business.masterdata import queries as known
from troth.business.masterdata.actions import Coming
from troth.business.supply.rules import BatchMissing, NotInBatches
from troth.kernel.errors import Sentence
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.reference.queries import ProductRow

Lot = tuple[str, int]
"""(batch, last day) as availability has it."""

KEPT: Lot = ("", 0)


def lot_coming(
    held: Held,
    product: ProductRow,
    coming: Coming,
    *,
    otherwise: date | None = None,
    today: date,
    by: Actor,
    clock: Clock,
) -> Lot:
    """The lot of goods that come in; a batch that is new is made known. Locks the batch, so no balance may be held.

    `BatchMissing` where the product is kept in batches and none is named, `NotInBatches` the other way round.
    """
    if not product.has_batches:
        refuse_dates(product, coming)
        return KEPT
    if not coming.number:
        raise BatchMissing(
            Sentence("Product %(product)s is kept in batches. Enter the batch of the goods.", product=product.number),
            field="batch",
        )
    row = masterdata.make_known(held, product, [coming], otherwise=otherwise, today=today, by=by, clock=clock)
    found = row[coming.number]
    return found.number, found.lasts


def refuse_dates(product: ProductRow, coming: Coming) -> None:
    """Refuse days of goods that are not kept in batches."""
    for name in ("produced_on", "expires_on"):
        if getattr(coming, name) is not None:
            raise NotInBatches(
                Sentence("Product %(product)s is not kept in batches. Leave the day out.", product=product.number),
                field=name,
            )


def lots_here(product_id: int, batches: Iterable[str]) -> dict[str, Lot]:
    """The lots of goods that lie here already, by the batch of the stock ledger."""
    found = known.lots((product_id, batch) for batch in batches)
    return {batch: lot for (_, batch), lot in found.items()}
