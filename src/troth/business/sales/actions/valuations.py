"""The valuation type of lines whose product is valuated separately: named, or the product's default.

Decided once it is known what is sold: a product that stands in for another has types of its own.
"""

from collections.abc import Iterable, Mapping, Sequence

from troth.business.masterdata import queries as masterdata
from troth.business.sales.actions.terms import Terms
from troth.business.sales.rules import refusals
from troth.business.sales.rules.lines import Line
from troth.kernel.errors import BusinessError, Refusals, Sentence


def settled(
    lines: Sequence[Line], known: Terms, *, before: Iterable[Line] = (), by_number: bool = False
) -> tuple[Line, ...]:  # fmt: skip
    """The lines with their types; `Refusals` of all that cannot be, by the place of their main line or its number.

    Lines that were `before` of the same product and type stay as they are. No statement.
    """
    there = {line.line_number: line for line in before}
    rows = {line.line_number: row for row, line in enumerate((one for one in lines if one.main_line is None), 1)}
    found, wrong = [], list[BusinessError]()
    for line in lines:
        old = there.get(line.line_number)
        if not line.stands or (old is not None and _names(old) == _names(line)):
            found.append(line)
            continue
        line = line._replace(valuation=_named(line, old, known))
        main = line.main_line or line.line_number
        if (fault := _fault(line, known)) is not None:
            field, sentence = fault
            row = main if by_number else rows.get(main)
            wrong.append(refusals.WrongEntry(sentence, row=row, field=field))
        found.append(line)
    if wrong:
        raise Refusals(wrong)
    return tuple(found)


def _names(line: Line) -> tuple[int, str, str]:
    return line.product_id, line.valuation, line.location


def _named(line: Line, old: Line | None, known: Terms) -> str:
    """What it names, unless that was of the product that it was before; else the default."""
    types = known.state.valuations.get(line.product_id)
    is_left = old is not None and old.product_id != line.product_id and old.valuation == line.valuation
    if line.valuation and not (is_left and (types is None or line.valuation not in types.names)):
        return line.valuation
    return types.default if types is not None else ""


def _fault(line: Line, known: Terms) -> tuple[str, Sentence] | None:
    types: Mapping[int, masterdata.ValuationTypes] = known.state.valuations
    product = known.product(line.product_id)
    if product.product_id in types and line.location:
        return "location", Sentence(
            "Product %(product)s is valuated separately, and goods of a type are promised from the whole site. Leave "
            "the location out.",
            product=product.number,
        )
    fault = masterdata.valuation_fault(product.number, line.valuation, types.get(product.product_id))
    return None if fault is None else ("valuation", fault)
