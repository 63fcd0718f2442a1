"""How far a line may come: lost <= issued <= picked <= delivered <= ordered + tolerance, and billed within its basis.

ordered 10, tolerance 1     delivered 11 is the most
delivered 5                 picked 5 is the most; taking the delivery back below what is picked is refused as well
basis issued                billed <= issued - lost
basis ordered               billed <= ordered + tolerance
basis none                  nothing is billed
"""

from operator import attrgetter

from troth.kernel.errors import BusinessError, Sentence
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
    name = (
        Sentence("A line of %(document)s", document=document) if document else Sentence("Line %(line)s", line=line_id)
    )
    for measure, quantity in zip(_MEASURES, _measured(line), strict=True):
        if quantity < 0:
            raise NothingToTakeBack(
                Sentence(
                    "%(name)s would have less than nothing %(measure)s. Take back no more than was %(measure)s.",
                    name=name,
                    measure=Sentence(measure.value),
                ),
                measure=measure.value,
                quantity=quantity,
                kind=kind,
                line_id=line_id,
                document=document,
            )
    for refusal, quantity, limit in _limits(line):
        if quantity > limit:
            raise refusal(
                Sentence(_SAYS[refusal].pattern, name=name, quantity=quantity, limit=limit),
                quantity=quantity,
                limit=limit,
                kind=kind,
                line_id=line_id,
                document=document,
            )


_MEASURES = tuple(Measure)
_measured = attrgetter(*_MEASURES)
Limit = tuple[type[BusinessError], int, int]
MEASURES = (
    Sentence("ordered"),
    Sentence("delivered"),
    Sentence("picked"),
    Sentence("issued"),
    Sentence("lost"),
    Sentence("billed"),
)
"""The measures as a sentence says them."""

_SAYS: dict[type[BusinessError], Sentence] = {
    ExceedsOrder: Sentence(
        "%(name)s would have %(quantity)s in deliveries, but no more than %(limit)s are ordered. Deliver less, or "
        "order more first; to order less, take the deliveries back first."
    ),
    ExceedsDelivery: Sentence(
        "%(name)s would have %(quantity)s picked, but only %(limit)s in deliveries. Pick less, or take the pick back "
        "before the delivery."
    ),
    ExceedsPick: Sentence(
        "%(name)s would have %(quantity)s issued, but only %(limit)s picked. Confirm the pick first, or reverse the "
        "goods issue before the pick."
    ),
    ExceedsIssue: Sentence(
        "%(name)s would have %(quantity)s lost, but only %(limit)s issued. Take the proof of delivery back before the "
        "goods issue."
    ),
    ExceedsBillable: Sentence(
        "%(name)s would have %(quantity)s billed, but no more than %(limit)s may be. Bill less, or cancel the invoice "
        "before what it bills."
    ),
}


def _limits(line: FulfilmentBalance) -> tuple[Limit, ...]:
    """(refusal, quantity, the most it may be) for each limit of a line."""
    return (
        (ExceedsOrder, line.delivered, line.ordered + line.tolerance),
        (ExceedsDelivery, line.picked, line.delivered),
        (ExceedsPick, line.issued, line.picked),
        (ExceedsIssue, line.lost, line.issued),
        (ExceedsBillable, line.billed, billable(line)),
    )


def billable(line: FulfilmentBalance) -> int:
    """Return the most that may be billed of a line."""
    if line.billing_basis == BillingBasis.ISSUED:
        return line.issued - line.lost
    return line.ordered + line.tolerance if line.billing_basis == BillingBasis.ORDERED else 0
