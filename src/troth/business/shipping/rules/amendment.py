"""How a line of an order falls when part of it is on its way already: the smallest cuts, and never a return.

What is cut first costs least to undo: goods that nobody was sent to fetch, then goods on an open transfer order, then
goods that are picked; each time from the latest delivery. What is issued has left and stays ordered. What is packed
stays packed: it is unpacked first.

    ordered 10; in delivery A 4 picked, in delivery B 3 to fetch and 3 on no list
    to 8     B gives back 2 that are on no list
    to 5     B gives back 3 and fetches 2 less
    to 2     B is empty, 2 of A go back to their bins
    A left   the line falls to 4 and no further
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from troth.kernel.errors import BusinessError, Sentence, together


class HasLeft(BusinessError):
    """The line would fall below what is issued or being loaded."""

    code = "has_left"


@dataclass(frozen=True, slots=True)
class Part:
    """What a delivery holds of an order line, in smallest units. `listed` is on open transfer orders, `picked` in hand;
    `packed` of that in handling units, which stays; `stays` says why nothing of it can be cut (empty if it can)."""

    delivery_line_id: int
    delivery: str
    quantity: int
    listed: int = 0
    picked: int = 0
    stays: str = ""
    packed: int = 0

    @property
    def loose(self) -> int:
        """What is picked and in no handling unit."""
        return self.picked - self.packed

    @property
    def free(self) -> int:
        """What nobody was sent to fetch."""
        return self.quantity - self.listed - self.picked


@dataclass(slots=True)
class Cut:
    """What a delivery line gives back: `free` of what is on no list, `listed` off open lists, `picked` to the bins."""

    delivery_line_id: int
    free: int = 0
    listed: int = 0
    picked: int = 0

    @property
    def quantity(self) -> int:
        return self.free + self.listed + self.picked


def cuts(parts: Sequence[Part], surplus: int, *, line: str) -> list[Cut]:
    """Return the smallest cuts that bring the deliveries of a line down by `surplus`; `parts` the earliest first.

    `HasLeft` when not so much can be cut; `line` names the line in its sentence.
    """
    made = {part.delivery_line_id: Cut(part.delivery_line_id) for part in parts}
    loose = [part for part in reversed(parts) if not part.stays]
    for level, there in (("free", "free"), ("listed", "listed"), ("picked", "loose")):
        for part in loose:
            taken = min(surplus, getattr(part, there))
            setattr(made[part.delivery_line_id], level, taken)
            surplus -= taken
    if surplus:
        raise _has_left(parts, line)
    return [cut for cut in made.values() if cut.quantity]


def unstarted(parts: Iterable[Part]) -> list[Cut]:
    """What may follow a new date: goods in deliveries that nobody was sent to fetch."""
    return [Cut(part.delivery_line_id, free=part.free) for part in parts if part.free and not part.stays]


def _has_left(parts: Sequence[Part], line: str) -> HasLeft:
    fixed = [part for part in parts if part.stays or part.packed]
    least = sum(part.quantity if part.stays else part.packed for part in fixed)
    packed = Sentence("is packed")
    reasons = (
        Sentence("delivery %(delivery)s %(stays)s", delivery=part.delivery, stays=part.stays or packed)
        for part in fixed
    )
    return HasLeft(
        Sentence(
            "%(line)s cannot fall so far: %(reasons)s. Order at least what has left, is being loaded or is packed, or "
            "take that step back first.",
            line=line,
            reasons=together(*reasons, between=", "),
        ),
        deliveries=[part.delivery for part in fixed],
        least=least,
    )
