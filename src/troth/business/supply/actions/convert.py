"""Planned supply becomes an order: what was planned is taken out of availability, and what is ordered put in.

Both in one transaction and under one lock of the series, so that no promise is without its supply in between. What was
promised on the plan keeps its day where the order is due as it was planned; where it is due later, or is for less, the
shortage is noted as with any receipt that changes.
"""

from dataclasses import dataclass
from datetime import date

from troth.business.supply.actions.expect import ExpectedReceipt, entry_of, expect, key_of, ref_of, save, settle
from troth.business.supply.models import Receipt
from troth.business.supply.rules import check_quantity
from troth.business.supply.rules.planned import INTO, check_conversion, check_due
from troth.business.supply.states import RECEIPT, ReceiptState
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.lots import after
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Shortfall
from troth.platform import events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Converted:
    """`receipt_id` is the order that was made; `short` what is missing now for what was promised."""

    receipt_id: int
    short: tuple[Shortfall, ...] = ()


@action
def convert_receipt(
    receipt_id: int,
    *,
    into: str,
    number: str,
    due_on: date | None = None,
    quantity: int | None = None,
    supplier_id: int | None = None,
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> Converted:
    """Make an order (`into`: its kind) out of a requisition or a planned order, for all of it or another `quantity`.

    Of less than was planned the rest stays planned; of more nothing does. A firm planned order becomes a firm
    requisition. The supplier is the one that was planned, unless another is named. `NotPlanned` of what is ordered
    already, `CannotBecome` of what it cannot become, `ReceiptExists` on a number that is taken; what is converted or
    cancelled stays.
    """
    receipt, held = locks.hold(Receipt, receipt_id, by=by)
    locks.refuse_if_changed(receipt, expected_version)
    check_conversion(receipt.kind, receipt.number, into)
    ordered = receipt.quantity if quantity is None else quantity
    check_quantity(f"receipt {number}", ordered)
    if due_on is not None:
        check_due(due_on, clock.today(reference.site(receipt.site_id).time_zone))
    if supplier_id is not None and not reference.party_names([supplier_id]):
        raise NotFound(Sentence("There is no party %(id)s. Choose another supplier."), field="supplier", id=supplier_id)
    made = _order(receipt, into, number, due_on or receipt.due_on, ordered, supplier_id)
    held.take(key_of(receipt))
    _take_out(held, receipt, ordered, clock)
    [made_id] = expect(held, [made], by=by, clock=clock)
    events.record(
        "supply.receipt_converted", ref_of(receipt.pk, receipt.number), company_id=receipt.company_id, by=by,
        at=clock.now(), facts={"into": number, "kind": into, "quantity": ordered},
    )  # fmt: skip
    cause = f"{receipt.number} became {number}"
    return Converted(made_id, tuple(settle(held, receipt, cause=cause, clock=clock)))


def _order(
    receipt: Receipt, into: str, number: str, due_on: date, ordered: int, supplier_id: int | None
) -> ExpectedReceipt:  # fmt: skip
    """What is ordered instead. Goods that expire last as many days longer as they come later."""
    later = (due_on - receipt.due_on).days
    return ExpectedReceipt(
        receipt.company_id, into, number, receipt.product_id, receipt.site_id, due_on, ordered,
        supplier_id or receipt.supplier_id, after(receipt.expires_on, later) if receipt.expires_on else None,
        receipt.valuation, is_firm=receipt.is_firm and into in INTO, made_from_id=receipt.pk,
    )  # fmt: skip


def _take_out(held: Held, receipt: Receipt, ordered: int, clock: Clock) -> None:
    """What is ordered is planned no longer; a rest is."""
    taken_back = entry_of(receipt, sign=-1)
    rest = receipt.quantity - ordered
    receipt.state = RECEIPT.step(receipt.state, "convert a part" if rest > 0 else "convert")
    if rest > 0:
        receipt.quantity = rest
    kept = [entry_of(receipt, sign=1)] if receipt.state == ReceiptState.OPEN else []
    availability.post(held, [taken_back, *kept], at=clock.now())
    save(receipt)
