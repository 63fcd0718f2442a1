"""Ids of what people name by code."""

from troth.business.masterdata.models import Customer, OrderType
from troth.platform import sql


def wants_mail(customer_id: int) -> bool:
    """Whether a customer gets papers by mail as soon as they are due."""
    return Customer.objects.filter(pk=customer_id, mails_papers=True).exists()


def needs_proof(customer_id: int) -> bool:
    """Whether a customer is billed only after the proof of delivery, and for what it proves."""
    return Customer.objects.filter(pk=customer_id, needs_proof=True).exists()


def confirms_by_mail(order_type_id: int) -> bool:
    """Whether orders of a type are confirmed by mail to those who want it."""
    return OrderType.objects.filter(pk=order_type_id, mails_papers=True).exists()


def payment_terms_id(code: str) -> int | None:
    """The active payment terms of this code."""
    rows = sql.fetch("SELECT id FROM masterdata_paymentterms WHERE code = %s AND is_active", [code])
    return rows[0][0] if rows else None
