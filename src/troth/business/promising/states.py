"""Modes of a promise, and what it stands on. The scopes of check are `kernel.scopes`, kept as master data."""

from enum import StrEnum

from troth.kernel.lifecycle import Lifecycle


class Mode(StrEnum):
    """How a wish may be confirmed: on the wished day only, whole on one day, or in parts."""

    ONE_TIME = "one_time"
    COMPLETE = "complete"
    PARTIAL = "partial"


class Basis(StrEnum):
    """What a confirmed quantity stands on; `unchecked` for products that are not kept in stock.

    `unreleased` are goods that lie here and are not free: in inspection, blocked, or at a location that is left out.
    """

    STOCK = "stock"
    SUPPLY = "supply"
    PLANNED = "planned"
    LEAD_TIME = "lead_time"
    UNRELEASED = "unreleased"
    ALLOCATED = "allocated"
    UNCHECKED = "unchecked"

    @property
    def is_secured(self) -> bool:
        """Whether firm supply stands behind it; the others are posted, and counted, apart."""
        return self not in (Basis.PLANNED, Basis.LEAD_TIME, Basis.UNRELEASED)


class HoldState(StrEnum):
    """How a hold stands in the books; one that is active and past its expiry holds nothing any more."""

    ACTIVE = "active"
    ORDERED = "ordered"
    RELEASED = "released"
    EXPIRED = "expired"


HOLD = Lifecycle(
    "hold",
    {
        (HoldState.ACTIVE, "extend"): HoldState.ACTIVE,
        (HoldState.ACTIVE, "order"): HoldState.ORDERED,
        (HoldState.ACTIVE, "release"): HoldState.RELEASED,
        (HoldState.ACTIVE, "expire"): HoldState.EXPIRED,
    },
)


class Cause(StrEnum):
    """Why a promise is the one it is: what made it, or made it anew."""

    ENTERED = "entered"
    CHANGED = "changed"
    SUPPLY = "supply"
    RELEASED = "released"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ORDERED = "ordered"
    BACKORDER = "backorder"
    UNDONE = "undone"
    ASKED = "asked"


UNSECURED = tuple(basis for basis in Basis if not basis.is_secured)
