"""What is promised, why, what is due to leave, and what is not confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import F, Min, Q, Sum

from troth.business.masterdata import queries as masterdata
from troth.business.promising import store, waiting
from troth.business.promising.models import Allocation, Departure, HoldLine, PastPromise, Requirement, ScheduleLine
from troth.business.promising.rules import Schedule, UnknownScope, sentence
from troth.business.promising.rules.wish import short_of
from troth.business.promising.states import UNSECURED
from troth.business.supply.actions import kept_keys
from troth.kernel import lots, netting
from troth.kernel.calendars import date_of, day_of
from troth.kernel.errors import Sentence
from troth.kernel.netting import Category
from troth.kernel.places import location_of
from troth.kernel.scopes import CheckingScope, Event
from troth.kernel.valuations import segment_of
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.ahead import Cover
from troth.ledgers.availability.keys import AvailabilityBalance, AvailabilityKey
from troth.ledgers.quota.keys import QuotaKey
from troth.ledgers.stock import queries as stock
from troth.ledgers.stock.keys import StockType
from troth.platform.documents import DocumentRef
from troth.platform.locks import BalanceKey, Overlay
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class PromisedLine:
    """What is promised on a line: `open` is not delivered; `schedules` holds (schedule, delivered of it).

    `id` is that of the promise."""

    id: int
    line_id: int
    document: DocumentRef
    product_id: int
    site_id: int
    segment: str
    quantity: int
    open: int
    confirmed: int
    allocated: int
    requested_on: date
    first_promised_on: date | None
    is_withdrawn: bool
    schedules: tuple[tuple[Schedule, int], ...]
    record: Mapping[str, Any]

    @property
    def short(self) -> int:
        return 0 if self.is_withdrawn else short_of(self.quantity, self.confirmed, self.record)

    @property
    def delivery_on(self) -> date | None:
        return max((schedule.delivery_on for schedule, _ in self.schedules), default=None)


@dataclass(frozen=True, slots=True)
class DueRow:
    """A confirmation whose goods can be picked; `open` of it is in no delivery. (material_on, id) is the page key."""

    id: int
    document: DocumentRef
    line_id: int
    company_id: int
    product_id: int
    site_id: int
    party_id: int
    priority: int
    open: int
    material_on: date
    loading_on: date
    goods_issue_on: date
    delivery_on: date
    basis: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a line gets its dates: the sentence, and the record it is read from (see `rules.wish.LinePromise`)."""

    sentence: str
    scope: str
    version: int | None
    looked_on: date | None
    asked_for_goods_on: date | None
    free: tuple[tuple[date, int], ...]
    schedules: tuple[Schedule, ...]
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AvailabilityDay:
    """One category on one day of a product at a site, with the balance and what is free at the end of the day."""

    on: date
    category: Category
    quantity: int
    counts: bool
    balance: int
    free: int


def promise(kind: str, line_ids: Sequence[int]) -> dict[int, PromisedLine]:
    """What is promised on the lines, by line id; lines without a promise are left out. One statement."""
    return {
        line_id: PromisedLine(
            one.id, line_id, one.document, one.product_id, one.site_id, one.segment, one.quantity,
            one.open_quantity, one.confirmed_quantity, one.allocated, one.requested_on, one.first_promised_on,
            one.is_withdrawn, tuple((line.schedule, line.delivered) for line in one.lines),
            one.record,
        )
        for line_id, one in store.standing(kind, line_ids).items()
    }  # fmt: skip


def confirmed(kind: str, line_ids: Sequence[int]) -> dict[int, int]:
    """The quantity that is confirmed of each line, by line id, as `promise` has it, without its dates and reasons."""
    return store.confirmed(kind, line_ids)


def keys(kind: str, line_ids: Sequence[int], *, own: bool = False) -> tuple[BalanceKey, ...]:
    """What the lines stand on: what `reconfirm`, `withdraw`, deliveries and goods issue must hold.

    Their series, and the quotas that they consume. Stock tied to a line has a series of its own; `own` names it for
    every line, as `allocate` needs. A line served from one location alone names the site's series and the bins there.
    A statement more where quotas are consumed, and one where lines name a location.
    """
    rows = store.series(kind, line_ids)
    using = [row[5] for row in rows if row[5] is not None]
    found: dict[BalanceKey, None] = {}
    for uses in store.uses(using).values() if using else ():
        found |= dict.fromkeys(QuotaKey(*use[1:4]) for use in uses)
    for line_id, product_id, site_id, segment, is_tied, _ in rows:
        found[AvailabilityKey(product_id, site_id, segment)] = None
        if own or is_tied:
            found[AvailabilityKey(product_id, site_id, store.own_segment(line_id))] = None
    located = [AvailabilityKey(row[1], row[2], row[3]) for row in rows if row[3]]
    return (*found, *kept_keys(located))


