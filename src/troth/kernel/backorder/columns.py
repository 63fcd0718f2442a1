"""What a run reads and returns, in columns of 64-bit integers.

*Rows* are (day, quantity) with an item's own in the order of their days, in flat columns: those of item i lie from
`offsets[i]` up to `offsets[i + 1]`. Days are offsets from today; what lies before today counts as today, what lies past
the horizon as the horizon.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag

import numpy as np
import numpy.typing as npt

from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.lots import Pool
from troth.kernel.netting import Array

Flags = npt.NDArray[np.bool_]


TOO_LATE = -2
"""For a latest day: it is over before any goods could come."""


class Strategy(IntEnum):
    """How an item takes part; in this order, but the floors of Gain come first, and Redistribute and Share are one."""

    WIN = 0
    GAIN = 1
    IMPROVE = 2
    REDISTRIBUTE = 3
    SHARE = 4
    FILL = 5
    LOSE = 6
    SKIP = 7


class Reaction(IntEnum):
    """What happens when an item cannot have what its strategy guarantees."""

    ABORT_KEY = 0
    ABORT_RUN = 1
    FALLBACK = 2


class Raised(IntFlag):
    """Exceptions of an item."""

    NOTHING = 0
    WIN_MISSED = 1
    FLOOR_MISSED = 2


class FallbackGuarantees(BusinessError):
    code = "fallback_guarantees"


@dataclass(frozen=True, slots=True)
class Reactions:
    """The reaction to an exception of Win and of Gain, and the strategy that FALLBACK gives the item instead.

    ABORT_KEY leaves the key, and all that quotas and groups link to it, as it was; ABORT_RUN leaves everything.
    """

    win: Reaction = Reaction.FALLBACK
    gain: Reaction = Reaction.FALLBACK
    win_fallback: Strategy = Strategy.IMPROVE
    gain_fallback: Strategy = Strategy.IMPROVE

    def __post_init__(self) -> None:
        weaker = {Strategy.IMPROVE, Strategy.REDISTRIBUTE, Strategy.FILL, Strategy.LOSE}
        for field, fallback, allowed in (
            ("win_fallback", self.win_fallback, weaker | {Strategy.GAIN}),
            ("gain_fallback", self.gain_fallback, weaker),
        ):
            if fallback not in allowed:
                raise FallbackGuarantees(
                    Sentence("The fallback guarantees as much as what it stands in for. Choose a weaker strategy."),
                    field=field,
                )


@dataclass(frozen=True, slots=True, eq=False)
class Backlog:
    """The items of a run, one entry each.

    key                  place of the item's key in `Supply`
    id                   unique; breaks ties of rank, and is the only thing that does
    quantity             all that is wanted, above zero; the old rows are part of it and never more
    day                  the day on which the goods are asked for
    strategy             `Strategy`
    rank                 place in the sort order of the run
    row_offsets          one more than items; with `row_day`, `row_quantity` (above zero): what is promised now
    row_lead_time        True: the row rests on the lead time. It is kept on its day without supply. None: no such row

    The rest may be None, which is the usual case and quicker:
    mode                 0 one time, 1 complete, 2 partial (None: partial), as in `proposals`
    min_shipment, max_lines, latest_day, replenishment_day      as `proposals.Terms`; -1 for no such day, `TOO_LATE`
    packing              place in the packages of the run, of which new rows are made up; -1: any quantity
    frozen               True: as SKIP
    pool                 number of the items under SHARE that share with each other, at the place of the first of them;
                         None: all that draw on a key
    sequences            place in `Quotas.sequences`, -1 for none
    open_after           what quotas cannot confirm of the item by this day stays open; -1: it goes to a later one
    booking_offsets      one more than items; with `booking_procedure`, `booking_cell`, `booking_quantity`: what its old
                         rows book of its quotas, which it keeps where the rows stay and that is free. It is looked at
                         where it is all that the rows take in each sequence, else they are booked anew
    asks_as              place in `Kept.groups`, -1 where nothing is kept of its key
    kept_offsets         one more than items; with `kept_protection` (place among those of its key) and `kept_quantity`:
                         what its old rows used up of what is kept for it, which they do again where they stay
    timetable            place in the timetables of the run, -1 for none: days on which the item's goods can be used
    group                number of the items that come together, one strategy and rank for all of them; -1: by itself.
                         A timetable of theirs gives for each common day the day on which the item's goods are needed
    aside                number of the place of the key that alone may serve the item; -1: all goods of the key may
    lasting              of goods that expire: place in the tables of the run that say for each day from today on until
                         when (day number) what the item is given on it must last; -1: its goods do not expire, or what
                         it holds is demand of `Supply.larders` already and it is skipped
    row_lasts            until when the goods of the row must last, as of today; read where `lasting` is a place
    """

    key: Array
    id: Array
    quantity: Array
    day: Array
    strategy: Array
    rank: Array
    row_offsets: Array
    row_day: Array
    row_quantity: Array
    row_lead_time: Flags | None = None
    mode: Array | None = None
    min_shipment: Array | None = None
    max_lines: Array | None = None
    latest_day: Array | None = None
    replenishment_day: Array | None = None
    packing: Array | None = None
    frozen: Flags | None = None
    pool: Array | None = None
    sequences: Array | None = None
    open_after: Array | None = None
    booking_offsets: Array | None = None
    booking_procedure: Array | None = None
    booking_cell: Array | None = None
    booking_quantity: Array | None = None
    asks_as: Array | None = None
    kept_offsets: Array | None = None
    kept_protection: Array | None = None
    kept_quantity: Array | None = None
    timetable: Array | None = None
    group: Array | None = None
    aside: Array | None = None
    lasting: Array | None = None
    row_lasts: Array | None = None

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """What is expected of each key outside of the run, as signed changes of its balance: stock and receipts less the
    demand of all that is not in the backlog. Several changes of a key may lie on one day, in any order.

    Of each place that some items of a key are served from alone: `kept` are goods that are here for them and not among
    the changes of the key, less the demand for them of all that is not in the backlog; `lying` what else is here, among
    those changes, and may be kept for them too. What items of a place have is gone from the key as from today; what
    they leave of `kept` is there for all. Nothing is left over where only skipped items draw on it.

    `larders` are by key what is expected of goods that expire, which is then looked at in place of the changes."""

    offsets: Array
    day: Array
    quantity: Array
    kept: Array | None = None
    lying: Array | None = None
    larders: Mapping[int, Pool] | None = None

    def __len__(self) -> int:
        return len(self.offsets) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a run came to. Items are at the places they have in the backlog.

    row_offsets, row_day, row_quantity, row_lead_time     what is promised now, all of it, changed or not
    gained, lost         units that come earlier, or at all; units that come later, or not at all
    strategy             the one under which the item was decided, after fallbacks
    raised               `Raised`
    limited              True: what it was proposed last, a quota and not goods kept from being more or earlier
    aborted_keys         True: an exception left the key as it was
    aborted              True: an exception left everything as it was; only `raised` says more

    Who took what, one entry for each loss and winner: `loss_item` lost `loss_quantity` of what it had on `loss_day` to
    `loss_winner`, an item that gained goods on the key (or, after those, quota) over days on which the loser now goes
    without; -1: to no item, for the supply is not there or the strategy gave it away. The sum over an item is its
    `lost`, and the sum over a winner is at most its `gained`.

    booking_item, booking_procedure, booking_cell, booking_quantity      what the rows of an item book of its quotas,
    all of it (see `quota.Booking`); nothing for items that were not moved, which keep what they booked before
    taken_item, taken_protection, taken_quantity         the same of what is kept for it, by its place on the key
    share_item, share_supply, share_demand, share_among, share_day       of an item under SHARE that is short or late:
    so much is there by that day for the demand of so many who are due by then; of one that is short, in the end
    """

    row_offsets: Array
    row_day: Array
    row_quantity: Array
    row_lead_time: Flags
    gained: Array
    lost: Array
    strategy: Array
    raised: Array
    limited: Flags
    aborted_keys: Flags
    aborted: bool
    loss_item: Array
    loss_winner: Array
    loss_quantity: Array
    loss_day: Array
    booking_item: Array
    booking_procedure: Array
    booking_cell: Array
    booking_quantity: Array
    taken_item: Array
    taken_protection: Array
    taken_quantity: Array
    share_item: Array
    share_supply: Array
    share_demand: Array
    share_among: Array
    share_day: Array
