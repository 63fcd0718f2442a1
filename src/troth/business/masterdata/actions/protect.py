"""Safety stock: demand of nobody that scopes of check may count, so that a part of the stock is kept back.

It stands in availability as long as the product is kept at the site. Orders leave it alone, rush orders may use it up:
their scopes say so.
"""

from collections.abc import Sequence
from datetime import datetime

from troth.business.masterdata.actions.bring import Row
from troth.kernel import netting
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import locks
from troth.platform.documents import DocumentRef

PRODUCT_SITE = "product_site"


def post_safety_stock(rows: Sequence[Row], *, new: Sequence[Row], at: datetime) -> None:
    """Post by how much the safety stock of these products at these sites rises or falls; the rows are written."""
    held = locks.begin()
    entries = []
    for row in rows:
        record = row.record
        before = 0 if row in new else _kept(*(_before(row, name) for name in ("safety_stock", "is_active")))
        risen = _kept(record.safety_stock, record.is_active) - before
        if risen:
            key = AvailabilityKey(record.product_id, record.site_id)
            source = DocumentRef(PRODUCT_SITE, record.pk)
            entries.append(Entry(key, Category.SAFETY_STOCK, netting.STOCK_DAY, -risen, source, record.pk))
    held.take(*(entry.key for entry in entries))
    availability.post(held, entries, at=at)


def _before(row: Row, name: str) -> int:
    value: int = row.changes[name][0] if name in row.changes else getattr(row.record, name)
    return value


def _kept(quantity: int, is_active: int) -> int:
    return quantity if is_active else 0
