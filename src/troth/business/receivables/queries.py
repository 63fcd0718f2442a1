"""Payments as people look at them: what came in, what it was set against, what of it is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Sum

from troth.business.receivables.models import Clearing, Payment
from troth.kernel.errors import NotFound, Sentence
from troth.platform.actors import Actor


@dataclass(frozen=True, slots=True)
class ClearingRow:
    """`amount` of a payment set against an invoice, with the discount granted; `reversed_at` when it was taken back."""

    id: int
    invoice_id: int
    invoice_number: str
    amount: int
    discount: int
    at: datetime
    reversed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """Minor units of `currency`; `left` is set against no invoice."""

    id: int
    number: str
    state: str
    version: int
    company_id: int
    payer_id: int
    payer: str
    received_on: date
    currency: str
    amount: int
    left: int
    reference: str


def payments(*, by: Actor, payer_id: int | None = None) -> QuerySet[Payment]:
    """Payments that the actor may see."""
    found = _visible(by)
    return found if payer_id is None else found.filter(payer_id=payer_id)


def payment(payment_id: int, *, by: Actor) -> tuple[PaymentRow, tuple[ClearingRow, ...]]:
    """A payment with its clearings. `NotFound` where there is none that the actor may see."""
    found = _visible(by).filter(pk=payment_id).first()
    if found is None:
        raise NotFound(Sentence("There is no payment %(id)s that you may see."), kind="payment", id=payment_id)
    names = ("pk", "invoice_id", "invoice_number", "amount", "discount", "at", "reversed_at")
    clearings = Clearing.objects.filter(payment=found).order_by("pk").values_list(*names)
    return rows([found])[0], tuple(ClearingRow(*row) for row in clearings)


def _visible(by: Actor) -> QuerySet[Payment]:
    query = Payment.objects.select_related("payer")
    return query if by.company_ids is None else query.filter(company_id__in=by.company_ids)


def rows(found: Sequence[Payment]) -> list[PaymentRow]:
    """Payments as a list shows them."""
    standing = Clearing.objects.filter(payment__in=found, reversed_at=None).values_list("payment_id")
    used = dict(standing.annotate(total=Sum("amount")).order_by())
    return [
        PaymentRow(
            id=row.pk,
            number=row.number,
            state=row.state,
            version=row.version,
            company_id=row.company_id,
            payer_id=row.payer_id,
            payer=row.payer.name,
            received_on=row.received_on,
            currency=row.currency_id,
            amount=row.amount,
            left=0 if row.state == "reversed" else row.amount - used.get(row.pk, 0),
            reference=row.reference,
        )
        for row in found
    ]
