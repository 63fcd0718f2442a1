"""A plan: planned orders and requisitions set by their numbers, many at once, as a planning run brings them.

What is named and new is entered, what differs is changed, with a quantity of 0 it is planned no longer; the same again
changes nothing. What a plan does not name stays. All rows are taken, or none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from troth.business.supply import queries
from troth.business.supply.actions.expect import Change, ExpectedReceipt, cancel, change, expect, expiring, settle_all
from troth.business.supply.models import Receipt
from troth.business.supply.rules import ReasonMissing, check_quantity
from troth.business.supply.rules.planned import check_plan, no_longer_planned, other_goods, planned_twice
from troth.business.supply.states import ReceiptState
from troth.kernel.errors import BusinessError, NotFound, Refusals, Sentence
from troth.ledgers.availability.actions import Shortfall
from troth.platform import actions, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.reference import queries as reference

Named = tuple[int, str, str]
"""(company id, kind, number)."""


@dataclass(frozen=True, slots=True)
class Planned:
    """How many rows did what; `short` is what is missing now for what was promised on planned supply."""

    entered: int = 0
    changed: int = 0
    cancelled: int = 0
    short: tuple[Shortfall, ...] = ()


@action
def plan_supply(rows: Sequence[ExpectedReceipt], *, reason: str, by: Actor, clock: Clock) -> Planned:
    """Let these be planned; `reason` says where they come from, such as the version of a plan. 0 is no longer planned.

    `Refusals` by row: of what is ordered and not planned, named twice, of other goods than before, converted or
    cancelled already.
    """
    if not reason.strip():
        raise ReasonMissing(Sentence("A plan needs a reason. Say where it comes from."), field="reason")
    there = queries.standing([_named(one) for one in rows])
    rows = _check(rows, there, by)
    held = locks.begin()
    standing = {one.pk: one for one in held.hold(Receipt, *sorted(row.id for row in there.values()), by=by)}
    new = [one for one in rows if _named(one) not in there and one.quantity]
    held.take(*(one.key for one in rows))
    moved: list[Receipt] = []
    cancelled = 0
    for number, one in enumerate(rows, 1):
        known = there.get(_named(one))
        receipt = standing[known.id] if known else None
        if receipt is None or (receipt.state == ReceiptState.CANCELLED and not one.quantity):
            continue
        if receipt.state != ReceiptState.OPEN:
            raise Refusals([no_longer_planned(one.kind, one.number, number)])
        if not one.quantity:
            cancel(held, receipt, reason, by=by, clock=clock)
            cancelled += 1
            moved.append(receipt)
        elif _differs(receipt, one):
            wanted = Change(one.due_on, one.quantity, one.expires_on, one.is_firm)
            change(held, receipt, wanted, by=by, clock=clock)
            moved.append(receipt)
    expect(held, new, by=by, clock=clock)
    short = settle_all(held, moved, cause=f"plan: {reason}"[:200], clock=clock)
    return Planned(len(new), len(moved) - cancelled, cancelled, tuple(short))


def _named(one: ExpectedReceipt) -> Named:
    return one.company_id, str(one.kind), one.number


def _differs(receipt: Receipt, one: ExpectedReceipt) -> bool:
    wanted = (one.due_on, one.quantity, one.expires_on, one.is_firm)
    return (receipt.due_on, receipt.quantity, receipt.expires_on, receipt.is_firm) != wanted


def _check(
    rows: Sequence[ExpectedReceipt], there: dict[Named, queries.ReceiptRow], by: Actor
) -> list[ExpectedReceipt]:  # fmt: skip
    """Refuse what is wrong; return the rows with the last day of their goods."""
    for site_id in {one.site_id for one in rows}:
        site = reference.site(site_id)
        actions.require(by, company_id=site.company_id, site_id=site_id)
    products = reference.products({one.product_id for one in rows})
    seen: set[Named] = set()
    checked: list[ExpectedReceipt] = []
    wrong: list[BusinessError] = []
    for row, one in enumerate(rows, 1):
        try:
            check_plan(one.kind, one.is_firm, row)
            if one.product_id not in products:
                raise NotFound(Sentence("There is no product %(id)s."), field="product", id=one.product_id)
            if one.quantity:
                check_quantity(f"receipt {one.number}", one.quantity)
            if _named(one) in seen:
                raise planned_twice(one.kind, one.number, row)
            known = there.get(_named(one))
            if known and (known.product_id, known.site_id, known.valuation) != (
                one.product_id, one.site_id, one.valuation,
            ):  # fmt: skip
                raise other_goods(one.kind, one.number, known.product, row)
            checked.append(expiring(one, products[one.product_id], row) if one.quantity else one)
        except BusinessError as refused:
            refused.row = row
            wrong.append(refused)
        seen.add(_named(one))
    if wrong:
        raise Refusals(wrong)
    return checked
