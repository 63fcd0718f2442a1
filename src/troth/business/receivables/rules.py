"""How a payment is set against invoices.

A clearing takes `amount` from the payment and may grant a `discount` with it, if the payment came in time; both
together come off what the invoice still claims. Nothing is cleared beyond what is open on either side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.money import Rounding, round_ratio


class ClearsTooMuch(BusinessError):
    """More would be cleared than the invoice claims or the payment has left."""

    code = "clears_too_much"


class WrongPayer(BusinessError):
    """The invoice is for another payer, company or currency than the payment."""

    code = "wrong_payer"


class PaymentReversed(BusinessError):
    code = "payment_reversed"


class PaymentCleared(BusinessError):
    """Clearings stand that use the payment."""

    code = "payment_cleared"


class NothingCleared(BusinessError):
    code = "nothing_cleared"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice and what it still claims, in minor units of `currency`."""

    invoice_id: int
    number: str
    company_id: int
    payer_id: int
    currency: str
    gross: int
    paid: int
    invoiced_on: date
    due_on: date
    discount_days: int
    discount_basis_points: int

    @property
    def open(self) -> int:
        return self.gross - self.paid

    def discount(self, received_on: date) -> int:
        """The discount that the terms grant for paying all of it on this day."""
        if not self.discount_basis_points or received_on > self.invoiced_on + timedelta(days=self.discount_days):
            return 0
        return round_ratio(self.gross * self.discount_basis_points, 10_000, Rounding.HALF_UP)


@dataclass(frozen=True, slots=True)
class Clear:
    """Set `amount` of a payment against an invoice, and grant `discount` with it."""

    invoice_id: int
    amount: int
    discount: int = 0


def propose(items: Sequence[OpenItem], amount: int, received_on: date) -> list[Clear]:
    """Clear the oldest due first; where the rest pays an invoice in full with its discount, grant the discount."""
    proposed = []
    for item in sorted(items, key=lambda item: (item.due_on, item.invoice_id)):
        if amount <= 0:
            break
        discount = item.discount(received_on) if not item.paid else 0
        if discount and amount >= item.open - discount:
            take = item.open - discount
        else:
            discount, take = 0, min(amount, item.open)
        proposed.append(Clear(item.invoice_id, take, discount))
        amount -= take
    return proposed


def check(item: OpenItem, clear: Clear, *, row: int | None = None) -> None:
    """Refuse a clearing that is negative, empty or more than the invoice claims."""
    if clear.amount < 0 or clear.discount < 0 or clear.amount + clear.discount == 0:
        raise ClearsTooMuch(
            Sentence("Invoice %(invoice)s: enter an amount above zero to clear."),
            row=row,
            field="amount",
            invoice=item.number,
        )
    if clear.amount + clear.discount > item.open:
        raise ClearsTooMuch(
            Sentence("Invoice %(invoice)s has less open than would be cleared. Clear at most what is open."),
            row=row,
            field="amount",
            invoice=item.number,
            open=item.open,
            asked=clear.amount + clear.discount,
        )
