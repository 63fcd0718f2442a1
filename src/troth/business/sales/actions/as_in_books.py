"""What is asked about an order in the books: items that nothing is changed of are served as they are served."""

from collections.abc import Callable

from troth.business.masterdata.queries import Occasion
from troth.business.sales.actions import alternatives
from troth.business.sales.actions import terms as reading
from troth.business.sales.actions.document import Document
from troth.business.sales.rules import family
from troth.business.sales.rules.lines import Line
from troth.platform.clock import Clock


def serve(
    document: Document, was_of: Callable[[int], Line | None], standing: tuple[Line, ...], *, clock: Clock
) -> None:
    """Give main lines of which the same is asked as before their sub-items of the books; decide on the others.

    `was_of` is the main line in the books by the number that it has here; `standing` are all lines of the books.
    """
    terms = document.terms
    taken = {line.line_number for line in document.lines}
    lines: list[Line] = []
    only: set[int] = set()
    let_go: list[int] = []
    for line in document.lines:
        number = line.main_line or line.line_number
        was = was_of(number)
        if was is not None and line.main_line is None and _asks_the_same(line, was):
            kept = _as_it_is(was, number, standing, taken)
            taken |= {one.line_number for one in kept}
            lines += kept
        elif was is None or not any(one.line_number == number and one.id for one in lines):
            lines.append(line)
            only.add(line.line_number)
            let_go += [one.id for one in family.members(standing, was.line_number)] if was is not None else []
    more = family.products(lines) - {product.product_id for product in terms.products.values()}
    if more:
        terms.products.update(reading.products_by_id(more, terms.customer.customer_id))
    document.lines = tuple(lines)
    if only:
        gone = list(dict.fromkeys(let_go))
        alternatives.supposed(document, only=only, standing=gone, occasion=Occasion.CHANGE, clock=clock)


def _as_it_is(was: Line, number: int, standing: tuple[Line, ...], taken: set[int]) -> list[Line]:
    """The line of the books and its sub-items, by the numbers that they have here."""
    numbers = set(taken)
    found = [was._replace(line_number=number)]
    for sub in standing:
        if sub.main_line == was.line_number:
            own = family.sub_number(number, numbers)
            numbers.add(own)
            found.append(sub._replace(line_number=own, main_line=number))
    return found


def _asks_the_same(line: Line, was: Line) -> bool:
    return _wish(line) == _wish(was)


def _wish(line: Line) -> tuple[object, ...]:
    asked = family.as_asked(line)
    return (
        asked.product_id, asked.base_quantity, asked.unit_id, asked.site_id, asked.requested_on,
        asked.item_category_id, family.choice(asked),
    )  # fmt: skip
