"""What of a forecast nobody has ordered yet.

A forecast says what will be ordered of a product for a day. Orders, holds and deliveries use it up, so that an order
and the forecast it fulfils are not counted twice: demand for a day uses the forecast of that day first, then the
nearest before it, then the nearest after it, within the days of a window. Demand that is due counts for today. Earlier
demand uses it up first. A forecast whose day has passed was not ordered, and is demand no more.

    forecast     20 on the 2nd, 10 on the 20th        window      30 days back, 10 days ahead
    order        25 on the 12th                       left        0 on the 2nd, 5 on the 20th
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from troth.kernel import netting
from troth.kernel.lots import LotPosting, Lots
from troth.kernel.lots import merge as merge_lots
from troth.kernel.netting import Category, Posting, Series

USERS = frozenset({Category.ORDER, Category.DELIVERY, Category.HOLD, Category.UNSECURED_ORDER})
"""Demands that use a forecast up."""

_FORECAST = int(Category.FORECAST)


class Window(NamedTuple):
    """For how many days before and after its own a demand uses a forecast up."""

    back: int = 30
    ahead: int = 30


MONTHLY = Window()
"""What holds where nobody says otherwise."""


def has_forecast(series: Series) -> bool:
    return _FORECAST in series.categories


def left(series: Series, window: Window, today: int) -> Series:
    """The series with what is left of its forecast; `today` is a day number."""
    if not has_forecast(series):
        return series
    found = series.postings()
    rest = _left(found, window, today)
    kept = [one for one in found if one[0] != _FORECAST]
    return netting.series_of([*kept, *((_FORECAST, day, -quantity) for day, quantity in rest.items())])


def left_of_lots(lots: Lots, window: Window, today: int) -> Lots:
    """As `left`, of goods that expire: whoever orders uses the forecast up, however long the goods are to last."""
    if not any(one.category == _FORECAST for one in lots):
        return lots
    rest = _left([(one.category, one.day, one.quantity) for one in lots], window, today)
    kept = tuple(one for one in lots if one.category != _FORECAST)
    return merge_lots(kept, [LotPosting(_FORECAST, day, 0, "", -quantity) for day, quantity in rest.items()])


def used_by(rest: Series, wanted: tuple[int, int], window: Window, today: int) -> list[tuple[int, int]]:
    """What a further demand (day, quantity above zero) uses up of a series that `left` returned: (day of the forecast,
    quantity), the first used first."""
    days = {day: -quantity for category, day, quantity in rest.postings() if category == _FORECAST}
    return _use(days, wanted, window, today)


def postings(used: Iterable[tuple[int, int]]) -> list[Posting]:
    """What is used up as postings that take it out of a series."""
    return [(_FORECAST, day, quantity) for day, quantity in used]


def without(rest: Series, used: Iterable[tuple[int, int]]) -> Series:
    """What is left after that."""
    return netting.merge(rest, postings(used))


def first_of(used: Iterable[tuple[int, int]], quantity: int) -> list[tuple[int, int]]:
    """As much of what would be used up as a demand of `quantity` uses."""
    found: list[tuple[int, int]] = []
    for day, most in used:
        if quantity <= 0:
            break
        found.append((day, min(most, quantity)))
        quantity -= most
    return found


def _left(found: Iterable[Posting], window: Window, today: int) -> dict[int, int]:
    """What is left of the forecast by day, without zeros."""
    rest, users = dict[int, int](), dict[int, int]()
    for category, day, quantity in found:
        if category == _FORECAST and day >= today:
            rest[day] = rest.get(day, 0) - quantity
        elif category in USERS:
            day = max(day, today)
            users[day] = users.get(day, 0) - quantity
    rest = {day: rest[day] for day in sorted(rest) if rest[day] > 0}
    for wanted in sorted(users.items()):
        _use(rest, wanted, window, today)
    return rest


def _use(rest: dict[int, int], wanted: tuple[int, int], window: Window, today: int) -> list[tuple[int, int]]:
    """Take what a demand uses out of `rest`, and return it."""
    day, quantity = max(wanted[0], today), wanted[1]
    days = list(rest)
    at = bisect_right(days, day)
    near = [one for one in reversed(days[:at]) if one >= day - window.back]
    near += [one for one in days[at:] if one <= day + window.ahead]
    used: list[tuple[int, int]] = []
    for one in near:
        taken = min(quantity, rest[one])
        if taken <= 0:
            break
        used.append((one, taken))
        quantity -= taken
        rest[one] -= taken
        if not rest[one]:
            del rest[one]
    return used
