"""Texts on quotations and orders: determined from customer and product, kept, and changed by hand (SO-2)."""

from collections.abc import Iterable

from troth.business.sales.actions.terms import Terms
from troth.business.sales.rules.drafts import LineDraft
from troth.business.sales.rules.lines import Header, Line
from troth.business.sales.rules.texts import Texts, check, overlaid


def of_header(terms: Terms, entered: Texts | None, *, before: Header | None = None) -> dict[str, str]:
    """The header's texts: those it had while the customer stays, else the customer's; what is entered stands in."""
    check(entered, terms.state.text_kinds, on_items=False)
    if before is not None and before.customer_id == terms.customer.customer_id:
        return overlaid(before.texts, entered)
    return overlaid(terms.texts.header, entered)


def of_line(terms: Terms, entered: Texts | None, product_id: int, *, row: int | None = None) -> dict[str, str]:
    """The texts that a line begins with; what is entered stands in."""
    standard = terms.texts.items.get(product_id, {})
    if not standard and not entered:
        return {}
    check(entered, terms.state.text_kinds, on_items=True, row=row)
    return overlaid(standard, entered)


def kept(lines: tuple[Line, ...], drafts: Iterable[LineDraft], before: Iterable[Line]) -> tuple[Line, ...]:
    """The lines of a draft that is written anew; a line of the same number and product keeps its texts."""
    old = {(line.line_number, line.product_id): line.texts for line in before}
    return tuple(
        line._replace(texts=overlaid(old[line.line_number, line.product_id], draft.texts))
        if (line.line_number, line.product_id) in old
        else line
        for line, draft in zip(lines, drafts, strict=True)
    )
