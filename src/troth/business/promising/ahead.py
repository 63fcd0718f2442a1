"""SQL of what is promised on planned supply, and on goods that are not released."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from troth.kernel.calendars import day_of
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import sql


def ahead(keys: Sequence[AvailabilityKey] | None) -> list[tuple[AvailabilityKey, int, int, str, str]]:
    """(key, day, quantity, basis, code of the scope) of what is confirmed so and not delivered; None: on any key."""
    with_clause, joined, parameters = "", "", list[Any]()
    if keys is not None:
        with_clause, source, parameters = sql.relation(
            "k", {"product_id": "int", "site_id": "int", "segment": "text"},
            [(key.product_id, key.site_id, key.segment) for key in keys],
        )  # fmt: skip
        joined = (
            f"JOIN {source} ON r.product_id = k.product_id AND r.site_id = k.site_id AND r.segment = k.segment"
            " AND r.open_quantity > 0"
        )
    rows = sql.fetch(
        f"{with_clause} SELECT r.product_id, r.site_id, r.segment, s.material_on,"
        " CAST(SUM(s.quantity - s.delivered) AS bigint), s.basis, r.scope"
        f" FROM promising_requirement r {joined} JOIN promising_scheduleline s ON s.requirement_id = r.id"
        " AND s.basis IN ('planned', 'unreleased') AND s.delivered < s.quantity WHERE r.is_checked"
        " GROUP BY r.product_id, r.site_id, r.segment, s.material_on, s.basis, r.scope"
        " ORDER BY r.product_id, r.site_id, r.segment, s.material_on, s.basis, r.scope",
        parameters,
    )
    return [(AvailabilityKey(*row[:3]), _day(row[3]), *row[4:7]) for row in rows]


def _day(value: Any) -> int:
    """SQLite hands a day out as text."""
    return day_of(value if isinstance(value, date) else date.fromisoformat(value))
