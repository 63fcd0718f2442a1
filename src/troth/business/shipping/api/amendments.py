"""Changing an order whose goods are on their way: see what it does, then do it."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from troth.business.sales.api.entries import Number, OrderChange, order_changes
from troth.business.shipping import actions
from troth.business.shipping.actions import Amended, Amendment, Edit
from troth.business.shipping.actions.amend import LineAfter
from troth.kernel.quantity import format_quantity
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act
from troth.platform.api.values import Entry, Id, Name, Shown

operations = Operations("orders")


class LineToReject(Entry):
    line_number: Number
    reason: Name


class AmendmentEntry(OrderChange):
    """What is to be different, and lines to reject."""

    reject: Annotated[list[LineToReject], Field(max_length=500)] = []


class EditShown(Shown):
    """One document that changes. `what`: quantity, requested_on, rejected, added or cancelled."""

    kind: str
    id: int
    number: str
    line_number: int
    product: str
    what: str
    before: str
    after: str
    unit: str


class StandingShown(Shown):
    quantity: str
    delivery_on: date
    basis: str


class AmendedLine(Shown):
    """A line as it stands then; `schedule` is what is confirmed and in no delivery."""

    line_number: int
    product: str
    quantity: str
    short: str
    unit: str
    schedule: list[StandingShown]


class AmendedShown(Shown):
    """Every edit in the order it is made, and the order's lines as they stand then."""

    id: int
    number: str
    version: int
    edits: list[EditShown]
    lines: list[AmendedLine]


@operations.acts("/orders/{int:order_id}/amendments/preview", AmendedShown, checks_version=True)
def preview_amendment(request: ApiRequest, order_id: Id, change: AmendmentEntry) -> AmendedShown:
    """What changing the order would do to its deliveries, transfer orders and picks; nothing of it is done."""
    version = versions.stated(request)
    return _shown(actions.preview_amendment(order_id, _amendment(change), expected_version=version, **_acting(request)))


@operations.acts("/orders/{int:order_id}/amendments", AmendedShown, checks_version=True)
def amend_order(request: ApiRequest, order_id: Id, change: AmendmentEntry) -> AmendedShown:
    """Change an order and, by the smallest cuts, what is on its way for it. What has left stays."""
    version = versions.stated(request)
    return _shown(act(request, actions.amend_order, order_id, _amendment(change), expected_version=version))


def _acting(request: ApiRequest) -> dict[str, Any]:
    return {"by": request.auth, "clock": request.clock}


def _amendment(sent: AmendmentEntry) -> Amendment:
    reasons = {one.line_number: one.reason for one in sent.reject}
    changes = OrderChange.model_validate(sent.model_dump(exclude_unset=True, exclude={"reject"}))
    return Amendment(changes=order_changes(changes), reject=reasons)


def _shown(amended: Amended) -> AmendedShown:
    order = amended.order
    edits, lines = [_edit(edit) for edit in amended.edits], [_line(line) for line in amended.lines]
    return AmendedShown(id=order.id, number=order.number, version=order.version, edits=edits, lines=lines)


def _line(line: LineAfter) -> AmendedLine:
    schedule = [
        StandingShown(
            quantity=format_quantity(one.quantity, line.decimals), delivery_on=one.delivery_on, basis=one.basis
        )
        for one in line.schedule
    ]
    return AmendedLine(
        line_number=line.line_number,
        product=line.product,
        quantity=format_quantity(line.quantity, line.decimals),
        short=format_quantity(line.short, line.decimals),
        unit=line.unit,
        schedule=schedule,
    )


def _edit(edit: Edit) -> EditShown:
    def told(value: int | str) -> str:
        return value if isinstance(value, str) else format_quantity(value, edit.decimals)

    return EditShown(
        kind=edit.kind, id=edit.id, number=edit.number, line_number=edit.line_number, product=edit.product,
        what=edit.what, before=told(edit.before), after=told(edit.after), unit=edit.unit,
    )  # fmt: skip
