"""Quotas and supply protection around a promise: what holds for its wishes, what is left of it, what is posted.

Where no product of the wishes has a quota or a protection, none of this asks the books for anything.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from troth.business.promising import store
from troth.business.promising.rules import Wish
from troth.business.promising.rules.quotas import Quotas, Ration, TargetRow, Use, kept_of, merged
from troth.business.promising.rules.shelf import Guard
from troth.business.promising.store import Standing
from troth.business.quotas import queries as quotas
from troth.business.quotas.queries import Ask, Matched, ProcedureTerms, ProtectionTerms, Targets
from troth.business.quotas.rules import Exhausted, values_of
from troth.kernel import scheduling
from troth.kernel.calendars import day_of
from troth.kernel.periods import period_of
from troth.kernel.proposals import Line
from troth.kernel.protection import Group, Protection
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota import actions as quota
from troth.ledgers.quota.actions import Entry
from troth.ledgers.quota.keys import QuotaKey
from troth.ledgers.quota.rules import Measure
from troth.platform.actions import BeginAgain
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

SUPPOSED = DocumentRef("simulation", 0)
"""Not the kind of any document, so that nothing in the books is taken for a part of what is supposed."""
Holding = Mapping[int, Matched]
"""What holds for each line, by its id; lines that nothing holds for are left out."""
NOTHING: Holding = {}


def holding(wishes: Iterable[Wish]) -> Holding:
    """Which quotas and protections hold for the wishes; one statement at most, remembered by the action."""
    asking = [wish for wish in wishes if wish.is_checked and wish.traits is not None]
    if not asking:
        return NOTHING
    state = quotas.known(asking[0].traits.edition)  # type: ignore[union-attr]
    # Mostly there is none, and then nothing is dated for it.
    return NOTHING if state.is_empty else quotas.matched(map(_ask, asking), state)


def _ask(wish: Wish) -> Ask:
    wished, way = day_of(wish.requested_on), wish.way
    ready = scheduling.backward(wished, way.durations, way.calendars).material_available
    return Ask(
        wish.line_id, wish.product_id, wish.site_id, wish.unit, wish.priority, wished, ready, wish.traits  # type: ignore[arg-type]
    )  # fmt: skip


def unrationed(found: Holding) -> Holding:
    """The same without quotas: what is protected for others stays theirs."""
    return {line_id: replace(matched, sequences=()) for line_id, matched in found.items()}


def unprotected(found: Holding) -> Holding:
    """The same as if nothing were protected."""
    return {line_id: replace(matched, protections=()) for line_id, matched in found.items()}


class Raised(NamedTuple):
    """As if so much more (less, if negative) were planned in the period of a day, in each row of a procedure (code)
    that holds for a line."""

    procedure: str
    on: date
    quantity: int


def widened(found: Holding, raised: Sequence[Raised]) -> Holding:
    """The same, with the periods in which something is supposed to be planned, where they are near."""
    if not raised:
        return found
    return {line_id: replace(matched, sequences=_widened(matched, raised)) for line_id, matched in found.items()}


def _widened(matched: Matched, raised: Sequence[Raised]) -> tuple[tuple[Targets, ...], ...]:
    def wide(one: Targets) -> Targets:
        asked = [_period(one, each) for each in raised if each.procedure == one.procedure.code]
        near = [at for at in asked if one.cell is not None and one.first - _NEAR <= at <= one.last + _NEAR]
        return replace(one, first=min(one.first, *near), last=max(one.last, *near)) if near else one

    return tuple(tuple(wide(one) for one in sequence) for sequence in matched.sequences)


_NEAR = 400
"""Periods: what is supposed further away can hold for no line."""


def _period(one: Targets, raised: Raised) -> int:
    return period_of(one.procedure.period, day_of(raised.on))


def suppose(books: Held, found: Holding, raised: Sequence[Raised], *, at: datetime) -> None:
    """Count what is supposed of quotas as planned, in the cells that are held; no target falls below nothing."""
    if not raised:
        return
    rows = {
        (one.procedure.code, one.cell): one
        for matched in found.values()
        for sequence in matched.sequences
        for one in sequence
        if one.cell is not None
    }
    held = set(books.keys())
    for (code, cell), row in rows.items():
        for each in raised:
            key = QuotaKey(row.procedure.id, cell or "", _period(row, each))
            if each.procedure == code and key in held:
                quantity = max(each.quantity, -books.balance(key).planned)
                quota.post(books, [Entry(key, Measure.PLANNED, quantity, SUPPOSED)], at=at)


def keys(found: Holding) -> tuple[QuotaKey, ...]:
    """What a promise of these wishes may take from, and what it must leave to others."""
    return tuple(dict.fromkeys(key for matched in found.values() for key in matched.keys))


def key_of(use: Use) -> QuotaKey:
    return QuotaKey(use.procedure_id, use.cell, use.period)


def row_of(procedure: ProcedureTerms, cell: str | None, first: int, cells: Sequence[tuple[int, int]]) -> TargetRow:
    """A row with what is planned and consumed in each period from the first on."""
    told = {
        "name": procedure.name,
        "procedure": procedure.code,
        "cell": values_of(cell, procedure.characteristics) if cell is not None else None,
    }
    return TargetRow(
        procedure.id, cell or "", procedure.period, first, tuple(cells), procedure.look_back, procedure.look_ahead,
        procedure.order, procedure.exhausted is Exhausted.OPEN, told,
    )  # fmt: skip


@dataclass
class Run:
    """What holds for the lines of one run of decisions, with what lines that are promised anew give back."""

    held: Held
    found: Holding
    back: Mapping[QuotaKey, int]
    _places: dict[tuple[int, str | None], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows: dict[tuple[int, str | None], list[Targets]] = {}
        for matched in self.found.values():
            for targets in (one for sequence in matched.sequences for one in sequence):
                rows.setdefault((targets.procedure.id, targets.cell), []).append(targets)
        self._places = {row: place for place, row in enumerate(rows)}
        self._quotas = Quotas([self._row(found) for found in rows.values()])

    def _row(self, found: Sequence[Targets]) -> TargetRow:
        """One row for all lines that take from it; the furthest look back of them is the first period."""
        procedure, cell = found[0].procedure, found[0].cell
        first, last = min(one.first for one in found), max(one.last for one in found)
        cells = [self._left(QuotaKey(procedure.id, cell, at)) for at in range(first, last + 1)] if cell else []
        return row_of(procedure, cell, first, cells)

    def _left(self, key: QuotaKey) -> tuple[int, int]:
        balance = self.held.balance(key)
        return balance.planned, balance.consumed - self.back.get(key, 0)

    def read(self, edition: int | None, uses: Iterable[Use]) -> dict[str, object]:
        """What was read for a line, for its record: the version of all quotas, and the cells that it took from, as they
        stood before: [procedure id, cell, period, planned, consumed]; protections stand under `PROTECTIONS`."""
        cells = dict.fromkeys(map(key_of, uses))
        return {
            "version": quotas.known(edition).version,
            "cells": [[key.procedure_id, key.cell, key.period, *self._left(key)] for key in cells],
        }

    def ration(self, line_id: int) -> Ration | None:
        """What quotas leave of a line; None where they leave all of it."""
        matched = self.found.get(line_id)
        if matched is None or not matched.sequences:
            return None
        sequences = [[self._places[one.procedure.id, one.cell] for one in each] for each in matched.sequences]
        return Ration(self._quotas, sequences)

    def group(self, line_id: int) -> Group | None:
        """Who the line is to those for whom supply is protected."""
        matched = self.found.get(line_id)
        return matched.group if matched is not None and matched.protections else None

    def guard(self, line_id: int, today: int) -> Guard | None:
        """What is protected of the line's product at its site, in days from today."""
        matched = self.found.get(line_id)
        if matched is None or not matched.protections:
            return None
        keys = [quotas.protection_key(one.id) for one in matched.protections]
        protections = kept_on(matched.protections, today, self._left)
        return Guard(protections, tuple((key.procedure_id, key.cell, key.period) for key in keys))


