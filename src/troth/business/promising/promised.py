"""SQL of the count of what is promised already: lines of products with what is confirmed and what they consume."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from troth.business.promising import store
from troth.business.promising.rules.counting import Part
from troth.business.promising.rules.quotas import Use
from troth.kernel.calendars import day_of
from troth.platform import sql
from troth.platform.documents import DocumentRef

PRODUCTS_AT_A_TIME = 1000
USES_AT_A_TIME = 10_000


class Promised(NamedTuple):
    """A line that is checked: `parts` is what is confirmed of it, delivered or not, by the day its goods are ready.

    `traits` is by what it was told apart when it was promised, `wished` the day it is wished for.
    """

    id: int
    document: DocumentRef
    line_id: int
    product_id: int
    site_id: int
    segment: str
    priority: int
    wished: int
    traits: str
    is_rationed: bool
    is_open: bool
    parts: tuple[Part, ...]
    uses: tuple[Use, ...] = ()


def promised(product_ids: Sequence[int], *, site_id: int | None, first_on: date) -> list[Promised]:
    """The lines of products, at a site or at all (None), that are open or confirmed for `first_on` or later, by id.

    A statement for every thousand products, one more for what very many lines consume.
    """
    found: list[Promised] = []
    for first in range(0, len(product_ids), PRODUCTS_AT_A_TIME):
        found += _lines(product_ids[first : first + PRODUCTS_AT_A_TIME], site_id, first_on)
    found.sort()
    using = [one.id for one in found if one.is_rationed]
    uses: dict[int, tuple[Use, ...]] = {}
    for first in range(0, len(using), USES_AT_A_TIME):
        uses |= store.uses(using[first : first + USES_AT_A_TIME])
    return [one._replace(uses=uses.get(one.id, ())) for one in found]


def _lines(product_ids: Iterable[int], site_id: int | None, first_on: date) -> Iterator[Promised]:
    chosen, parameters = sql.one_of("r.product_id", product_ids)
    if site_id is not None:
        chosen, parameters = f"{chosen} AND r.site_id = %s", [*parameters, site_id]
    rows = sql.fetch(
        "SELECT r.id, r.document_kind, r.document_id, r.document_number, r.line_id, r.product_id, r.site_id,"
        " r.segment, r.priority, r.requested_on, r.traits, r.is_rationed, r.open_quantity, s.material_on, s.quantity"
        " FROM promising_requirement r LEFT JOIN promising_scheduleline s ON s.requirement_id = r.id"
        f" WHERE {chosen} AND r.is_checked AND r.traits <> '' AND (r.open_quantity > 0 OR EXISTS (SELECT 1"
        " FROM promising_scheduleline t WHERE t.requirement_id = r.id AND t.material_on >= %s))"
        " ORDER BY r.id, s.material_on, s.position",
        [*parameters, first_on],
    )
    for row, parts in groupby(rows, key=lambda row: row[:13]):
        confirmed = tuple(Part(_day(part[13]), part[14]) for part in parts if part[13] is not None)
        document = DocumentRef(row[1], row[2], row[3])
        on, is_open = _day(row[9]), row[12] > 0
        yield Promised._make((row[0], document, *row[4:9], on, row[10], bool(row[11]), is_open, confirmed, ()))


def _day(value: Any) -> int:
    return day_of(value if isinstance(value, date) else date.fromisoformat(value))
