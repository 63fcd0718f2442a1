"""The states of quotations and orders, and what follows from quantities.

Few states stand in a table, because few are decided by a person. How far an order has come is not a state: it follows
from the fulfilment ledger and from the promise, and `progress` is the one function that says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from troth.kernel.lifecycle import Lifecycle


class OrderState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CANCELLED = "cancelled"


class QuotationState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


ORDER: Lifecycle[OrderState] = Lifecycle(
    "order",
    {
        (OrderState.DRAFT, "submit"): OrderState.SUBMITTED,
        (OrderState.DRAFT, "cancel"): OrderState.CANCELLED,
        (OrderState.SUBMITTED, "cancel"): OrderState.CANCELLED,
    },
)

QUOTATION: Lifecycle[QuotationState] = Lifecycle(
    "quotation",
    {
        (QuotationState.DRAFT, "send"): QuotationState.SENT,
        (QuotationState.DRAFT, "reject"): QuotationState.REJECTED,
        (QuotationState.SENT, "accept"): QuotationState.ACCEPTED,
        (QuotationState.SENT, "reject"): QuotationState.REJECTED,
        (QuotationState.SENT, "expire"): QuotationState.EXPIRED,
        (QuotationState.SENT, "revise"): QuotationState.SUPERSEDED,
        (QuotationState.REJECTED, "revise"): QuotationState.SUPERSEDED,
        (QuotationState.EXPIRED, "revise"): QuotationState.SUPERSEDED,
    },
)
"""A revision takes the place of the quotation that it revises; an accepted one is ordered, not revised."""

ORDERABLE = frozenset({QuotationState.SENT, QuotationState.ACCEPTED})
"""From these states an order is made; ordering from a sent quotation accepts it."""


class NewDatesState(StrEnum):
    """How new dates stand that are proposed for an order: kept means that the old ones were."""

    OPEN = "open"
    TAKEN = "taken"
    KEPT = "kept"
    COVERED = "covered"


NEW_DATES: Lifecycle[NewDatesState] = Lifecycle(
    "proposal of new dates",
    {
        (NewDatesState.OPEN, "take"): NewDatesState.TAKEN,
        (NewDatesState.OPEN, "keep"): NewDatesState.KEPT,
        (NewDatesState.OPEN, "cover"): NewDatesState.COVERED,
        (NewDatesState.KEPT, "take"): NewDatesState.TAKEN,
        (NewDatesState.KEPT, "cover"): NewDatesState.KEPT,
    },
)
"""Who has kept the old dates may take the new ones after all, until supply covers the promise again."""


class Confirmation(StrEnum):
    NOTHING_TO_CONFIRM = "nothing_to_confirm"
    UNCONFIRMED = "unconfirmed"
    PARTLY = "partly_confirmed"
    FULLY = "confirmed"


class Fulfilled(StrEnum):
    """How far a step has come for the order as a whole."""

    NOTHING_TO_DO = "nothing_to_do"
    OPEN = "open"
    PARTLY = "partly"
    FULLY = "fully"


@dataclass(frozen=True, slots=True)
class LineProgress:
    """What the promise and the ledgers say of one standing line, in smallest units.

    `lost` was issued and did not arrive.
    """

    is_promised: bool
    is_delivered: bool
    billing_basis: str
    ordered: int
    confirmed: int = 0
    delivered: int = 0
    picked: int = 0
    issued: int = 0
    billed: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """The derived status of a submitted order; `headline` is the one word for lists."""

    confirmation: Confirmation
    delivery: Fulfilled
    goods_issue: Fulfilled
    billing: Fulfilled
    payment: Fulfilled
    is_blocked: bool
    headline: str


def progress(lines: Iterable[LineProgress], *, invoiced: int = 0, paid: int = 0, is_blocked: bool = False) -> Progress:
    """Derive how far an order has come; rejected lines are left out by the caller.

    `invoiced` and `paid` are what the order's invoices come to and what of it is cleared, in minor units.
    """
    standing = tuple(lines)
    promised = [line for line in standing if line.is_promised]
    to_deliver = [line for line in standing if line.is_delivered]
    to_bill = [line for line in standing if line.billing_basis != "none"]
    # What has gone to a delivery is not confirmed any more: it is as good as done.
    confirmation = _confirmation(sum(max(line.confirmed, line.delivered) for line in promised), _ordered(promised))
    delivery = _fulfilled(sum(line.delivered for line in to_deliver), _ordered(to_deliver))
    goods_issue = _fulfilled(sum(line.issued for line in to_deliver), _ordered(to_deliver))
    # What was lost on the way is never billed.
    lost = sum(line.lost for line in to_bill)
    billing = _fulfilled(sum(line.billed for line in to_bill), _ordered(to_bill) - lost)
    payment = _fulfilled(paid, invoiced)
    if billing is not Fulfilled.FULLY and payment is Fulfilled.FULLY:
        payment = Fulfilled.PARTLY
    headline = _headline(confirmation, delivery, goods_issue, billing, payment)
    return Progress(confirmation, delivery, goods_issue, billing, payment, is_blocked, headline)


def _ordered(lines: Iterable[LineProgress]) -> int:
    return sum(line.ordered for line in lines)


def _confirmation(confirmed: int, wanted: int) -> Confirmation:
    if wanted == 0:
        return Confirmation.NOTHING_TO_CONFIRM
    if confirmed == 0:
        return Confirmation.UNCONFIRMED
    return Confirmation.FULLY if confirmed >= wanted else Confirmation.PARTLY


def _fulfilled(done: int, wanted: int) -> Fulfilled:
    if wanted == 0:
        return Fulfilled.NOTHING_TO_DO
    if done == 0:
        return Fulfilled.OPEN
    return Fulfilled.FULLY if done >= wanted else Fulfilled.PARTLY


def _headline(
    confirmation: Confirmation, delivery: Fulfilled, goods_issue: Fulfilled, billing: Fulfilled, payment: Fulfilled
) -> str:
    """The furthest step that says something: the later steps win."""
    if payment is Fulfilled.FULLY:
        return "paid"
    done = {Fulfilled.FULLY: "fully", Fulfilled.PARTLY: "partly"}
    for word, step in (("billed", billing), ("issued", goods_issue), ("delivered", delivery)):
        if step in done:
            return f"{done[step]}_{word}"
    return "open" if confirmation is Confirmation.NOTHING_TO_CONFIRM else confirmation.value
