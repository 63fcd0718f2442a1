"""New dates proposed for orders, over the API: what waits, why, and what is decided."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.sales import actions, screens
from troth.business.sales.actions.new_dates import Moved, read
from troth.business.sales.models import NewDates, OrderLine
from troth.kernel.errors import NotFound, Sentence
from troth.platform import permissions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Entry, Id, Reason, Shown, quantity

operations = Operations("orders")

OUTCOMES = {
    "taken": "The order has its new dates.",
    "kept": "The old dates stay.",
    "covered": "Supply covers the promise again; nothing was changed.",
    "renewed": "The books have changed since, so other dates are proposed now and nothing was taken.",
}


class ArrivesShown(Shown):
    on: date
    quantity: str


class RedatedShown(Shown):
    """What is promised of a line and not delivered, and what would be; in the product's base unit."""

    line_number: int
    product: str
    unit: str
    before: list[ArrivesShown]
    after: list[ArrivesShown]


class NewDatesShown(Shown):
    """`missing` of the product (base unit) hangs on the order. `state` is open, taken, kept or covered.

    `version` grows when other dates are proposed; who takes them says which ones.
    """

    id: int
    version: int
    state: str
    order: int
    order_number: str
    product: str
    site: str
    cause: str
    missing: str
    unit: str
    opened_at: datetime
    decided_at: datetime | None
    reason: str
    lines: list[RedatedShown]


class NewDatesFilter(Paging):
    state: Annotated[str, Field(pattern="^(open|taken|kept|covered)?$")] = ""


class Taking(Entry):
    """`version` is that of the proposal that was read."""

    version: Annotated[int, Field(ge=1)]


class DecidedShown(Shown):
    """`outcome` is taken, kept, covered or renewed, `told` the same in words; `renewed` asks to read and take again."""

    outcome: str
    told: str
    proposal: NewDatesShown


@operations.reads("/new-dates", Page[NewDatesShown])
def list_new_dates(request: ApiRequest, choice: Query[NewDatesFilter]) -> dict[str, Any]:
    """New dates proposed for orders whose supply slipped, the newest first."""
    permissions.require(request.auth, "sales.view_order")
    found = screens.new_dates(request.auth)
    if choice.state:
        found = found.filter(state=choice.state)
    return page(request, found.select_related("order", "product__base_unit", "site"), choice, _shown)


@operations.reads("/new-dates/{int:proposal_id}", NewDatesShown)
def get_new_dates(request: ApiRequest, proposal_id: Id) -> NewDatesShown:
    """One proposal, with the dates of each line before and after."""
    permissions.require(request.auth, "sales.view_order")
    found = screens.new_dates(request.auth).select_related("order", "product__base_unit", "site")
    shown = _shown(found.filter(pk=proposal_id))
    if not shown:
        raise NotFound(Sentence("There is no such proposal of new dates."), proposal=proposal_id)
    return shown[0]


@operations.acts("/new-dates/{int:proposal_id}/take", DecidedShown)
def take_new_dates(request: ApiRequest, proposal_id: Id, taking: Taking) -> DecidedShown:
    """Promise the order anew as proposed; if the books have changed, nothing is taken and other dates are proposed."""
    done = act(request, actions.take_new_dates, proposal_id, version=taking.version)
    return _decided(request, done.outcome, proposal_id)


@operations.acts("/new-dates/{int:proposal_id}/keep", DecidedShown)
def keep_old_dates(request: ApiRequest, proposal_id: Id, why: Reason) -> DecidedShown:
    """Leave the promise as it is, with a reason."""
    done = act(request, actions.keep_old_dates, proposal_id, reason=why.reason)
    return _decided(request, done.outcome, proposal_id)


def _decided(request: ApiRequest, outcome: str, proposal_id: int) -> DecidedShown:
    return DecidedShown(outcome=outcome, told=OUTCOMES[outcome], proposal=get_new_dates(request, proposal_id))


def _shown(rows: Iterable[NewDates]) -> list[NewDatesShown]:
    found = list(rows)
    lines = OrderLine.objects.filter(order_id__in={one.order_id for one in found}).select_related("product__base_unit")
    by_place = {(line.order_id, line.line_number): line for line in lines}
    return [
        NewDatesShown(
            id=one.pk, version=one.version, state=one.state, order=one.order_id, order_number=one.order.number,
            product=one.product.number, site=one.site.code, cause=one.cause,
            missing=quantity(one.missing, one.product.base_unit.decimals), unit=one.product.base_unit_id,
            opened_at=one.opened_at, decided_at=one.decided_at, reason=one.reason,
            lines=moved_lines(one.order_id, read(one.lines), by_place),
        )
        for one in found
    ]  # fmt: skip


def moved_lines(order_id: int, moved: Moved, lines: dict[tuple[int, int], OrderLine]) -> list[RedatedShown]:
    """Each line with its dates before and after; `lines` by order and number."""
    found = []
    for number, sides in sorted(moved.items()):
        # A line that was taken out of the order since is left out.
        if line := lines.get((order_id, number)):
            unit = line.product.base_unit
            before, after = (
                [ArrivesShown(on=on, quantity=quantity(each, unit.decimals)) for each, on in side] for side in sides
            )
            found.append(
                RedatedShown(
                    line_number=number, product=line.product.number, unit=unit.code, before=before, after=after
                )
            )
    return found
