"""The limits and packages of what comes from no order, a hold or a check: those of an order line of the same words."""

from collections.abc import Iterable

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import CustomerTerms
from troth.business.promising.rules import Wish
from troth.kernel import limits
from troth.kernel.errors import Sentence
from troth.kernel.limits import Limits
from troth.kernel.packages import Packing
from troth.kernel.quantity import Unit


def fault_of(own: Limits, quantity: int, unit: Unit) -> tuple[str, Sentence] | None:
    """What is wrong of the limits that a line of `quantity` names, by field."""
    for fault in limits.faults(own.lateness_days_max, own.deliveries_max):
        return fault
    if own.min_shipment is not None and (said := limits.too_much(own.min_shipment, quantity, unit)) is not None:
        return "min_shipment", said
    return None


def limited(wish: Wish, own: Limits, customer: CustomerTerms | None, packing: Packing | None) -> Wish:
    """The wish in whole packages, within its own limits and those of the customer for whom it is."""
    quantity = (packing.requested(wish.quantity) if packing else 0) or wish.quantity
    least, days = limits.agreed(own.min_shipment, own.lateness_days_max, quantity, customer)
    agreed = customer.deliveries_max if customer else wish.deliveries_max
    return wish._replace(
        quantity=quantity,
        min_shipment=least,
        lateness_days_max=days,
        deliveries_max=own.deliveries_max or agreed,
        packing=packing,
    )


def packings(customer: CustomerTerms | None, product_ids: Iterable[int], edition: int) -> dict[int, Packing]:
    """The packages of products for a customer, or for all: a statement where anybody keeps any."""
    if "package_sizes" not in masterdata.snapshot(edition).offering:
        return {}
    return masterdata.packings(customer.customer_id if customer else None, product_ids)
