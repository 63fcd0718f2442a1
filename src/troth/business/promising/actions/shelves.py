"""From changes to decisions: one shelf for each key, and on it the rules."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from troth.business.promising.actions import quotas
from troth.business.promising.actions.changes import Change
from troth.business.promising.actions.lasting import lot_postings
from troth.business.promising.rules import (
    Asked,
    LinePromise,
    LotShelf,
    Schedule,
    Shelf,
    Task,
    Timetable,
    Wish,
    decide,
    has_unsecured,
    ready_on,
)
from troth.business.promising.rules.shelf import Guard
from troth.kernel import lots, netting, protection
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota.keys import QuotaKey
from troth.platform.locks import Held


class Decided(NamedTuple):
    """`new` are the schedule lines to be written; the promise holds them and the fixed ones."""

    change: Change
    promise: LinePromise
    new: tuple[Schedule, ...]


def decide_all(
    held: Held, changes: Sequence[Change], released: Sequence[Entry], today: Mapping[int, int], found: quotas.Holding
) -> list[Decided]:
    """Decide on what is open, with what was released back on the shelves and in the quotas that hold (`found`)."""
    run = quotas.Run(held, found, given_back(changes)) if found else None
    shelves = _shelves(held, changes, released, today, run)
    by_line = {change.wish.line_id: change for change in changes}
    tasks = []
    for change in changes:
        wish, now = change.wish, today[change.wish.site_id]
        if change.open:
            shelf = shelves[key_of(wish)] if wish.is_checked else None
            if run is None:
                tasks.append(Task(wish, change.open, shelf, now))
            else:
                tasks.append(Task(wish, change.open, shelf, now, run.ration(wish.line_id), run.group(wish.line_id)))
    promised = {task.wish.line_id: _with_versions(promise, run) for task, promise in decide(tasks, Timetable())}
    return [
        _with_fixed(by_line[line_id], promised.get(line_id) or LinePromise(change.wish, (), {}))
        for line_id, change in by_line.items()
    ]


def _with_versions(promise: LinePromise, run: "quotas.Run | None") -> LinePromise:
    """With what was read for it: the edition of the master data (scopes, rules, calendars), and its quotas."""
    traits, is_rationed = promise.wish.traits, run is not None and promise.wish.line_id in run.found
    if traits is None:
        return promise._replace(is_rationed=True) if is_rationed else promise
    record: dict[str, object] = {**promise.record, "masters": traits.edition}
    if run is not None and is_rationed:
        record["quotas"] = run.read(traits.edition, promise.uses)
    return promise._replace(record=record, is_rationed=is_rationed)


def given_back(changes: Sequence[Change]) -> dict[QuotaKey, int]:
    return quotas.returned(change.before for change in changes if change.before is not None)


def _with_fixed(change: Change, promise: LinePromise) -> Decided:
    if change.before is None:
        return Decided(change, promise, promise.schedules)
    fixed = tuple(line.schedule._replace(quantity=line.open) for line in change.fixed)
    whole = promise._replace(schedules=(*fixed, *promise.schedules), delivered=change.before.delivered)
    return Decided(change, whole, promise.schedules)


def confirm_nothing(changes: Sequence[Change]) -> list[Decided]:
    return [_with_fixed(change, LinePromise(change.wish, (), {"held": "blocked"})) for change in changes]


def _shelves(
    held: Held,
    changes: Sequence[Change],
    released: Sequence[Entry],
    today: Mapping[int, int],
    run: "quotas.Run | None",
) -> dict[AvailabilityKey, Shelf]:
    """One shelf for each key, with what is promised anew put back first."""
    back: dict[AvailabilityKey, list[Entry]] = {}
    for entry in released:
        back.setdefault(entry.key, []).append(entry)
    first: dict[AvailabilityKey, Wish] = {}
    for change in changes:
        if change.open and change.wish.is_checked:
            wish = first.setdefault(key_of(change.wish), change.wish)
            assert wish.scope.code == change.wish.scope.code, "one scope a product in a document"
    return {
        key: shelf_of(
            held,
            wish,
            back.get(key, ()),
            today[key.site_id],
            _guard(run, wish, today[key.site_id]) if run is not None else None,
        )
        for key, wish in first.items()
    }


def _guard(run: quotas.Run, wish: Wish, today: int) -> Guard | None:
    """What is protected on the wish's series. What is kept for others is kept in the site's common one, from which a
    location's own gets no more than may be taken: there only the group's own protection is used up."""
    guard, group = run.guard(wish.line_id, today), run.group(wish.line_id)
    if guard is None or group is None or not wish.location:
        return guard
    own = [place for place, one in enumerate(guard.protections) if not protection.respected(one, group)]
    return Guard(tuple(guard.protections[place] for place in own), tuple(guard.places[place] for place in own))


def shelf_of(held: Held, wish: Wish, back: Sequence[Entry], today: int, guard: Guard | None) -> Shelf:
    """What the wish's series offers it, with what is put `back` first."""
    asked, found = asked_of(held, wish, back, today), held.balance(key_of(wish)).lots
    if not found:
        return Shelf(asked, wish.scope, guard)
    return LotShelf(asked, lots.merge(found, lot_postings(back)), wish.scope, guard)


def asked_of(held: Held, wish: Wish, back: Sequence[Entry], today: int) -> Asked:
    """What a shelf for this wish is laid out from, with postings put back first."""
    balance = held.balance(key_of(wish))
    series = balance.series
    if back:
        series = netting.merge(series, [(one.category, one.day, one.quantity) for one in back])
    ready = ready_on(wish, today) if wish.scope.lead_time or has_unsecured(series) else None
    return Asked(series, balance.version, today, ready)


def key_of(wish: Wish) -> AvailabilityKey:
    return _key_of(wish.product_id, wish.site_id, wish.segment)


_key_of = lru_cache(maxsize=4096)(AvailabilityKey)
"""A document asks for the key of each line several times."""
