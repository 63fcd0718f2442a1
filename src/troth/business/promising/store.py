"""SQL of the promise: what stands for lines is read and written in whole sets, a fixed number of statements each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from pydantic_core import to_json

from troth.business.promising.rules.quotas import Use
from troth.business.promising.rules.wish import Binding, Schedule
from troth.business.promising.states import UNSECURED, Basis
from troth.kernel.calendars import date_of, day_of
from troth.kernel.scheduling import Dates
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import sql
from troth.platform.documents import DocumentRef


def dump(record: Mapping[str, Any] | Sequence[Any]) -> str:
    """A record as compact JSON; each line of an order writes two."""
    return to_json(record).decode()


class StandingLine(NamedTuple):
    """A schedule line as it stands; `open` of it is not delivered."""

    id: int
    position: int
    schedule: Schedule
    delivered: int

    @property
    def open(self) -> int:
        return self.schedule.quantity - self.delivered

    @property
    def is_allocated(self) -> bool:
        return self.schedule.basis == Basis.ALLOCATED

    @property
    def is_secured(self) -> bool:
        return self.schedule.basis not in UNSECURED


@dataclass(frozen=True, slots=True)
class Standing:
    """A requirement as it stands, with its schedule lines in order of position."""

    id: int
    document: DocumentRef
    line_id: int
    product_id: int
    site_id: int
    segment: str
    quantity: int
    open_quantity: int
    confirmed_quantity: int
    requested_on: date
    mode: str
    scope: str
    is_fixed: bool
    is_checked: bool
    delivery_group: int
    complete_delivery: bool
    deliveries_max: int
    is_withdrawn: bool
    first_promised_on: date | None
    record: dict[str, Any]
    cause: str
    promised_at: datetime | None
    is_rationed: bool
    batch: str
    life_days: int | None
    min_shipment: int
    lateness_days_max: int | None
    displaced: int
    lines: tuple[StandingLine, ...] = ()
    uses: tuple[Use, ...] = ()

    @property
    def key(self) -> AvailabilityKey:
        return AvailabilityKey(self.product_id, self.site_id, self.segment)

    @property
    def own_key(self) -> AvailabilityKey:
        """Where stock tied to the line is kept apart."""
        return AvailabilityKey(self.product_id, self.site_id, own_segment(self.line_id))

    def key_of(self, line: StandingLine) -> AvailabilityKey:
        return self.own_key if line.is_allocated else self.key

    def mark(self, line: StandingLine) -> tuple[str, int]:
        """The batch and the last day as which its demand stands; goods tied to the line are kept as they are."""
        return ("", 0) if line.is_allocated else (self.batch, line.schedule.lasts(self.life_days))

    @property
    def delivered(self) -> int:
        return sum(line.delivered for line in self.lines)

    @property
    def allocated(self) -> int:
        """Open quantity that stock is tied to."""
        return sum(line.open for line in self.lines if line.is_allocated)


def own_segment(line_id: int) -> str:
    """The segment, and the owner in the stock ledger, of stock tied to an order line."""
    return f"order:{line_id}"


_STANDING = (
    "r.id, r.document_kind, r.document_id, r.document_number, r.line_id, r.product_id, r.site_id, r.segment,"
    " r.quantity, r.open_quantity, r.confirmed_quantity, r.requested_on, r.mode, r.scope, r.is_fixed, r.is_checked,"
    " r.delivery_group, r.complete_delivery, r.deliveries_max, r.is_withdrawn, r.first_promised_on, r.explanation,"
    " r.cause, r.promised_at, r.is_rationed, r.batch, r.life_days, r.min_shipment, r.lateness_days_max,"
    " r.displaced"
)
_LINE = (
    "s.id, s.position, s.quantity, s.delivered, s.material_on, s.transportation_planning_on, s.loading_on,"
    " s.goods_issue_on, s.delivery_on, s.basis, s.binding"
)
_LINE_ID = 4
_IS_RATIONED = _STANDING.split(", ").index("r.is_rationed")
_STANDING_WIDTH = 30


def standing(kind: str, line_ids: Sequence[int]) -> dict[int, Standing]:
    """What stands for the lines, by line id; lines without a requirement are left out."""
    if not line_ids:
        return {}
    with_clause, joined, parameters = _wanted(kind, line_ids)
    found: dict[int, tuple[Sequence[Any], list[StandingLine]]] = {}
    for row in sql.fetch(
        f"{with_clause} SELECT {_STANDING}, {_LINE} FROM promising_requirement r {joined}"
        " LEFT JOIN promising_scheduleline s ON s.requirement_id = r.id ORDER BY r.line_id, s.position",
        parameters,
    ):
        _, lines = found.setdefault(row[_LINE_ID], (row, []))
        if row[_STANDING_WIDTH] is not None:
            lines.append(_line(row[_STANDING_WIDTH:]))
    using = [row[0] for row, _ in found.values() if row[_IS_RATIONED]]
    consumed = uses(using) if using else {}
    return {
        line_id: _requirement(row, tuple(lines), consumed.get(row[0], ())) for line_id, (row, lines) in found.items()
    }


def uses(requirement_ids: Sequence[int]) -> dict[int, tuple[Use, ...]]:
    """What these requirements consume of quotas, the earliest first."""
    chosen, parameters = sql.one_of("requirement_id", requirement_ids)
    rows = sql.fetch(
        "SELECT requirement_id, sequence, procedure_id, cell, period, quantity FROM promising_quotause"
        f" WHERE {chosen} ORDER BY requirement_id, position",
        parameters,
    )
    found: dict[int, list[Use]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Use(*row[1:]))
    return {requirement_id: tuple(each) for requirement_id, each in found.items()}


def uses_of_expired_holds(at: datetime) -> list[int]:
    """The lines of holds that expired by `at`, were not swept yet, and still consume quotas."""
    # The few holds first: SQLite would read all that was ever promised to find their lines.
    lines = sql.looked_up("promising_hold h", "promising_holdline", "l", "l.hold_id = h.id")
    rows = sql.fetch(
        f"SELECT l.id FROM {lines} WHERE h.state = 'active' AND h.expires_at <= %s AND EXISTS (SELECT 1 FROM"
        " promising_requirement r WHERE r.document_kind = 'hold' AND r.line_id = l.id AND r.is_rationed) ORDER BY l.id",
        [at],
    )
    return [row[0] for row in rows]


def rewrite_uses(changed: Mapping[int, Sequence[Use]]) -> None:
    """Put these in place of what the requirements (by id) consumed of quotas."""
    if not changed:
        return
    chosen, parameters = sql.one_of("requirement_id", changed)
    sql.fetch(f"DELETE FROM promising_quotause WHERE {chosen}", parameters)
    insert_uses(changed)


def mark_quota_use(*requirement_ids: int) -> None:
    """Note that quotas or protections hold for requirements, so that whoever reads them looks for what they consume."""
    sql.update("promising_requirement", "id", {"is_rationed": "bool"}, [(one, True) for one in requirement_ids])


def insert_uses(found: Mapping[int, Sequence[Use]]) -> None:
    """Write what requirements (by id) consume that consumed nothing before."""
    columns = {
        "requirement_id": "int", "position": "int", "sequence": "int", "procedure_id": "int", "cell": "text",
        "period": "int", "quantity": "int",
    }  # fmt: skip
    rows = [(one, place, *use) for one, uses in found.items() for place, use in enumerate(uses, 1)]
    if rows:
        sql.insert("promising_quotause", columns, rows)


def confirmed(kind: str, line_ids: Sequence[int]) -> dict[int, int]:
    """What is confirmed of the lines, by line id; lines without a requirement are left out."""
    if not line_ids:
        return {}
    with_clause, joined, parameters = _wanted(kind, line_ids)
    rows = sql.fetch(
        f"{with_clause} SELECT r.line_id, r.confirmed_quantity FROM promising_requirement r {joined}", parameters
    )
    return dict(rows)


def series(kind: str, line_ids: Sequence[int]) -> list[tuple[int, int, int, str, bool, int | None]]:
    """(line, product, site, segment, whether stock is tied to it, its id if it consumes quotas) of the lines that are
    checked."""
    if not line_ids:
        return []
    with_clause, joined, parameters = _wanted(kind, line_ids)
    rows = sql.fetch(
        f"{with_clause} SELECT r.line_id, r.product_id, r.site_id, r.segment, EXISTS (SELECT 1 FROM"
        " promising_scheduleline s WHERE s.requirement_id = r.id AND s.basis = 'allocated'),"
        " CASE WHEN r.is_rationed THEN r.id END"
        f" FROM promising_requirement r {joined} WHERE r.is_checked ORDER BY r.line_id",
        parameters,
    )
    return [(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows]


def expired_hold_lines(keys: Sequence[AvailabilityKey], at: datetime) -> list[int]:
    """The lines of holds that expired by `at` and still take of these keys."""
    with_clause, source, parameters = sql.relation(
        "k", {"product_id": "int", "site_id": "int"}, list({(key.product_id, key.site_id) for key in keys})
    )
    rows = sql.fetch(
        f"{with_clause} SELECT l.id FROM {source} JOIN promising_requirement r ON r.product_id = k.product_id AND"
        " r.site_id = k.site_id AND r.open_quantity > 0 AND r.document_kind = 'hold'"
        " JOIN promising_holdline l ON l.id = r.line_id JOIN promising_hold h ON h.id = l.hold_id"
        " WHERE h.state = 'active' AND h.expires_at <= %s ORDER BY l.id",
        [*parameters, at],
    )
    return [row[0] for row in rows]


def _wanted(kind: str, line_ids: Sequence[int]) -> tuple[str, str, list[Any]]:
    with_clause, source, parameters = sql.relation(
        "k", {"kind": "text", "line_id": "int"}, [(kind, line_id) for line_id in dict.fromkeys(line_ids)]
    )
    return with_clause, f"JOIN {source} ON r.document_kind = k.kind AND r.line_id = k.line_id", parameters


def _line(row: Sequence[Any]) -> StandingLine:
    days = [day_of(_date(value)) for value in row[4:9]]
    schedule = Schedule(row[2], Dates(*days), row[9], Binding.of(_json(row[10])))
    return StandingLine(row[0], row[1], schedule, row[3])


def _requirement(row: Sequence[Any], lines: tuple[StandingLine, ...], uses: tuple[Use, ...]) -> Standing:
    return Standing(
        row[0], DocumentRef(row[1], row[2], row[3]), row[4], row[5], row[6], row[7], row[8], row[9], row[10],
        _date(row[11]), row[12], row[13], bool(row[14]), bool(row[15]), row[16], bool(row[17]), row[18],
        bool(row[19]), _date(row[20]) if row[20] else None, _json(row[21]), row[22], _at(row[23]), bool(row[24]),
        row[25], row[26], row[27], row[28], row[29], lines, uses,
    )  # fmt: skip


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _at(value: Any) -> datetime | None:
    """SQLite hands an instant out as text, in UTC."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


