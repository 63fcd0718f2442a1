"""Notices of new dates over the API: what moved on one's orders, until it is seen."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from ninja import Query

from troth.business.promising import measures
from troth.business.sales import actions
from troth.business.sales.actions.document import ORDER_KIND
from troth.business.sales.actions.new_dates import read
from troth.business.sales.actions.told import NoticeCause, notices
from troth.business.sales.api.new_dates import RedatedShown, moved_lines
from troth.business.sales.models import DateNotice, OrderLine
from troth.platform import permissions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Id, Shown

operations = Operations("orders")


class LineToldShown(RedatedShown):
    first_promised_on: date | None


class NoticeShown(Shown):
    """An order got other dates without its owner. `detail` is why supply slipped, or the number of the run."""

    id: int
    order: int
    order_number: str
    cause: NoticeCause
    detail: str
    at: datetime
    lines: list[LineToldShown]


class SeenShown(Shown):
    """`seen` is false where it was seen before."""

    id: int
    seen: bool


@operations.reads("/date-notices", Page[NoticeShown])
def list_date_notices(request: ApiRequest, choice: Query[Paging]) -> dict[str, Any]:
    """New dates, not seen yet, of one's own orders and of those that came in by themselves; the newest first."""
    permissions.require(request.auth, "sales.see_notices")
    return page(request, notices(request.auth).select_related("order"), choice, _shown)


@operations.acts("/date-notices/{int:notice_id}/seen", SeenShown)
def see_date_notice(request: ApiRequest, notice_id: Id) -> SeenShown:
    """Have seen a notice: it is listed no more."""
    return SeenShown(id=notice_id, seen=bool(act(request, actions.see_notices, [notice_id])))


def _shown(rows: Iterable[DateNotice]) -> list[NoticeShown]:
    found = list(rows)
    lines = OrderLine.objects.filter(order_id__in={one.order_id for one in found}).select_related("product__base_unit")
    by_place = {(line.order_id, line.line_number): line for line in lines}
    first = measures.first_promised(ORDER_KIND, [line.pk for line in by_place.values()])
    return [
        NoticeShown(
            id=one.pk, order=one.order_id, order_number=one.order.number, cause=NoticeCause(one.cause),
            detail=one.detail, at=one.at,
            lines=[
                LineToldShown(
                    **line.model_dump(), first_promised_on=first.get(by_place[one.order_id, line.line_number].pk)
                )
                for line in moved_lines(one.order_id, read(one.lines), by_place)
            ],
        )
        for one in found
    ]  # fmt: skip
