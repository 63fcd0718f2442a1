"""How long it takes until goods are there that are procured or made from now on: the replenishment lead time.

| goods are | it is |
| --- | --- |
| bought | processing, then delivery, then goods receipt; the whole where none of these is known |
| made | the whole; the production where that is not known |

All in working days of the site, but delivery, which goes on while the site is closed. Each site may have figures of its
own; those that it has go before the product's, the whole as well as the parts.

    today Mon 2 Mar    processing 2, delivery 5, receipt 1
    Wed 4 Mar ordered, Mon 9 Mar delivered, Tue 10 Mar received
"""

from enum import StrEnum
from typing import NamedTuple

from troth.kernel.calendars import WorkCalendar
from troth.kernel.errors import Sentence


class Part(StrEnum):
    """What takes time."""

    TOTAL = "total"
    PRODUCTION = "production"
    PROCESSING = "processing"
    DELIVERY = "delivery"
    RECEIPT = "receipt"


BOUGHT = (Part.PROCESSING, Part.DELIVERY, Part.RECEIPT)
"""In the order in which they pass."""
MADE = (Part.TOTAL, Part.PRODUCTION)
"""In the order in which they are asked for: one of them is it."""
WORDS = {
    Part.TOTAL: Sentence("%(days)s working days in all"),
    Part.PRODUCTION: Sentence("%(days)s working days of production"),
    Part.PROCESSING: Sentence("%(days)s working days of processing"),
    Part.DELIVERY: Sentence("%(days)s days of delivery"),
    Part.RECEIPT: Sentence("%(days)s working days of goods receipt"),
}


class Figures(NamedTuple):
    """What is kept of a product, or of a product at a site, in days; None is not known."""

    total: int | None = None
    processing: int | None = None
    delivery: int | None = None
    receipt: int | None = None
    production: int | None = None

    def of(self, part: Part) -> int | None:
        found: int | None = getattr(self, part)
        return found


NOTHING = Figures()


class LeadTime(NamedTuple):
    """The parts that count, in their order, each with its days."""

    parts: tuple[tuple[Part, int], ...]

    def ready(self, today: int, calendar: WorkCalendar) -> int:
        """The open day of the site on which goods are there that are procured today. Days are numbers."""
        day = today
        for part, days in self.parts:
            day = day + days if part is Part.DELIVERY else calendar.add(day, days)
        return calendar.next_open(day)

    @property
    def told(self) -> Sentence:
        """The parts in words."""
        return spelled(self.parts)


def whole(days: int) -> LeadTime:
    """A lead time of which nothing but the whole is known, in working days."""
    return LeadTime(((Part.TOTAL, days),))


def spelled(parts: tuple[tuple[Part, int], ...]) -> Sentence:
    """The parts that take a day or more in words; where none does, all of them."""
    shown = [(part, days) for part, days in parts if days] or parts
    words = {str(place): Sentence(WORDS[part].pattern, days=days) for place, (part, days) in enumerate(shown)}
    return Sentence(", ".join(f"%({place})s" for place in words), **words)


def lead_time(product: Figures, site: Figures = NOTHING, *, is_made: bool) -> LeadTime | None:
    """The lead time of a product at a site; None where it is not replenished, or nobody knows how long that takes."""
    for own, default in ((site, product), (product, NOTHING)):
        found = _made(own) if is_made else _bought(own, default)
        if found is not None:
            return found
    return None


def _made(own: Figures) -> LeadTime | None:
    for part in MADE:
        if (days := own.of(part)) is not None:
            return LeadTime(((part, days),))
    return None


def _bought(own: Figures, default: Figures) -> LeadTime | None:
    if all(own.of(part) is None for part in BOUGHT):
        return None if own.total is None else whole(own.total)
    days = ((part, own.of(part) if own.of(part) is not None else default.of(part)) for part in BOUGHT)
    return LeadTime(tuple((part, number) for part, number in days if number is not None))
