"""A promise on its way out: deliveries take it over, give it back, and issue its goods.

    step           order demand     delivery demand    stock     schedule line
    take_over      falls            rises                        delivered rises
    give_back      rises            falls                        delivered falls
    take_more      falls            rises                        delivered rises, as far as it is promised
    issue                           falls              falls
    unissue                         rises              rises

All verbs work on many lines in a fixed number of statements. The keys named by `queries.keys` must be held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from troth.business.masterdata import queries as masterdata
from troth.business.promising import store
from troth.business.promising.actions import forecasts, places, quotas
from troth.business.promising.actions.departed import departed, returned
from troth.business.promising.actions.lasting import lot_postings
from troth.business.promising.rules.quotas import PROTECTED, Use, less_of, merged
from troth.business.promising.store import Standing, StandingLine
from troth.kernel import lots, netting
from troth.kernel.calendars import day_of
from troth.kernel.lots import LotPosting, Pool
from troth.kernel.netting import Category, Scope
from troth.kernel.scopes import Event
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability import queries as stands
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota.keys import QuotaBalance, QuotaKey
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

_LYING = Scope(frozenset({Category.STOCK, Category.DELIVERY}))


@dataclass(frozen=True, slots=True)
class Taking:
    """A delivery line wants `quantity` of what is promised on a line; its goods leave on `goods_issue_on`."""

    line_id: int
    delivery_line_id: int
    quantity: int
    goods_issue_on: date


@dataclass(frozen=True, slots=True)
class Taken:
    """What the delivery line got; `allocated` of it lies under the line. `short` is not confirmed or not here."""

    line_id: int
    delivery_line_id: int
    quantity: int
    allocated: int
    short: int


@dataclass(frozen=True, slots=True)
class GivingBack:
    """`quantity` of a delivery line returns to the promise of its line; deliveries hold `delivered` of it before.

    What they hold above the promise is given back first, and to nobody: those goods are free.
    """

    line_id: int
    delivery_line_id: int
    quantity: int
    delivered: int = 0


@dataclass(frozen=True, slots=True)
class Issuing:
    """`quantity` of a stocked product leaves for a delivery line; `allocated` of it from stock tied to the line.

    `batches` says of which batches the rest is, as (batch, quantity); `segment` whose goods it is, where one location
    keeps them for its own promises, or of what valuation type.
    """

    line_id: int
    delivery_line_id: int
    product_id: int
    site_id: int
    quantity: int
    allocated: int = 0
    batches: tuple[tuple[str, int], ...] = ()
    segment: str = ""


def take_over(
    held: Held, takings: Sequence[Taking], *, delivery: DocumentRef, today: date, at: datetime, kind: str = "order"
) -> list[Taken]:
    """Hand what is promised on lines of a `kind` of document over to a delivery, as far as the goods lie here.

    Allocated confirmations go first, then the earliest. A delivery that leaves before the promised day must not take
    goods that others need until then. `today` is the site's date. Answers in the order of the takings.
    """
    found = store.standing(kind, [taking.line_id for taking in takings])
    run = _TakeOver(held, delivery, day_of(today), found)
    taken = [run.take(found[taking.line_id], taking) for taking in takings]
    availability.post(held, run.entries, at=at)
    if held.writes:
        _write(found, run.delivered)
    return taken


def take_more(
    held: Held, takings: Sequence[Taking], *, delivery: DocumentRef, today: date, at: datetime, kind: str = "order"
) -> list[Taken]:
    """Let a delivery take more than its promise: goods that lie here and are promised to nobody.

    What is still promised on the line goes first. A line with a part that waits for its promise, or with open stock
    tied to it, takes nothing above it, and one that consumes quotas no more than they have left. Answers in the order
    of the takings.
    """
    found = store.standing(kind, [taking.line_id for taking in takings])
    run = _TakeOver(held, delivery, day_of(today), found)
    taken = [run.take_more(found[taking.line_id], taking) for taking in takings]
    quotas.rewrite(held, [(found[line_id], uses) for line_id, uses in run.uses.items()], at=at)
    availability.post(held, run.entries, at=at)
    if held.writes:
        _write(found, run.delivered)
    return taken


class _TakeOver:
    """One delivery's takings: what is at hand shrinks as lines take, across all lines of a product."""

    def __init__(self, held: Held, delivery: DocumentRef, today: int, found: dict[int, Standing]) -> None:
        self._held, self._delivery, self._today = held, delivery, today
        self._scopes = masterdata.checking_scopes({one.product_id for one in found.values()}, Event.DELIVERY)
        self._at_hand: dict[AvailabilityKey, int] = {}
        self._consumed: dict[QuotaKey, int] = {}
        self.entries: list[Entry] = []
        self.delivered: dict[int, int] = {}
        self.uses: dict[int, tuple[Use, ...]] = {}

    def take(self, one: Standing, taking: Taking) -> Taken:
        wanted, allocated = taking.quantity, 0
        leaves = day_of(taking.goods_issue_on)
        for line in sorted(one.lines, key=lambda line: (not line.is_allocated, line.position)):
            quantity = min(wanted, line.open - self.delivered.get(line.id, 0))
            if one.is_checked and quantity > 0 and not line.is_allocated:
                quantity = min(quantity, self._deliverable(one, line, leaves))
            if quantity > 0:
                self._move(one, line, quantity, taking.delivery_line_id, leaves)
                wanted -= quantity
                allocated += quantity * line.is_allocated
        return Taken(taking.line_id, taking.delivery_line_id, taking.quantity - wanted, allocated, wanted)

    def take_more(self, one: Standing, taking: Taking) -> Taken:
        if one.allocated or one.is_withdrawn:
            return Taken(taking.line_id, taking.delivery_line_id, 0, 0, taking.quantity)
        own = self.take(one, taking)
        delivered = one.delivered + sum(self.delivered.get(line.id, 0) for line in one.lines)
        if not own.short or delivered < one.quantity:
            return own
        above = min(own.short, self._promised_to_nobody(one, taking)) if one.is_checked else own.short
        above = self._within_quotas(one, above)
        if above and one.is_checked:
            leaves = day_of(taking.goods_issue_on)
            self._at_hand[one.key] -= above
            self.entries.append(
                Entry(
                    one.key,
                    Category.DELIVERY,
                    leaves,
                    -above,
                    self._delivery,
                    taking.delivery_line_id,
                    one.batch,
                    self._lasts(one, one.lines[-1], leaves),
                )
            )
        return replace(own, quantity=own.quantity + above, short=own.short - above)

    def _within_quotas(self, one: Standing, above: int) -> int:
        """As much of it as the cells have left that the line consumes already; it is consumed there too."""
        uses = list(self.uses.get(one.line_id, one.uses))
        numbers = sorted({use.sequence for use in uses} - {PROTECTED})
        cells = {
            number: dict.fromkeys(quotas.key_of(use) for use in uses if use.sequence == number) for number in numbers
        }
        rooms = {number: sum(self._left(key) for key in keys) for number, keys in cells.items()}
        above = min([above, *rooms.values()])
        for number, keys in cells.items():
            rest = above
            for key in keys:
                taken = min(rest, self._left(key))
                if taken:
                    self._consumed[key] = self._consumed.get(key, 0) + taken
                    uses.append(Use(number, key.procedure_id, key.cell, key.period, taken))
                    rest -= taken
        if numbers and above:
            self.uses[one.line_id] = merged(uses)
        return above

    def _left(self, key: QuotaKey) -> int:
        balance: QuotaBalance = self._held.balance(key)
        return max(balance.planned - balance.consumed - self._consumed.get(key, 0), 0)

    def _promised_to_nobody(self, one: Standing, taking: Taking) -> int:
        """What lies here and is not needed by anybody on any day from the goods issue on."""
        leaves, scope = day_of(taking.goods_issue_on), self._scopes[one.product_id]
        counted, series = scope.counted, self._held.balance(one.key).series
        free = self._free(one.key, leaves, None, counted, series=scope.netted(series, self._today))
        if free and self._held.balance(one.key).lots:
            lasts = self._lasts(one, one.lines[-1], leaves)
            pools = (self._pool(one.key, _LYING), self._pool(one.key, counted))
            free = min(free, *(pool.free(max(leaves - self._today, 0), lasts, one.batch) for pool in pools))
        return max(free, 0)

    def _deliverable(self, one: Standing, line: StandingLine, leaves: int) -> int:
        """What lies here; a line without firm supply, or ahead of its day, takes nothing that stands for others."""
        lying = self._in_time(one.key, line, leaves)
        if not lying or not self._held.balance(one.key).lots:
            return lying
        day, lasts = max(leaves - self._today, 0), self._lasts(one, line, leaves)
        lying = min(lying, self._pool(one.key, _LYING).free(day, lasts, one.batch))
        early = leaves < line.schedule.dates.material_available
        if early or not line.is_secured:
            batch, planned = one.mark(line)
            rest = line.open - self.delivered.get(line.id, 0)
            own = LotPosting(line.schedule.demand, line.schedule.dates.material_available, planned, batch, rest)
            pool = self._pool(one.key, self._scopes[one.product_id].secured, own)
            lying = min(lying, pool.free(day, lasts, one.batch))
        return max(lying, 0)

    def _lasts(self, one: Standing, line: StandingLine, leaves: int) -> int:
        """Until when goods must last that leave on a day: as promised, and longer if they leave later than promised."""
        planned = line.schedule.lasts(one.life_days)
        return planned + max(leaves - line.schedule.dates.goods_issue, 0) if planned else 0

    def _pool(self, key: AvailabilityKey, scope: Scope, *own: LotPosting) -> Pool:
        moved = [entry for entry in self.entries if entry.key == key]
        found = lots.merge(self._held.balance(key).lots, [*lot_postings(moved), *own])
        return lots.pool(found, scope, self._today)

    def _in_time(self, key: AvailabilityKey, line: StandingLine, leaves: int) -> int:
        material, secured = line.schedule.dates.material_available, self._scopes[key.product_id].secured
        if not line.is_secured:
            return self._free(key, leaves, None, secured)
        if leaves < material:
            return self._free(key, leaves, max(material - self._today, 1), secured)
        return max(self._lying(key), 0)

    def _lying(self, key: AvailabilityKey) -> int:
        """What lies here and is in no delivery."""
        if key not in self._at_hand:
            # Whatever a scope of check counts: what another delivery holds is not to be had.
            lying = {Category.STOCK, Category.DELIVERY}
            self._at_hand[key] = netting.total(self._held.balance(key).series, lying)
        return self._at_hand[key]

    def _free(
        self, key: AvailabilityKey, leaves: int, until: int | None, scope: Scope, series: netting.Series | None = None
    ) -> int:
        """What lies here and is not needed from the day of leaving until an offset, or ever after."""
        net = netting.project(self._held.balance(key).series if series is None else series, scope, self._today)
        for entry in self.entries:
            if entry.key == key and entry.category in scope.categories:
                net[min(max(entry.day - self._today, 0), len(net) - 1)] += entry.quantity
        start = min(max(leaves - self._today, 0), len(net) - 1)
        return max(min(self._lying(key), int(net.cumsum()[start:until].min())), 0)

    def _move(self, one: Standing, line: StandingLine, quantity: int, delivery_line_id: int, leaves: int) -> None:
        self.delivered[line.id] = self.delivered.get(line.id, 0) + quantity
        if not one.is_checked:
            return
        key, material = one.key_of(line), line.schedule.dates.material_available
        batch, planned = one.mark(line)
        lasts = self._lasts(one, line, leaves) if planned else 0
        if not line.is_allocated:
            self._at_hand[key] -= quantity
        self.entries += (
            Entry(key, line.schedule.demand, material, quantity, one.document, one.line_id, batch, planned),
            Entry(key, Category.DELIVERY, leaves, -quantity, self._delivery, delivery_line_id, batch, lasts),
        )


