"""Which orders of the history are played, and what becomes of each: only dates and fates are invented."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from troth.demo.facts import rows
from troth.doors.demo.dates import Dates, next_working_day

STORE_OF_CM_1 = "472"
"""Its orders are left out: CM-1 finds its customer without debts."""
FIRST_LEAD_DAYS, LEAD_DAYS_SPAN = 8, 12
FURTHER_LEAD_DAYS = {"US": 0, "CA": 3}
OVERSEAS_LEAD_DAYS = 10
UNDELIVERED_LEAD_DAYS = 8
"""What is changed on the next day must not be in a delivery by then."""
SOLD_OUT_PRODUCT = "BK-R19B-44"
SHORT_ORDER_LINES = 3


class Fate(StrEnum):
    """What is special about an order; most are simply standard."""

    STANDARD = "standard"
    RUSH = "rush"
    FREE = "free"
    PREPAID = "prepaid"
    SCARCE = "scarce"
    CANCELLED = "cancelled"
    ITEM_REJECTED = "item rejected"
    INCOMPLETE = "incomplete"


class Quote(StrEnum):
    """What becomes of the quotation that goes before an order; all but an accepted one end there."""

    NONE = ""
    ACCEPTED = "accepted"
    SENT = "sent"
    REJECTED = "rejected"
    EXPIRED = "expired"
    DRAFT = "draft"


FATES = {
    2: Fate.SCARCE,
    5: Fate.RUSH,
    8: Fate.FREE,
    11: Fate.PREPAID,
    14: Fate.CANCELLED,
    17: Fate.ITEM_REJECTED,
    19: Fate.INCOMPLETE,
}
"""By an order's place among twenty."""
QUOTES = (Quote.ACCEPTED, Quote.SENT, Quote.REJECTED, Quote.EXPIRED, Quote.DRAFT)
EVERY_QUOTED = 10


@dataclass(frozen=True)
class Planned:
    """An order of a store: products with whole quantities, entered on a day and wanted by another."""

    key: str
    store_key: str
    on: date
    requested_on: date
    lines: tuple[tuple[str, int], ...]
    fate: Fate
    quote: Quote

    @property
    def dice(self) -> int:
        """A number that is the order's own in every run."""
        return zlib.crc32(self.key.encode())


def script(dates: Dates, orders: int) -> list[Planned]:
    """Choose `orders` of the history, evenly over its sixty days; weekends are entered on the next working day."""
    found = [one for one in _history() if one[1] != STORE_OF_CM_1]
    chosen = [found[position * len(found) // orders] for position in range(min(orders, len(found)))]
    further = {
        fact["store_key"]: FURTHER_LEAD_DAYS.get(fact["country_code"], OVERSEAS_LEAD_DAYS) for fact in rows("stores")
    }
    return [_planned(position, one, dates, further[one[1]]) for position, one in enumerate(chosen)]


def _history() -> Iterator[tuple[str, str, int, tuple[tuple[str, int], ...]]]:
    """Each order: key, store, day offset, lines; in the order of its days."""
    for key, facts in groupby(rows("order_history"), key=lambda fact: fact["order_key"]):
        lines = list(facts)
        bought = tuple((line["product_number"], int(line["quantity"])) for line in lines)
        yield key, lines[0]["store_key"], int(lines[0]["day_offset"]), bought


def _planned(
    position: int, one: tuple[str, str, int, tuple[tuple[str, int], ...]], dates: Dates, further_days: int
) -> Planned:
    key, store_key, day_offset, lines = one
    on = min(next_working_day(dates.ordered_on(day_offset)), dates.today)
    fate = FATES.get(position % 20, Fate.STANDARD)
    quote = QUOTES[position // EVERY_QUOTED % len(QUOTES)] if position % EVERY_QUOTED == 0 else Quote.NONE
    lead = FIRST_LEAD_DAYS + zlib.crc32(key.encode()) % LEAD_DAYS_SPAN + further_days
    if fate in (Fate.CANCELLED, Fate.ITEM_REJECTED):
        lead += UNDELIVERED_LEAD_DAYS
    if fate is Fate.SCARCE:
        lines = ((SOLD_OUT_PRODUCT, 1 + position % 3),)
    elif fate in (Fate.FREE, Fate.RUSH):
        lines = lines[:SHORT_ORDER_LINES]
    return Planned(key, store_key, on, next_working_day(on + timedelta(days=lead)), lines, fate, quote)
