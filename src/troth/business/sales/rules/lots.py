"""Minimum and multiple order quantities (SO-5): what is ordered instead where a quantity does not fit.

minimum 10, multiple 4    ordered 3    12
minimum 10, multiple 4    ordered 13   16
minimum 0,  multiple 0    ordered 3    fits

What is in the books was agreed: a rule that is entered later counts once the line's product, quantity or unit changes.
"""

from math import gcd, lcm

from troth.business.sales.rules.family import as_asked
from troth.business.sales.rules.lines import Line


def fitting(quantity: int, *, minimum: int, multiple: int, step: int = 1) -> int | None:
    """The next quantity that is at least the minimum, a multiple, and made of whole steps; None where it fits already.

    All in smallest units; 0 where there is no minimum or multiple.
    """
    if quantity >= minimum and (not multiple or quantity % multiple == 0):
        return None
    size = lcm(multiple or 1, step)
    return -(-max(quantity, minimum) // size) * size


def whole_units(numerator: int, denominator: int, *, decimals: int) -> tuple[int, int]:
    """How many of a unit are the fewest that make whole steps of the base unit, and how many steps those are.

    One of the unit is `numerator / denominator` base units, which have `decimals`. A third of a piece: (3, 1).
    """
    steps = numerator * 10**decimals
    shared = gcd(steps, denominator)
    return denominator // shared, steps // shared


def stays(was: Line | None, now: Line) -> bool:
    """Whether a line of an order in the books has the quantity that was agreed."""
    return was is not None and _lot(was) == _lot(now)


def _lot(line: Line) -> tuple[int, int, str]:
    asked = as_asked(line)
    return asked.product_id, asked.quantity, asked.unit_id
