"""An order that was made of planned supply goes back into the plan, as long as nothing of it has come.

The order is cancelled and what it was made of is planned again, in one transaction and under one lock of the series:
what was promised on the order is promised on the plan. Where the plan counts for less than the order did, because it
is not firm, is due later or for less, the shortage is noted.
"""

from troth.business.supply.actions.expect import cancel, entry_of, key_of, ref_of, save, settle
from troth.business.supply.models import Receipt
from troth.business.supply.rules import ReasonMissing
from troth.business.supply.rules.planned import check_back
from troth.business.supply.states import RECEIPT, ReceiptState
from troth.kernel.errors import NotFound, Sentence
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Shortfall
from troth.platform import events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held


@action
def take_back_conversion(
    receipt_id: int, *, reason: str, expected_version: int | None = None, by: Actor, clock: Clock
) -> list[Shortfall]:
    """Let the order of this id not be made of what was planned; return what is short for what was promised.

    `NotMadeOfPlan` of an order that stands for itself, `GoodsHaveCome` where something of it came; the refusal of their
    states where it is cancelled, or converted itself, or where the plan was cancelled since.
    """
    if not reason.strip():
        raise ReasonMissing(Sentence("Say why it goes back into the plan."), field="reason")
    found = Receipt.objects.filter(pk=receipt_id).values_list("made_from_id", "number").first()
    if found is None:
        raise NotFound(Sentence("There is no receipt %(id)s."), id=receipt_id)
    plan_id, number = found
    check_back(number, is_made=plan_id is not None)
    held = locks.begin()
    plan, made = held.hold(Receipt, *sorted((plan_id, receipt_id)), by=by)
    made, plan = (made, plan) if made.pk == receipt_id else (plan, made)
    locks.refuse_if_changed(made, expected_version)
    check_back(number, is_made=True, received=made.received)
    RECEIPT.step(plan.state, "take back")
    cancel(held, made, reason, by=by, clock=clock)
    _plan_again(held, plan, made, clock)
    events.record(
        "supply.conversion_taken_back", ref_of(plan.pk, plan.number), company_id=plan.company_id, by=by, at=clock.now(),
        facts={"reason": reason, "into": made.number, "quantity": made.quantity},
    )  # fmt: skip
    return settle(held, plan, cause=f"{made.number} became {plan.number} again", clock=clock)


def _plan_again(held: Held, plan: Receipt, made: Receipt, clock: Clock) -> None:
    """What is planned gets back what the order took of it."""
    held.take(key_of(plan))
    taken_back = entry_of(plan, sign=-1)
    if plan.state == ReceiptState.OPEN:
        plan.quantity += made.quantity
    elif _is_later(plan, made):
        plan.quantity = made.quantity
    plan.state = RECEIPT.step(plan.state, "take back")
    availability.post(held, [taken_back, entry_of(plan, sign=1)], at=clock.now())
    save(plan)


def _is_later(plan: Receipt, made: Receipt) -> bool:
    """Whether another order took the rest of the plan, so that what is written there is that order's."""
    others = Receipt.objects.filter(made_from_id=plan.pk, pk__gt=made.pk).exclude(state=ReceiptState.CANCELLED)
    return others.exists()
