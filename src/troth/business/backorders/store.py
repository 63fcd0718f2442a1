"""What a run changes, written and read in whole sets: a fixed number of statements for any number of lines."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from pydantic_core import to_json

from troth.business.backorders.states import Serving
from troth.kernel.calendars import date_of
from troth.platform import sql

Rows = Sequence[Sequence[Any]]
"""[quantity, material day, delivery day, basis] of confirmations."""
Uses = Sequence[Sequence[Any]]
"""[sequence, procedure, cell, period, quantity] of what is consumed of quotas."""

_KEY = {
    "run_id": "int", "product_id": "int", "site_id": "int", "series_version": "int", "lines": "int",
    "changes_count": "int", "state": "text", "part": "int",
}  # fmt: skip
_CHANGE = {
    "run_id": "int", "run_key_id": "int", "requirement_id": "int", "line_id": "int", "document_id": "int",
    "document_number": "text", "line_number": "int", "customer_id": "int", "product_id": "int", "site_id": "int",
    "segment": "int", "strategy": "text", "raised": "int", "wanted": "int", "requested_on": "date", "old": "json",
    "new": "json", "gained": "int", "lost": "int", "days": "int", "verdict": "text", "state": "text",
    "left_because": "text", "old_uses": "json", "new_uses": "json", "quota": "json", "location": "text",
    "served": "json", "serving": "text", "turn": "int", "told": "bool",
}  # fmt: skip
_LOSS = {"run_id": "int", "loser_id": "int", "winner_id": "int", "quantity": "int", "lost_on": "date"}


class NewKey(NamedTuple):
    run_id: int
    product_id: int
    site_id: int
    series_version: int
    lines: int
    changes_count: int
    state: str
    part: int


class OpenKey(NamedTuple):
    """A key that is to be worked off; `part` 0: by itself."""

    id: int
    product_id: int
    site_id: int
    changes: int
    part: int


class NewChange(NamedTuple):
    """In the order of the columns; `old` and `new` are `Rows`, `served` a `sales.rules.served.Served` as JSON."""

    run_id: int
    run_key_id: int | None
    requirement_id: int
    line_id: int
    document_id: int
    document_number: str
    line_number: int
    customer_id: int
    product_id: int
    site_id: int
    segment: int
    strategy: str
    raised: int
    wanted: int
    requested_on: date
    old: Rows
    new: Rows
    gained: int
    lost: int
    days: int | None
    verdict: str
    state: str = "open"
    left_because: str = ""
    old_uses: Uses = ()
    new_uses: Uses = ()
    quota: Mapping[str, Any] = {}
    location: str = ""
    served: Mapping[str, Any] = {}
    serving: str = ""
    turn: int = 0
    told: bool = False


class Served(NamedTuple):
    """A change that other goods serve, with what a rule names for it; no `run_key_id`: the run itself left the line."""

    id: int
    run_key_id: int | None
    requirement_id: int
    line_id: int
    document_id: int
    turn: int
    old: Rows
    new: Rows
    served: Mapping[str, Any]


class Dealt(NamedTuple):
    """What a run leaves of a line; `location` alone serves it."""

    line_id: int
    product_id: int
    site_id: int
    location: str
    old: Rows
    new: Rows
    new_uses: Uses


class Standing(NamedTuple):
    """A change as it stands."""

    id: int
    run_key_id: int
    requirement_id: int
    line_id: int
    document_id: int
    line_number: int
    product_id: int
    site_id: int
    segment: int
    strategy: str
    old: Rows
    new: Rows
    gained: int
    lost: int
    location: str


def insert_keys(rows: Sequence[NewKey]) -> dict[tuple[int, int], int]:
    """Write keys; return the id of each by product and site."""
    made = sql.insert("backorders_runkey", _KEY, rows, returning=("product_id", "site_id", "id"))
    return {(product_id, site_id): key_id for product_id, site_id, key_id in made}


def insert_changes(rows: Sequence[NewChange]) -> dict[int, int]:
    """Write changes; return the id of each by its requirement."""
    if not rows:
        return {}
    columns = dict(zip(NewChange._fields, zip(*rows, strict=True), strict=True))
    columns |= {name: tuple(map(_written, columns[name])) for name in _RECORDS}
    written = list(zip(*columns.values(), strict=True))
    return dict(sql.insert("backorders_change", _CHANGE, written, returning=("requirement_id", "id")))


_RECORDS = ("old", "new", "old_uses", "new_uses", "quota", "served")


def _written(record: Any) -> Any:
    return to_json(record).decode()


def insert_losses(run_id: int, rows: Sequence[tuple[int, int | None, int, int]]) -> None:
    """Write (loser's change, winner's change or None, quantity, day number)."""
    sql.insert(
        "backorders_loss",
        _LOSS,
        [(run_id, loser, winner, quantity, date_of(max(day, 0))) for loser, winner, quantity, day in rows],
    )


def open_keys(run_id: int, *, changes: int) -> list[list[OpenKey]]:
    """The next keys to be worked off, in whole parts: at least one, and so many changes together."""
    columns = "SELECT id, product_id, site_id, changes_count, part FROM backorders_runkey WHERE run_id = %s"
    rows = sql.fetch(f"{columns} AND state = 'open' ORDER BY id LIMIT 500", [run_id])
    found: list[OpenKey] = []
    together = 0
    for row in rows:
        together += row[3]
        if found and together > changes:
            break
        found.append(OpenKey._make(row))
    if linked := {one.part for one in found if one.part}:
        chosen, parameters = sql.one_of("part", linked)
        more = sql.fetch(f"{columns} AND {chosen} AND part > 0 AND state = 'open' ORDER BY id", [run_id, *parameters])
        found = [one for one in found if not one.part] + [OpenKey._make(row) for row in more]
    return _in_parts(found)


def _in_parts(keys: Sequence[OpenKey]) -> list[list[OpenKey]]:
    parts: dict[tuple[int, int], list[OpenKey]] = {}
    for one in keys:
        parts.setdefault((one.part, 0 if one.part else one.id), []).append(one)
    return list(parts.values())


def of_keys(key_ids: Sequence[int]) -> list[Standing]:
    """The changes of keys that are open or applied, by key and id."""
    chosen, parameters = sql.one_of("run_key_id", key_ids)
    rows = sql.fetch(
        "SELECT id, run_key_id, requirement_id, line_id, document_id, line_number, product_id, site_id, segment,"
        " strategy, old, new, gained, lost, location FROM backorders_change"
        f" WHERE {chosen} AND state IN ('open', 'applied') ORDER BY run_key_id, id",
        parameters,
    )
    return [Standing._make((*row[:10], _json(row[10]), _json(row[11]), *row[12:])) for row in rows]


def untold(run_id: int, *, orders: int, after: int = 0) -> list[tuple[int, int, int, Rows, Rows]]:
    """(change, order, line number, old, new) of the next orders that do not know yet what was applied on them.

    `after` is the id of an order: those up to it are known to be told, so that they are not looked through again.
    """
    rows = sql.fetch(
        "SELECT id, document_id, line_number, old, new FROM backorders_change WHERE run_id = %s AND document_id IN"
        " (SELECT DISTINCT document_id FROM backorders_change WHERE run_id = %s AND document_id > %s"
        " AND state = 'applied' AND NOT told ORDER BY document_id LIMIT %s)"
        " AND state = 'applied' AND NOT told ORDER BY document_id, line_number",
        [run_id, run_id, after, orders],
    )
    return [(row[0], row[1], row[2], _json(row[3]), _json(row[4])) for row in rows]


def set_keys(states: Mapping[int, str]) -> None:
    """Write the state of keys, and that of their changes which are open."""
    sql.update("backorders_runkey", "id", {"state": "text"}, list(states.items()))
    for state in dict.fromkeys(states.values()):
        chosen, parameters = sql.one_of("run_key_id", [one for one, own in states.items() if own == state])
        sql.write(f"UPDATE backorders_change SET state = %s WHERE {chosen} AND state = 'open'", [state, *parameters])


def dealt(run_id: int, places: Sequence[tuple[int, int]]) -> list[Dealt]:
    """What a run leaves of its lines on these products at sites, which are at least one."""
    with_clause, source, parameters = sql.relation("p", {"product_id": "int", "site_id": "int"}, places)
    rows = sql.fetch(
        f"{with_clause} SELECT c.line_id, c.product_id, c.site_id, c.location, c.old, c.new, c.new_uses FROM {source}"
        " JOIN backorders_runkey k ON k.run_id = %s AND k.product_id = p.product_id AND k.site_id = p.site_id"
        " JOIN backorders_change c ON c.run_key_id = k.id",
        [*parameters, run_id],
    )
    return [Dealt(*row[:4], *map(_json, row[4:])) for row in rows]


def uses(run_id: int) -> list[tuple[Uses, Uses]]:
    """What lines consume of quotas before and by a run, of those that consume any."""
    rows = sql.fetch(
        "SELECT old_uses, new_uses FROM backorders_change WHERE run_id = %s AND run_key_id IS NOT NULL"
        " AND (CAST(old_uses AS text) <> '[]' OR CAST(new_uses AS text) <> '[]')",
        [run_id],
    )
    return [(_json(old), _json(new)) for old, new in rows]


def next_served(run_id: int, state: str, *, after: int, backwards: bool = False) -> Served | None:
    """The next change by turn that other goods serve and that stands so, behind the turn `after`."""
    behind, order = ("<", "DESC") if backwards else (">", "ASC")
    rows = sql.fetch(
        "SELECT id, run_key_id, requirement_id, line_id, document_id, turn, old, new, served FROM backorders_change"
        f" WHERE run_id = %s AND turn > 0 AND turn {behind} %s AND serving = %s ORDER BY turn {order} LIMIT 1",
        [run_id, after, state],
    )
    return next((Served(*row[:6], *map(_json, row[6:])) for row in rows), None)


def set_serving(one: Served, state: str, *, told: bool) -> None:
    """Write what became of other goods for a line; of one that only they change, it is the state of the change."""
    is_change = one.run_key_id is None and state in (Serving.APPLIED, Serving.MOVED)
    own, said = (", state = %s", [state]) if is_change else ("", list[str]())
    sql.write(
        f"UPDATE backorders_change SET serving = %s, told = told OR %s{own} WHERE id = %s", [state, told, *said, one.id]
    )


def write_served(run_id: int, rows: Sequence[NewChange]) -> None:
    """Write what other goods serve, on the change of the run where the line has one, else as a change of its own."""
    if not rows:
        return
    chosen, parameters = sql.one_of("requirement_id", [one.requirement_id for one in rows])
    found = f"SELECT requirement_id, id FROM backorders_change WHERE run_id = %s AND {chosen}"
    there: dict[int, int] = dict(sql.fetch(found, [run_id, *parameters]))
    sql.write(f"UPDATE backorders_change SET own_lost = lost WHERE run_id = %s AND {chosen}", [run_id, *parameters])
    columns = {name: _CHANGE[name] for name in ("gained", "lost", "days", "verdict", "served", "serving", "turn")}
    sql.update(
        "backorders_change", "id", columns,
        [
            (there[one.requirement_id], one.gained, one.lost, one.days, one.verdict, _written(one.served), one.serving,
             one.turn)
            for one in rows if one.requirement_id in there
        ],
    )  # fmt: skip
    insert_changes([one for one in rows if one.requirement_id not in there])


def set_told(change_ids: Sequence[int]) -> None:
    chosen, parameters = sql.one_of("id", change_ids)
    sql.write(f"UPDATE backorders_change SET told = %s WHERE {chosen}", [True, *parameters])


def clear(run_id: int) -> None:
    """Take out what a simulation that did not end has kept."""
    for table in ("backorders_loss", "backorders_change", "backorders_runkey"):
        sql.write(f"DELETE FROM {table} WHERE run_id = %s", [run_id])


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
