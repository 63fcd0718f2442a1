"""What others have laid hands on in the bins: goods that a transfer order fetches, or has fetched and not yet issued.

Supply does not know transfer orders; whoever claims goods in bins registers how to ask for it. The claims are asked for
under the lock of the bin, under which they are made as well.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from troth.business.supply.rules import GoodsSpokenFor
from troth.kernel.errors import Sentence, together
from troth.ledgers.stock.keys import StockKey
from troth.platform.locks import Held
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Claim:
    """A document claims `quantity` (smallest units) in a bin; `remedy` says what lets go of it."""

    document: str
    quantity: int
    remedy: str


Claims = Mapping[StockKey, tuple[Claim, ...]]
Claimer = Callable[[int, Iterable[int]], Claims]
"""(site id, product ids) -> claims by stock key."""

_claimers: list[Claimer] = []


def register_claims(claimer: Claimer) -> None:
    """Let goods be claimed by documents of an app above; each claimer once."""
    if claimer not in _claimers:
        _claimers.append(claimer)


def claims(site_id: int, product_ids: Iterable[int]) -> dict[StockKey, tuple[Claim, ...]]:
    """All claims on products at a site."""
    found: dict[StockKey, tuple[Claim, ...]] = {}
    for claimer in _claimers:
        for key, more in claimer(site_id, product_ids).items():
            found[key] = (*found.get(key, ()), *more)
    return found


def refuse_spoken_for(held: Held, key: StockKey, taken: int) -> None:
    """Refuse to take more out of a bin that is held than nobody claims."""
    standing = claims(key.site_id, [key.product_id]).get(key, ())
    claimed = sum(one.quantity for one in standing)
    there = held.balance(key).quantity
    free = max(there - claimed, 0)
    if not claimed or taken <= free or taken > there:  # more than there is has a refusal of its own
        return
    place = reference.place(key.site_id, key.bin_id, key.product_id)
    whose = (
        Sentence("%(document)s has %(amount)s", document=one.document, amount=place.format(one.quantity))
        for one in standing[:5]
    )
    raise GoodsSpokenFor(
        Sentence(
            "Of the %(there)s of product %(product)s in bin %(bin)s %(free)s are free: %(whose)s. "
            "Take at most what is free, or %(remedy)s first.",
            there=place.format(there),
            product=place.product,
            bin=place.bin,
            free=place.format(free),
            whose=together(*whose, between=", "),
            remedy=standing[0].remedy,
        ),
        field="quantity",
        bin=place.bin,
        free=free,
        claimed={one.document: one.quantity for one in standing},
    )
