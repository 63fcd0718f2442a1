"""What is confirmed of an order, in a few words: items, not their sub-items, and for which days."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext, ngettext

DAYS_NAMED = 3


class Line(NamedTuple):
    """A line as promised: whether something of it is short, and the last day on which something of it arrives."""

    number: int
    main: int | None
    is_short: bool
    last_on: date | None


def in_words(lines: Iterable[Line], said: Callable[[date], str]) -> list[str]:
    """What is confirmed and how much is short, as parts of a sentence; a sub-item counts with its item."""
    items: dict[int, list[Line]] = {}
    for line in lines:
        items.setdefault(line.number if line.main is None else line.main, []).append(line)
    full = [found for found in items.values() if not any(line.is_short for line in found)]
    short = len(items) - len(full)
    parts = []
    if full:
        words = ngettext("%(full)s line confirmed", "%(full)s lines confirmed", len(full)) % {"full": len(full)}
        parts.append(_dated(words, [_last(found) for found in full], said))
    if short:
        parts.append(gettext("%(short)s short") % {"short": short})
    return parts


def _last(found: Iterable[Line]) -> date | None:
    return max((line.last_on for line in found if line.last_on is not None), default=None)


def _dated(words: str, days: list[date | None], said: Callable[[date], str]) -> str:
    """The words with the day, or with how many are for which; of many days the first, and until when the others."""
    count = sorted(Counter(day for day in days if day is not None).items())
    if not count:
        return words
    if len(count) == 1:
        return gettext("%(words)s for %(day)s") % {"words": words, "day": said(count[0][0])}
    each = [gettext("%(many)s for %(day)s") % {"many": many, "day": said(day)} for day, many in count]
    if len(count) > DAYS_NAMED:
        each = [each[0], gettext("the others until %(day)s") % {"day": said(count[-1][0])}]
    return f"{words}: {', '.join(each)}"
