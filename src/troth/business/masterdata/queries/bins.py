"""The bins that products are kept in by rule."""

from collections.abc import Sequence

from troth.business.masterdata.models import ProductSite


def fixed_bins(site_id: int, product_ids: Sequence[int]) -> dict[int, int]:
    """The fixed bin of each product at a site, by product id; products without one are left out."""
    found = ProductSite.objects.filter(
        site_id=site_id, product_id__in=product_ids, fixed_bin__isnull=False, is_active=True
    )
    return dict(found.values_list("product_id", "fixed_bin_id"))
