"""The promise in one sentence, read from its record.

Requested for 3 Mar 2026. 4 EA arrive on 3 Mar 2026 from stock, 6 EA on 12 Mar 2026 from supply on order.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from troth.business.promising.rules.wish import Binding
from troth.business.promising.states import Basis
from troth.kernel.calendars import date_of
from troth.kernel.errors import Sentence, together
from troth.kernel.netting import Category
from troth.kernel.quantity import format_quantity

FROM = {
    Basis.STOCK: Sentence("from stock"),
    Basis.SUPPLY: Sentence("from supply on order"),
    Basis.PLANNED: Sentence("from planned supply"),
    Basis.LEAD_TIME: Sentence("once it has been procured"),
    Basis.ALLOCATED: Sentence("from stock tied to this line"),
    Basis.UNCHECKED: Sentence("which is not kept in stock"),
}
RECEIPTS = {
    Category.PURCHASE: Sentence("purchase order"),
    Category.PRODUCTION: Sentence("production order"),
    Category.TRANSFER_IN: Sentence("transfer"),
}
HELD = {
    "blocked": Sentence("Nothing is confirmed while the document is blocked."),
    "group": Sentence("Nothing is confirmed, because all lines are to arrive together and not all of them can."),
}

Told = tuple[int, date, str, Binding | None]


def sentence(
    requested_on: date, told: Sequence[Told], short: int, record: Mapping[str, Any], *, unit: str, decimals: int
) -> Sentence:
    """Return what a representative can read to the customer. `told` is (quantity, delivery day, basis, binding)."""

    def amount(quantity: int) -> str:
        return f"{format_quantity(quantity, decimals)} {unit}".strip()

    on_time = short == 0 and all(on <= requested_on for _, on, _, _ in told)
    said = [_arrives(amount(quantity), on, basis) for quantity, on, basis, _ in told]
    if on_time and said:
        return Sentence("As requested: %(arrivals)s.", arrivals=_listed(said))
    head = Sentence("Requested for %(day)s.", day=spelled(requested_on))
    parts = [head, Sentence("%(arrivals)s.", arrivals=_listed(said))] if said else [head]
    bound = Binding.of(record.get("bound", {}))
    if short > 0:
        held = HELD.get(record.get("held", ""))
        parts.append(held or _short(amount(short), bound))
    elif not on_time and bound:
        parts.append(Sentence("On %(why)s.", why=_why(bound)))
    return together(*parts)


def _arrives(amount: str, on: date, basis: str) -> Sentence:
    return Sentence("%(amount)s on %(day)s %(basis)s", amount=amount, day=spelled(on), basis=FROM[Basis(basis)])


def _listed(arrivals: Sequence[Sentence]) -> Sentence:
    """The first with its verb, the others after it."""
    first = arrivals[0].facts
    words = [Sentence("%(amount)s arrive on %(day)s %(basis)s", **first), *arrivals[1:]]
    facts = {str(place): word for place, word in enumerate(words)}
    return Sentence(", ".join(f"%({place})s" for place in facts), **facts)


def _short(amount: str, bound: Binding | None) -> Sentence:
    if bound is None:
        return Sentence("%(amount)s cannot be confirmed.", amount=amount)
    return Sentence("%(amount)s cannot be confirmed: on %(why)s.", amount=amount, why=_why(bound))


def _why(bound: Binding) -> Sentence:
    """What stands in the way of more or earlier goods."""
    full = spelled(date_of(bound.day))
    if bound.receipt is None:
        return Sentence("%(day)s everything is promised, and no receipt is known after it", day=full)
    category, day, _ = bound.receipt
    return Sentence(
        "%(day)s everything is promised; the next receipt is a %(receipt)s due on %(due)s",
        day=full,
        receipt=RECEIPTS.get(Category(category), Sentence("receipt")),
        due=spelled(date_of(day)),
    )


def spelled(on: date) -> Sentence:
    """`3 Mar 2026`, whoever reads it, because it stands in records; pages say it in their reader's language."""
    return Sentence(_MONTHS[on.month - 1].pattern, day=on.day, year=on.year)


_MONTHS = (
    Sentence("%(day)s Jan %(year)s"),
    Sentence("%(day)s Feb %(year)s"),
    Sentence("%(day)s Mar %(year)s"),
    Sentence("%(day)s Apr %(year)s"),
    Sentence("%(day)s May %(year)s"),
    Sentence("%(day)s Jun %(year)s"),
    Sentence("%(day)s Jul %(year)s"),
    Sentence("%(day)s Aug %(year)s"),
    Sentence("%(day)s Sep %(year)s"),
    Sentence("%(day)s Oct %(year)s"),
    Sentence("%(day)s Nov %(year)s"),
    Sentence("%(day)s Dec %(year)s"),
)
