"""A line and what belongs to it: the product asked for beside the one that is sold, and its sub-items.

A main line says in `asked` what the customer asked for, where that is something else than what the line sells. Its
sub-items name it by `main_line` and have a `role`; they follow its changes.

| `asked` of a main line | says |
| --- | --- |
| product, quantity, unit, base | what was asked for: ids, steps of the unit, smallest units of that product |
| place | the site, shipping point and route it was asked from |
| by, why, printed | what changed it (`substitution`, `rule`), the reason, and whether the confirmation says so |
| choice | `take` what is proposed, `none` of it, or one of the rule's alternatives, such as `HELMET@ROT` |
| considered | the rule of availability, and the alternatives that were tried |
| priced | product, quantity and the quantity its scales are read at: what the line is priced as |

| role | of a sub-item |
| --- | --- |
| free | free of charge with its main line |
| alternative | goods that serve what the main line's own cannot |

        10  HELMET   23 of 25, asked 25     11  HELMET  2 free
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from troth.business.sales.rules.drafts import AT, next_line_number
from troth.business.sales.rules.lines import Line

FREE, ALTERNATIVE = "free", "alternative"
TAKE, NONE = "take", "none"
SUBSTITUTION, RULE, PACKAGES = "substitution", "rule", "packages"
NEARBY = 10
"""So many numbers after its main line a sub-item looks for its own."""

DECIDING = frozenset(
    {
        "product",
        "quantity",
        "unit",
        "item_category",
        "requested_on",
        "site",
        "route",
        "shipping_point",
        "delivery_mode",
        "delivery_group",
        "min_shipment",
        "lateness_days_max",
        "deliveries_max",
        "alternatives",
    }
)
"""Fields of a main line whose change decides anew what is sold of it and what belongs to it."""


def choice(line: Line) -> str:
    """Whether the customer takes what is proposed, or insists on what was asked for."""
    return str(line.asked.get("choice", ""))


def takes(line: Line) -> bool:
    """Whether the customer takes what is proposed, all of it or one alternative."""
    return choice(line) not in ("", NONE)


def alternative(product: str, site: str) -> str:
    """The choice of one of a rule's alternatives."""
    return f"{product}{AT}{site}"


def names_one(chosen: str) -> bool:
    """Whether a choice is one of a rule's alternatives."""
    product, _, site = chosen.rpartition(AT)
    return bool(product and site)


def is_other(line: Line) -> bool:
    """Whether the line sells something else, or another quantity, than was asked for."""
    return "base" in line.asked


def as_asked(line: Line) -> Line:
    """The line as it was asked for."""
    asked = line.asked
    kept = {"choice": asked["choice"]} if "choice" in asked else {}
    if not is_other(line):
        return line._replace(asked=kept) if asked else line
    site_id, shipping_point_id, route_id = asked["place"]
    return line._replace(
        product_id=asked["product"],
        quantity=asked["quantity"],
        unit_id=asked["unit"],
        base_quantity=asked["base"],
        site_id=site_id,
        shipping_point_id=shipping_point_id,
        route_id=route_id,
        min_shipment=asked.get("least"),
        asked=kept,
    )


def asking(line: Line, **more: Any) -> dict[str, Any]:
    """What `line` asks for, to be kept when it is sold otherwise; what was kept before stays the first wish."""
    if is_other(line):
        return {**line.asked, **more}
    return {
        **line.asked,
        "product": line.product_id,
        "quantity": line.quantity,
        "unit": line.unit_id,
        "base": line.base_quantity,
        "place": [line.site_id, line.shipping_point_id, line.route_id],
        **({} if line.min_shipment is None else {"least": line.min_shipment}),
        **more,
    }


def of_part(line: Line, part: int, base_unit: str) -> Line:
    """The line with `part` of its smallest units asked for in the same share; `base_unit` of the product asked for."""
    if not is_other(line) or part == line.base_quantity:
        return line
    asked = line.asked
    base = asked["base"] * part // line.base_quantity
    steps, rest = divmod(asked["quantity"] * part, line.base_quantity)
    even = {"quantity": base, "unit": base_unit} if rest else {"quantity": steps}
    up = {"up": asked["up"] * part // line.base_quantity} if "up" in asked else {}
    return line._replace(asked={**asked, "base": base, **even, **up})


def products(lines: Iterable[Line]) -> set[int]:
    """The products that lines sell and ask for."""
    return {one for line in lines for one in (line.product_id, line.asked.get("product")) if one is not None}


def members(lines: Iterable[Line], main_line: int) -> tuple[Line, ...]:
    """The line of this number and its sub-items."""
    return tuple(line for line in lines if main_line in (line.line_number, line.main_line))


def sub_number(main_line: int, taken: Collection[int]) -> int:
    """A free number for a sub-item: the next after its main line, or after all others."""
    near = (number for number in range(main_line + 1, main_line + NEARBY) if number not in taken)
    return next(near, next_line_number(taken))


def rejoined(made: Iterable[Line], old: Iterable[Line], taken: Iterable[int], *, reason: str) -> tuple[Line, ...]:
    """The sub-items that were made anew as those that were there: number and id stay where they mean the same.

    Of what was there before, the rest is rejected for `reason`; `taken` are numbers in use.
    """
    left = {_meaning(line): line for line in old}
    numbers = set(taken)
    found = []
    for line in made:
        was = left.pop(_meaning(line), None)
        number = was.line_number if was is not None else sub_number(line.main_line or 0, numbers)
        numbers.add(number)
        found.append(line._replace(line_number=number, id=was.id if was is not None else 0))
    return (*found, *(line._replace(rejection_reason=reason) for line in left.values()))


def revived(lines: Iterable[Line], standing: Iterable[Line]) -> tuple[Line, ...]:
    """New sub-items that stood before as they are take their number and id back, from where these were rejected."""
    there = {line.id: _meaning(line) for line in standing if line.main_line is not None}
    dropped = {there[line.id]: line for line in lines if line.id in there and not line.stands}
    found, back = [], set()
    for line in lines:
        old = dropped.get(_meaning(line)) if not line.id and line.main_line is not None else None
        if old is not None and old.id not in back:
            back.add(old.id)
            line = line._replace(line_number=old.line_number, id=old.id)
        found.append(line)
    kept = (line for line in found if line.stands or line.id not in back)
    return tuple(sorted(kept, key=lambda line: line.line_number))


def _meaning(line: Line) -> tuple[int | None, str, int, int | None]:
    return line.main_line, line.role, line.product_id, line.site_id


class Asked(NamedTuple):
    """What was asked for where a line sells something else, as pages and papers say it.

    `quantity` in steps of `unit`.
    """

    number: str
    name: str
    quantity: int
    unit: str
    unit_decimals: int
    site: str
    why: str
    is_other_product: bool
    is_printed: bool
    base_decimals: int


def asked_of(line: Line, products: Any, units: Any, sites: Any) -> Asked | None:
    """What was asked for, told by the products, units and sites by id; None where the line sells just that."""
    if not is_other(line):
        return None
    whole, asked = as_asked(line), line.asked
    product = products[whole.product_id]
    site = sites[whole.site_id].code if whole.site_id is not None else ""
    return Asked(
        product.number, product.name, whole.quantity, whole.unit_id, units[whole.unit_id].decimals, site,
        asked.get("why", ""), whole.product_id != line.product_id, asked.get("printed", False), product.decimals,
    )  # fmt: skip
