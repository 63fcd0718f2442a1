"""How long it takes to replenish products at sites: the one answer for checks, holds, what-ifs and runs."""

from collections.abc import Iterable
from typing import Protocol

from troth.business.masterdata.queries.snapshot import snapshot
from troth.kernel.replenishment import NOTHING, Figures, LeadTime, lead_time
from troth.platform import sql


class Replenished(Protocol):
    """A product as whoever asks has it."""

    @property
    def is_made(self) -> bool: ...
    @property
    def lead(self) -> Figures: ...


class LeadTimes:
    """Those of products at all sites. One statement, and none where no site has figures of its own."""

    def __init__(self, product_ids: Iterable[int], *, edition: int | None = None) -> None:
        asked = list(dict.fromkeys(product_ids))
        self._sites = _of_sites(asked) if asked and "lead_times" in snapshot(edition).offering else {}

    def of(self, product_id: int, site_id: int, product: Replenished) -> LeadTime | None:
        """Of a product at a site; None where it is not replenished."""
        return lead_time(product.lead, self._sites.get((product_id, site_id), NOTHING), is_made=product.is_made)


def _of_sites(product_ids: Iterable[int]) -> dict[tuple[int, int], Figures]:
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, [(one,) for one in product_ids])
    rows = sql.fetch(
        f"{with_clause} SELECT x.product_id, x.site_id, x.lead_days, x.processing_days, x.delivery_days,"
        f" x.receipt_days, x.production_days FROM {source} JOIN masterdata_productsite x ON x.product_id = k.id"
        " WHERE x.is_active",
        parameters,
    )
    return {(product_id, site_id): Figures(*figures) for product_id, site_id, *figures in rows}
