"""The picture of a promise as it was made: what was free then, what of it was confirmed, and what held it down.

It is drawn from the record that is kept with the promise and from nothing else, so it stays as it is whatever becomes
of the books. The table below has the same figures.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising.queries import Explanation
from troth.business.promising.rules.explain import RECEIPTS
from troth.business.promising.rules.wish import Binding
from troth.kernel.calendars import date_of
from troth.kernel.errors import Sentence
from troth.kernel.netting import Category
from troth.platform.web.board import Board, BoardDay, Mark
from troth.platform.web.columns import Column, table_of
from troth.platform.web.formats import day as said_day
from troth.platform.web.formats import number as figure
from troth.platform.web.language import worded
from troth.platform.web.values import Quantity

COLUMNS = (
    Column("on", _("Goods ready from"), "date"),
    Column("free", _("Free then"), "quantity"),
    Column("confirmed", _("Confirmed by then"), "quantity"),
    Column("what", _("What it is"), wide=True, wrap=True),
)
KEYS = (("free", _("free when it was promised")), ("stock", _("confirmed, added up")))


def stored(found: Explanation, wished_on: date, unit: tuple[int, str]) -> dict[str, Any]:
    """The picture of the curve that was kept, and the table of the same figures; nothing where none was kept."""
    if not found.free:
        return {}
    first = found.free[0][0]
    named = _marks(found.record)
    marks = [mark for mark in named if mark.on > first]
    days = _days(found, {first, *(mark.on for mark in marks)})
    wanted = gettext("wanted")
    picture = Board(
        title=_aloud(found, wished_on, days, unit), today=first, days=days, unit=unit[1], decimals=unit[0],
        marks=marks, first_day=wanted, keys=KEYS,
    )  # fmt: skip
    words: dict[date, list[str]] = {first: [wanted]}
    for mark in named:
        words.setdefault(max(mark.on, first), []).append(mark.word)
    rows = [
        {
            "on": one.on,
            "free": Quantity(one.free, *unit),
            "confirmed": Quantity(one.balance, *unit),
            "what": ", ".join(words.get(one.on, ())),
        }
        for one in days
    ]
    return {"picture": picture, "seen": table_of(COLUMNS, rows)}


def _days(found: Explanation, named: set[date]) -> list[BoardDay]:
    """Each day on which something steps or that has a name: what was free, and what was confirmed until then."""
    confirmed = [(one.material_on, one.quantity) for one in found.schedules]
    steps = sorted({on for on, _free in found.free} | {on for on, _quantity in confirmed} | named)
    first = found.free[0][0]
    return [
        BoardDay(
            on, 0, 0, sum(quantity for ready, quantity in confirmed if ready <= on),
            max(([free for since, free in found.free if since <= on] or [found.free[0][1]])[-1], 0),
        )
        for on in steps
        if on >= first
    ]  # fmt: skip


def _marks(record: Mapping[str, Any]) -> Sequence[Mark]:
    """What held the promise down, and when there is more: in supply, or in a quota."""
    found = []
    if bound := Binding.of(record.get("bound", {})):
        found.append(Mark(date_of(bound.day), gettext("least is free")))
        if bound.receipt:
            word = worded(RECEIPTS.get(Category(bound.receipt[0]), Sentence("receipt")))
            found.append(Mark(date_of(bound.receipt[1]), gettext("next: %(receipt)s") % {"receipt": word}))
    if more_on := record.get("quota", {}).get("more_on"):
        found.append(Mark(date_of(more_on), gettext("more of the quota")))
    return found


def _aloud(found: Explanation, wished_on: date, days: Sequence[BoardDay], unit: tuple[int, str]) -> str:
    """The picture as a sentence for who does not see it."""
    steps = ", ".join(
        gettext("%(quantity)s from %(day)s") % {"quantity": f"{figure(free, unit[0])} {unit[1]}", "day": said_day(on)}
        for on, free in ((on, max(free, 0)) for on, free in found.free)
    )
    facts = {"wished": said_day(wished_on), "ready": said_day(days[0].on), "steps": steps}
    drawn = gettext("Wished for %(wished)s, goods wanted on %(ready)s. Free when it was promised: %(steps)s.") % facts
    return f"{drawn} {worded(found.sentence)}"
