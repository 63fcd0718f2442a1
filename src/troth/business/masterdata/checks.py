"""What must hold between master data and the ledgers, for `troth verify`."""

from collections.abc import Iterator

from troth.business.masterdata.actions.protect import PRODUCT_SITE
from troth.business.masterdata.models import ProductSite
from troth.kernel.netting import Category
from troth.ledgers.availability import queries as availability
from troth.platform.verify import Check, Count, Finding, register


def _safety_stock() -> Iterator[Finding | Count]:
    kept = dict(ProductSite.objects.filter(is_active=True, safety_stock__gt=0).values_list("pk", "safety_stock"))
    posted = {
        record_id: -quantity
        for (kind, record_id), quantity in availability.standing_by_line(Category.SAFETY_STOCK).items()
        if kind == PRODUCT_SITE
    }
    ids = sorted(kept.keys() | posted.keys())
    yield Count(len(ids))
    for record_id in ids:
        wanted, stands = kept.get(record_id, 0), posted.get(record_id, 0)
        if wanted != stands:
            yield Finding(
                f"Product at site {record_id}: {wanted} are kept as safety stock, {stands} stand in availability.",
                {"product_site": record_id, "kept": wanted, "posted": stands},
            )


register(Check("masterdata: safety stock", "Safety stock stands in availability as it is kept.", _safety_stock))
