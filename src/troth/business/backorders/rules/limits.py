"""Whether a run keeps to the limits of its variant, and what to change where it does not."""

from dataclasses import dataclass

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


def percent(share: int) -> str:
    """Hundredths of a percent as people write them."""
    whole, part = divmod(share, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".")
