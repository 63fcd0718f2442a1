"""Promises from one storage location alone: what of its goods is kept for them.

A line that names a location draws on a series of that location's own, as stock tied to a line does, and the goods
behind it leave the site's common series for it. How much may leave is the least of what is wanted, what lies at the
location and belongs to nobody, and what the common series leaves free from today on (decision 0014).

    planned     before the decision: what the shelves of the site and of the location are laid out with
    level       after it: the location keeps what its demand needs, the rest goes back to the site
    settle      the same where promises were decided elsewhere, for several locations at once

Lines of a document that name a location come before those of the same product that do not.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from troth.business.promising.actions import quotas
from troth.business.promising.actions.changes import Change
from troth.business.promising.actions.shelves import given_back, key_of, shelf_of
from troth.business.promising.rules import Wish
from troth.business.supply import actions as supply
from troth.kernel import netting
from troth.kernel.netting import STOCK_DAY, Category
from troth.kernel.places import location_of
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference


class Plan(NamedTuple):
    """`entries` are supposed where shelves are laid out; `most` is what each series of a location may get by it."""

    entries: list[Entry]
    most: dict[AvailabilityKey, int]


def planned(
    held: Held, changes: Sequence[Change], released: Sequence[Entry], today: Mapping[int, int], found: quotas.Holding
) -> Plan:
    """What goes over between the site and its locations before these changes are decided, with what was `released`."""
    plan, wishes = Plan([], {}), _wishes(changes)
    run: quotas.Run | None = None
    gone: dict[AvailabilityKey, int] = {}
    for key in dict.fromkeys((*wishes, *_before(changes))):
        common = supply.site_series(key)
        missing = sum(one.open for one in wishes.get(key, ())) - _over(held, key)
        missing -= sum(one.quantity for one in released if one.key == key)
        if key not in wishes:  # what others of the location lack is not fetched for who turns away from it
            missing = min(missing, 0)
        if missing > 0:
            if found and run is None:
                run = quotas.Run(held, found, given_back(changes))
            free = _free(held, wishes[key][0].wish, released, today[key.site_id], run) - gone.get(common, 0)
            missing = plan.most[key] = max(min(missing, supply.lying(held, key), free), 0)
        gone[common] = gone.get(common, 0) + missing
        source = DocumentRef("", 0)
        plan.entries.append(Entry(key, Category.STOCK, STOCK_DAY, missing, source))
        plan.entries.append(Entry(common, Category.STOCK, STOCK_DAY, -missing, source))
    return plan


def _wishes(changes: Sequence[Change]) -> dict[AvailabilityKey, list[Change]]:
    found: dict[AvailabilityKey, list[Change]] = {}
    for change in changes:
        if change.wish.location and change.wish.is_checked:
            found.setdefault(key_of(change.wish), []).append(change)
    return found


def _before(changes: Sequence[Change]) -> list[AvailabilityKey]:
    return [one.before.key for one in changes if one.before is not None and location_of(one.before.segment)]


def _over(held: Held, key: AvailabilityKey) -> int:
    """What a location keeps above its demand; below zero where it keeps too little."""
    return sum(held.balance(key).series.quantities)


def _free(held: Held, wish: Wish, released: Sequence[Entry], today: int, run: "quotas.Run | None") -> int:
    """What the site's common series leaves free for good from today on, to whoever wishes, and on firm supply alone.

    Goods that are kept for a location are gone from today on, whatever the day of the promise. Of goods that are kept
    in batches there is none: which of them would be kept for whom is not decided here.
    """
    common = wish._replace(segment="")
    key = key_of(common)
    balance = held.balance(key)
    if balance.lots:
        return 0
    back = [one for one in released if one.key == key]
    shelf = shelf_of(held, common, back, today, run.guard(wish.line_id, today) if run is not None else None)
    shelf.turn_to(run.group(wish.line_id) if run is not None else None)
    series = netting.merge(balance.series, [(one.category, one.day, one.quantity) for one in back])
    secured = netting.free_curve(netting.project(series, wish.scope.secured, today))
    return max(min(int(shelf.free[0]), int(secured[0])), 0)


def level(
    held: Held,
    keys: Iterable[tuple[AvailabilityKey, DocumentRef]],
    *,
    at: datetime,
    most: Mapping[AvailabilityKey, int] | None = None,
) -> None:
    """Let each location keep what its demand needs, with at most `most` more than before; the rest goes back.

    Series that are no location's are passed over. The document is the one that the postings name.
    """
    for key, ref in dict(keys).items():
        if not location_of(key.segment):
            continue
        over, on = _over(held, key), at.astimezone(ZoneInfo(reference.site(key.site_id).time_zone)).date()
        more = min(-over, (most or {}).get(key, 0))
        if over > 0:
            supply.let_go(held, key, over, ref, on=on, at=at)
        elif more > 0:
            supply.keep(held, key, more, ref, on=on, at=at)


def settle(
    held: Held, series: Mapping[AvailabilityKey, DocumentRef], missing: Mapping[AvailabilityKey, int], *, at: datetime
) -> None:  # fmt: skip
    """Let each location keep as much of its demand as it did: it may lack what was `missing` there before, no more.

    What some give up goes to the site first, so that others may keep it; a location where no more lies lacks the rest.
    """
    most = {
        key: min(max(-_over(held, key) - missing[key], 0), supply.lying(held, key))
        for key in series
        if location_of(key.segment)
    }
    for key in sorted(most, key=lambda key: -_over(held, key)):
        level(held, [(key, series[key])], at=at, most=most)


def drawn_on(changes: Iterable[Change]) -> list[tuple[AvailabilityKey, DocumentRef]]:
    """The series of locations that changes draw on or drew on, each with the document that does."""
    found = []
    for change in changes:
        ref = DocumentRef(change.wish.document.kind, change.wish.document.id, change.wish.document.number)
        if change.wish.location and change.wish.is_checked:
            found.append((key_of(change.wish), ref))
        if change.before is not None and location_of(change.before.segment):
            found.append((change.before.key, ref))
    return found
