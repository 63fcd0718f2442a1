"""What always holds for backorder runs: what they say they change adds up."""

import json
from collections.abc import Iterator
from typing import Any

from troth.business.promising import measures
from troth.business.promising.rules.quotas import PROTECTED
from troth.business.sales.rules.served import Served
from troth.kernel.backorder.losses import moves
from troth.platform import sql
from troth.platform.verify import Check, Count, Finding, register

BATCH = 5_000

_Rows = list[tuple[int, int, bool]]
"""(day, quantity, False)."""


def _changes() -> Iterator[Finding | Count]:
    """Of each change: what is confirmed is no more than wanted, and what it gains and loses follows from its rows."""
    last = 0
    while rows := sql.fetch(
        "SELECT id, wanted, old, new, served, turn, gained, lost FROM backorders_change WHERE id > %s"
        " ORDER BY id LIMIT %s",
        [last, BATCH],
    ):
        last = rows[-1][0]
        yield Count(len(rows))
        for change_id, wanted, before, after, served, turn, *columns in rows:
            old, new = _sides(_json(before), _json(after), _json(served), turn)
            if max(sum(row[1] for row in old), sum(row[1] for row in new)) > wanted:
                yield Finding(f"Change {change_id} confirms more than was wanted.", {"change": change_id})
            gained = sum(move.quantity for move in moves(old, new) if move.new < move.old)
            lost = sum(move.quantity for move in moves(old, new) if move.new > move.old)
            if [gained, lost] != columns:
                said = f"{columns[0]} gained and {columns[1]} lost"
                yield Finding(
                    f"Change {change_id} says {said}; its rows say {gained} and {lost}.", {"change": change_id}
                )


def _uses() -> Iterator[Finding | Count]:
    """What a line uses of quotas by a run is, in each sequence that holds for it, all that is confirmed.

    Of its own protection it is no more than that: its days may be none of those on which something is kept for it.
    """
    last = 0
    while rows := sql.fetch(
        "SELECT c.id, c.new, c.new_uses FROM backorders_change c JOIN backorders_run r ON r.id = c.run_id"
        f" AND r.kind = 'run' WHERE c.id > %s AND {_FILLED} ORDER BY c.id LIMIT %s",
        [last, BATCH],
    ):
        last = rows[-1][0]
        yield Count(len(rows))
        for change_id, new, stored in rows:
            confirmed, sums = sum(row[1] for row in _told(new)), dict[int, int]()
            for sequence, *_, quantity in json.loads(stored) if isinstance(stored, str) else stored:
                sums[sequence] = sums.get(sequence, 0) + quantity
            own = sums.pop(PROTECTED, 0)
            if own > confirmed or set(sums.values()) - {confirmed}:
                said = ", ".join(map(str, [*sums.values(), *([own] if own else [])]))
                yield Finding(f"Change {change_id} confirms {confirmed} and uses {said}.", {"change": change_id})


_FILLED = "CAST(c.new_uses AS text) <> '[]'"


def _sides(old: Any, new: Any, served: Any, turn: int) -> tuple[_Rows, _Rows]:
    """What a line had and has, by the day its goods are ready; with other goods, which come from elsewhere, by the day
    they arrive."""
    if not served:
        return _told(old), _told(new)
    after = Served.of(served).arrives if turn else new
    return [(row[2], row[0], False) for row in old], [(row[2], row[0], False) for row in after]


def _json(stored: Any) -> Any:
    return json.loads(stored) if isinstance(stored, str) else stored


def _told(stored: Any) -> _Rows:
    return [(row[1], row[0], False) for row in _json(stored)]


