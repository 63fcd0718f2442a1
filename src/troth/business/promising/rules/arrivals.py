"""When a wish would be served if it were the only one, and nothing else: for whoever tries many and promises few.

The days and quantities are those of `decide`; no record is made of them, and nothing is used up.
"""

from troth.business.promising.rules.decide import PROPOSE, Task, Timetable, in_packages, mode_of, terms_of
from troth.business.promising.rules.shelf import Asked, curve_of
from troth.business.promising.rules.wish import Wish
from troth.kernel import forecast
from troth.kernel.calendars import day_of

Arrivals = tuple[tuple[int, int], ...]
"""(day of delivery, quantity) of what comes, by day."""


def is_plain(asked: Asked, wish: Wish) -> bool:
    """Whether `arrivals` can answer: nothing of the goods is kept for what is forecast, or for orders that wait."""
    if wish.scope.counts_waiting:
        return False
    return not (wish.scope.protects_forecast and forecast.has_forecast(asked.series))


def arrivals(wish: Wish, asked: Asked, table: Timetable) -> Arrivals:
    """What supply alone confirms of a checked wish (quantity above zero), on a series that `is_plain`."""
    if asked.ready is None and not _has_supply(asked, wish):
        return ()
    task = Task(wish, wish.quantity, None, asked.today)
    dates = table.wanted(task, day_of(wish.requested_on))
    offset = dates.material_available - asked.today
    terms = terms_of(wish, asked.ready if wish.scope.lead_time else None, dates, asked.today)
    mode = mode_of(wish)
    lines = PROPOSE[mode](curve_of(asked, wish.scope), wish.quantity, offset, terms)
    lines = in_packages(lines, wish, mode, wish.quantity)
    return tuple(
        [
            ((dates if line.day == offset else table.later(task, asked.today + line.day)).delivery, line.quantity)
            for line in lines
        ]
    )


def _has_supply(asked: Asked, wish: Wish) -> bool:
    """Whether anything that counts is more than nothing: what is free is never more than the sum of those."""
    series, counted = asked.series, wish.scope.counted.categories
    rows = zip(series.categories, series.quantities, strict=True)
    return any(quantity > 0 and category in counted for category, quantity in rows)
