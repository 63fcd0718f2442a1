"""Small backlogs for the tests of the run: as dicts to read, and as the columns that the kernel wants."""

import numpy as np
from hypothesis import strategies as st

from troth.kernel.backorder import TOO_LATE, Backlog, Strategy, Supply
from troth.kernel.packages import Packages
from troth.kernel.proposals import Terms
from troth.kernel.protection import Group

HORIZON = 12
MODES = ("one_time", "complete", "partial")
OWNERS = [Group(core, priority) for core in ("EU", "US") for priority in (None, 1, 2)]
"""Whom something may be kept for, and who may ask."""
STRATEGIES = [strategy.name for strategy in Strategy]


def column(numbers):
    return np.array(list(numbers), np.int64)


def backlog_of(items):
    """Columns of items; each a dict of key, id, rank, strategy, quantity, day, old, mode, terms, sequences.

    `booked` is what its old rows book of its quotas, as (procedure, cell, quantity); `asks_as` a place in `OWNERS`, -1
    where nothing is kept of its key, `kept` what its old rows used up of that, as (protection, quantity).
    """
    kept = [one for item in items for one in item.get("kept", ())]
    rows = [row for item in items for row in item["old"]]
    booked = [one for item in items for one in item.get("booked", ())]
    return Backlog(
        key=column(item["key"] for item in items),
        id=column(item["id"] for item in items),
        quantity=column(item["quantity"] for item in items),
        day=column(item["day"] for item in items),
        strategy=column(Strategy[item["strategy"]] for item in items),
        rank=column(item["rank"] for item in items),
        row_offsets=np.concatenate(([0], np.cumsum([len(item["old"]) for item in items]))).astype(np.int64),
        row_day=column(day for day, _ in rows),
        row_quantity=column(quantity for _, quantity in rows),
        mode=column(MODES.index(item["mode"]) for item in items),
        min_shipment=column(item["terms"].min_shipment for item in items),
        max_lines=column(item["terms"].max_lines for item in items),
        latest_day=column(latest_of(item["terms"].latest_day) for item in items),
        sequences=column(item.get("sequences", -1) for item in items),
        open_after=column(item.get("open_after", -1) for item in items),
        booking_offsets=np.concatenate(([0], np.cumsum([len(item.get("booked", ())) for item in items]))).astype(
            np.int64
        ),
        booking_procedure=column(procedure for procedure, _, _ in booked),
        booking_cell=column(cell for _, cell, _ in booked),
        booking_quantity=column(quantity for _, _, quantity in booked),
        asks_as=column(item.get("asks_as", -1) for item in items),
        kept_offsets=np.concatenate(([0], np.cumsum([len(item.get("kept", ())) for item in items]))).astype(np.int64),
        kept_protection=column(place for place, _ in kept),
        kept_quantity=column(quantity for _, quantity in kept),
        timetable=column(at if item.get("usable") or "needed" in item else -1 for at, item in enumerate(items)),
        packing=column(at if item.get("packages") else -1 for at, item in enumerate(items))
        if any(item.get("packages") for item in items)
        else None,
        pool=column(item.get("pool", -1) for item in items),
        group=column(item.get("group", -1) for item in items),
        lasting=column(at if "lasts" in item else -1 for at, item in enumerate(items)),
        row_lasts=column(lasts for item in items for lasts in item.get("row_lasts", [0] * len(item["old"]))),
        aside=column(item["aside"] for item in items) if any("aside" in item for item in items) else None,
    )


def latest_of(day):
    if day is None:
        return -1
    return day if day >= 0 else TOO_LATE


def packings_of(items):
    """The packages of each item, in the places that `backlog_of` gives them."""
    return [Packages(tuple(item.get("packages") or (1,))) for item in items]


def timetables_of(items):
    """The days on which each item can use goods, or those of its group, in the places that `backlog_of` gives them."""
    return [item["needed"] if "needed" in item else item.get("usable", ()) for item in items]


def supply_of(changes):
    """Columns of the changes (day, quantity) of each key."""
    return Supply(
        offsets=np.concatenate(([0], np.cumsum([len(one) for one in changes]))).astype(np.int64),
        day=column(day for one in changes for day, _ in one),
        quantity=column(quantity for one in changes for _, quantity in one),
    )


def rows_of(outcome, at):
    own = slice(outcome.row_offsets[at], outcome.row_offsets[at + 1])
    return list(zip(outcome.row_day[own].tolist(), outcome.row_quantity[own].tolist(), strict=True))


def confirmed(rows, horizon=HORIZON):
    """The quantity confirmed by each day."""
    return [sum(q for d, q in rows if d <= t) for t in range(horizon + 1)]


def again(items, outcome, *, strategies=True):
    """The items as they stand after a run: their new rows are their old ones."""
    return [
        {
            **item,
            "old": rows_of(outcome, at),
            "strategy": Strategy(int(outcome.strategy[at])).name if strategies else item["strategy"],
        }
        for at, item in enumerate(items)
    ]


easy_terms = st.just(Terms(max_lines=99))
any_terms = st.builds(
    Terms,
    min_shipment=st.integers(0, 6),
    max_lines=st.integers(1, 3),
    latest_day=st.none() | st.integers(-1, HORIZON),
)


def usable_days(*, least=0):
    """For each day the first from it on that is open; the last one is. `least` is open too."""

    def table(open_days):
        days = sorted({*open_days, least, HORIZON})
        return [next(day for day in days if day >= today) for today in range(HORIZON + 1)]

    return st.sets(st.integers(0, HORIZON)).map(table)


changes = st.lists(st.tuples(st.integers(0, HORIZON), st.integers(-8, 12)), max_size=6)


no_packages = st.just(())
any_packages = st.sampled_from(((), (), (), (2,), (3, 4), (5,)))


@st.composite
def items_of_keys(draw, *, keys=1, terms=any_terms, modes=MODES, strategies=STRATEGIES, most=7, packages=no_packages):
    """Items in any order, with old rows that may or may not be covered."""
    count = draw(st.integers(0, most))
    ids = draw(st.permutations(range(100, 100 + count)))
    items = []
    for number in ids:
        quantity = draw(st.integers(1, 15))
        days = draw(st.lists(st.integers(0, HORIZON), max_size=3, unique=True).map(sorted))
        old, left = [], quantity
        for day in days:
            taken = draw(st.integers(0, left))
            old += [(day, taken)] if taken else []
            left -= taken
        items.append(
            {
                "key": draw(st.integers(0, keys - 1)),
                "id": number,
                "rank": draw(st.integers(0, 3)),
                "strategy": draw(st.sampled_from(strategies)),
                "quantity": quantity,
                "day": draw(st.integers(0, HORIZON)),
                "old": old,
                "mode": draw(st.sampled_from(modes)),
                "terms": draw(terms),
                "packages": draw(packages),
            }
        )
    return items