def give_back(
    held: Held, backs: Sequence[GivingBack], *, delivery: DocumentRef, today: date, at: datetime, kind: str = "order"
) -> None:
    """Return quantities of a delivery, cancelled or picked short, to the promises they came from: the latest first.

    On a line that was withdrawn meanwhile nothing comes back: the goods are free. What comes back is wanted on its
    promised day again, before the delivery would have left: who was promised goods in between may miss them then, and
    the shortage is noted. `today` is the site's date.
    """
    found = store.standing(kind, [back.line_id for back in backs])
    rows = stands.standing([(delivery.kind, back.delivery_line_id) for back in backs])
    entries: list[Entry] = []
    returned: dict[int, int] = {}
    freed: dict[int, int] = {}
    for back in backs:
        one = found[back.line_id]
        rest = back.quantity - min(back.quantity, max(back.delivered - one.delivered, 0))
        # What nobody is promised any more returns to its quotas; the rest stays with the promise.
        freed[back.line_id] = freed.get(back.line_id, 0) + (back.quantity if one.is_withdrawn else back.quantity - rest)
        for line in sorted(one.lines, key=lambda line: (line.is_allocated, -line.position)):
            quantity = min(rest, line.delivered - returned.get(line.id, 0))
            if quantity > 0:
                returned[line.id] = returned.get(line.id, 0) + quantity
                entries += _back_to_order(one, line, quantity)
                rest -= quantity
        assert rest == 0, "a delivery gives back what it took"
        if one.is_checked:
            entries += _out_of_delivery(rows, back, one)
    quotas.rewrite(
        held, [(found[line_id], less_of(found[line_id].uses, quantity)) for line_id, quantity in freed.items()], at=at
    )
    availability.post(held, entries, at=at)
    if held.writes:
        _write(found, {line_id: -quantity for line_id, quantity in returned.items()})
    places.level(held, [(one.key, delivery) for one in found.values() if one.segment and one.is_withdrawn], at=at)
    keys = list(dict.fromkeys(entry.key for entry in entries if entry.category != Category.DELIVERY))
    if keys:
        cause = f"{delivery.kind} {delivery.number} gave back what it had taken"
        availability.note_shortages(held, keys, today=day_of(today), cause=cause, at=at)


