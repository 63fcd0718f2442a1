"""Steps back, against what has followed: allowed, or refused with the remedy.

The matrix is `docs/reversal-matrix.md`. Whatever cascades is not here: the action does it.
"""

from collections.abc import Sequence

from troth.kernel.errors import BusinessError, Sentence, together


class LaterDocuments(BusinessError):
    """A later document stands on this one; it must be taken back first."""

    code = "later_documents"


class NotAssigned(BusinessError):
    """The delivery is on no shipment, or on another one."""

    code = "not_on_this_shipment"


class AlreadyAssigned(BusinessError):
    """The delivery is on a shipment already."""

    code = "already_on_a_shipment"


class NotAllIssued(BusinessError):
    """A shipment departs only when all on it has been issued."""

    code = "not_all_issued"


class EmptyShipment(BusinessError):
    """Nothing is on the shipment."""

    code = "empty_shipment"


def refuse_if_followed(document: Sentence, step: Sentence, followers: Sequence[Sentence], remedy: Sentence) -> None:
    """Raise `LaterDocuments` when there are followers (as "transfer order 80000012"); the remedy says what to do."""
    if followers:
        listed = together(_opening(followers[0]), *followers[1:], between=", ")
        facts = {"followers": listed, "document": document, "step": step, "remedy": remedy}
        if len(followers) == 1:
            said = Sentence("%(followers)s follows from %(document)s. To %(step)s, %(remedy)s first.", **facts)
        else:
            said = Sentence("%(followers)s follow from %(document)s. To %(step)s, %(remedy)s first.", **facts)
        raise LaterDocuments(said, document=document, followers=list(followers))


def _opening(follower: Sentence) -> Sentence:
    """A follower at the beginning of a sentence."""
    return Sentence(follower.pattern[0].upper() + follower.pattern[1:], **follower.facts)


OPENINGS = (
    Sentence("Delivery %(number)s"),
    Sentence("Departure of shipment %(number)s"),
    Sentence("Goods issue of %(number)s"),
    Sentence("Goods issue of delivery %(number)s"),
    Sentence("Handling unit %(number)s"),
    Sentence("Invoice %(number)s"),
    Sentence("Loading of shipment %(number)s"),
    Sentence("Proof of delivery %(number)s"),
    Sentence("Transfer order %(number)s"),
)
"""What may follow, as it stands at the beginning."""


class NotAllPicked(BusinessError):
    """A shipment is loaded only when all on it is picked."""

    code = "not_all_picked"


class OtherSite(BusinessError):
    """The documents belong to different sites."""

    code = "other_site"


class LineUnknown(BusinessError):
    """The delivery has no such line."""

    code = "line_unknown"


class NotLower(BusinessError):
    """A delivery is only lowered; more is another delivery."""

    code = "not_lower"
