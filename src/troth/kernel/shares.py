"""Sharing a quantity out in whole steps, so that the parts sum exactly and the same input gives the same parts.

    number        500 for High                                  the target as it is
    percentage    20 % of 1,000                                 200, the rest to nobody
    ratio         3 : 1 of 2,000                                1,500 and 500
    fair share    supply of 80 for orders of 50, 30, 20         40, 24, 16

What rounding down leaves goes out one step each by the largest remainder, then by rank, which is the place in the list.
"""

from collections.abc import Sequence

from troth.kernel.errors import BusinessError, Sentence

HUNDRED_PERCENT = 10_000
"""Percentages are whole hundredths of a percent."""


class SharesPastWhole(BusinessError):
    code = "shares_past_whole"


class NothingToShareBy(BusinessError):
    code = "nothing_to_share_by"


def by_ratio(total: int, ratio: Sequence[int]) -> tuple[int, ...]:
    """Share all of `total` (>= 0) in proportion; each part is its exact share rounded down or up to a step."""
    assert total >= 0
    assert min(ratio, default=0) >= 0
    whole = sum(ratio)
    if not whole:
        raise NothingToShareBy(
            Sentence("No share is above zero, so nothing can be shared out. Give at least one part a share."),
            field="ratio",
        )
    parts = [total * part // whole for part in ratio]
    remainders = [total * part % whole for part in ratio]
    ranked = sorted(range(len(ratio)), key=lambda place: (-remainders[place], place))
    for place in ranked[: total - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def by_percentage(total: int, percentages: Sequence[int]) -> tuple[int, ...]:
    """Share `total` by hundredths of a percent; what they leave of a hundred percent goes to nobody."""
    past = sum(percentages) - HUNDRED_PERCENT
    if past > 0:
        raise SharesPastWhole(
            Sentence("The percentages exceed a hundred by %(hundredths)s hundredths of a percent. Lower one of them."),
            field="percentages",
            hundredths=past,
        )
    return by_ratio(total, (*percentages, -past))[:-1]


def fair_share(supply: int, demands: Sequence[int], *, package: int = 1) -> tuple[int, ...]:
    """Give every demand the same part of itself, rounded down to packages; then whole packages by rank.

    No part exceeds its demand, together they never exceed the supply, and less than a package is left over unless every
    demand that a package fits into is met.
    """
    assert package > 0
    whole = sum(demands)
    supply = min(max(supply, 0), whole)
    if not whole:
        return tuple(0 for _ in demands)
    parts = [supply * demand // whole // package * package for demand in demands]
    left = supply - sum(parts)
    while left >= package:
        before = left
        for place, demand in enumerate(demands):
            if left >= package and demand - parts[place] >= package:
                parts[place] += package
                left -= package
        if left == before:
            break
    return tuple(parts)
