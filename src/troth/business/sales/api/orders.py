"""Orders over the API: in one step or as a draft first, and every verb that an order knows."""

from collections.abc import Callable
from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Query
from pydantic import Field

from troth.business.sales import actions, queries
from troth.business.sales.api import entries, shown
from troth.business.sales.api.entries import NewOrder, Number, OrderChange, OrderEntry
from troth.business.sales.api.shown import DocumentListed, DocumentShown, OrderWritten, Written
from troth.business.sales.rules import sources
from troth.business.sales.rules.drafts import OrderDraft
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Day, Entry, Figure, Id, Name, Reason, Shown, quantity

operations = Operations("orders")


class DocumentFilter(Paging):
    """`words` are looked for in numbers, the customer's order number and the customer's name."""

    state: Code = ""
    customer: Id | None = None
    words: Name = ""
    entered_from: Day | None = None
    entered_to: Day | None = None


def page_of(request: ApiRequest, found: DocumentFilter, query: Callable[..., QuerySet[Any]]) -> dict[str, Any]:
    """A page of orders or quotations, the newest first."""
    rows = query(
        request.auth,
        state=found.state,
        customer_id=found.customer,
        words=found.words,
        entered_from=found.entered_from,
        entered_to=found.entered_to,
    )
    return page(request, rows, found, lambda chosen: shown.listed(queries.rows(chosen)))


@operations.reads("/orders", Page[DocumentListed])
def list_orders(request: ApiRequest, found: Query[DocumentFilter]) -> dict[str, Any]:
    """Orders, the newest first."""
    return page_of(request, found, queries.orders)


@operations.reads("/orders/{int:order_id}", DocumentShown)
def get_order(request: ApiRequest, order_id: Id) -> DocumentShown:
    """An order with its lines, their price, what is promised on them and why, its blocks, and how far it has come."""
    return shown.document(queries.order(order_id, by=request.auth), by=request.auth)


@operations.creates("/orders", OrderWritten)
def create_order(request: ApiRequest, order: NewOrder) -> OrderWritten:
    """Enter an order and take it into the books, or with `submit` false keep it as a draft.

    One that lacks what its confirmation needs stays a draft, and `missing` says what to add.
    """
    draft = entries.order_draft(order)
    if order.submit:
        return shown.order_written(create(request, actions.enter_order, draft))
    return _as_order(shown.written(saved := create(request, actions.save_order, draft), _currency(saved.id)))


class Orders(Entry):
    """Orders that are entered together, the first one first."""

    orders: Annotated[list[OrderEntry], Field(min_length=1, max_length=actions.GROUP)]


class EntryRefused(Shown):
    """`row` counts the order's lines from 1."""

    code: str
    detail: str
    row: int | None
    field: str | None


class OrderEntered(Shown):
    """The order, or why it was refused."""

    order: OrderWritten | None
    refused: list[EntryRefused]


class OrdersEntered(Shown):
    items: list[OrderEntered]


@operations.creates("/orders/batch", OrdersEntered)
def create_orders(request: ApiRequest, sent: Orders) -> OrdersEntered:
    """Enter orders together: each as `POST /orders` does, all in one transaction. Answers in the order of the orders.

    One that is refused keeps no other from being taken. Orders that deliver on saving are entered by themselves.
    """
    drafts = tuple(entries.order_draft(one) for one in sent.orders)
    found = create(request, actions.enter_group, drafts)
    return OrdersEntered(
        items=[
            OrderEntered(
                order=shown.order_written(one.taken) if one.taken else None,
                refused=[
                    EntryRefused(code=why.code, detail=why.message, row=why.row, field=why.field) for why in one.refused
                ],
            )
            for one in found
        ]
    )


@operations.changes("/orders/{int:order_id}", OrderWritten, method="PUT")
def replace_draft(request: ApiRequest, order_id: Id, order: OrderEntry) -> OrderWritten:
    """Write a draft anew: what is sent takes the place of all that it said before."""
    version = versions.expected(request)
    draft = entries.order_draft(order)
    saved = act(request, actions.save_order, draft, order_id=order_id, expected_version=version)
    return _as_order(shown.written(saved, _currency(saved.id)))


@operations.changes("/orders/{int:order_id}", OrderWritten)
def change_order(request: ApiRequest, order_id: Id, change: OrderChange) -> OrderWritten:
    """Change header fields, lines by number, and add lines; what matters to the promise is promised anew."""
    version = versions.expected(request)
    changes = entries.order_changes(change)
    return shown.order_changed(act(request, actions.change_order, order_id, changes, expected_version=version))


@operations.acts("/orders/{int:order_id}/submit", OrderWritten, checks_version=True)
def submit_order(request: ApiRequest, order_id: Id) -> OrderWritten:
    """Take a draft into the books; where its order type delivers on saving, its delivery is made at once."""
    version = versions.stated(request)
    return shown.order_written(act(request, actions.submit_order, order_id, expected_version=version))


@operations.acts("/orders/{int:order_id}/cancel", Written, checks_version=True)
def cancel_order(request: ApiRequest, order_id: Id, why: Reason) -> Written:
    """Cancel an order of which nothing is in a delivery or an invoice."""
    version = versions.stated(request)
    saved = act(request, actions.cancel_order, order_id, reason=why.reason, expected_version=version)
    return shown.written(saved, _currency(saved.id))


@operations.acts("/orders/{int:order_id}/reject-for-credit", Written)
def reject_order_for_credit(request: ApiRequest, order_id: Id, why: Reason) -> Written:
    """Cancel an order under a credit block that is declined; what was promised is free at once."""
    saved = act(request, actions.reject_for_credit, order_id, reason=why.reason)
    return shown.written(saved, _currency(saved.id))


