"""The states of a request, and what is refused on its way."""

from enum import StrEnum

from troth.kernel.errors import BusinessError
from troth.kernel.lifecycle import Lifecycle


class RequestState(StrEnum):
    ASKED = "asked"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


_ASKED, _RECEIVED = RequestState.ASKED, RequestState.RECEIVED
OPEN = frozenset({_ASKED, _RECEIVED})
LIFECYCLE = Lifecycle(
    "request",
    {(_ASKED, "acknowledge"): _RECEIVED}
    | {(state, "accept"): RequestState.ACCEPTED for state in OPEN}
    | {(state, "decline"): RequestState.DECLINED for state in OPEN}
    | {(state, "withdraw"): RequestState.WITHDRAWN for state in OPEN}
    | {(state, "expire"): RequestState.EXPIRED for state in OPEN}
    | {(state, "escalate"): state for state in OPEN},
)

ON_TIME, RECEIPT_LATE, ANSWER_LATE = 0, 1, 2
"""How far a request has escalated."""


class AlreadyAsked(BusinessError):
    """The same question about the same document is open already."""

    code = "already_asked"


class NotYours(BusinessError):
    """The request is addressed to, or was made by, another role."""

    code = "not_yours"


class TooLate(BusinessError):
    """The deadline has passed, and a request of this kind ends with it."""

    code = "too_late"
