"""Planned supply over the API: a whole plan at once, and orders made out of it."""

from typing import Annotated

from pydantic import Field

from troth.business.supply import actions
from troth.business.supply.actions.plan_named import NamedPlan, named_supplier, read_plan
from troth.business.supply.api.quantities import read
from troth.business.supply.api.receipts import Reason, ReceiptMade, ReceiptShown, get_receipt, seen
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.values import Code, Day, Entry, Figure, Id, Shown
from troth.reference import queries as reference

operations = Operations("receipts")


class PlanEntry(Entry):
    """The product and the supplier by number, the site by code; `quantity` in the product's base unit, 0 where it is
    planned no longer. Either may be firm."""

    kind: Annotated[str, Field(pattern="^(requisition|planned)$")]
    number: Annotated[str, Field(min_length=1, max_length=40)]
    product: Code
    site: Code
    due_on: Day
    quantity: Figure
    is_firm: bool = False
    supplier: Annotated[str, Field(max_length=40)] = ""
    expires_on: Day | None = None
    valuation: Annotated[str, Field(max_length=20)] = ""


class Plan(Entry):
    """`reason` says where it comes from, such as the version of a plan."""

    reason: Annotated[str, Field(min_length=1, max_length=80)]
    orders: Annotated[list[PlanEntry], Field(min_length=1, max_length=5_000)]


class PlanSet(Shown):
    """How many planned orders and requisitions were entered, changed and cancelled; the others stood so already."""

    entered: int
    changed: int
    cancelled: int


@operations.creates("/receipts/plan", PlanSet)
def plan_supply(request: ApiRequest, plan: Plan) -> PlanSet:
    """Set planned orders and requisitions by their numbers: all of them or none. What is not named stays."""
    rows = read_plan([NamedPlan(**one.model_dump()) for one in plan.orders])
    made = create(request, actions.plan_supply, rows, reason=plan.reason)
    return PlanSet(entered=made.entered, changed=made.changed, cancelled=made.cancelled)


class Conversion(Entry):
    """What is made: a requisition becomes a purchase, a planned order a production, a purchase or a requisition.

    Day, quantity and supplier (by number) where they differ from what was planned.
    """

    kind: Annotated[str, Field(pattern="^(purchase|production|requisition)$")]
    number: Annotated[str, Field(min_length=1, max_length=40)]
    due_on: Day | None = None
    quantity: Figure | None = None
    supplier: Annotated[str, Field(max_length=40)] = ""


@operations.creates("/receipts/{int:receipt_id}/convert", ReceiptMade)
def convert_receipt(request: ApiRequest, receipt_id: Id, conversion: Conversion) -> ReceiptMade:
    """Make an order out of a requisition or a planned order. Of less than was planned the rest stays planned."""
    product = reference.product(seen(request, receipt_id).product_id)
    wanted = None if conversion.quantity is None else read(conversion.quantity, product)
    made = create(
        request, actions.convert_receipt, receipt_id, into=conversion.kind, number=conversion.number,
        due_on=conversion.due_on, quantity=wanted, supplier_id=named_supplier(conversion.supplier),
    )  # fmt: skip
    return ReceiptMade(id=made.receipt_id)


@operations.acts("/receipts/{int:receipt_id}/take-back", ReceiptShown, checks_version=True)
def take_back_conversion(request: ApiRequest, receipt_id: Id, why: Reason) -> ReceiptShown:
    """An order that was made of planned supply, and of which nothing has come, goes back into the plan; the plan is the
    answer."""
    version = versions.stated(request)
    plan_id = seen(request, receipt_id).made_from_id
    act(request, actions.take_back_conversion, receipt_id, reason=why.reason, expected_version=version)
    assert plan_id is not None, "the action refuses what was not made of a plan"
    return get_receipt(request, plan_id)