@operations.acts("/orders/{int:order_id}/lines/{int:line_number}/reject", OrderWritten, checks_version=True)
def reject_item(request: ApiRequest, order_id: Id, line_number: Number, why: Reason) -> OrderWritten:
    """Reject a line with a reason: what was promised on it is free at once."""
    version = versions.stated(request)
    answer = act(request, actions.reject_item, order_id, line_number, reason=why.reason, expected_version=version)
    return shown.order_changed(answer)


class Copy(Entry):
    requested_on: Day | None = None
    customer_reference: Code = ""


@operations.creates("/orders/{int:order_id}/copy", Written)
def copy_order(request: ApiRequest, order_id: Id, wanted: Copy) -> Written:
    """Make a draft like an order, at today's prices."""
    saved = create(
        request,
        actions.copy_order,
        order_id,
        requested_on=wanted.requested_on,
        customer_reference=wanted.customer_reference,
        source_system=sources.API,
    )
    return shown.written(saved, _currency(saved.id))


class Amount(Entry):
    """A quantity in the line's unit; all of it where none is given."""

    quantity: Figure | None = None


class AllocatedShown(Shown):
    """How much stock is tied to the line now, in smallest units of the product's base unit as decimal text."""

    line_number: int
    allocated: str
    unit: str


@operations.acts("/orders/{int:order_id}/lines/{int:line_number}/allocate", AllocatedShown)
def allocate_stock(request: ApiRequest, order_id: Id, line_number: Number, amount: Amount) -> AllocatedShown:
    """Tie stock to a line; goods that others were promised stay."""
    act(request, actions.allocate_stock, order_id, line_number, quantity=amount.quantity)
    return _allocated(request, order_id, line_number)


@operations.acts("/orders/{int:order_id}/lines/{int:line_number}/release-allocation", AllocatedShown)
def release_allocation(request: ApiRequest, order_id: Id, line_number: Number, amount: Amount) -> AllocatedShown:
    """Let go of stock tied to a line; the promise stays, on common stock."""
    act(request, actions.release_allocation, order_id, line_number, quantity=amount.quantity)
    return _allocated(request, order_id, line_number)


def _allocated(request: ApiRequest, order_id: int, line_number: int) -> AllocatedShown:
    view = queries.order(order_id, by=request.auth)
    [line] = [one for one in view.lines if one.line.line_number == line_number]
    tied = line.promise.allocated if line.promise else 0
    return AllocatedShown(line_number=line_number, allocated=quantity(tied, line.base_decimals), unit=line.base_unit)


class BetterAsked(Entry):
    """Numbers of the lines for which better dates are asked; none for all."""

    lines: Annotated[list[Number], Field(max_length=1000)] = []


class BetterShown(Shown):
    """`lines` by number: what has better dates now."""

    order: int
    number: str
    lines: list[int]


@operations.acts("/orders/{int:order_id}/promise-anew", BetterShown, checks_version=True)
def promise_anew(request: ApiRequest, order_id: Id, asked: BetterAsked) -> BetterShown:
    """Promise lines again and take what comes sooner; refused as `nothing_better` where nothing does."""
    version = versions.stated(request)
    made = act(request, actions.promise_anew, order_id, asked.lines, expected_version=version)
    return BetterShown(order=made.order_id, number=made.number, lines=sorted(made.changes))


class BlockEntry(Entry):
    """`scope` is the step that is stopped: delivery or billing."""

    scope: Code
    reason: Name


class BlocksShown(Shown):
    """The reasons of the blocks that stand on the order now."""

    order: int
    reasons: list[str]


@operations.creates("/orders/{int:order_id}/blocks", BlocksShown)
def set_block(request: ApiRequest, order_id: Id, block: BlockEntry) -> BlocksShown:
    """Stop the delivery or the billing of an order, with a reason."""
    answer = create(request, actions.set_block, order_id, block.scope, reason=block.reason)
    return BlocksShown(order=answer.order_id, reasons=list(answer.reasons))


@operations.acts("/orders/{int:order_id}/blocks/{int:block_id}/release", BlocksShown)
def release_block(request: ApiRequest, order_id: Id, block_id: Id, why: Reason) -> BlocksShown:
    """Lift a block that sales may lift; a credit block is the credit manager's."""
    answer = act(request, actions.release_block, order_id, block_id, reason=why.reason)
    return BlocksShown(order=answer.order_id, reasons=list(answer.reasons))


def _currency(order_id: int) -> str:
    return queries.currency(queries.ORDER, order_id)


def _as_order(answer: Written) -> OrderWritten:
    """A draft as the answer of an order: nothing is promised on it."""
    return OrderWritten(**dict(answer), lines=[], blocks=[], delivery_on=None)


class OrderFromHold(Entry):
    """Who orders what is held, and for when."""

    customer: Code
    requested_on: Day
    customer_reference: Code = ""


@operations.creates("/holds/{int:hold_id}/order", OrderWritten)
def order_from_hold(request: ApiRequest, hold_id: Id, order: OrderFromHold) -> OrderWritten:
    """Order what is held; the goods go over to the order in one transaction."""
    draft = OrderDraft(
        customer=order.customer, requested_on=order.requested_on, customer_reference=order.customer_reference,
        source_system=sources.API,
    )  # fmt: skip
    return shown.order_written(create(request, actions.order_from_hold, hold_id, draft))
