"""Raw SQL of quotas: which cells there are, and all that a process keeps in memory under an edition."""

from collections.abc import Iterable, Sequence

from troth.platform import sql

Place = tuple[int, str]
"""A procedure's id and the text of a cell."""

PLACES_AT_A_TIME = 10_000


def cells(places: Iterable[Place]) -> dict[Place, tuple[int, int]]:
    """The first and last period of those of these cells that are there; a statement for ten thousand."""
    wanted = list(dict.fromkeys(places))
    found: dict[Place, tuple[int, int]] = {}
    for first in range(0, len(wanted), PLACES_AT_A_TIME):
        found |= _cells(wanted[first : first + PLACES_AT_A_TIME])
    return found


def _cells(wanted: Sequence[Place]) -> dict[Place, tuple[int, int]]:
    with_clause, source, parameters = sql.relation("k", {"procedure_id": "int", "cell": "text"}, wanted)
    rows = sql.fetch(
        f"{with_clause} SELECT c.procedure_id, c.cell, c.first_period, c.last_period FROM {source}"
        " JOIN quotas_cell c ON c.procedure_id = k.procedure_id AND c.cell = k.cell WHERE c.is_active",
        parameters,
    )
    return {(procedure_id, cell): (first, last) for procedure_id, cell, first, last in rows}


VERSION = "SELECT version FROM quotas_limits"
PROCEDURES = (
    'SELECT id, code, name, characteristics, unit_id, period, look_back, look_ahead, "order", without_cell, exhausted'
    " FROM quotas_procedure WHERE is_active"
)
REACHES = (
    "SELECT a.product_id, a.product_group, a.valid_from_on, a.valid_to_on, a.id, s.procedure_id"
    " FROM quotas_reach a JOIN quotas_sequence q ON q.id = a.sequence_id"
    " JOIN quotas_sequencestep s ON s.sequence_id = q.id WHERE q.is_active ORDER BY a.id, s.position"
)
PROTECTIONS = (
    "SELECT id, product_id, site_id, characteristic, value, second_characteristic, second_value, priority,"
    " first_on, last_on FROM quotas_protection"
    " WHERE is_active ORDER BY first_on, id"
)
