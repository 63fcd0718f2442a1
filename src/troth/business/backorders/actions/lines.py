"""What is open of some keys, with all that a run asks of it: the dates, the ways, what is expected beside it.

Under locks the books cannot move. Without them they may while they are read; then the keys are read again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from troth.business.backorders.actions import aside
from troth.business.backorders.actions.aside import Asides
from troth.business.backorders.rules.selection import Facts, Flags
from troth.business.backorders.states import Frozen
from troth.business.masterdata import queries as masterdata
from troth.business.promising.actions.backlog import BASES, OpenLines, open_lines
from troth.business.promising.actions.limited import Limits
from troth.business.promising.rules.quotas import Use
from troth.business.promising.rules.wish import Way
from troth.business.promising.states import Basis
from troth.business.sales.actions.outstanding import Outstanding, outstanding
from troth.kernel import netting, scheduling
from troth.kernel.backorder import Supply
from troth.kernel.calendars import day_of
from troth.kernel.distinct import distinct
from troth.kernel.lots import Pool
from troth.kernel.netting import Array, Category, Series
from troth.kernel.replenishment import LeadTime
from troth.kernel.scheduling import Calendars, Dates, Durations
from troth.kernel.scopes import CheckingScope, Event
from troth.ledgers.availability.keys import AvailabilityBalance, AvailabilityKey
from troth.ledgers.quota.keys import QuotaBalance, QuotaKey
from troth.platform.clock import Clock
from troth.platform.locks import Held, Overlay
from troth.reference import queries as reference

Part = Sequence[AvailabilityKey]
"""Keys that are decided together."""

READS = 5
"""So often keys are read that move meanwhile; those that still do are found to have moved when they are applied."""

STOCK, PLANNED, LEAD_TIME = (BASES.index(one) for one in (Basis.STOCK, Basis.PLANNED, Basis.LEAD_TIME))
UNSECURED = [BASES.index(one) for one in BASES if not one.is_secured]


@dataclass(frozen=True, eq=False)
class Lines:
    """The open lines of some keys. Days are offsets from `today` of the line's site.

    `day` is the one on which its goods are wanted, `ready` the end of the lead time (-1: none), `frozen` the place in
    `Frozen` plus one of why it takes no part (0: it may). `today`, `scopes`, `part` and `lead_times` are by key: keys
    of one part are decided together, so that lines on them may arrive together, or share a quota. `quota` is what is
    planned and consumed of the quotas that `limits` names, `asides` what locations keep for lines that they alone
    serve.
    """

    keys: Sequence[AvailabilityKey]
    balances: Sequence[AvailabilityBalance]
    scopes: Sequence[CheckingScope]
    today: Array
    open: OpenLines
    said: Outstanding
    day: Array
    ready: Array
    frozen: Array
    part: Array
    lead_times: Sequence[LeadTime | None]
    limits: Limits
    quota: Mapping[QuotaKey, QuotaBalance]
    asides: Asides

    def __len__(self) -> int:
        return len(self.open)

    @cached_property
    def today_of(self) -> Array:
        """Today of each line's site."""
        return self.today[self.open.key]

    @cached_property
    def row_owner(self) -> Array:
        """The line of each row."""
        return np.repeat(np.arange(len(self)), np.diff(self.open.row_offsets))

    @cached_property
    def takes_supply(self) -> Flags:
        """Whether a row stands on the site's firm supply: not ahead of it, and not on what a location keeps."""
        return np.asarray(~np.isin(self.open.row_basis, UNSECURED) & (self.asides.of[self.row_owner] < 0))

    @cached_property
    def beside(self) -> list[Series]:
        """What is expected of each key beside its open lines.

        What is confirmed ahead of firm supply is no posting of its own here: the rows of the lines say what of it
        counts. What their orders use of a forecast stays used, whoever gets the goods.
        """
        found, taken = self.open, self.takes_supply
        keys, days = found.key[self.row_owner[taken]], found.row_material[taken]
        back: list[list[netting.Posting]] = [[] for _ in self.keys]
        for key, day, quantity in _summed(keys, days, found.row_quantity[taken]):
            back[key].append((Category.ORDER, day, quantity))
        counted = [
            scope.netted(one.series, int(today))
            for one, scope, today in zip(self.balances, self.scopes, self.today, strict=True)
        ]
        return [_beside(series, given) for series, given in zip(counted, back, strict=True)]

    @cached_property
    def loose_uses(self) -> dict[int, tuple[Use, ...]]:
        """What each line that quotas hold or held for consumes of what may be given up, by its place."""
        known = [(place, one) for place, one in enumerate(self.open.requirement.tolist()) if one in self.limits.lines]
        confirmed = np.bincount(self.row_owner, self.open.row_quantity, len(self)).astype(np.int64).tolist()
        return {place: self.limits.lines[one].loose(confirmed[place]) for place, one in known}

    def facts(self) -> Facts:
        """What lines are filtered and ranked by."""
        found, today = self.open, self.today_of
        sites = np.array([key.site_id for key in self.keys], np.int64)
        products = np.array([key.product_id for key in self.keys], np.int64)
        counts = np.diff(found.row_offsets)
        last = np.full(len(self), -1, np.int64)
        with_rows = counts > 0
        last[with_rows] = found.row_material[found.row_offsets[1:][with_rows] - 1] - today[with_rows]
        last[with_rows] = np.maximum(last[with_rows], 0)
        confirmed = np.bincount(self.row_owner, found.row_quantity, len(self)).astype(np.int64)
        return Facts(
            site=sites[found.key], product=products[found.key], customer=self.said.customer,
            order_type=self.said.order_type, ship_to=self.said.ship_to,
            sales_organisation=self.said.sales_organisation, priority=found.priority, requested=found.requested - today,
            entered=found.requirement, value=found.value, wanted=found.wanted, confirmed=confirmed, last=last,
            day=self.day,
        )  # fmt: skip