def promised_from_locations(product_id: int, site_id: int) -> dict[str, int]:
    """What is promised from each location of a site alone and has not left, by the code of the location."""
    found: dict[str, int] = {}
    for segment, category, quantity in availability.sums_of_segments(product_id, site_id):
        if (location := location_of(segment)) and Category(category).is_demand:
            found[location] = found.get(location, 0) - quantity
    return found


def lying_at_locations(product_id: int, site_id: int) -> dict[str, tuple[int, int]]:
    """(unrestricted stock, what of it the location keeps for its own promises) by the code of the location."""
    found: dict[str, tuple[int, int]] = {}
    for row in stock.overview(product_id):
        if row.key.site_id == site_id and row.key.stock_type == StockType.UNRESTRICTED and not row.is_left_out:
            lies, kept = found.get(row.location, (0, 0))
            mine = row.quantity if location_of(row.key.owner) == row.location else 0
            found[row.location] = (lies + row.quantity, kept + mine)
    return found


def due(
    site_id: int, until: date, *, company_id: int | None = None, after: tuple[date, int] | None = None, limit: int = 500
) -> list[DueRow]:
    """Confirmations of orders at a site whose goods are there by `until`, the earliest first; one statement a page."""
    query = ScheduleLine.objects.filter(
        delivered__lt=F("quantity"),
        material_on__lte=until,
        requirement__site_id=site_id,
        requirement__document_kind="order",
    )
    if company_id is not None:
        query = query.filter(requirement__company_id=company_id)
    if after is not None:
        query = query.filter(Q(material_on__gt=after[0]) | Q(material_on=after[0], id__gt=after[1]))
    names = ("document_kind", "document_id", "document_number", "line_id", "company_id", "product_id", "site_id",
             "party_id", "priority")  # fmt: skip
    rows: Any = query.order_by("material_on", "id").values_list(
        "id", *(f"requirement__{name}" for name in names), "quantity", "delivered", "material_on", "loading_on",
        "goods_issue_on", "delivery_on", "basis",
    )  # fmt: skip
    return [DueRow(r[0], DocumentRef(*r[1:4]), *(*r[4:10], r[10] - r[11], *r[12:])) for r in rows[:limit]]


def next_dates(kind: str, document_ids: Sequence[int]) -> dict[int, date]:
    """The next day on which goods promised to each document are to leave, by its id; one statement."""
    rows = ScheduleLine.objects.filter(
        requirement__document_kind=kind, requirement__document_id__in=document_ids, delivered__lt=F("quantity")
    )
    found = rows.values("requirement__document_id").annotate(next_on=Min("goods_issue_on")).order_by()
    return dict(found.values_list("requirement__document_id", "next_on"))


def explain(kind: str, line_id: int) -> Explanation | None:
    """Why the line gets its dates, from the record kept with the promise; None for a line without a promise."""
    return explanations(kind, [line_id]).get(line_id)


def explanations(kind: str, line_ids: Sequence[int]) -> dict[int, Explanation]:
    """Why each line gets its dates, by line id; lines without a promise are left out. A fixed number of statements."""
    standing = store.standing(kind, line_ids)
    rows = Requirement.objects.filter(id__in=[one.id for one in standing.values()]).values_list(
        "id", "product__base_unit_id", "product__base_unit__decimals"
    )
    units = {requirement_id: (unit, decimals) for requirement_id, unit, decimals in rows}
    return {line_id: _explanation(one, *units[one.id]) for line_id, one in standing.items()}


def _explanation(one: store.Standing, unit: str, decimals: int) -> Explanation:
    schedules = tuple(line.schedule for line in one.lines)
    record = one.record
    return Explanation(
        sentence=sentence(
            one.requested_on,
            [(each.quantity, each.delivery_on, each.basis, each.binding) for each in schedules],
            0 if one.is_withdrawn else short_of(one.quantity, one.confirmed_quantity, record),
            record,
            unit=unit,
            decimals=decimals,
        ),
        scope=one.scope,
        version=record.get("version"),
        looked_on=date_of(record["today"]) if "today" in record else None,
        asked_for_goods_on=date_of(record["asked"]) if "asked" in record else None,
        free=tuple((date_of(day), quantity) for day, quantity in record.get("free", ())),
        schedules=schedules,
        record=record,
    )


@dataclass(frozen=True, slots=True)
class PromiseThen:
    """What was promised on a line from `promised_at` on, and why; `ended_at` is None for the promise of today.

    `lines` are (quantity, delivery day, basis) of what was confirmed and not delivered, `run` the run over the
    backorders that made it, if one did; `id` is that of the past promise.
    """

    promised_at: datetime | None
    cause: str
    ended_at: datetime | None
    quantity: int
    requested_on: date
    confirmed: int
    lines: tuple[tuple[int, date, str], ...]
    sentence: str
    run: DocumentRef | None = None
    id: int | None = None

    @property
    def delivery_on(self) -> date | None:
        return max((on for _, on, _ in self.lines), default=None)


