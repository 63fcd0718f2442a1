"""Post movements of goods. Availability is posted beside it by whoever acts: the two ledgers do not know each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from troth.kernel.errors import Sentence
from troth.kernel.quantity import checked
from troth.ledgers.postings import SOURCE_COLUMNS, source_values
from troth.ledgers.stock import queries
from troth.ledgers.stock.keys import StockKey
from troth.ledgers.stock.rules import AlreadyReversed, NotEnoughStock, oldest_after
from troth.platform import sql
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference

_COLUMNS = {
    **SOURCE_COLUMNS,
    "reverses_id": "int",
    "balance_id": "int",
    "kind": "text",
    "quantity": "int",
    '"on"': "date",
}


@dataclass(frozen=True, slots=True)
class Movement:
    """`quantity` (signed, smallest units) of a key; `on` is the site's date, `kind` receipt, issue, transfer …

    `received_on` is the day these goods came in when that was earlier than `on`, as for a transfer between bins.
    """

    key: StockKey
    quantity: int
    kind: str
    on: date
    source: DocumentRef
    source_line_id: int = 0
    reverses_id: int | None = None
    received_on: date | None = None


def post(held: Held, movements: Sequence[Movement], *, at: datetime) -> list[int]:
    """Post movements and return the ids of the postings in the same order (zeros on an overlay).

    All of them or none: `NotEnoughStock` where a key would be negative once all movements are counted.
    """
    assert all(movement.quantity for movement in movements), "a movement moves something"
    wanted = _sums(held, movements)
    for key, quantity in wanted.items():
        if held.balance(key).quantity + quantity < 0:
            raise _not_enough(key, wanted=-quantity, there=held.balance(key).quantity)
    for movement in sorted(movements, key=lambda movement: movement.quantity, reverse=True):
        balance = held.balance(movement.key)
        balance.received_on = oldest_after(
            balance.quantity,
            balance.received_on,
            quantity=movement.quantity,
            received_on=movement.received_on or movement.on,
        )
        balance.quantity = checked(balance.quantity + movement.quantity)
    return _write(held, movements, list(wanted), at) if held.writes else [0] * len(movements)


def reverse(held: Held, posting_ids: Sequence[int], *, source: DocumentRef, on: date, at: datetime) -> list[int]:
    """Take movements back by movements that negate them; return the new postings' ids in the same order.

    The keys must be held: `queries.keys_of(posting_ids)` names them. `AlreadyReversed` where one was taken back before;
    `NotEnoughStock` where the goods have moved on.
    """
    held.require(queries.keys_of(posting_ids))
    posted = {row.id: row for row in queries.postings(posting_ids)}
    taken_back = queries.reversed_among(posting_ids)
    if taken_back:
        raise AlreadyReversed(
            Sentence("Movement %(id)s was reversed before. Post a new movement instead.", id=taken_back[0]),
            postings=taken_back,
        )
    return post(
        held,
        [
            Movement(row.key, -row.quantity, row.kind, on, source, row.source_line_id, row.id, received_on=row.on)
            for row in (posted[posting_id] for posting_id in posting_ids)
        ],
        at=at,
    )


def _sums(held: Held, movements: Sequence[Movement]) -> dict[StockKey, int]:
    sums: dict[StockKey, int] = {}
    for movement in movements:
        sums[movement.key] = sums.get(movement.key, 0) + checked(movement.quantity)
    held.require(sums)
    return sums


def _write(held: Held, movements: Sequence[Movement], keys: list[StockKey], at: datetime) -> list[int]:
    rows = [
        (
            *source_values(movement, at),
            movement.reverses_id,
            held.balance(movement.key).id,
            movement.kind,
            movement.quantity,
            movement.on,
        )
        for movement in movements
    ]
    # Ids are drawn row by row from one sequence, so in rising order they are the rows in the order given.
    ids = sorted(posting_id for (posting_id,) in sql.insert("stock_posting", _COLUMNS, rows, returning=("id",)))
    balances = [held.balance(key) for key in keys]
    sql.update(
        "stock_balance",
        "id",
        {"quantity": "int", "received_on": "date"},
        [(balance.id, balance.quantity, balance.received_on) for balance in balances],
    )
    return ids


def _not_enough(key: StockKey, *, wanted: int, there: int) -> NotEnoughStock:
    place = reference.place(key.site_id, key.bin_id, key.product_id)
    return NotEnoughStock(
        Sentence(
            "Bin %(bin)s of site %(site)s holds %(there)s of product %(product)s, but %(wanted)s are wanted. "
            "Take less, or take the rest from another bin.",
            bin=place.bin,
            site=place.site,
            there=place.format(there),
            product=place.product,
            wanted=place.format(wanted),
        ),
        product=place.product,
        site=place.site,
        bin=place.bin,
        wanted=wanted,
        there=there,
    )