class Timetables:
    """The dates of ways, each counted once: what is wanted for a day, and what goods of a day come to."""

    def __init__(self, ways: Sequence[Way]) -> None:
        self.ways = ways
        self._wanted: dict[tuple[int, int, int], Dates] = {}
        self._later: dict[tuple[int, int, int], Dates] = {}

    def wanted(self, way: int, today: int, requested: int) -> Dates:
        """The dates that meet a request, or those of the earliest delivery."""
        key = (way, today, requested)
        if key not in self._wanted:
            one = self.ways[way]
            self._wanted[key] = scheduling.schedule(requested, today, one.durations, one.calendars)
        return self._wanted[key]

    def later(self, way: int, today: int, day: int) -> Dates:
        """The dates of the earliest delivery with goods of a day."""
        key = (way, today, day)
        if key not in self._later:
            one = self.ways[way]
            self._later[key] = scheduling.forward(day, today, one.durations, one.calendars)
        return self._later[key]

    def arriving(self, way: int, delivery: int) -> Dates | None:
        """The latest dates that arrive on a day; None where the customer does not receive on it."""
        one = self.ways[way]
        found = scheduling.backward(delivery, one.durations, one.calendars)
        return found if found.delivery == delivery else None

    def usable(self, way: int, today: int, horizon: int) -> list[int]:
        """For each offset from today the first one from it on whose goods a delivery takes."""
        one = self.ways[way]
        return list(_usable(today, horizon, one.durations, one.calendars))


@lru_cache(maxsize=256)
def _usable(today: int, horizon: int, durations: Durations, calendars: Calendars) -> tuple[int, ...]:
    """Kept from part to part: they ask for the same few ways, and each has a year of days."""
    days = range(today, today + horizon + 1)
    return tuple(scheduling.forward(day, today, durations, calendars).material_available - today for day in days)


