"""A product begins to be valuated separately: while nothing of it is in the books yet.

Its goods then have a series each by their type, and in the common one nobody would look for what lay there before.
Whoever posts supply asks for the types once it holds the series (`supply.actions.valued`), and here the common series
are held before anything is written: of the two, one sees what the other has done.
"""

from collections.abc import Sequence

from troth.business.masterdata.actions.bring import Row
from troth.business.masterdata.models import ValuationType
from troth.kernel.errors import BusinessError, Sentence
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import locks
from troth.platform.actors import Actor
from troth.reference import queries as reference
from troth.reference.models import Product


class InTheBooks(BusinessError):
    """Goods of a product that is to be valuated separately are in the books already, and of no type."""

    code = "product_in_the_books"


def refuse_begun(rows: Sequence[Row], *, by: Actor) -> None:
    """Lock the products, so that two who give them types wait for each other; refuse those whose goods have none."""
    ids = sorted({row.values["product"] for row in rows if row.values.get("product")})
    held = locks.begin()
    held.hold(Product, *ids, by=by)
    begun = set(ValuationType.objects.filter(product_id__in=ids).values_list("product_id", flat=True))
    sites = [site.id for site in reference.sites(with_closed=True)]
    keys = [AvailabilityKey(product_id, site_id) for product_id in ids if product_id not in begun for site_id in sites]
    held.take(*keys)
    in_the_books = _with_goods(held, keys)
    for row in rows:
        if row.values.get("product") in in_the_books:
            sentence = Sentence(
                "Goods of the product are in stock, expected, promised or forecast already, and of no type. Only a "
                "product that has none of that can be valuated separately."
            )
            row.refuse(InTheBooks, sentence, "product")


def _with_goods(held: locks.Held, keys: Sequence[AvailabilityKey]) -> set[int]:
    """The products of these series of which anything stands in them, or is kept apart from them."""
    found = {key.product_id for key in keys if any(held.balance(key).series.quantities)}
    return found | {
        key.product_id
        for key in keys
        if any(quantity for _, _, quantity in availability.sums_of_segments(key.product_id, key.site_id))
    }
