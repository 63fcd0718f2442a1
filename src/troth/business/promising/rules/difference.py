"""How what would be promised now differs from what was promised then, in words.

Then 4 EA on 3 Mar 2026, 6 EA on 12 Mar 2026; now 10 EA on 3 Mar 2026. The last of it would come 9 days earlier.
"""

from collections.abc import Sequence
from datetime import date

from troth.business.promising.rules.explain import spelled
from troth.kernel.errors import Sentence, together
from troth.kernel.quantity import format_quantity

Comes = Sequence[tuple[date, int]]
"""(day, quantity) of what arrives, each day once, the first day first."""


def difference(then: Comes, now: Comes, *, unit: str, decimals: int) -> Sentence:
    """What came then, what would come now, and what that means: more or less of it, earlier or later."""

    def amount(quantity: int) -> str:
        return format_quantity(quantity, decimals, unit)

    if list(then) == list(now):
        return Sentence("It would come just as it was promised then.")
    parts = [_compared(then, now, unit, decimals)]
    more = sum(quantity for _, quantity in now) - sum(quantity for _, quantity in then)
    if more > 0:
        parts.append(Sentence("%(amount)s more would be confirmed.", amount=amount(more)))
    elif more < 0:
        parts.append(Sentence("%(amount)s less would be confirmed.", amount=amount(-more)))
    if then and now and (days := (now[-1][0] - then[-1][0]).days):
        parts.append(_moved(days))
    return together(*parts)


def _compared(then: Comes, now: Comes, unit: str, decimals: int) -> Sentence:
    was, comes = _listed(then, unit, decimals), _listed(now, unit, decimals)
    if was is None and comes is not None:
        return Sentence("Then nothing was confirmed; now %(now)s.", now=comes)
    if comes is None:
        return Sentence("Then %(then)s; now nothing would be confirmed.", then=was)
    return Sentence("Then %(then)s; now %(now)s.", then=was, now=comes)


def _moved(days: int) -> Sentence:
    if abs(days) == 1:
        if days < 0:
            return Sentence("The last of it would come one day earlier.")
        return Sentence("The last of it would come one day later.")
    if days < 0:
        return Sentence("The last of it would come %(days)s days earlier.", days=-days)
    return Sentence("The last of it would come %(days)s days later.", days=days)


def _listed(comes: Comes, unit: str, decimals: int) -> Sentence | None:
    said = {
        str(place): Sentence("%(amount)s on %(day)s", amount=format_quantity(quantity, decimals, unit), day=spelled(on))
        for place, (on, quantity) in enumerate(comes)
    }
    return Sentence(", ".join(f"%({place})s" for place in said), **said) if said else None
