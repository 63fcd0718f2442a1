"""What was found of what was to be fetched.

Everything that is not said to differ was found. A difference needs a reason, and what to do with the quantity that was
not found: give it back to the order, or leave it on the delivery for another transfer order. More than was to be
fetched may be reported as far as there is room for it: within the order line's tolerance, of what lies free in that
bin, and of what is promised to nobody.

    ordered 10, tolerance 1, 3 free in the bin, 2 promised to nobody     found 11; 12 is refused: the order
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.quantity import format_quantity


class FoundTooMuch(BusinessError):
    """More was reported than may leave beyond what was to be fetched."""

    code = "found_too_much"


class ReasonMissing(InvalidInput):
    """A difference without a reason."""

    code = "difference_without_reason"


@dataclass(frozen=True, slots=True)
class ToFetch:
    """A line of a transfer order; smallest units."""

    id: int
    position: int
    delivery_line_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Found:
    """`picked` of a position; where it is not what was to be fetched, why.

    A rest goes back to the order, which it closes where the line's tolerance allows it. It stays on the delivery to be
    picked with `keep_open`, and waits for another delivery with `deliver_later`.
    """

    picked: int
    reason: str = ""
    keep_open: bool = False
    deliver_later: bool = False


@dataclass(frozen=True, slots=True)
class Picked:
    """The outcome of a position."""

    line: ToFetch
    picked: int
    reason: str
    given_back: int
    deliver_later: bool = False

    @property
    def more(self) -> int:
        """What was picked beyond what the list says."""
        return max(self.picked - self.line.quantity, 0)


def outcome(lines: Sequence[ToFetch], found: Mapping[int, Found]) -> tuple[Picked, ...]:
    """Return what was picked of each line; `found` is by position, positions it does not name were found in full."""
    known = {line.position for line in lines}
    for position in found:
        if position not in known:
            raise InvalidInput(
                Sentence("There is no position %(position)s on this transfer order."),
                position=position,
                field=str(position),
            )
    return tuple(_picked(line, found.get(line.position, Found(line.quantity))) for line in lines)


def _picked(line: ToFetch, found: Found) -> Picked:
    if found.picked < 0:
        raise InvalidInput("A picked quantity is zero or more.", field=str(line.position), picked=found.picked)
    lacking = line.quantity - found.picked
    if lacking and not found.reason.strip():
        lacks = Sentence("Position %(position)s lacks %(lacking)s. Say why.")
        has_more = Sentence("Position %(position)s has %(more)s more. Say why.")
        raise ReasonMissing(
            lacks if lacking > 0 else has_more,
            position=line.position,
            field=str(line.position),
            lacking=lacking,
            more=-lacking,
        )
    given_back = 0 if found.keep_open else max(lacking, 0)
    return Picked(line, found.picked, found.reason.strip() if lacking else "", given_back, found.deliver_later)


def completed_by(ordered: int, delivered: int, *, accepted: int) -> bool:
    """Whether what is delivered completes a line although it is less than ordered: at most by what is accepted."""
    return 0 < delivered < ordered <= delivered + accepted


class Limit(StrEnum):
    """What leaves no more room."""

    ORDER = "order"
    BILLED = "billed"
    TIED = "tied"
    BIN = "bin"
    PROMISED = "promised"


_SAYS = {
    Limit.ORDER: Sentence(
        "Position %(position)s: %(picked)s found instead of %(wanted)s. The order line's tolerance allows "
        "at most %(more)s more. Raise the order, or pick what it allows."
    ),
    Limit.BILLED: Sentence(
        "Position %(position)s: %(picked)s found instead of %(wanted)s. The line is billed by the order, "
        "so at most %(more)s more may leave. Raise the order first."
    ),
    Limit.TIED: Sentence(
        "Position %(position)s: %(picked)s found instead of %(wanted)s. Stock that is tied to the order "
        "is fetched to the piece. Pick what the list says."
    ),
    Limit.BIN: Sentence(
        "Position %(position)s: %(picked)s found instead of %(wanted)s. At most %(more)s more lie free in "
        "that bin; the others are fetched for other deliveries. Pick what is free, or check the stock."
    ),
    Limit.PROMISED: Sentence(
        "Position %(position)s: %(picked)s found instead of %(wanted)s. At most %(more)s more are promised "
        "to nobody. Pick what is free."
    ),
}


@dataclass(frozen=True, slots=True)
class Room:
    """How much more than the list says may be fetched at a position, and what limits it."""

    quantity: int
    limit: Limit


def refuse_without_room(one: Picked, rooms: Iterable[Room], *, decimals: int) -> None:
    """Refuse a position of which more was found than the smallest of the rooms holds."""
    least = min(rooms, key=lambda room: room.quantity)
    allowed = max(least.quantity, 0)
    if one.more <= allowed:
        return
    wanted, picked, more = (format_quantity(each, decimals) for each in (one.line.quantity, one.picked, allowed))
    raise FoundTooMuch(
        _SAYS[least.limit],
        position=one.line.position,
        field=str(one.line.position),
        wanted=wanted,
        picked=picked,
        more=more,
        allowed=allowed,
        limit=least.limit.value,
    )


class NothingToPick(BusinessError):
    """All of it is picked, or on a transfer order already."""

    code = "nothing_to_pick"
