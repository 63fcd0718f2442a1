"""Ids of what people name by code."""

from collections.abc import Iterable

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


def customer_ids(company_id: int, numbers: Iterable[str]) -> dict[str, int]:
    """The ids of a company's customers by the number of their party; numbers without one are left out."""
    found = Customer.objects.filter(company_id=company_id, party__number__in=list(numbers))
    return dict(found.values_list("party__number", "pk"))


def customers_of(company_id: int, groups: Iterable[str]) -> frozenset[int]:
    """The ids of a company's customers of these groups."""
    found = Customer.objects.filter(company_id=company_id, group__in=list(groups))
    return frozenset(found.values_list("pk", flat=True))


def receiving_calendars(company_id: int) -> dict[int, int]:
    """The calendar of the days on which each customer of a company receives goods, by the customer's id."""
    return dict(Customer.objects.filter(company_id=company_id).values_list("pk", "calendar_id"))


def mailed_customers(customer_ids: Iterable[int]) -> set[int]:
    """Those of the customers that get papers by mail as soon as they are due."""
    found = Customer.objects.filter(pk__in=list(customer_ids), mails_papers=True)
    return set(found.values_list("pk", flat=True))
