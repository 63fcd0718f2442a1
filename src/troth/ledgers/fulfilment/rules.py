"""How far a line may come: lost <= issued <= picked <= delivered <= ordered + tolerance, and billed within its basis.

ordered 10, tolerance 1     delivered 11 is the most
delivered 5                 picked 5 is the most; taking the delivery back below what is picked is refused as well
basis issued                billed <= issued - lost
basis ordered               billed <= ordered + tolerance
basis none                  nothing is billed
"""

from operator import attrgetter

from troth.kernel.errors import BusinessError
from troth.ledgers.fulfilment.states import BillingBasis, FulfilmentBalance, Measure


class ExceedsOrder(BusinessError):
    """More would be delivered than is ordered."""

    code = "exceeds_order"


class ExceedsDelivery(BusinessError):
    """More would be picked than the deliveries hold."""

    code = "exceeds_delivery"


class ExceedsPick(BusinessError):
    """More would be issued than is picked."""

    code = "exceeds_pick"


class ExceedsIssue(BusinessError):
    """More would be lost than was issued."""

    code = "exceeds_issue"


class ExceedsBillable(BusinessError):
    """More would be billed than the billing basis allows."""

    code = "exceeds_billable"


class NothingToTakeBack(BusinessError):
    """More would be taken back than there was."""

    code = "nothing_to_take_back"


def check(line: FulfilmentBalance, *, kind: str, line_id: int, document: str) -> None:
    """Refuse a line that would be out of order; `document` is the number of the document it belongs to."""
    name = f"A line of {document}" if document else f"Line {line_id}"
    for measure, quantity in zip(_MEASURES, _measured(line), strict=True):
        if quantity < 0:
            raise NothingToTakeBack(
                f"{name} would have less than nothing {measure}. Take back no more than was {measure}.",
                measure=measure.value,
                quantity=quantity,
                kind=kind,
                line_id=line_id,
                document=document,
            )
    for refusal, quantity, limit, sentence in _limits(line):
        if quantity > limit:
            raise refusal(
                f"{name} would have {quantity} {sentence.format(limit=limit)}",
                quantity=quantity,
                limit=limit,
                kind=kind,
                line_id=line_id,
                document=document,
            )


_MEASURES = tuple(Measure)
_measured = attrgetter(*_MEASURES)
Limit = tuple[type[BusinessError], int, int, str]


def _limits(line: FulfilmentBalance) -> tuple[Limit, ...]:
    """(refusal, quantity, the most it may be, the rest of the sentence) for each limit of a line."""
    return (
        (
            ExceedsOrder,
            line.delivered,
            line.ordered + line.tolerance,
            "in deliveries, but no more than {limit} are ordered. Deliver less, or order more first; to order less, "
            "take the deliveries back first.",
        ),
        (
            ExceedsDelivery,
            line.picked,
            line.delivered,
            "picked, but only {limit} in deliveries. Pick less, or take the pick back before the delivery.",
        ),
        (
            ExceedsPick,
            line.issued,
            line.picked,
            "issued, but only {limit} picked. Confirm the pick first, or reverse the goods issue before the pick.",
        ),
        (
            ExceedsIssue,
            line.lost,
            line.issued,
            "lost, but only {limit} issued. Take the proof of delivery back before the goods issue.",
        ),
        (
            ExceedsBillable,
            line.billed,
            billable(line),
            "billed, but no more than {limit} may be. Bill less, or cancel the invoice before what it bills.",
        ),
    )


def billable(line: FulfilmentBalance) -> int:
    """Return the most that may be billed of a line."""
    if line.billing_basis == BillingBasis.ISSUED:
        return line.issued - line.lost
    return line.ordered + line.tolerance if line.billing_basis == BillingBasis.ORDERED else 0
