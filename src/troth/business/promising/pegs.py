"""Which stock and which receipts stand behind each confirmed quantity of a line: a view, kept nowhere.

Matched by the rule of `kernel.pegging`, for all that draws on the same goods at once, so that two lines never show the
same goods twice. What stands on stock and firm supply is matched first, out of that alone; what was confirmed ahead of
it (planned supply, lead time, goods that are not released) takes what is left then. Forecast and safety stock are no
promises and take nothing here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from troth.business.promising import store
from troth.business.promising.models import ScheduleLine
from troth.business.promising.states import Basis
from troth.kernel import netting
from troth.kernel.calendars import date_of, day_of
from troth.kernel.lots import FOREVER
from troth.kernel.netting import Category
from troth.kernel.pegging import Goods, Want, pegs
from troth.kernel.scopes import FIRM, PROMISED
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.availability.queries import PROMISES, Behind
from troth.platform import documents
from troth.platform.documents import DocumentRef

_AHEAD = frozenset((Category.UNSECURED_ORDER,))


@dataclass(frozen=True, slots=True)
class Stands:
    """`quantity` (smallest units) of what is confirmed for goods on a day, on a `basis`, and what stands behind it.

    Goods of a `category` that come `on` a day (None: they lie here) by a `source` (None: stock is nobody's), of a
    `batch` where it is known. Without a category nothing stands behind it yet.
    """

    material_on: date
    basis: str
    quantity: int
    category: Category | None = None
    on: date | None = None
    source: DocumentRef | None = None
    batch: str = ""


def behind(kind: str, line_id: int, today: int) -> list[Stands]:
    """What stands behind all that is confirmed on a line and not delivered, the first day first; `today` is the day
    number at its site. Empty for a line without a promise. Reads a key with all that draws on it, however many."""
    one = store.standing(kind, [line_id]).get(line_id)
    if one is None or one.is_withdrawn:
        return []
    found: list[Stands] = []
    for key in dict.fromkeys(one.key_of(line) for line in one.lines if line.open):
        lines = [line for line in one.lines if line.open and one.key_of(line) == key]
        if not one.is_checked:
            found += [Stands(line.schedule.material_on, line.schedule.basis, line.open) for line in lines]
            continue
        own = [part for part in _pegged(key, today) if (part.kind, part.line_id) == (kind, line_id)]
        found += _by_line(lines, own)
    return _numbered(sorted(found, key=lambda each: (each.material_on, each.on or date.min)))


@dataclass(slots=True)
class _Part:
    """A part of the demand of a line, for a day, and the goods behind it."""

    kind: str
    line_id: int
    day: int
    is_ahead: bool
    quantity: int
    goods: Behind | None


def _pegged(key: AvailabilityKey, today: int) -> list[_Part]:
    standing = availability.behind(key)
    goods = [one for one in standing if not one.category.is_demand and one.quantity > 0]
    left = {place: one.quantity for place, one in enumerate(goods)}
    found, on_stock = list[_Part](), _on_stock(key)
    for wanted, is_ahead in ((PROMISED, False), (_AHEAD, True)):
        demands = [one for one in standing if one.category in wanted and one.quantity < 0]
        offered = [
            (place, day)
            for place, one in enumerate(goods)
            if left[place] and (is_ahead or one.category in FIRM) and (day := _there(one, today)) is not None
        ]
        served = pegs(
            [_goods(goods[place], day, left[place]) for place, day in offered],
            [_want(one, today, on_stock) for one in demands],
        )
        for peg in served:
            one = demands[peg.want]
            place = offered[peg.goods][0] if peg.goods is not None else None
            if place is not None:
                left[place] -= peg.quantity
            assert one.source is not None
            behind_it = goods[place] if place is not None else None
            found.append(_Part(one.source.kind, one.source_line_id, one.day, is_ahead, peg.quantity, behind_it))
    return found


def _goods(one: Behind, day: int, quantity: int) -> Goods:
    return Goods(day, quantity, one.category is Category.STOCK, one.lasts or FOREVER, one.batch)


def _there(one: Behind, today: int) -> int | None:
    """From which day (offset) on goods are believed in; None: not any more, or they have expired."""
    if one.lasts and one.lasts < today:
        return None
    if one.category is Category.STOCK:
        return 0
    return netting.counted_from(one.category, one.day - today, PROMISES)


def _want(one: Behind, today: int, on_stock: Iterable[tuple[str, int, int]]) -> Want:
    """Overdue demand waits: it is wanted today, and must last so much longer."""
    offset = one.day - today
    lasts = one.lasts - min(offset, 0) if one.lasts else 0
    assert one.source is not None
    is_on_stock = (one.source.kind, one.source_line_id, one.day) in on_stock
    return Want(max(offset, 0), -one.quantity, is_on_stock, lasts, one.batch)


def _on_stock(key: AvailabilityKey) -> set[tuple[str, int, int]]:
    """(kind, line id, day) of what is promised out of stock alone on a key and not delivered."""
    rows = ScheduleLine.objects.filter(
        requirement__product_id=key.product_id, requirement__site_id=key.site_id, requirement__segment=key.segment,
        requirement__open_quantity__gt=0, delivered__lt=F("quantity"), basis=Basis.STOCK.value,
    )  # fmt: skip
    found = rows.values_list("requirement__document_kind", "requirement__line_id", "material_on")
    return {(kind, line_id, day_of(on)) for kind, line_id, on in found}


def _by_line(lines: Sequence[store.StandingLine], parts: list[_Part]) -> list[Stands]:
    """Give the parts of the line's demand to its confirmations: those of the same day that stand alike share them."""
    found = []
    for line in lines:
        rest, schedule = line.open, line.schedule
        for part in parts:
            if part.day != schedule.dates.material_available or part.is_ahead == line.is_secured or not part.quantity:
                continue
            taken = min(rest, part.quantity)
            part.quantity -= taken
            rest -= taken
            if taken:
                found.append(_stands(line, taken, part.goods))
        if rest:
            found.append(_stands(line, rest, None))
    return found


def _stands(line: store.StandingLine, quantity: int, goods: Behind | None) -> Stands:
    schedule = line.schedule
    if goods is None:
        return Stands(schedule.material_on, schedule.basis, quantity)
    on = None if goods.category is Category.STOCK else date_of(goods.day)
    return Stands(schedule.material_on, schedule.basis, quantity, goods.category, on, goods.source, goods.batch)


def _numbered(found: Sequence[Stands]) -> list[Stands]:
    """With the numbers that people know the documents by."""
    numbers = documents.numbers((one.source.kind, one.source.id) for one in found if one.source)
    return [
        Stands(
            one.material_on, one.basis, one.quantity, one.category, one.on,
            DocumentRef(one.source.kind, one.source.id, numbers.get((one.source.kind, one.source.id), "")), one.batch,
        )
        if one.source
        else one
        for one in found
    ]  # fmt: skip
