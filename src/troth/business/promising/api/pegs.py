"""What stands behind a promise, over the API."""

from datetime import date
from typing import Any

from troth.business.promising import pegs
from troth.business.promising.api.promises import found
from troth.kernel.calendars import day_of
from troth.platform import documents
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.paging import Page, whole
from troth.platform.api.values import Id, Shown, quantity
from troth.reference import queries as reference

operations = Operations("promises")


class StandsShown(Shown):
    """`quantity` is confirmed for goods on `material_on`, on a `basis`; behind it stand goods of a `category` that
    come `on` a day (null: they lie there). `category` is null where nothing stands behind it yet.

    The document is null for stock, and where the caller may not see documents of its kind.
    """

    material_on: date
    quantity: str
    basis: str
    category: str | None
    on: date | None
    document_kind: str | None
    document_id: int | None
    document: str | None
    batch: str


@operations.reads("/promises/{int:promise_id}/pegs", Page[StandsShown])
def list_pegs(request: ApiRequest, promise_id: Id) -> dict[str, Any]:
    """Which stock and which receipts stand behind what is confirmed and not delivered.

    Derived when it is asked: each demand by the receipt that comes last before it, goods that spoil first going first.
    """
    one, product = found(promise_id, request.auth)
    today = day_of(request.clock.today(reference.site(one.site_id).time_zone))
    return whole(
        [
            _shown(stands, product.decimals, request.auth)
            for stands in pegs.behind(one.document_kind, one.line_id, today)
        ]
    )


def _shown(one: pegs.Stands, decimals: int, by: Any) -> StandsShown:
    seen = one.source if one.source is not None and documents.opened_by(one.source, by) is not None else None
    return StandsShown(
        material_on=one.material_on, quantity=quantity(one.quantity, decimals), basis=one.basis,
        category=one.category.name.lower() if one.category is not None else None, on=one.on,
        document_kind=seen.kind if seen else None, document_id=seen.id if seen else None,
        document=seen.number if seen else None, batch=one.batch,
    )  # fmt: skip
