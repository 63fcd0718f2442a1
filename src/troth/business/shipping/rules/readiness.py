"""Whether a delivery may leave: picked, packed, unblocked, papers printed; each missing thing is named.

The source of the rule: goods go out only when the stock is picked, the delivery and its orders are free of blocks, and,
where the site asks for it, all is in handling units and the delivery note is printed as the delivery stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from troth.kernel.errors import BusinessError, Sentence, together
from troth.kernel.quantity import format_quantity


class Lack(StrEnum):
    NOTHING_LEFT = "nothing_left"
    NOT_PICKED = "not_picked"
    OPEN_TRANSFER_ORDER = "open_transfer_order"
    BLOCKED = "blocked"
    NOT_PACKED = "not_packed"
    PAPERS_NOT_PRINTED = "papers_not_printed"


class Note(StrEnum):
    """What there is of the delivery note of a delivery whose site asks for it."""

    MISSING = "missing"
    OUTDATED = "outdated"


_NOTES = {
    Note.MISSING: Sentence("The delivery note is not printed yet; print it."),
    Note.OUTDATED: Sentence("The delivery has changed since its delivery note was printed; print it again."),
}


class NotReady(BusinessError):
    """The delivery may not leave yet; the facts name each reason."""

    code = "not_ready_to_ship"


@dataclass(frozen=True, slots=True)
class PickState:
    """How far a line is picked, in smallest units of a unit with `decimals`."""

    line_number: int
    product: str
    quantity: int
    picked: int
    unit: str = ""
    decimals: int = 0
    packed: int | None = None
    """What is in handling units, where the site asks for that."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is missing, and the sentence that says what to do about it."""

    lack: Lack
    sentence: Sentence


def reasons(
    lines: Sequence[PickState],
    *,
    open_transfer_orders: Sequence[str] = (),
    blocks: Sequence[tuple[str, str]] = (),
    note: Note | None = None,
) -> tuple[Reason, ...]:
    """Return what stands between a delivery and its goods issue; empty when it is ready.

    `open_transfer_orders` are numbers; `blocks` are (document, reason) of standing blocks that stop a goods issue;
    `note` says what is wrong with the delivery note.
    """
    found: list[Reason] = []
    if not any(line.quantity for line in lines):
        found.append(Reason(Lack.NOTHING_LEFT, Sentence("Nothing is left on the delivery; cancel it.")))
    for line in lines:
        if line.picked < line.quantity:
            found.append(Reason(Lack.NOT_PICKED, _not_picked(line)))
    for line in lines:
        if line.packed is not None and line.packed < line.picked:
            found.append(Reason(Lack.NOT_PACKED, _not_packed(line)))
    for number in open_transfer_orders:
        found.append(
            Reason(
                Lack.OPEN_TRANSFER_ORDER,
                Sentence("The pick of transfer order %(number)s is not confirmed.", number=number),
            )
        )
    for number, reason in blocks:
        blocked = Sentence(
            "%(number)s is blocked (%(reason)s); it must be released first.", number=number, reason=reason
        )
        found.append(Reason(Lack.BLOCKED, blocked))
    if note is not None:
        found.append(Reason(Lack.PAPERS_NOT_PRINTED, _NOTES[note]))
    return tuple(found)


def refuse_unless_ready(number: str, found: Sequence[Reason]) -> None:
    """Raise `NotReady` with all reasons."""
    if found:
        raise NotReady(
            Sentence(
                "To issue delivery %(number)s: %(reasons)s",
                number=number,
                reasons=together(*(reason.sentence for reason in found)),
            ),
            delivery=number,
            reasons=[str(reason.lack) for reason in found],
        )


def _not_picked(line: PickState) -> Sentence:
    return Sentence(
        "Line %(line)s, %(product)s: %(wanted)s still to be picked.",
        line=line.line_number,
        product=line.product,
        wanted=_said(line, line.quantity - line.picked),
    )


def _not_packed(line: PickState) -> Sentence:
    return Sentence(
        "Line %(line)s, %(product)s: %(wanted)s still to be packed.",
        line=line.line_number,
        product=line.product,
        wanted=_said(line, line.picked - (line.packed or 0)),
    )


def _said(line: PickState, quantity: int) -> str:
    return format_quantity(quantity, line.decimals, line.unit)
