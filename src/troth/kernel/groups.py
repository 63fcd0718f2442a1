"""Delivery groups: all lines whole, on one common day.

Each line has a first day on which it can be whole; the latest of them is asked of all lines again, until none wants a
later one. A free curve that never falls still offers on the later day what it offered before, so one round settles it.
Calendars and quotas may not: a route may leave the day after, a quota cell may be out of reach by then.

    line       whole from           common day
    A          day 3 on             9
    B          on day 5 or 9        9
"""

from collections.abc import Callable, Iterable, Sequence

from troth.kernel.proposals import ANY_TERMS, Curve, Terms, complete

First = Callable[[int], int | None]
"""From a day on: the first day on which a line can be whole; None where there is none."""


def day_for_all(lines: Sequence[First], day: int) -> int | None:
    """Return the first day from `day` on that suits all lines; None where there is none.

    Each answer must be the day asked about or later. It ends, as each round moves the day on and a line without a day
    left ends it.
    """
    while True:
        wanted = day
        for first in lines:
            found = first(wanted)
            if found is None:
                return None
            assert found >= wanted
            wanted = found
        if wanted == day:
            return day
        day = wanted


def whole(curve: Curve, quantity: int, terms: Terms = ANY_TERMS) -> First:
    """Return the question when `quantity` is free on one day of `curve`, in days of the curve.

    Lines that draw on the same curve are one question with the sum of their quantities.
    """

    def first(day: int) -> int | None:
        lines = complete(curve, quantity, day, terms)
        return lines[0].day if lines else None

    return first


def shipped(material: First, *, backward: Callable[[int], int], forward: Callable[[int], int]) -> First:
    """Return the question when a line can arrive, for days on which the customer receives.

    `backward` counts from a day of arrival to the day on which goods must be there, `forward` from a day with goods to
    the first day of arrival (`scheduling`). Goods that are there in time arrive on the day asked about.
    """

    def first(day: int) -> int | None:
        asked = backward(day)
        found = material(max(asked, 0))
        if found is None or found == asked:
            return None if found is None else day
        return max(day, forward(found))

    return first


def together(curves: Iterable[tuple[Curve, int]], day: int, terms: Terms = ANY_TERMS) -> int | None:
    """Return the first day from `day` on on which each curve offers its quantity whole."""
    return day_for_all([whole(curve, quantity, terms) for curve, quantity in curves], max(day, 0))