def _back_to_order(one: Standing, line: StandingLine, quantity: int) -> list[Entry]:
    if not one.is_checked or one.is_withdrawn:
        return []
    material = line.schedule.dates.material_available
    return [
        Entry(one.key_of(line), line.schedule.demand, material, -quantity, one.document, one.line_id, *one.mark(line))
    ]


def _out_of_delivery(rows: Sequence[stands.StandingRow], back: GivingBack, one: Standing) -> list[Entry]:
    """Take `back.quantity` of delivery demand back, from the common stock before the stock tied to the line."""
    entries, rest = [], back.quantity
    own = [r for r in rows if r.source_line_id == back.delivery_line_id and r.category == Category.DELIVERY]
    for row in sorted(own, key=lambda row: row.key.segment == one.own_key.segment):
        quantity = min(rest, -row.quantity)
        if quantity > 0:
            entries.append(_standing_entry(row, quantity))
            rest -= quantity
    assert rest == 0, "delivery demand stands for what was delivered"
    return entries


def issue(
    held: Held,
    issues: Sequence[Issuing],
    *,
    delivery: DocumentRef,
    today: date,
    arrives_on: date,
    at: datetime,
    kind: str = "order",
) -> None:
    """Post goods issue: the stock is gone, and with it the demand of the delivery lines.

    What was picked short is given back before. More than was promised may leave (over-delivery), and goods may leave
    before their planned day; where that takes goods from others, their shortage is noted. The goods are to be at the
    customer's on `arrives_on`.
    """
    rows = stands.standing([(delivery.kind, one.delivery_line_id) for one in issues])
    entries = [_standing_entry(row, -row.quantity) for row in rows if row.category == Category.DELIVERY]
    _count_allocated(issues, kind, sign=-1, at=at)
    demanded = sum(entry.quantity for entry in entries)
    known = _known_batches(issues)
    entries += [entry for one in issues for entry in _stock(one, delivery, known, sign=-1)]
    availability.post(held, entries, at=at)
    leaving_rows = [row for row in rows if row.category == Category.DELIVERY]
    if used := forecasts.used_by_leaving(held, leaving_rows, day_of(today)):
        availability.post(held, used, at=at)
    if held.writes:
        leaving = {one.delivery_line_id: (one.line_id, one.quantity) for one in issues}
        departed(kind, leaving, left_on=today, arrives_on=arrives_on)
    # Of goods that expire others may be left with those that do not last long enough for them.
    keys = list(dict.fromkeys(entry.key for entry in entries))
    cause = f"more was issued with {delivery.kind} {delivery.number} than was promised"
    if sum(one.quantity for one in issues) <= demanded:
        cause = f"{delivery.kind} {delivery.number} left before its day"
        early = {row.key for row in rows if row.category == Category.DELIVERY and row.day > day_of(today)}
        keys = [key for key in keys if key in early or held.balance(key).lots]
    if keys:
        availability.note_shortages(held, keys, today=day_of(today), cause=cause, at=at)


