"""Whether a run keeps to the limits of its variant, and what to change where it does not."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from troth.business.backorders.rules.variants import WHOLE, Limits
from troth.kernel.errors import BusinessError, Sentence


class SecondPersonNeeded(BusinessError):
    """The limits are exceeded and the person who simulated wants to approve."""

    code = "second_person_needed"


@dataclass(frozen=True, slots=True)
class Counts:
    """`lines` take part; `worse` of them lose something, `dropped` of these with less confirmed than before.

    `later_days` is the longest that the last delivery of one of them moves.
    """

    lines: int
    worse: int
    dropped: int
    later_days: int


def exceeded(limits: Limits, counts: Counts) -> list[Sentence]:
    """What is beyond the limits, each with what would keep to it."""
    found = []
    share = limits.worse_share_max
    if share is not None and counts.worse * WHOLE > share * counts.lines:
        found.append(
            Sentence(
                "%(worse)s of %(lines)s lines get worse, more than %(share)s percent. "
                "Give the customers who must not lose the strategy Gain.",
                worse=counts.worse, lines=counts.lines, share=percent(share),
            )
        )  # fmt: skip
    if limits.worse_lines_max is not None and counts.worse > limits.worse_lines_max:
        found.append(
            Sentence(
                "%(worse)s lines get worse, more than %(most)s. Narrow the selection, or redistribute fewer of them.",
                worse=counts.worse, most=limits.worse_lines_max,
            )
        )  # fmt: skip
    if limits.later_days_max is not None and counts.dropped:
        found.append(
            Sentence(
                "%(count)s lines lose goods without a new date. Give their customers the strategy Gain, or skip them.",
                count=counts.dropped,
            )
        )
    if limits.later_days_max is not None and counts.later_days > limits.later_days_max:
        found.append(
            Sentence(
                "A line comes %(days)s days later, more than %(most)s. Give its customer the strategy Gain.",
                days=counts.later_days, most=limits.later_days_max,
            )
        )  # fmt: skip
    return found


def is_looser(limits: Limits, before: Sequence[Limits]) -> bool:
    """Whether one of these limits allows more than each of those `before` did; where there were none, nothing does."""
    return any(_looser(getattr(limits, one.name), [getattr(old, one.name) for old in before]) for one in fields(Limits))


def _looser(most: int | None, before: Sequence[int | None]) -> bool:
    known = [one for one in before if one is not None]
    if not known or len(known) < len(before):
        return False
    return most is None or most > max(known)


def loosened(counts: Counts) -> list[Sentence]:
    """What is said of a run that makes lines worse under limits that one person loosened and nobody else agreed to."""
    if not counts.worse:
        return []
    return [
        Sentence(
            "%(worse)s lines get worse, and the limits of the variant were loosened since anybody agreed to one.",
            worse=counts.worse,
        )
    ]


def percent(share: int) -> str:
    """Hundredths of a percent as people write them."""
    whole, part = divmod(share, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".")
