"""How far a line may come: issued <= picked <= delivered <= ordered + tolerance, and billed within its basis.

    ordered 10, tolerance 1     delivered 11 is the most
    delivered 5                 picked 5 is the most; taking the delivery back below what is picked is refused as well
    basis issued                billed <= issued
    basis ordered               billed <= ordered + tolerance
    basis none                  nothing is billed
"""

from troth.kernel.errors import BusinessError
from troth.ledgers.fulfilment.keys import BillingBasis, FulfilmentBalance, FulfilmentKey, Measure


class ExceedsOrder(BusinessError):
    """More would be delivered than is ordered."""

    code = "exceeds_order"


class ExceedsDelivery(BusinessError):
    """More would be picked than the deliveries hold."""

    code = "exceeds_delivery"


class ExceedsPick(BusinessError):
    """More would be issued than is picked."""

    code = "exceeds_pick"


class ExceedsBillable(BusinessError):
    """More would be billed than the billing basis allows."""

    code = "exceeds_billable"


class NothingToTakeBack(BusinessError):
    """More would be taken back than there was."""

    code = "nothing_to_take_back"


def check(key: FulfilmentKey, line: FulfilmentBalance, document: str) -> None:
    """Refuse a line that would be out of order; `document` is the number of the document it belongs to."""
    name = f"A line of {document}" if document else f"Line {key.line_id}"
    facts = {"kind": key.kind, "line_id": key.line_id, "document": document}
    for measure in Measure:
        there = getattr(line, measure)
        if there < 0:
            raise NothingToTakeBack(
                f"{name} would have {there} {measure}. Take back no more than was {measure}.",
                measure=measure.value,
                quantity=there,
                **facts,
            )
    limit = line.ordered + line.tolerance
    if line.delivered > limit:
        raise ExceedsOrder(
            f"{name} would have {line.delivered} in deliveries, but no more than {limit} are ordered. Deliver less, or "
            "raise the ordered quantity first; to order less, take the deliveries back first.",
            quantity=line.delivered,
            limit=limit,
            **facts,
        )
    if line.picked > line.delivered:
        raise ExceedsDelivery(
            f"{name} would have {line.picked} picked, but only {line.delivered} in deliveries. Pick less, or take the "
            "pick back before the delivery.",
            quantity=line.picked,
            limit=line.delivered,
            **facts,
        )
    if line.issued > line.picked:
        raise ExceedsPick(
            f"{name} would have {line.issued} issued, but only {line.picked} picked. Confirm the pick first, or reverse "
            "the goods issue before the pick.",
            quantity=line.issued,
            limit=line.picked,
            **facts,
        )
    _check_billed(name, line, facts)


def billable(line: FulfilmentBalance) -> int:
    """Return the most that may be billed of a line."""
    if line.billing_basis == BillingBasis.ISSUED:
        return line.issued
    return line.ordered + line.tolerance if line.billing_basis == BillingBasis.ORDERED else 0


def _check_billed(name: str, line: FulfilmentBalance, facts: dict[str, str | int]) -> None:
    if line.billed > billable(line):
        raise ExceedsBillable(
            f"{name} would have {line.billed} billed, but no more than {billable(line)} may be. Bill less, or cancel the "
            "invoice before what it bills.",
            quantity=line.billed,
            limit=billable(line),
            **facts,
        )
