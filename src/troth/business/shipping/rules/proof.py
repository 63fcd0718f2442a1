"""What arrived of what left: accepted within the order line's tolerance, decided by somebody beyond it.

    10 left, tolerance 1    9 arrived     accepted: 9 are billed, nothing follows
                            8 arrived     credit bills 8; reship opens 2 again on the order
                            11 arrived    kept within the over-delivery tolerance and billed; else 1 is refused

Everything that is not said to differ arrived. A difference needs a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from troth.business.shipping.rules.picking import ReasonMissing
from troth.business.shipping.rules.reversals import LineUnknown
from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.quantity import format_quantity


class Reason(StrEnum):
    DAMAGED = "damaged"
    MISSING = "missing"
    REFUSED = "refused"
    OVER = "over"


class Decision(StrEnum):
    """What is to become of a difference; nothing said is `ACCEPT`, which the tolerance bounds."""

    ACCEPT = ""
    CREDIT = "credit"
    RESHIP = "reship"
    REFUSE = "refuse"


class Outcome(StrEnum):
    """What became of a line that differs: not billed by tolerance or decision, sent again, kept and billed, refused."""

    ACCEPTED = "accepted"
    CREDITED = "credited"
    RESHIPPED = "reshipped"
    KEPT = "kept"
    REFUSED = "refused"


_OUTCOMES = {Decision.ACCEPT: Outcome.ACCEPTED, Decision.CREDIT: Outcome.CREDITED, Decision.RESHIP: Outcome.RESHIPPED}


class NotDecided(BusinessError):
    """A difference beyond the tolerance of which nobody said what becomes of it, or not what can be."""

    code = "difference_not_decided"


class AlreadyProven(BusinessError):
    """The delivery has its proof."""

    code = "already_proven"


class NotProven(BusinessError):
    """The delivery has no proof to take back."""

    code = "not_proven"


@dataclass(frozen=True, slots=True)
class Left:
    """A line as it left, in smallest units; of `accepted` less nobody needs to decide, and
    `allowed` more may be kept."""

    number: int
    quantity: int
    decimals: int
    accepted: int = 0
    allowed: int = 0
    is_paid_ahead: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """`quantity` that arrived of a line; where it is not what left, why and what becomes of it."""

    quantity: int
    reason: str = ""
    decision: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """`lost` of a line did not arrive, or on top came `kept`, which leaves late, or `turned_away`, which goes back."""

    number: int
    lost: int
    turned_away: int
    reason: Reason
    outcome: Outcome
    kept: int = 0


def differences(lines: Sequence[Left], arrived: Mapping[int, Arrived]) -> tuple[Difference, ...]:
    """Return what differs, by line; `arrived` is by line number, lines it does not name arrived in full."""
    by_number = {line.number: line for line in lines}
    for number in arrived:
        if number not in by_number:
            raise LineUnknown(Sentence("The delivery has no line %(line)s."), line=number, field=str(number))
    pairs = [(by_number[number], one) for number, one in sorted(arrived.items())]
    return tuple(_difference(line, one) for line, one in pairs if one.quantity != line.quantity)


def _difference(line: Left, one: Arrived) -> Difference:
    if one.quantity < 0:
        raise InvalidInput("A quantity that arrived is zero or more.", field=str(line.number), quantity=one.quantity)
    if one.reason not in set(Reason):
        raise ReasonMissing(
            Sentence("Line %(line)s did not arrive as it left. Say why: damaged, missing, refused, or over."),
            line=line.number,
            field=str(line.number),
        )
    lost = line.quantity - one.quantity
    outcome = _outcome_of_less(line, lost, one) if lost > 0 else _outcome_of_more(line, -lost, one)
    away, kept = (-lost, 0) if outcome is Outcome.REFUSED else (0, max(-lost, 0))
    return Difference(line.number, max(lost, 0), away, Reason(one.reason), outcome, kept)


def _outcome_of_less(line: Left, lost: int, one: Arrived) -> Outcome:
    if line.is_paid_ahead:
        raise _undecided(
            line,
            lost,
            Sentence(
                "Line %(line)s lacks %(amount)s, but it is billed by the order, whatever arrives. Record it as "
                "arrived, and enter what is to be sent again as an order of its own."
            ),
        )
    if one.decision not in {str(decision) for decision in _OUTCOMES}:
        raise _undecided(
            line,
            lost,
            Sentence(
                "Line %(line)s lacks %(amount)s. Choose whether they are not billed (credit) or sent again (reship)."
            ),
        )
    decision = Decision(one.decision)
    if decision is Decision.ACCEPT and lost > line.accepted:
        raise _undecided(
            line,
            lost,
            Sentence(
                "Line %(line)s lacks %(amount)s, and its tolerance accepts %(accepted)s. Choose whether they are not "
                "billed (credit) or sent again (reship)."
            ),
        )
    return _OUTCOMES[decision]


def _outcome_of_more(line: Left, more: int, one: Arrived) -> Outcome:
    if one.decision == Decision.ACCEPT and more <= line.allowed and not line.is_paid_ahead:
        return Outcome.KEPT
    if one.decision != Decision.REFUSE:
        raise _undecided(
            line,
            more,
            Sentence(
                "%(amount)s more arrived of line %(line)s than left, and its tolerance allows %(allowed)s. Raise the "
                "order first, or refuse them, so that they go back with the carrier."
            ),
        )
    return Outcome.REFUSED


def _undecided(line: Left, amount: int, sentence: Sentence) -> NotDecided:
    said, accepted, allowed = (
        format_quantity(each, line.decimals) for each in (amount, line.accepted, max(line.allowed, 0))
    )
    return NotDecided(
        sentence, line=line.number, field=str(line.number), amount=said, accepted=accepted, allowed=allowed
    )


def refuse_day(arrived_on: date, *, issued_on: date, today: date) -> None:
    """Goods arrive on the day they leave or later, and not in the future."""
    if not issued_on <= arrived_on <= today:
        raise InvalidInput(
            Sentence("The goods left on %(issued_on)s. Enter the day they arrived, at the latest today."),
            issued_on=issued_on.isoformat(),
            field="arrived_on",
        )
