"""Batches that lines ask for: they must be known, and of a product that is kept in batches."""

from collections.abc import Sequence

from troth.business.masterdata import queries as masterdata
from troth.business.sales.actions.terms import Terms
from troth.business.sales.rules import refusals
from troth.business.sales.rules.lines import Line
from troth.kernel.errors import BusinessError, Sentence


def refused(lines: Sequence[Line], known: Terms) -> list[BusinessError]:
    """A refusal for each line whose batch cannot be; one statement where lines ask for batches, else none."""
    asked = [(row, line) for row, line in enumerate(lines, 1) if line.batch]
    if not asked:
        return []
    found = masterdata.batches((line.product_id, line.batch) for _, line in asked)
    return [_refusal(row, line, known) for row, line in asked if (line.product_id, line.batch) not in found]


def _refusal(row: int, line: Line, known: Terms) -> BusinessError:
    product = known.product(line.product_id)
    if not product.has_batches:
        sentence = Sentence("Product %(product)s is not kept in batches. Leave the batch out.", product=product.number)
    else:
        sentence = Sentence(
            "There is no batch %(batch)s of product %(product)s. Choose one of its batches, or none.",
            batch=line.batch,
            product=product.number,
        )
    return refusals.WrongEntry(sentence, row=row, field="batch")
