"""Inner verbs of the promise: each runs inside the action of whoever calls, with what it decides on held."""

from troth.business.promising.actions.allocate import (
    MoreThanOpen,
    NotFreeToAllocate,
    NothingAllocated,
    allocate,
    release_allocation,
    tied_keys,
)
from troth.business.promising.actions.confirm import SUPPOSED, confirm, keys, reconfirm, simulate, way, withdraw
from troth.business.promising.actions.deliver import (
    GivingBack,
    Issuing,
    Taken,
    Taking,
    give_back,
    issue,
    take_more,
    take_over,
    unissue,
)
from troth.business.promising.actions.replay import Earlier, Replayed, earlier, register_wishes, replay
from troth.business.promising.actions.repromise import repromise_short
from troth.business.promising.actions.suppose import Check, Supposition, TooManyChecks, WrongCheck, check
from troth.business.promising.rules import (
    LessThanDelivered,
    LinePromise,
    Promise,
    SiteClosed,
    StillAllocated,
    UnknownScope,
    Way,
    Wish,
)

__all__ = [
    "SUPPOSED",
    "Check",
    "Earlier",
    "GivingBack",
    "Issuing",
    "LessThanDelivered",
    "LinePromise",
    "MoreThanOpen",
    "NotFreeToAllocate",
    "NothingAllocated",
    "Promise",
    "Replayed",
    "SiteClosed",
    "StillAllocated",
    "Supposition",
    "Taken",
    "Taking",
    "TooManyChecks",
    "UnknownScope",
    "Way",
    "Wish",
    "WrongCheck",
    "allocate",
    "check",
    "confirm",
    "earlier",
    "give_back",
    "issue",
    "keys",
    "reconfirm",
    "register_wishes",
    "release_allocation",
    "replay",
    "repromise_short",
    "simulate",
    "take_more",
    "take_over",
    "tied_keys",
    "unissue",
    "way",
    "withdraw",
]
