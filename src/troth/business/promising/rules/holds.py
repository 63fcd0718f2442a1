"""How long goods may be held, and by whom how many times.

Every hold ends by itself. It may be extended while it is active, up to the end of its life, and nobody keeps more than
so many: what is held is missing to everybody else.
"""

from datetime import datetime, timedelta

from troth.business.promising.states import HoldState
from troth.kernel.errors import BusinessError, Sentence

USUAL_HOURS = 48
LIFE_DAYS = 30
HOLDS_EACH_MAX = 20
LINES_MAX = 100


class WrongHold(BusinessError):
    """What a hold asks for cannot be."""

    code = "wrong_hold"


class HoldExpired(BusinessError):
    """The hold is past its expiry: its goods are free again."""

    code = "hold_expired"


class HeldForDocument(BusinessError):
    """The hold belongs to another document, which is ordered from instead."""

    code = "held_for_document"


class TooManyHolds(BusinessError):
    """One person holds as much as one person may."""

    code = "too_many_holds"


class TooManyForCustomer(BusinessError):
    """As much is held for a customer as may be."""

    code = "too_many_holds_for_customer"


class NothingToHold(BusinessError):
    """Nothing of what is asked for is there to be held."""

    code = "nothing_to_hold"


def check_expiry(expires_at: datetime, *, now: datetime, life_ends_at: datetime) -> None:
    """Refuse an expiry in the past or past the end of the hold's life."""
    if expires_at <= now:
        raise WrongHold(Sentence("A hold ends after now. Choose a later hour."), field="expires_at")
    if expires_at > life_ends_at:
        raise WrongHold(
            Sentence(
                "Goods are held for at most %(days)s days, and for a quotation no longer than it is valid. Choose an "
                "earlier hour, or make an order."
            ),
            field="expires_at",
            days=LIFE_DAYS,
            at_the_latest=life_ends_at.isoformat(),
        )


def state_at(state: str, expires_at: datetime, now: datetime) -> HoldState:
    """The state of a hold at an instant: one past its expiry has ended, whether or not the sweeper has come."""
    is_over = state == HoldState.ACTIVE and expires_at <= now
    return HoldState.EXPIRED if is_over else HoldState(state)


def life_end(entered_at: datetime) -> datetime:
    return entered_at + timedelta(days=LIFE_DAYS)
