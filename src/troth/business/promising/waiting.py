"""What older orders wait for: left to them by new demand, where its scope of check counts orders that wait.

Nothing of it is posted. It is read under the locks of the series that new wishes draw on, under which alone a line
comes to wait or ceases to (decision 0027).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from troth.business.promising.actions.backlog import OPEN, day
from troth.business.promising.actions.shelves import key_of
from troth.business.promising.rules import Wish
from troth.kernel.netting import Category, Posting
from troth.kernel.scopes import CheckingScope
from troth.ledgers.availability import actions as ledger
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import sql
from troth.platform.documents import DocumentRef
from troth.platform.locks import Overlay


def ahead_of(wishes: Iterable[Wish]) -> list[Entry]:
    """What orders wait for of the goods that the wishes ask for, as demand; nothing, and no statement, where no scope
    counts it."""
    counting = [wish for wish in wishes if wish.is_checked and wish.scope.counts_waiting]
    own = {key_of(wish): None for wish in counting}
    common = {key_of(wish._replace(segment="")): None for wish in counting if wish.location}
    return waiting_of([*own, *(key for key in common if key not in own)]) if own else []


def suppose(books: Overlay, scopes: Mapping[AvailabilityKey, CheckingScope]) -> None:
    """Suppose what orders wait for in books that hold these keys, where the scope of a key counts it."""
    counting = [key for key, scope in scopes.items() if scope.counts_waiting]
    if counting:
        ledger.post(books, waiting_of(counting), at=datetime.min)


def postings_of(key: AvailabilityKey, scope: CheckingScope) -> list[Posting]:
    """What orders wait for of one series as postings, where the scope counts it."""
    found = waiting_of([key]) if scope.counts_waiting else []
    return [(one.category, one.day, one.quantity) for one in found]


def waiting_of(keys: Sequence[AvailabilityKey]) -> list[Entry]:
    """The demand of these series (at least one) that is not confirmed, for the day on which it is wanted.

    An item that a block keeps from being confirmed waits for nothing, and neither does one of fixed quantity. One
    statement, which reads no line that is confirmed in full.
    """
    places = [(one.product_id, one.site_id, one.segment) for one in keys]
    with_clause, source, parameters = sql.relation("k", {"product_id": "int", "site_id": "int", "own": "text"}, places)
    of_key = sql.looked_up(
        source, "promising_requirement", "r",
        f"r.product_id = k.product_id AND r.site_id = k.site_id AND {OPEN} AND quantity > confirmed_quantity",
        index="promising_requirement_wait",
    )  # fmt: skip
    said = "r.explanation ->> '{}'" if sql.is_postgres() else "json_extract(r.explanation, '$.{}')"
    up = f"COALESCE(CAST({said.format('up')} AS bigint), 0)"
    rows = sql.fetch(
        f"{with_clause} SELECT r.product_id, r.site_id, r.segment, {day('r.requested_on')}, r.batch,"
        f" COALESCE({day('r.requested_on')} + r.life_days, 0), SUM(r.quantity - r.confirmed_quantity - {up})"
        f" FROM {of_key} WHERE r.segment = k.own AND NOT r.is_fixed"
        f" AND COALESCE({said.format('held')}, '') <> 'blocked' GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6",
        parameters,
    )
    return [
        Entry(AvailabilityKey(*row[:3]), Category.WAITING_ORDER, row[3], -int(row[6]), _NOBODY, 0, row[4], row[5])
        for row in rows
        if row[6] > 0
    ]


_NOBODY = DocumentRef("", 0)