def read(held: Held, parts: Sequence[Part], *, company_id: int, clock: Clock) -> Lines:
    """The open lines of the keys of parts, which `held` holds or, in an overlay, looks at, with their quotas."""
    keys = [key for part in parts for key in part]
    days = days_of(keys, clock)
    limits, located = aside.take(held, keys, days)
    found = open_lines(keys)
    balances = [held.balance(key) for key in keys]
    today = np.array([days[key.site_id] for key in keys], np.int64)
    sites = np.array([key.site_id for key in keys], np.int64)[found.key]
    said = outstanding(company_id, found.line, sites)
    products = {key.product_id for key in keys}
    scopes = masterdata.checking_scopes(products, Event.ORDER)
    by_key = [scopes[key.product_id] for key in keys]
    dates, lead_times = Timetables(said.ways), _lead_times(keys, by_key)
    return Lines(
        keys=keys, balances=balances, scopes=by_key, today=today, open=found, said=said,
        day=_wanted_days(found, said, today, dates), ready=_ready_days(keys, lead_times, found, today),
        frozen=_frozen(found, said, by_key, balances, limits),
        part=np.repeat(np.arange(len(parts)), [len(part) for part in parts]), limits=limits,
        lead_times=lead_times,
        quota={key: held.balance(key) for key in limits.keys},
        asides=aside.read(held, located, found, keys),
    )  # fmt: skip


def days_of(keys: Sequence[AvailabilityKey], clock: Clock) -> dict[int, int]:
    """The day number of today by site."""
    sites = masterdata.snapshot().sites
    return {site_id: day_of(clock.today(sites[site_id].time_zone)) for site_id in {key.site_id for key in keys}}


def look(parts: Sequence[Part], *, company_id: int, clock: Clock) -> Lines:
    """The open lines on keys as they are now, without a lock; all of them of one moment as far as can be."""
    for _ in range(READS):
        found = read(Overlay(), parts, company_id=company_id, clock=clock)
        again = Overlay()
        again.take(*found.quota, *found.keys, *found.asides.keys)
        stands = all(
            again.balance(key).version == one.version for key, one in zip(found.keys, found.balances, strict=True)
        ) and all(again.balance(key).version == version for key, version in found.asides.versions.items())
        if stands and all(again.balance(key) == one for key, one in found.quota.items()):
            break
    return found


def _wanted_days(found: OpenLines, said: Outstanding, today: Array, dates: Timetables) -> Array:
    """The offset on which the goods of each line are wanted; each way and day is counted once."""
    if not len(found):
        return np.empty(0, np.int64)
    asked, at = distinct(said.way, today[found.key], found.requested)
    days = np.array([dates.wanted(*one).material_available - one[1] for one in asked.tolist()], np.int64)
    return np.asarray(days[at])


def _lead_times(keys: Sequence[AvailabilityKey], scopes: Sequence[CheckingScope]) -> list[LeadTime | None]:
    """How long it takes to replenish each key, where its scope counts that."""
    named = {key.product_id for key, scope in zip(keys, scopes, strict=True) if scope.lead_time}
    products = reference.products(named) if named else {}
    known = masterdata.LeadTimes(products)
    return [
        known.of(key.product_id, key.site_id, products[key.product_id])
        if scope.lead_time and key.product_id in products
        else None
        for key, scope in zip(keys, scopes, strict=True)
    ]


def _ready_days(
    keys: Sequence[AvailabilityKey], lead_times: Sequence[LeadTime | None], found: OpenLines, today: Array
) -> Array:
    """The end of the lead time of each line's product, where its scope counts it."""
    state = masterdata.snapshot()
    ready = np.full(len(keys), -1, np.int64)
    for place, (key, takes) in enumerate(zip(keys, lead_times, strict=True)):
        if takes is not None:
            site = state.calendars[state.sites[key.site_id].calendar_id]
            ready[place] = takes.ready(int(today[place]), site) - int(today[place])
    located = np.array([bool(segment) for segment in found.segment], np.bool_)
    return np.where(located, -1, ready[found.key])


