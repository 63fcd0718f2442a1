"""The promise in one sentence, read from its record.

Requested for 3 Mar 2026. 4 EA arrive on 3 Mar 2026 from stock, 6 EA on 12 Mar 2026 from supply on order.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from troth.business.promising.rules.wish import Binding
from troth.business.promising.states import Basis
from troth.kernel.calendars import date_of
from troth.kernel.netting import Category
from troth.kernel.quantity import format_quantity

FROM = {
    Basis.STOCK: "from stock",
    Basis.SUPPLY: "from supply on order",
    Basis.LEAD_TIME: "once it has been procured",
    Basis.ALLOCATED: "from stock tied to this line",
    Basis.UNCHECKED: "which is not kept in stock",
}
RECEIPTS = {
    Category.PURCHASE: "purchase order",
    Category.PRODUCTION: "production order",
    Category.TRANSFER_IN: "transfer",
}
HELD = {
    "blocked": "Nothing is confirmed while the document is blocked.",
    "group": "Nothing is confirmed, because all lines are to arrive together and not all of them can.",
}

Told = tuple[int, date, str, Binding | None]


def sentence(
    requested_on: date, told: Sequence[Told], short: int, record: Mapping[str, Any], *, unit: str, decimals: int
) -> str:
    """Return what a representative can read to the customer. `told` is (quantity, delivery day, basis, binding)."""

    def amount(quantity: int) -> str:
        return f"{format_quantity(quantity, decimals)} {unit}".strip()

    parts = [
        f"{amount(quantity)} {'arrive ' if not place else ''}on {spelled(on)} {FROM[Basis(basis)]}"
        for place, (quantity, on, basis, _) in enumerate(told)
    ]
    on_time = short == 0 and all(on <= requested_on for _, on, _, _ in told)
    head = "As requested: " if on_time else f"Requested for {spelled(requested_on)}. "
    said = head + ", ".join(parts) + "." if parts else head.strip()
    bound = Binding.of(record.get("bound", {}))
    if short > 0:
        held = HELD.get(record.get("held", ""))
        said += f" {held}" if held else f" {amount(short)} cannot be confirmed{_why(bound, ': ')}."
    elif not on_time and bound:
        said += f"{_why(bound, ' ')}."
    return said


def _why(bound: Binding | None, opening: str) -> str:
    """What stands in the way of more or earlier goods."""
    if bound is None:
        return ""
    taken = f"{opening}on {spelled(date_of(bound.day))} everything is promised"
    if opening == " ":
        taken = f"{opening}On{taken[len(opening) + 2 :]}"
    if bound.receipt is None:
        return f"{taken}, and no receipt is known after it"
    category, day, _ = bound.receipt
    return (
        f"{taken}; the next receipt is a {RECEIPTS.get(Category(category), 'receipt')} due on {spelled(date_of(day))}"
    )


def spelled(on: date) -> str:
    """`3 Mar 2026`, in every locale the same, because it stands in records."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
