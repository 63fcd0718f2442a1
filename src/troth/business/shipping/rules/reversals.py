"""Steps back, against what has followed: allowed, or refused with the remedy.

The matrix is `docs/reversal-matrix.md`. Whatever cascades is not here: the action does it.
"""

from collections.abc import Sequence

from troth.kernel.errors import BusinessError


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


def refuse_if_followed(document: str, step: str, followers: Sequence[str], remedy: str) -> None:
    """Raise `LaterDocuments` when there are followers (as "transfer order 80000012"); the remedy says what to do."""
    if followers:
        listed = ", ".join(followers)
        listed = listed[0].upper() + listed[1:]
        raise LaterDocuments(
            f"{listed} {'follows' if len(followers) == 1 else 'follow'} from {document}. To {step}, {remedy} first.",
            document=document,
            followers=list(followers),
        )


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
