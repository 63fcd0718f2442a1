"""How much is free of what is ordered, in whole steps.

of each 10, 1 is free, within what is ordered       ordered 25    to pay 23, free 2
of each 10, 1 is free, on top of what is ordered    ordered 25    to pay 25, free 2
from 20                                             ordered 19    to pay 19, free 0
"""

from typing import NamedTuple

from troth.kernel.quantity import checked

INCLUSIVE, EXCLUSIVE = "inclusive", "exclusive"


class Grant(NamedTuple):
    """What is to pay of the product, and what is free; both in smallest units, `free` of the product that is given."""

    payable: int
    free: int


def grant(ordered: int, *, kind: str, from_quantity: int, per_quantity: int, free_quantity: int) -> Grant:
    """What is free of `ordered`; nothing below `from_quantity`, nor of what is left over after whole steps."""
    assert per_quantity > 0
    assert free_quantity > 0
    if ordered < from_quantity:
        return Grant(ordered, 0)
    free = checked(ordered // per_quantity * free_quantity)
    if kind == INCLUSIVE:
        assert free_quantity < per_quantity, "something is left to pay"
        return Grant(ordered - free, free)
    return Grant(ordered, free)