def _frozen(
    found: OpenLines, said: Outstanding, scopes: Sequence[CheckingScope], balances: Sequence[AvailabilityBalance],
    limits: Limits,
) -> Array:  # fmt: skip
    """Why each line takes no part, the strongest reason last."""
    frozen = np.zeros(len(found), np.int64)
    places = {reason: place for place, reason in enumerate(Frozen, 1)}
    closed = np.array([not way.is_open for way in said.ways], np.bool_)
    other = [
        scope != scopes[key].code or bool(scopes[key].at_hand)
        for scope, key in zip(found.scope, found.key.tolist(), strict=True)
    ]
    frozen[np.array(other, np.bool_)] = places[Frozen.SCOPE]
    unsure = np.array([not scope.is_firm for scope in scopes], np.bool_)
    located = np.array([bool(segment) for segment in found.segment], np.bool_)
    frozen[unsure[found.key] & located] = places[Frozen.PLANNED]
    expiring = np.array([bool(balance.lots) for balance in balances], np.bool_)[found.key]
    if expiring.any():
        procured = np.array([scope.lead_time for scope in scopes], np.bool_) | unsure
        named = np.array([bool(batch) for batch in found.batch], np.bool_)
        by_id = found.requirement.tolist()
        limiting = np.array([one in limits.lines or one in limits.owners for one in by_id], np.bool_)
        entangled = procured[found.key] | named | located | limiting | (found.group >= 0)
        frozen[expiring & entangled] = places[Frozen.EXPIRING]
    frozen[closed[said.way] if len(closed) else slice(0)] = places[Frozen.CLOSED]
    if limits.lines or found.is_rationed.any():
        by_id = found.requirement.tolist()
        known = np.array([one in limits.lines and one not in limits.unknown for one in by_id], np.bool_)
        unmarked = np.array([one in limits.unknown for one in by_id], np.bool_)
        frozen[(found.is_rationed & ~known) | unmarked] = places[Frozen.RATIONED]
        guarded = np.array([one in limits.owners for one in by_id], np.bool_)
        frozen[guarded & located] = places[Frozen.PROTECTED]
    frozen[found.is_apart] = places[Frozen.TOGETHER]
    frozen[found.is_fixed] = places[Frozen.FIXED]
    frozen[found.is_held] = places[Frozen.HELD]
    return frozen


def _summed(keys: Array, days: Array, quantities: Array) -> list[tuple[int, int, int]]:
    """(key, day, quantity of both together), by key and day."""
    order = np.lexsort((days, keys))
    keys, days, quantities = keys[order], days[order], quantities[order]
    first = np.flatnonzero((np.diff(keys, prepend=-1) != 0) | (np.diff(days, prepend=-1) != 0))
    if not len(first):
        return []
    columns = (keys[first], days[first], np.add.reduceat(quantities, first))
    return list(zip(*(column.tolist() for column in columns), strict=True))


def expected(lines: Lines, larders: Mapping[int, Pool]) -> Supply:
    """What is expected of each key beside its open lines, as changes of its balance."""
    offsets: list[int] = [0]
    at: list[int] = []
    changed: list[int] = []
    for place, series in enumerate(lines.beside):
        net = netting.changes(series, lines.scopes[place].counted, int(lines.today[place]))
        at += net.keys()
        changed += net.values()
        offsets.append(len(at))
    return Supply(
        np.array(offsets, np.int64), np.array(at, np.int64), np.array(changed, np.int64), lines.asides.kept,
        lines.asides.lying, larders,
    )  # fmt: skip


def _beside(series: Series, back: Sequence[netting.Posting]) -> Series:
    """A series without what is confirmed ahead of firm supply, and without the demand that is given back."""
    ahead = Category.UNSECURED_ORDER
    unsecured = [(category, day, -quantity) for category, day, quantity in series.postings() if category == ahead]
    return netting.merge(series, [*unsecured, *back]) if unsecured or back else series
