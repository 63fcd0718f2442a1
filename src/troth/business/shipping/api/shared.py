"""What the operations of shipping share: how lists go on, and the parts that several of them show."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from troth.business.shipping import queries
from troth.kernel.errors import InvalidInput
from troth.platform import permissions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.paging import Paging, next_address
from troth.platform.api.values import Day, Id, Shown
from troth.reference import queries as reference

Ids = Annotated[list[Id], Field(min_length=1, max_length=500)]
Mark = Annotated[str, Field(max_length=40, pattern=r"^(\d{4}-\d\d-\d\d/)?\d{0,18}$")]


class SiteFilter(Paging):
    """`site` is the site's id; `until` a day."""

    site: Id
    until: Day | None = None
    after: Mark = ""


def page(request: ApiRequest, items: Sequence[Any], limit: int, mark: Callable[[], str]) -> dict[str, Any]:
    """A full page may have a next one."""
    return {"items": list(items), "next": next_address(request, mark()) if len(items) == limit else None}


def dated(mark: str) -> tuple[date, int] | None:
    """The mark of a list by day and id."""
    if not mark:
        return None
    day, slash, number = mark.partition("/")
    if not slash or not number:
        raise InvalidInput("This page mark is not valid. Begin again from the first page.", field="after")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        raise InvalidInput("This page mark is not valid. Begin again from the first page.", field="after") from None


def numbered(mark: str) -> int | None:
    """The mark of a list by id."""
    if "/" in mark:
        raise InvalidInput("This page mark is not valid. Begin again from the first page.", field="after")
    return int(mark) if mark else None


def site_of(request: ApiRequest, site_id: int) -> reference.SiteRow:
    site = reference.site(site_id)
    permissions.require(request.auth, "shipping.view_delivery", company_id=site.company_id, site_id=site.id)
    return site


class DeliveryListed(Shown):
    id: int
    number: str
    state: str
    site: str
    ship_to: str
    route: str
    shipment: str
    goods_issue_on: date
    delivery_on: date
    priority: int
    weight_g: int
    volume_ml: int


def deliveries_shown(rows: Iterable[queries.DeliveryRow]) -> list[DeliveryListed]:
    return [DeliveryListed.model_validate(row) for row in rows]


class TransferRef(Shown):
    id: int
    number: str
    state: str


class LackShown(Shown):
    lack: str
    sentence: str


def refs(rows: Iterable[tuple[int, str, str]]) -> list[TransferRef]:
    return [TransferRef(id=found, number=number, state=state) for found, number, state in rows]


def lacks_shown(reasons: Iterable[Any]) -> list[LackShown]:
    return [LackShown(lack=str(one.lack), sentence=one.sentence) for one in reasons]
