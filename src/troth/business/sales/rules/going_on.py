"""What a line keeps that is written anew from a page: the fields that the page leaves open.

The line before is the one that the draft goes on from; it keeps nothing once it is of another product.

| field | kept while |
| --- | --- |
| delivery mode and group, fixed, requirement type | the product is the same |
| tolerances | the customer is the same, too |
| route, shipping point | nothing is another that they are determined from |

Open is what the draft does not name (None, or "" where that is no value). A route of "" is named: it is to be
determined.
"""

from collections.abc import Iterable, Iterator

from troth.business.sales.rules.drafts import LineDraft
from troth.business.sales.rules.lines import Header, Line

OF_THE_PRODUCT = ("delivery_mode", "delivery_group", "is_fixed", "requirement_type")
OF_THE_CUSTOMER = ("over_tolerance_basis_points", "under_tolerance_basis_points")
OF_THE_WAY = {"route": "route_id", "shipping_point": "shipping_point_id"}
SAYS_NOTHING = {"delivery_mode": ("",), "requirement_type": ("",)}
"""What of a field is as good as not naming it."""


def going_on(
    lines: Iterable[Line], drafts: Iterable[LineDraft], kept: Iterable[Line], *, header: Header, before: Header
) -> tuple[Line, ...]:
    """The lines with what they keep of those in `kept`; `before` is the header that those had."""
    old = {line.line_number: line for line in kept}
    found = []
    for line, draft in zip(lines, drafts, strict=True):
        was = old.get(draft.goes_on) if draft.goes_on is not None else None
        if was is not None and was.product_id == line.product_id:
            names = _kept(line, draft, was, header, before)
            line = line._replace(**{name: getattr(was, name) for name in names})
        found.append(line)
    return tuple(found)


def _kept(line: Line, draft: LineDraft, was: Line, header: Header, before: Header) -> Iterator[str]:
    yield from (name for name in OF_THE_PRODUCT if _leaves_open(draft, name))
    if header.customer_id == before.customer_id:
        yield from (name for name in OF_THE_CUSTOMER if _leaves_open(draft, name))
    if _way(line, header) == _way(was, before):
        for name, column in OF_THE_WAY.items():
            if getattr(was, column) is not None and _leaves_open(draft, name):
                yield column


def _leaves_open(draft: LineDraft, name: str) -> bool:
    value = getattr(draft, name)
    return value is None or value in SAYS_NOTHING.get(name, ())


def _way(line: Line, header: Header) -> tuple[int | None, int, int, str]:
    return line.site_id, header.customer_id, header.ship_to_id, header.shipping_condition