_REQUIREMENT = {
    "company_id": "int", "document_kind": "text", "document_id": "int", "document_number": "text", "line_id": "int",
    "product_id": "int", "site_id": "int", "party_id": "int", "quantity": "int", "open_quantity": "int",
    "requested_on": "date", "mode": "text", "scope": "text", "priority": "int", "is_fixed": "bool",
    "is_checked": "bool", "delivery_group": "int", "complete_delivery": "bool", "deliveries_max": "int",
    "segment": "text", "batch": "text", "life_days": "int", "is_withdrawn": "bool", "value": "int", "owner_id": "int",
    "confirmed_quantity": "int", "first_promised_on": "date", "explanation": "json", "promised_at": "at",
    "cause": "text", "is_rationed": "bool", "traits": "text", "min_shipment": "int", "lateness_days_max": "int",
}  # fmt: skip
_SCHEDULE = {
    "requirement_id": "int", "position": "int", "quantity": "int", "material_on": "date",
    "transportation_planning_on": "date", "loading_on": "date", "goods_issue_on": "date", "delivery_on": "date",
    "basis": "text", "binding": "json",
}  # fmt: skip


def insert_requirements(rows: Sequence[tuple[Any, ...]]) -> dict[int, int]:
    """Insert rows in the order of `_REQUIREMENT`; return the id of each by its line id."""
    return dict(sql.insert("promising_requirement", _REQUIREMENT, rows, returning=("line_id", "id")))


