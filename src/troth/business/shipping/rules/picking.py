"""What was found of what was to be fetched.

Everything that is not said to differ was found. A difference needs a reason, and what to do with the quantity that was
not found: give it back to the order, or leave it on the delivery for another transfer order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from troth.kernel.errors import BusinessError, InvalidInput, Sentence


class FoundTooMuch(BusinessError):
    """More was reported than was to be fetched."""

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
    """`picked` of a position; where it is less than was to be fetched, why, and whether the rest stays to be picked."""

    picked: int
    reason: str = ""
    keep_open: bool = False


@dataclass(frozen=True, slots=True)
class Picked:
    """The outcome of a position."""

    line: ToFetch
    picked: int
    reason: str
    given_back: int


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
    if found.picked > line.quantity:
        raise FoundTooMuch(
            Sentence(
                "Position %(position)s says to fetch %(wanted)s, but %(picked)s were reported. Pick "
                "what the list says; to send more, change the delivery first."
            ),
            position=line.position,
            field=str(line.position),
            wanted=line.quantity,
            picked=found.picked,
        )
    lacking = line.quantity - found.picked
    if lacking and not found.reason.strip():
        raise ReasonMissing(
            Sentence("Position %(position)s lacks %(lacking)s. Say why."),
            position=line.position,
            field=str(line.position),
            lacking=lacking,
        )
    return Picked(line, found.picked, found.reason.strip() if lacking else "", 0 if found.keep_open else lacking)


class NothingToPick(BusinessError):
    """All of it is picked, or on a transfer order already."""

    code = "nothing_to_pick"