def history(kind: str, line_id: int) -> list[PromiseThen]:
    """Every promise that was made on a line, the first one first, the one of today last; empty without a promise."""
    one = store.standing(kind, [line_id]).get(line_id)
    if one is None:
        return []
    unit = _unit_of(one.product_id)
    found = [_then(row, *unit) for row in PastPromise.objects.filter(requirement_id=one.id).order_by("id")]
    if not one.is_withdrawn:
        lines = tuple(
            (line.open, line.schedule.delivery_on, str(line.schedule.basis)) for line in one.lines if line.open
        )
        found.append(
            PromiseThen(
                one.promised_at, one.cause, None, one.quantity, one.requested_on, one.confirmed_quantity, lines,
                _explanation(one, *unit).sentence, run_in(one.record),
            )
        )  # fmt: skip
    return found


def _then(row: PastPromise, unit: str, decimals: int) -> PromiseThen:
    lines = tuple((quantity, date_of(delivery), basis) for quantity, _, delivery, basis in row.lines)
    said = sentence(
        row.requested_on,
        [(quantity, on, basis, None) for quantity, on, basis in lines],
        short_of(row.quantity, row.confirmed_quantity, row.explanation),
        row.explanation,
        unit=unit,
        decimals=decimals,
    )
    return PromiseThen(
        row.promised_at, row.cause, row.ended_at, row.quantity, row.requested_on, row.confirmed_quantity, lines, said,
        run_in(row.explanation), row.pk,
    )  # fmt: skip


def run_in(record: Mapping[str, Any]) -> DocumentRef | None:
    """The run over the backorders that a record of a promise names."""
    said = record.get("backorder")
    return DocumentRef("backorder_run", said["id"], said["run"]) if said else None


def _unit_of(product_id: int) -> tuple[str, int]:
    product = reference.product(product_id)
    return product.base_unit, product.decimals


def scope(code: str) -> CheckingScope:
    """The scope of check of this code. `UnknownScope` where there is none."""
    known = masterdata.snapshot().checking_scopes
    if code not in known:
        raise UnknownScope(
            Sentence("There is no scope of check %(scope)s. Choose one of: %(known)s."),
            field="scope",
            scope=code,
            known=", ".join(known),
        )
    return known[code]


def scope_of(product_id: int, event: Event = Event.ORDER) -> CheckingScope:
    """The scope that is checked when this product is promised for the event."""
    return masterdata.checking_scopes([product_id], event)[product_id]


def overview(
    product_id: int,
    site_id: int,
    today: int,
    scope: CheckingScope,
    *,
    segment: str = "",
    supposed: Sequence[netting.Posting] = (),
) -> list[AvailabilityDay]:
    """Supply and demand of a product at a site by day and category, with what is free; `today` is a day number.

    In its common stock, or in a segment that is kept apart. `supposed` counts as if it were posted.
    """
    supposed = [*supposed, *waiting.postings_of(AvailabilityKey(product_id, site_id, segment), scope)]
    rows = availability.timeline(
        product_id, site_id, today, segment=segment, scope=scope.counted, supposed=supposed, window=scope.window
    )
    return [AvailabilityDay(row.on, row.category, row.quantity, row.in_scope, row.balance, row.free) for row in rows]


@dataclass(frozen=True, slots=True)
class Free:
    """What is free of a product at a site on every day from today on, and the first day on which there is more."""

    now: int
    next_on: date | None


def free(sites: Mapping[int, int], today: date, *, event: Event = Event.ORDER) -> dict[int, Free]:
    """What is free of each product (keys) at its site (values). A first look, nothing is locked.

    Of a product that is valuated separately, of its default type. One statement, and those of
    `masterdata.checking_scopes`.
    """
    overlay, types = Overlay(), masterdata.snapshot().valuations
    keys = {
        product_id: AvailabilityKey(
            product_id, site_id, segment_of(types[product_id].default) if product_id in types else ""
        )
        for product_id, site_id in sites.items()
    }
    overlay.take(*keys.values())
    scopes = masterdata.checking_scopes(sites, event)
    waiting.suppose(overlay, {key: scopes[key.product_id] for key in keys.values()})
    return {key.product_id: _free(overlay.balance(key), day_of(today), scopes[key.product_id]) for key in keys.values()}


@dataclass(frozen=True, slots=True)
class OfType:
    """What there is of a valuation type of a product at a site, in smallest units."""

    valuation: str
    name: str
    stock: int
    expected: int
    promised: int
    free: int