def unissue(
    held: Held,
    issues: Sequence[Issuing],
    *,
    delivery: DocumentRef,
    goods_issue_on: date,
    at: datetime,
    kind: str = "order",
) -> None:
    """Take a goods issue back: the stock is here again, and the delivery wants it on `goods_issue_on`."""
    found = store.standing(kind, [one.line_id for one in issues])
    known = _known_batches(issues)
    entries = [entry for one in issues for entry in _stock(one, delivery, known, sign=1)]
    day = day_of(goods_issue_on)
    _count_allocated(issues, kind, sign=1, at=at)
    entries += [
        entry._replace(category=Category.DELIVERY, day=day, quantity=-entry.quantity)
        for one in issues
        if one.line_id in found and found[one.line_id].is_checked
        for entry in _stock(one, delivery, known, sign=1)
    ]
    entries += forecasts.given_back(delivery, [one.delivery_line_id for one in issues])
    availability.post(held, entries, at=at)
    if held.writes:
        returned([one.delivery_line_id for one in issues])


def _count_allocated(issues: Sequence[Issuing], kind: str, *, sign: int, at: datetime) -> None:
    """Goods tied to a line that leave are tied no longer; the rows of the allocation follow the stock."""
    tied = [one for one in issues if one.allocated]
    found = store.standing(kind, [one.line_id for one in tied])
    for one in tied:
        requirement_id = found[one.line_id].id
        if sign < 0:
            store.shrink_allocations(requirement_id, one.allocated, at)
        else:
            store.insert_allocations([(requirement_id, one.allocated, None, at)])