def kept_on(
    found: Iterable[ProtectionTerms], today: int, left: Callable[[QuotaKey], tuple[int, int]]
) -> tuple[Protection, ...]:
    """Protections in days from today; `left` tells what is planned and consumed of each."""
    return tuple(
        Protection(
            Group(one.core, one.priority), one.first_day - today, one.last_day - today,
            *left(quotas.protection_key(one.id)),
        )
        for one in found
    )  # fmt: skip


def kept_by(one: Standing | None) -> tuple[Use, ...]:
    """What a line that is promised anew keeps: as much as deliveries took over and stock is tied to."""
    if one is None:
        return ()
    return kept_of(one.uses, one.delivered + one.allocated, one.confirmed_quantity)


def given_back(uses: Sequence[Use], kept: Sequence[Use]) -> dict[QuotaKey, int]:
    """By cell and period, what is in `uses` and not in what is kept of them."""
    sums: dict[QuotaKey, int] = {}
    for sign, found in ((1, uses), (-1, kept)):
        for use in found:
            key = key_of(use)
            sums[key] = sums.get(key, 0) + sign * use.quantity
    return {key: quantity for key, quantity in sums.items() if quantity}


def returned(standing: Iterable[Standing]) -> dict[QuotaKey, int]:
    """What lines that are promised anew give back, by cell and period."""
    sums: dict[QuotaKey, int] = {}
    for one in standing:
        if one.uses:
            for key, quantity in given_back(one.uses, kept_by(one)).items():
                sums[key] = sums.get(key, 0) + quantity
    return sums


