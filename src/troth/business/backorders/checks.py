"""What always holds for backorder runs: what they say they change adds up."""

import json
from collections.abc import Iterator
from typing import Any

from troth.business.promising.rules.quotas import PROTECTED
from troth.kernel.backorder.losses import moves
from troth.platform import sql
from troth.platform.verify import Check, Count, Finding, register

BATCH = 5_000


def _changes() -> Iterator[Finding | Count]:
    """Of each change: what is confirmed is no more than wanted, and what it gains and loses follows from its rows."""
    last = 0
    while rows := sql.fetch(
        "SELECT id, wanted, old, new, gained, lost FROM backorders_change WHERE id > %s ORDER BY id LIMIT %s",
        [last, BATCH],
    ):
        last = rows[-1][0]
        yield Count(len(rows))
        for change_id, wanted, *columns in rows:
            old, new = _told(columns[0]), _told(columns[1])
            if max(sum(row[1] for row in old), sum(row[1] for row in new)) > wanted:
                yield Finding(f"Change {change_id} confirms more than was wanted.", {"change": change_id})
            gained = sum(move.quantity for move in moves(old, new) if move.new < move.old)
            lost = sum(move.quantity for move in moves(old, new) if move.new > move.old)
            if [gained, lost] != columns[2:]:
                said = f"{columns[2]} gained and {columns[3]} lost"
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


def _told(stored: Any) -> list[tuple[int, int, bool]]:
    rows = json.loads(stored) if isinstance(stored, str) else stored
    return [(row[1], row[0], False) for row in rows]


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
        " GROUP BY c.id, c.lost HAVING c.lost <> COALESCE(SUM(l.quantity), 0) ORDER BY c.id"
    ):
        yield Finding(f"Change {change_id} loses {lost}; {laid} of it are laid to somebody.", {"change": change_id})
    for change_id, gained, taken in sql.fetch(
        "SELECT c.id, c.gained, SUM(l.quantity) FROM backorders_change c JOIN backorders_loss l ON l.winner_id = c.id"
        " GROUP BY c.id, c.gained HAVING c.gained < SUM(l.quantity) ORDER BY c.id"
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


register(Check("backorders: changes", "What a change gains and loses follows from its confirmations.", _changes))
register(Check("backorders: quotas", "What a change uses of quotas is what it confirms.", _uses))
register(Check("backorders: losses", "What is lost in a run was taken by somebody, or is not there.", _losses))
register(Check("backorders: runs", "A run counts its changes, and what is worked off has nothing left.", _runs))