Known = Mapping[tuple[int, str], tuple[str, int]]


def _known_batches(issues: Sequence[Issuing]) -> Known:
    return masterdata.lots((one.product_id, batch) for one in issues for batch, _ in one.batches)


def _standing_entry(row: stands.StandingRow, quantity: int) -> Entry:
    """A posting to what stands: minus its quantity takes it back."""
    return Entry(row.key, row.category, row.day, quantity, row.source, row.source_line_id, row.batch, row.lasts)


def _stock(one: Issuing, delivery: DocumentRef, known: Known, *, sign: int) -> list[Entry]:
    """The goods of an issue by where they are kept and of what batch. A batch leaves for the demand it served."""
    common = AvailabilityKey(one.product_id, one.site_id, one.segment)
    own = AvailabilityKey(one.product_id, one.site_id, store.own_segment(one.line_id))
    parts = [(own, one.allocated, ("", 0))]
    rest = one.quantity - one.allocated
    for batch, quantity in one.batches:
        parts.append((common, min(quantity, rest), known[one.product_id, batch]))
        rest -= min(quantity, rest)
    parts.append((common, rest, ("", 0)))
    return [
        Entry(key, Category.STOCK, netting.STOCK_DAY, sign * quantity, delivery, one.delivery_line_id, *mark)
        for key, quantity, mark in parts
        if quantity
    ]


def _write(found: dict[int, Standing], moved: dict[int, int]) -> None:
    """Write what deliveries took of schedule lines (negative: gave back), and what is open then."""
    schedules: list[tuple[int, int, int]] = []
    gone: list[int] = []
    counts: list[tuple[int, int, int]] = []
    for one in found.values():
        lines = [line for line in one.lines if line.id in moved]
        if not lines:
            continue
        total = sum(moved[line.id] for line in lines)
        for line in lines:
            delivered = line.delivered + moved[line.id]
            quantity = delivered if one.is_withdrawn else line.schedule.quantity
            if quantity:
                schedules.append((line.id, quantity, delivered))
            else:
                gone.append(line.id)
        if one.is_withdrawn:
            counts.append((one.id, 0, one.confirmed_quantity + total))
        else:
            counts.append((one.id, one.open_quantity - total, one.confirmed_quantity))
    store.update_schedules(schedules)
    store.delete_schedules(gone)
    store.update_counts(counts)