def by_valuation(product_id: int, site_id: int, today: int, scope: CheckingScope) -> list[OfType]:
    """Each type of a product that is valuated separately; nothing of one that is not. `today` is a day number."""
    types = masterdata.snapshot().valuations.get(product_id)
    if types is None:
        return []
    found = []
    for valuation in sorted(types.known):
        days = overview(product_id, site_id, today, scope, segment=segment_of(valuation))
        stock = sum(one.quantity for one in days if one.category is Category.STOCK)
        expected = sum(one.quantity for one in days if one.quantity > 0 and one.category is not Category.STOCK)
        promised = -sum(one.quantity for one in days if one.category.is_demand)
        free = days[0].free if days else 0
        found.append(OfType(valuation, types.names.get(valuation, ""), stock, expected, promised, free))
    return found


def _free(balance: AvailabilityBalance, today: int, scope: CheckingScope) -> Free:
    if balance.lots:
        fresh = lots.fresh(scope.netted_lots(balance.lots, today), scope.counted, today, scope.horizon_days)
        curve = np.maximum(np.array(fresh, np.int64), 0)
    else:
        curve = netting.free(netting.project(scope.netted(balance.series, today), scope.counted, today))
    more = np.flatnonzero(curve > curve[0])
    return Free(int(curve[0]), date_of(today + int(more[0])) if len(more) else None)


def drawing_on(
    product_id: int, site_id: int, segment: str = "", *, kind: str = "order", document_id: int | None = None,
    limit: int = 1000, cover: Cover = Cover.FIRM,
) -> list[tuple[DocumentRef, int]]:  # fmt: skip
    """(document, line id) of lines with open confirmations on a key, in the order in which they have to wait.

    Of all documents of the kind, or of one; on firm supply, on plans, or on goods that are not released (`cover`).
    """
    stands = ~Q(basis__in=["allocated", *UNSECURED]) if cover is Cover.FIRM else Q(basis=str(cover))
    one = {} if document_id is None else {"requirement__document_id": document_id}
    rows = (
        ScheduleLine.objects.filter(
            requirement__product_id=product_id, requirement__site_id=site_id, requirement__segment=segment,
            requirement__document_kind=kind, delivered__lt=F("quantity"), **one,
        )
        .filter(stands)
        .order_by("-requirement__priority", "-material_on", "-id")
        .values_list(
            "requirement__document_kind", "requirement__document_id", "requirement__document_number",
            "requirement__line_id",
        )
    )  # fmt: skip
    found = {(DocumentRef(*row[:3]), row[3]): None for row in rows[:limit]}
    return list(found)


def departed() -> dict[int, int]:
    """What left for promises, by delivery line, of all lines."""
    return dict(Departure.objects.order_by().values_list("delivery_line_id").annotate(Sum("quantity")))


def allocations(kind: str, line_ids: Sequence[int]) -> dict[int, int]:
    """How much stock is tied to each of the lines, in smallest units; lines without are left out."""
    tied = Allocation.objects.filter(
        requirement__document_kind=kind, requirement__line_id__in=line_ids, released_at=None
    )
    return dict(tied.order_by().values_list("requirement__line_id").annotate(Sum("quantity")))


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line of a hold: `quantity` was asked for, `held` of it is kept; in smallest units."""

    id: int
    line_number: int
    product_id: int
    product_number: str
    product: str
    quantity: int
    unit: str
    decimals: int
    requested_on: date
    valuation: str
    location: str
    batch: str
    min_shipment: int | None
    lateness_days_max: int | None
    deliveries_max: int | None
    held: int


def hold_lines(hold_id: int) -> list[HeldLine]:
    """The lines of a hold with what is held of each."""
    return lines_of_holds([hold_id])[hold_id]


def lines_of_holds(hold_ids: Sequence[int]) -> dict[int, list[HeldLine]]:
    """The lines of holds by the hold's id, with what is held of each; two statements however many there are."""
    found: dict[int, list[HeldLine]] = {hold_id: [] for hold_id in hold_ids}
    rows: list[tuple[Any, ...]] = list(
        HoldLine.objects.filter(hold_id__in=hold_ids)
        .order_by("hold_id", "line_number")
        .values_list(
            "hold_id", "id", "line_number", "product_id", "product__number", "product__name", "quantity",
            "product__base_unit_id", "product__base_unit__decimals", "requested_on", "valuation", "location", "batch",
            "min_shipment", "lateness_days_max", "deliveries_max",
        )
    )  # fmt: skip
    stands = store.standing("hold", [row[1] for row in rows])
    for row in rows:
        values: tuple[Any, ...] = (*row[1:], _held(stands.get(row[1])))
        found[row[0]].append(HeldLine(*values))
    return found


def _held(one: store.Standing | None) -> int:
    return one.confirmed_quantity if one is not None and not one.is_withdrawn else 0