def moved(one: Standing | None, source: DocumentRef, line_id: int, uses: Sequence[Use]) -> Iterator[Entry]:
    """The postings by which a line consumes these instead of what it consumed."""
    for key, less in given_back(one.uses if one is not None else (), uses).items():
        yield Entry(key, Measure.CONSUMED, -less, source, line_id)


def held_keys(held: Held) -> list[QuotaKey]:
    """The quotas that are held."""
    return [key for key in list(held.keys()) if isinstance(key, QuotaKey)]


def may_bind(held: Held, cells: Iterable[QuotaKey], wanted: int) -> bool:
    """Whether one of these cells has less left than is wanted, and somebody to have it from."""
    balances = (held.balance(key) for key in cells)
    return any(one.consumed and one.planned - one.consumed < wanted for one in balances)


def rewrite(held: Held, standing: Iterable[tuple[Standing, Sequence[Use]]], *, at: datetime) -> None:
    """Let lines consume these uses instead of what they consumed; what differs is posted, and free or taken at once."""
    changed: dict[int, Sequence[Use]] = {}
    entries: list[Entry] = []
    for one, uses in standing:
        left = merged(uses)
        if left != merged(one.uses):
            changed[one.id] = left
            entries += moved(one, one.document, one.line_id, left)
    post(held, entries, at=at)
    if held.writes:
        store.rewrite_uses(changed)


def post(held: Held, entries: Sequence[Entry], *, at: datetime) -> None:
    """Post what promises consume. `BeginAgain` where a line was counted in a quota after the locks were named."""
    if not entries:
        return
    known = set(held.keys())
    if held.writes and not all(entry.key in known for entry in entries):
        raise BeginAgain
    quota.post(held, entries, at=at)


def refuse_outdated(held: Held, wishes: Iterable[Wish]) -> None:
    """`BeginAgain` where a quota or a protection was made for a wish after it was looked up; its series tells."""
    if not held.writes:
        return
    for wish in wishes:
        if wish.is_checked and wish.traits is not None:
            limits = held.balance(AvailabilityKey(wish.product_id, wish.site_id, wish.segment)).limits
            if limits and limits > quotas.known(wish.traits.edition).version:
                raise BeginAgain


def free(held: Held, standing: Iterable[Standing], cells: Iterable[QuotaKey], *, at: datetime) -> None:
    """Let lines consume nothing of these cells; whoever holds the others frees what they have of those."""
    known = set(cells)
    rewrite(held, [(one, [use for use in one.uses if key_of(use) not in known]) for one in standing], at=at)


def extend(held: Held, one: Standing, wish: Wish, quantity: int, day: int, *, today: int, at: datetime) -> int:
    """Let a line that is promised `quantity` more for a day consume it; return how much of it quotas leave.

    Where that is less, nothing is consumed.
    """
    run = Run(held, holding([wish]), {})
    ration = run.ration(wish.line_id)
    if ration is None:
        return quantity
    room = ration.quotas.seen_on(today).room(day - today, ration.sequences)
    if room < quantity:
        return room
    uses = ration.book([Line(day - today, quantity)], today)
    rewrite(held, [(one, (*one.uses, *uses))], at=at)
    if held.writes:
        store.mark_quota_use(one.id)
    return quantity