def _losses() -> Iterator[Finding | Count]:
    """What a line of a run loses is laid to who took it, or to nobody; nobody takes more than they gained."""
    [(count,)] = sql.fetch("SELECT COUNT(*) FROM backorders_loss")
    yield Count(count)
    for loss_id, change_id in sql.fetch(
        "SELECT l.id, l.loser_id FROM backorders_loss l LEFT JOIN backorders_change c ON c.id = l.loser_id"
        " AND c.run_id = l.run_id WHERE c.id IS NULL UNION ALL"
        " SELECT l.id, l.winner_id FROM backorders_loss l LEFT JOIN backorders_change c ON c.id = l.winner_id"
        " AND c.run_id = l.run_id WHERE c.id IS NULL AND l.winner_id IS NOT NULL ORDER BY 1, 2"
    ):
        yield Finding(f"Loss {loss_id} names change {change_id}, which its run has not.", {"loss": loss_id})
    for change_id, lost, laid in sql.fetch(
        "SELECT c.id, c.lost, COALESCE(SUM(l.quantity), 0) FROM backorders_change c JOIN backorders_run r"
        " ON r.id = c.run_id AND r.kind = 'run' LEFT JOIN backorders_loss l ON l.loser_id = c.id"
        " WHERE c.turn = 0 GROUP BY c.id, c.lost HAVING c.lost <> COALESCE(SUM(l.quantity), 0) ORDER BY c.id"
    ):
        yield Finding(f"Change {change_id} loses {lost}; {laid} of it are laid to somebody.", {"change": change_id})
    for change_id, gained, taken in sql.fetch(
        "SELECT c.id, c.gained, SUM(l.quantity) FROM backorders_change c JOIN backorders_loss l ON l.winner_id = c.id"
        " WHERE c.turn = 0 GROUP BY c.id, c.gained HAVING c.gained < SUM(l.quantity) ORDER BY c.id"
    ):
        yield Finding(f"Change {change_id} gains {gained} and is said to take {taken}.", {"change": change_id})


def _runs() -> Iterator[Finding | Count]:
    """The counts of a run are those of its changes, and one that is worked off has no key left."""
    [(count,)] = sql.fetch("SELECT COUNT(*) FROM backorders_run")
    yield Count(count)
    for run_id, number, counted, found in sql.fetch(
        "SELECT r.id, r.number, r.better + r.worse + r.mixed, COUNT(c.id) FROM backorders_run r"
        " LEFT JOIN backorders_change c ON c.run_id = r.id AND c.verdict <> 'basis'"
        " WHERE r.kind = 'run' AND r.state <> 'simulating'"
        " GROUP BY r.id, r.number, r.better, r.worse, r.mixed HAVING r.better + r.worse + r.mixed <> COUNT(c.id)"
        " ORDER BY r.id"
    ):
        yield Finding(f"Run {number} counts {counted} changes of dates and has {found}.", {"run": run_id})
    for run_id, number, left in sql.fetch(
        "SELECT r.id, r.number, COUNT(k.id) FROM backorders_run r JOIN backorders_runkey k ON k.run_id = r.id"
        " AND k.state = 'open' WHERE r.state IN ('applied', 'undone', 'stale') GROUP BY r.id, r.number ORDER BY r.id"
    ):
        yield Finding(f"Run {number} is worked off, but {left} keys are open.", {"run": run_id})
    for run_id, number, left in sql.fetch(
        "SELECT r.id, r.number, COUNT(c.id) FROM backorders_run r JOIN backorders_change c ON c.run_id = r.id"
        " AND c.turn > 0 AND c.serving = 'open' WHERE r.state IN ('applied', 'undone', 'stale')"
        " GROUP BY r.id, r.number ORDER BY r.id"
    ):
        yield Finding(f"Run {number} is worked off, but for {left} lines rules wait.", {"run": run_id})


def _displaced() -> Iterator[Finding | Count]:
    """How often runs made a line later is as many as such changes of it that stand."""
    counted = measures.displaced()
    found: dict[int, int] = dict(
        sql.fetch(
            "SELECT c.requirement_id, COUNT(*) FROM backorders_change c JOIN backorders_run r ON r.id = c.run_id"
            " AND r.kind = 'run' WHERE c.state = 'applied' AND COALESCE(c.own_lost, c.lost) > 0"
            " AND NOT EXISTS (SELECT 1 FROM"
            " backorders_run u JOIN backorders_change b ON b.run_id = u.id AND b.requirement_id = c.requirement_id"
            " AND b.state = 'applied' WHERE u.undoes_id = r.id) GROUP BY c.requirement_id"
        )
    )
    yield Count(len(counted.keys() | found.keys()))
    for one in sorted(counted.keys() | found.keys()):
        if counted.get(one, 0) != found.get(one, 0):
            said = f"Promise {one} was made later {found.get(one, 0)} times by runs and says {counted.get(one, 0)}."
            yield Finding(said, {"promise": one})


register(Check("backorders: displaced", "How often runs made a line later is counted with its promise.", _displaced))
register(Check("backorders: changes", "What a change gains and loses follows from its confirmations.", _changes))
register(Check("backorders: quotas", "What a change uses of quotas is what it confirms.", _uses))
register(Check("backorders: losses", "What is lost in a run was taken by somebody, or is not there.", _losses))
register(Check("backorders: runs", "A run counts its changes, and what is worked off has nothing left.", _runs))
