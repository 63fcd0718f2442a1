"""Give lines confirmations that were decided elsewhere: by a run over the backorders, or by its undoing.

Nothing is decided here. What stands open of a line is taken back, what is given is posted instead, and the promise that
ends is kept with its cause; what it consumes of quotas goes and comes with it. Goods that are not there are refused: a
key may end no more short than it was before, and no quota more exceeded. Where lines of one storage location give or
take, goods go over between the location and the site (decision 0014); all of their keys are held.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from troth.business.promising import store
from troth.business.promising.actions import places, planned, quotas
from troth.business.promising.actions.changes import category_of, demand_of
from troth.business.promising.actions.recorded import Kept, Recorded, Shelves
from troth.business.promising.rules import Schedule
from troth.business.promising.rules.quotas import Use, merged
from troth.business.promising.store import Standing
from troth.business.quotas.rules import PROTECTIONS
from troth.business.supply.actions import site_series
from troth.kernel.errors import BusinessError, Sentence
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota import actions as quota
from troth.ledgers.quota.keys import QuotaKey
from troth.platform import sql
from troth.platform.locks import Held

KIND = "order"
Stands = Standing
"""What stands for a line, as `standing` reads it."""


class NoGoodsForIt(BusinessError):
    """The confirmations take more than is there."""

    code = "no_goods_for_it"


class Given(NamedTuple):
    """New confirmations of what is open of a line and not tied to stock; `wanted` is the day its goods are wanted.

    `noted` goes into the record of the promise. `uses` is what they consume of quotas; None: none holds or held for it.
    `quota` is the record of the one that keeps the line from having more, or having it earlier; `kept` is what is
    protected of its key, and who it is to those for whom that is. `displaced`: 1 where this makes the line later or
    takes goods from it, -1 where it takes such a thing back.
    """

    line_id: int
    schedules: tuple[Schedule, ...]
    wanted: int
    noted: Mapping[str, Any]
    uses: tuple[Use, ...] | None = None
    quota: Mapping[str, Any] | None = None
    kept: Kept | None = None
    displaced: int = 0


def standing(line_ids: Sequence[int]) -> dict[int, Standing]:
    """What stands for lines of orders; who decides on it holds their keys."""
    return store.standing(KIND, line_ids)


def loose(one: Standing) -> tuple[store.StandingLine, ...]:
    """The confirmations that may be given up: open, and not tied to stock."""
    return tuple(line for line in one.lines if line.open and not line.is_allocated)


def assign(
    held: Held, given: Sequence[Given], stands: Mapping[int, Standing], *, today: Mapping[int, int], at: datetime,
    cause: str,
) -> None:  # fmt: skip
    """Write the confirmations over what `stands` (`standing` of the lines, read under the same locks).

    `today` is the day number by site. `NoGoodsForIt` where a key would be short of goods by more than it was, or a
    quota exceeded by more. Shortages of the keys that are covered now are closed. A fixed number of statements.
    """
    drawn_on = {stands[one.line_id].key: stands[one.line_id].document for one in given}
    keys = list(dict.fromkeys((*drawn_on, *(site_series(key) for key in drawn_on))))
    held.require(keys)
    missing = {key: _missing(held, key, today) for key in keys}
    entries = [entry for one in given for entry in _entries(one, stands[one.line_id])]
    availability.post(held, _summed(entries), at=at)
    places.settle(held, drawn_on, missing, at=at)
    for key in keys:
        if _missing(held, key, today) > missing[key]:
            raise NoGoodsForIt(Sentence("The goods for it are promised to others. Simulate again."))
    _consume(held, given, stands, at)
    _write(held, given, stands, today=today, made=(at, cause))
    for site_id in {key.site_id for key in keys}:
        own = [key for key in keys if key.site_id == site_id]
        availability.close_shortages(held, own, today=today[site_id], at=at)
    planned.note(held, keys, today, at=at)


def _consume(held: Held, given: Sequence[Given], stands: Mapping[int, Standing], at: datetime) -> None:
    """Let the lines consume what is given of quotas, and what is delivered or tied to stock as before."""
    changed: dict[int, tuple[Use, ...]] = {}
    entries, new = list[quota.Entry](), list[int]()
    for one in given:
        before = stands[one.line_id]
        if one.uses is None:
            assert not before.uses, "what a line consumes moves with its promise"
            continue
        uses = merged((*quotas.kept_by(before), *one.uses))
        if uses != merged(before.uses):
            changed[before.id] = uses
            entries += quotas.moved(before, before.document, before.line_id, uses)
        if not before.is_rationed:
            new.append(before.id)
    # All that is promised to those for whom something is protected counts, beyond what is protected too.
    limiting = [entry for entry in entries if entry.quantity > 0 and entry.key.procedure_id != PROTECTIONS]
    left = {entry.key: _left(held, entry.key) for entry in limiting}
    # What is given back goes first, so that what is consumed never stands beyond the plan between two postings.
    quotas.post(held, sorted(entries, key=lambda entry: entry.quantity), at=at)
    if any(_left(held, key) < min(before, 0) for key, before in left.items()):
        raise NoGoodsForIt(Sentence("The quota for it is used by others. Simulate again."))
    store.rewrite_uses(changed)
    store.mark_quota_use(*new)


def _left(held: Held, key: QuotaKey) -> int:
    balance = held.balance(key)
    return int(balance.planned - balance.consumed)


def _missing(held: Held, key: AvailabilityKey, today: Mapping[int, int]) -> int:
    found = availability.gap_of(held.balance(key), today[key.site_id])
    return found.quantity if found else 0


def _entries(one: Given, before: Standing) -> list[Entry]:
    """The demand of what stands taken back, and that of what is given posted."""
    assert sum(line.quantity for line in one.schedules) <= before.open_quantity - before.allocated
    return _instead(one, before)


def _instead(one: Given, before: Standing) -> list[Entry]:
    back = [entry for entry in demand_of(before, sign=1) if entry.key == before.key]
    return back + posted(one, before)


def posted(one: Given, before: Standing) -> list[Entry]:
    """The demand of what is given."""
    return [
        Entry(
            before.key, category_of(before.document.kind, line), line.dates.material_available, -line.quantity,
            before.document, before.line_id, before.batch, line.lasts(before.life_days),
        )
        for line in one.schedules
    ]  # fmt: skip


def moved(one: Given, before: Standing) -> list[Entry]:
    """What giving it would post to the series that the line draws on, whatever is open of the line."""
    return _summed(_instead(one, before))


def _summed(entries: Sequence[Entry]) -> list[Entry]:
    """What differs: a row that stays leaves no posting."""
    sums: dict[tuple[Any, ...], int] = {}
    for one in entries:
        place = (one.key, one.category, one.day, one.source, one.source_line_id, one.batch, one.lasts)
        sums[place] = sums.get(place, 0) + one.quantity
    return [
        Entry(key, category, day, quantity, source, line_id, batch, lasts)
        for (key, category, day, source, line_id, batch, lasts), quantity in sums.items()
        if quantity
    ]


def _write(
    held: Held,
    given: Sequence[Given],
    stands: Mapping[int, Standing],
    *,
    today: Mapping[int, int],
    made: tuple[datetime, str],
) -> None:
    befores = [stands[one.line_id] for one in given]
    store.keep_past(befores, made[1], made[0])
    store.cut_schedules(line for before in befores for line in before.lines if not line.is_allocated)
    shelves = Shelves(held, befores, today)
    whys = [_why(one, before, shelves) for one, before in zip(given, befores, strict=True)]
    rows = []
    for (schedules, _record), before in zip(whys, befores, strict=True):
        first = max((line.position for line in before.lines), default=0) + 1
        rows += [(before.id, place, line) for place, line in enumerate(schedules, first)]
    store.insert_schedules(rows)
    sql.update(
        "promising_requirement",
        "id",
        {
            "confirmed_quantity": "int", "first_promised_on": "date", "explanation": "json", "displaced": "int",
            "promised_at": "at", "cause": "text",
        },
        [
            (
                before.id, before.delivered + before.allocated + sum(line.quantity for line in one.schedules),
                _first_promised_on(one, before), store.dump(record),
                max(before.displaced + one.displaced, 0), *made,
            )
            for one, before, (_schedules, record) in zip(given, befores, whys, strict=True)
        ],
    )  # fmt: skip


def _first_promised_on(one: Given, before: Standing) -> date | None:
    days = [line.delivery_on for line in one.schedules]
    return before.first_promised_on or max(days, default=None)


def _why(one: Given, before: Standing, shelves: Shelves) -> tuple[Sequence[Schedule], dict[str, Any]]:
    """The confirmations with what binds each, and the record of why the line gets them."""
    found = Recorded(shelves, before, posted(one, before), one.wanted, one.kept)
    record = {**found.record(), **one.noted, **found.lacks(one.schedules, is_rationed=one.quota is not None)}
    if one.uses is not None:
        record["quotas"] = shelves.read(one.uses)
    if one.quota is not None:
        record["quota"] = one.quota
    bound = [line._replace(binding=found.binding(line.dates.material_available)) for line in one.schedules]
    return bound, record
