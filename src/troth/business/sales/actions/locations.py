"""Storage locations that alone are to serve lines: of the line's own site, in use, and counted in the check."""

from collections.abc import Sequence

from troth.business.sales.actions.terms import Terms
from troth.business.sales.rules import refusals
from troth.business.sales.rules.lines import Line
from troth.kernel.errors import BusinessError, Sentence
from troth.reference import queries as reference


def refused(lines: Sequence[Line], known: Terms) -> list[BusinessError]:
    """A refusal for each line whose location cannot be; one statement where lines name locations, else none."""
    named = [(row, line) for row, line in enumerate(lines, 1) if line.location]
    if not named:
        return []
    found = reference.locations({line.site_id for _, line in named if line.site_id is not None})
    return [wrong for row, line in named if (wrong := _refusal(row, line, known, found)) is not None]


def _refusal(
    row: int, line: Line, known: Terms, found: dict[tuple[int, str], reference.LocationRow]
) -> BusinessError | None:  # fmt: skip
    product, facts = known.product(line.product_id), {"location": line.location}
    place = found.get((line.site_id, line.location)) if line.site_id is not None else None
    if not product.is_stocked:
        sentence = Sentence("Product %(product)s is not kept in stock. Leave the location out.", product=product.number)
    elif product.has_batches:
        sentence = Sentence(
            "Product %(product)s is kept in batches, which are promised from the whole site. Leave the location out.",
            product=product.number,
        )
    elif place is None or not place.is_active:
        sentence = Sentence("The site has no storage location %(location)s in use. Choose another, or none.", **facts)
    elif place.is_left_out:
        sentence = Sentence("Location %(location)s is left out of the check. Choose another, or none.", **facts)
    else:
        return None
    return refusals.WrongEntry(sentence, row=row, field="location")
