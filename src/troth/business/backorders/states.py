"""The states of a run, of its keys and its changes, and the words a variant is made of."""

from enum import StrEnum

from troth.kernel.lifecycle import Lifecycle


class RunState(StrEnum):
    """`undoing` and `applying` are worked off in batches; `stale`: nothing of it could be applied any more."""

    SIMULATING = "simulating"
    SIMULATED = "simulated"
    APPROVED = "approved"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"
    FAILED = "failed"
    STALE = "stale"


RUN = Lifecycle(
    "backorder run",
    {
        (RunState.SIMULATING, "simulated"): RunState.SIMULATED,
        (RunState.SIMULATING, "fail"): RunState.FAILED,
        (RunState.SIMULATED, "approve"): RunState.APPROVED,
        (RunState.SIMULATED, "discard"): RunState.DISCARDED,
        (RunState.APPROVED, "discard"): RunState.DISCARDED,
        (RunState.APPROVED, "apply"): RunState.APPLYING,
        (RunState.APPLYING, "applied"): RunState.APPLIED,
        (RunState.APPLYING, "stale"): RunState.STALE,
        (RunState.APPLIED, "undo"): RunState.UNDOING,
        (RunState.UNDOING, "undone"): RunState.UNDONE,
    },
)


class Kind(StrEnum):
    """What a run does: share out anew, or restore what another run changed."""

    RUN = "run"
    UNDO = "undo"


class KeyState(StrEnum):
    """`aborted`: an exception left the key as it was. `moved`: it moved since, and what was approved holds no more."""

    OPEN = "open"
    APPLIED = "applied"
    MOVED = "moved"
    ABORTED = "aborted"


class ChangeState(StrEnum):
    """`kept`: an undoing left the line as it is, because it was promised otherwise since or its goods are gone."""

    OPEN = "open"
    APPLIED = "applied"
    MOVED = "moved"
    KEPT = "kept"


class Serving(StrEnum):
    """What became of the goods that a rule lets serve a line: `moved`: it came to something else, so it was left;
    `undone`: its own goods serve it again; `kept`: an undoing left it as it is."""

    OPEN = "open"
    APPLIED = "applied"
    MOVED = "moved"
    UNDONE = "undone"
    KEPT = "kept"


class Left(StrEnum):
    """Why an undoing left a line as it is.

    `ended`: it was cancelled or rejected; `since`: it was promised otherwise since, or delivered; `gone`: its earlier
    goods are promised to others or not there; `quota`: its quota does not leave it what it had; `protected`: they are
    protected for others since; `together`: a line that arrives together with it was left.
    """

    ENDED = "ended"
    SINCE = "since"
    GONE = "gone"
    QUOTA = "quota"
    PROTECTED = "protected"
    TOGETHER = "together"


KEPT_FOR_OTHERS = "kept"
"""Where a change says what limits it: so much is protected for others, instead of the record of a quota."""


SHARED = "share"
"""Beside it: what the fair share of a line was of, as supply, demand, lines and the day."""


class Verdict(StrEnum):
    """How a change looks to the customer; `basis`: the same dates, on another basis."""

    BETTER = "better"
    WORSE = "worse"
    MIXED = "mixed"
    BASIS = "basis"


def verdict_of(gained: int, lost: int) -> Verdict:
    """What a change is that gains and loses so many units."""
    if gained and lost:
        return Verdict.MIXED
    if gained or lost:
        return Verdict.BETTER if gained else Verdict.WORSE
    return Verdict.BASIS


class Frozen(StrEnum):
    """Why a line that was selected takes no part.

    `together`: it arrives together with something that takes none; `linked`: or with lines of products that are linked
    with too many others to be decided at once. `expiring`: its goods are kept in batches, and it asks for one, arrives
    together with others, or is under a quota, protection or a lead time. `rationed`: a quota or supply protection holds
    for its product, and it was promised before what tells it apart was kept with it. `protected`: one location alone
    serves it, and supply protection holds for its product. `exceeded`: more is promised of its quota than it allows,
    and its strategy is one that keeps. `planned`: one location alone serves it, and planned or unreleased goods count
    for the product. `short`: its location lacks goods for lines that stay as they are. `linked` is, too, what shares a
    quota with lines of too many products. `limited` stands in earlier runs: a least shipment, a latest day or whole
    packages were agreed for it. `displaced`: runs made it later so often that this one, which would again, may not.
    """

    FIXED = "fixed"
    TOGETHER = "together"
    LINKED = "linked"
    HELD = "held"
    SCOPE = "scope"
    CLOSED = "closed"
    EXPIRING = "expiring"
    RATIONED = "rationed"
    PROTECTED = "protected"
    EXCEEDED = "exceeded"
    PLANNED = "planned"
    SHORT = "short"
    LIMITED = "limited"
    DISPLACED = "displaced"


class Rhythm(StrEnum):
    """When a variant is simulated without anybody asking."""

    NEVER = "never"
    HOURLY = "hourly"
    DAILY = "daily"
    WORKDAYS = "workdays"
    WEEKLY = "weekly"


class Sort(StrEnum):
    """What ranks the lines of a segment."""

    PRIORITY = "priority"
    REQUESTED = "requested"
    ENTERED = "entered"
    VALUE = "value"
    SMALLEST = "smallest"
    PROMISED = "promised"


class Only(StrEnum):
    """Lines by how they are promised now."""

    ALL = "all"
    UNCONFIRMED = "unconfirmed"
    LATE = "late"
    ON_TIME = "on_time"
