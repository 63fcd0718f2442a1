"""Postings of promises as lots, and whether goods last as long as was promised."""

from collections.abc import Iterable, Sequence

from troth.kernel import lots
from troth.kernel.lots import LotPosting, Lots, Part
from troth.kernel.netting import Category
from troth.kernel.scopes import CheckingScope
from troth.ledgers.availability.actions import Entry


def lot_postings(entries: Iterable[Entry]) -> list[LotPosting]:
    return [LotPosting(one.category, one.day, one.lasts, one.batch, one.quantity) for one in entries]


def last_for(found: Lots, own: Sequence[Entry], scope: CheckingScope, today: int) -> bool:
    """Whether goods that last as long as was promised, and are of the batch, are there for each confirmation.

    `own` takes back what the confirmations take of `found`; `today` is a day number.
    """
    pool = lots.pool(lots.merge(found, lot_postings(own)), scope.secured, today)
    for entry in own:
        if entry.category == Category.UNSECURED_ORDER:
            continue
        late = max(today - entry.day, 0)
        part = Part(max(entry.day - today, 0), entry.lasts + late, entry.batch, entry.quantity)
        if pool.free(part.day, part.lasts, part.batch) < part.quantity:
            return False
        pool = pool.with_demands([part])
    return True
