"""The bins that products are kept in by rule."""

from collections.abc import Sequence

from troth.platform import sql


def fixed_bins(site_id: int, product_ids: Sequence[int]) -> dict[int, int]:
    """The fixed bin of each product at a site, by product id; products without one are left out."""
    chosen, parameters = sql.one_of("product_id", product_ids)
    rows = sql.fetch(
        f"SELECT product_id, fixed_bin_id FROM masterdata_productsite WHERE {chosen} AND site_id = %s"
        " AND fixed_bin_id IS NOT NULL AND is_active",
        [*parameters, site_id],
    )
    return dict(rows)
