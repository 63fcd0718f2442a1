"""What a promise that was decided elsewhere records: what was free for its line, and what keeps it from having more.

A run over the backorders posts the confirmations of many lines of a key at once. What was free for one of them is read
from the books as they stand then, without the line itself: what a check of the line would see, all others standing.
That is what order entry records of a line, and what a replay compares with.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from troth.business.masterdata import queries as masterdata
from troth.business.promising.actions import quotas
from troth.business.promising.actions.lasting import lot_postings
from troth.business.promising.rules import Asked, LotShelf, Schedule, Shelf, has_unsecured
from troth.business.promising.rules.aging import Lasting
from troth.business.promising.rules.decide import bound_of
from troth.business.promising.rules.quotas import Use
from troth.business.promising.rules.shelf import Guard
from troth.business.promising.rules.wish import ROUNDED_UP, Binding
from troth.business.promising.store import Standing
from troth.business.quotas import queries as limits
from troth.business.quotas.queries import ProtectionTerms
from troth.kernel import lots, netting
from troth.kernel.calendars import day_of
from troth.kernel.places import location_of
from troth.kernel.protection import Group
from troth.kernel.scopes import Event
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota.keys import QuotaKey
from troth.platform.locks import Held
from troth.reference import queries as reference

Kept = tuple[tuple[ProtectionTerms, ...], Group]
"""What is protected of a line's key, and who the line is to those for whom that is."""


class Shelves:
    """What the keys of these lines offer each of them after all of them were posted; `today` by site."""

    def __init__(self, held: Held, stands: Sequence[Standing], today: Mapping[int, int]) -> None:
        self._held, self._today = held, today
        state = masterdata.snapshot()
        self.edition, self._sites, self._calendars = state.edition, state.sites, state.calendars
        self._products = {one.product_id for one in stands}
        self._scopes = masterdata.checking_scopes(self._products, Event.ORDER, edition=self.edition)
        self._lead_times: masterdata.LeadTimes | None = None
        self._named: dict[int, Any] = {}
        self._ready: dict[AvailabilityKey, int | None] = {}

    def of(self, before: Standing, own: Sequence[Entry], kept: Kept | None, wanted: tuple[int, int]) -> Shelf:
        """The shelf of a line's key as the line sees it, without what was posted for it (`own`).

        `wanted` is (day, quantity): a forecast for it is kept for nobody else.
        """
        key = before.key
        balance, today, scope = self._held.balance(key), self._today[key.site_id], self._scopes[key.product_id]
        series = netting.merge(balance.series, [(one.category, one.day, -one.quantity) for one in own])
        ready = self._ready_of(key) if scope.lead_time or has_unsecured(series) else None
        asked, guard = Asked(series, balance.version, today, ready), None
        if kept is not None:
            guard = Guard(quotas.kept_on(kept[0], today, self._planned), ())
        if balance.lots:
            back = lot_postings(one._replace(quantity=-one.quantity) for one in own)
            shelf: Shelf = LotShelf(asked, lots.merge(balance.lots, back), scope, guard)
        else:
            shelf = Shelf(asked, scope, guard)
        shelf.turn_to(kept[1] if kept is not None else None)
        shelf.expect(max(wanted[0] - today, 0), wanted[1])
        return shelf

    def read(self, uses: Sequence[Use]) -> dict[str, Any]:
        """The version of all quotas, and the cells that a line took from, as they stand without it."""
        sums: dict[QuotaKey, int] = {}
        for use in uses:
            key = quotas.key_of(use)
            sums[key] = sums.get(key, 0) + use.quantity
        cells = []
        for key, own in sums.items():
            planned, consumed = self._planned(key)
            cells.append([key.procedure_id, key.cell, key.period, planned, consumed - own])
        return {"version": limits.known(self.edition).version, "cells": cells}

    def _planned(self, key: QuotaKey) -> tuple[int, int]:
        balance = self._held.balance(key)
        return balance.planned, balance.consumed

    def _ready_of(self, key: AvailabilityKey) -> int | None:
        """In how many days goods are there that are procured from now on; None: not known, or from one location."""
        if key not in self._ready:
            if self._lead_times is None:
                self._lead_times = masterdata.LeadTimes(self._products, edition=self.edition)
                self._named = reference.products(self._products)
            product, site = self._named.get(key.product_id), self._sites[key.site_id]
            takes = self._lead_times.of(key.product_id, key.site_id, product) if product and not key.segment else None
            today = self._today[key.site_id]
            self._ready[key] = takes.ready(today, self._calendars[site.calendar_id]) - today if takes else None
        return self._ready[key]


class Recorded:
    """What is written of a line beside its confirmations: the record of its promise, and what binds each of them."""

    def __init__(
        self, shelves: Shelves, before: Standing, own: Sequence[Entry], wanted: int, kept: Kept | None
    ) -> None:
        self._before, self._wanted, self._edition = before, wanted, shelves.edition
        self._open = before.open_quantity - before.allocated
        shelf = shelves.of(before, own, kept, (wanted, self._open))
        self._expiring: dict[str, Any] = {}
        if isinstance(shelf, LotShelf):
            lasts = day_of(before.requested_on) + (before.life_days or 0)
            self._expiring = shelf.told(lasts, before.batch)
            shelf = Lasting(shelf, lasts, before.batch)
        self._shelf = shelf

    def binding(self, material: int) -> Binding:
        """What limits a promise of goods from a day on."""
        return self._shelf.binding(max(material - self._shelf.today, 0))

    def record(self) -> dict[str, Any]:
        """The day asked for, what was free from then on, and what was read."""
        shelf, before = self._shelf, self._before
        record: dict[str, Any] = {
            "scope": shelf.scope.code, "version": shelf.version, "today": shelf.today, "mode": before.mode,
            "asked": self._wanted, "free": shelf.slice(max(self._wanted - shelf.today, 0)), "masters": self._edition,
            **self._expiring,
        }  # fmt: skip
        if location := location_of(before.segment):
            record["location"] = location
        if ROUNDED_UP in before.record:
            record[ROUNDED_UP] = before.record[ROUNDED_UP]
        return record

    def lacks(self, schedules: Sequence[Schedule], *, is_rationed: bool) -> dict[str, Any]:
        """Of a line that is short or late, what binds it where no quota does, and goods that are not for it."""
        shelf, got = self._shelf, sum(line.quantity for line in schedules)
        last = max((line.dates.material_available for line in schedules), default=self._wanted)
        if got >= self._open and last <= self._wanted:
            return {}
        record: dict[str, Any] = {}
        if not is_rationed:
            record["bound"] = bound_of(shelf, max((last if got < self._open else self._wanted) - shelf.today, 0))
        if outside := shelf.outside:
            record["outside"] = outside
        if kept := shelf.kept_for_forecast:
            record["forecast"] = kept
        return record