def update_requirements(rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of (id, *values in the order of `_REQUIREMENT`)."""
    sql.update("promising_requirement", "id", _REQUIREMENT, rows)


def keep_past(found: Iterable[Standing], ended_by: str, at: datetime) -> None:
    """Keep what was promised before it is promised otherwise."""
    sql.insert(
        "promising_pastpromise",
        {
            "requirement_id": "int", "quantity": "int", "requested_on": "date", "confirmed_quantity": "int",
            "lines": "json", "explanation": "json", "cause": "text", "promised_at": "at", "ended_by": "text",
            "ended_at": "at",
        },
        [
            (
                one.id, one.quantity, one.requested_on, one.confirmed_quantity, dump(_told(one)), dump(one.record),
                one.cause, one.promised_at, ended_by, at,
            )
            for one in found
        ],
    )  # fmt: skip


def _told(one: Standing) -> list[tuple[int, int, int, str]]:
    return [
        (line.open, line.schedule.dates.material_available, line.schedule.dates.delivery, str(line.schedule.basis))
        for line in one.lines
        if line.open
    ]


def insert_schedules(rows: Iterable[tuple[int, int, Schedule]]) -> None:
    """Insert (requirement id, position, schedule)."""
    dates: dict[int, date] = {}

    def on(day: int) -> date:
        found = dates.get(day)
        if found is None:
            found = dates[day] = date_of(day)
        return found

    sql.insert(
        "promising_scheduleline",
        _SCHEDULE,
        [
            (
                requirement_id, position, one.quantity, on(one.dates.material_available),
                on(one.dates.transportation_planning), on(one.dates.loading), on(one.dates.goods_issue),
                on(one.dates.delivery), str(one.basis), dump(one.binding.record()) if one.binding else "{}",
            )
            for requirement_id, position, one in rows
        ],
    )  # fmt: skip


def update_counts(requirements: Sequence[tuple[int, int, int]]) -> None:
    """Rows of (requirement id, open quantity, confirmed quantity)."""
    sql.update("promising_requirement", "id", {"open_quantity": "int", "confirmed_quantity": "int"}, requirements)


def close(requirements: Sequence[tuple[int, int]]) -> None:
    """Withdraw requirements: rows of (id, confirmed quantity, which is what was delivered)."""
    sql.update(
        "promising_requirement",
        "id",
        {"open_quantity": "int", "confirmed_quantity": "int", "is_withdrawn": "bool"},
        [(one, 0, confirmed, True) for one, confirmed in requirements],
    )


def update_schedules(rows: Sequence[tuple[int, int, int]]) -> None:
    """Rows of (schedule line id, quantity, delivered)."""
    sql.update("promising_scheduleline", "id", {"quantity": "int", "delivered": "int"}, rows)


def delete_schedules(ids: Sequence[int]) -> None:
    if ids:
        with_clause, source, parameters = sql.relation("k", {"id": "int"}, [(one,) for one in ids])
        sql.fetch(
            f"{with_clause} DELETE FROM promising_scheduleline WHERE id IN (SELECT k.id FROM {source})", parameters
        )


def cut_schedules(lines: Iterable[StandingLine]) -> None:
    """Take back what is open of the lines: those without deliveries go, the others keep what was delivered."""
    lines = list(lines)
    delete_schedules([line.id for line in lines if not line.delivered])
    update_schedules([(line.id, line.delivered, line.delivered) for line in lines if line.delivered and line.open])


def insert_allocations(rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of (requirement id, quantity, allocated by, allocated at)."""
    columns = {"requirement_id": "int", "quantity": "int", "allocated_by_id": "int", "allocated_at": "at"}
    sql.insert("promising_allocation", columns, rows)


def shrink_allocations(requirement_id: int, quantity: int, at: datetime) -> None:
    """Let go of `quantity` of what is allocated, the newest first; a row that is used up ends as it is."""
    rest, smaller, ended = quantity, [], []
    for row_id, allocated in sql.fetch(
        "SELECT id, quantity FROM promising_allocation WHERE requirement_id = %s AND released_at IS NULL"
        " ORDER BY id DESC",
        [requirement_id],
    ):
        if rest >= allocated:
            ended.append((row_id, at))
            rest -= allocated
        elif rest:
            smaller.append((row_id, allocated - rest))
            rest = 0
    assert rest == 0, "no more is let go than is allocated"
    sql.update("promising_allocation", "id", {"released_at": "at"}, ended)
    sql.update("promising_allocation", "id", {"quantity": "int"}, smaller)
