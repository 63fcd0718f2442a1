"""What is promised ahead of firm supply: posted apart from promises on firm supply, and short apart from them.

The ledger posts all of it in one category. What of it stands on planned supply, what on goods that are not released,
and what on the lead time alone, is known to who promises; who does registers how to ask.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from troth.kernel import lots
from troth.kernel.lots import Lots
from troth.kernel.netting import LYING, Category, Series
from troth.kernel.scopes import has_unsecured
from troth.ledgers.availability.keys import AvailabilityBalance, AvailabilityKey
from troth.ledgers.availability.rules import PLANS, Gap, gap_on_plans, gap_unreleased
from troth.platform.locks import Held


class Cover(StrEnum):
    """What a promise stands on that a shortage says is missing."""

    FIRM = "firm"
    PLANNED = "planned"
    UNRELEASED = "unreleased"


AHEAD = (Cover.PLANNED, Cover.UNRELEASED)
ANY = frozenset((*PLANS, *LYING))
"""All that may serve what is promised on goods that are not released, beside what firm supply leaves."""


class Due(NamedTuple):
    """`quantity` (smallest units) is promised for a day (number since 1970-01-01) and not delivered.

    `counted` is what served it beside firm supply, where it stands on goods that are not released.
    """

    day: int
    quantity: int
    cover: Cover
    counted: frozenset[Category] = ANY


Dues = Sequence[Due]
Reader = Callable[[Sequence[AvailabilityKey]], Mapping[AvailabilityKey, Dues]]

_readers: list[Reader] = []


def register_promised(reader: Reader) -> None:
    """Let an app above say what it promised on planned supply and on goods not released; each reader once."""
    if reader not in _readers:
        _readers.append(reader)


def promised_ahead(held: Held, keys: Iterable[AvailabilityKey]) -> dict[AvailabilityKey, Dues]:
    """What is promised so of held keys. Costs nothing where nothing is promised ahead of firm supply."""
    asked = [key for key in dict.fromkeys(keys) if has_unsecured(held.balance(key).series)]
    found: dict[AvailabilityKey, Dues] = {}
    for reader in _readers if asked else ():
        for key, dues in reader(asked).items():
            found[key] = (*found.get(key, ()), *dues)
    return found


def gap_ahead(
    balance: AvailabilityBalance, dues: Dues, cover: Cover, today: int, *, tolerated: int = 0
) -> Gap | None:  # fmt: skip
    """What is missing, beyond `tolerated`, of what is promised ahead of firm supply on such a cover."""
    series = _usable(balance.lots, today) if balance.lots and cover is Cover.UNRELEASED else balance.series
    return gap_in(series, dues, cover, today, tolerated=tolerated)


def gap_in(
    series: Series, dues: Dues, cover: Cover, today: int, *, tolerated: int = 0, as_posted: bool = False
) -> Gap | None:  # fmt: skip
    """The same in a series. `as_posted` counts every late receipt as if it came today."""
    on_plans = [(one.day, one.quantity) for one in dues if one.cover is Cover.PLANNED]
    if cover is Cover.PLANNED:
        return gap_on_plans(series, on_plans, today, tolerated=tolerated, as_posted=as_posted)
    wanted: dict[frozenset[Category], list[tuple[int, int]]] = {}
    for one in dues:
        if one.cover is Cover.UNRELEASED:
            wanted.setdefault(one.counted, []).append((one.day, one.quantity))
    return gap_unreleased(series, wanted, on_plans, today, tolerated=tolerated, as_posted=as_posted)


def _usable(found: Lots, today: int) -> Series:
    """The series without goods that lie here, are not released, and can be used no longer."""
    return lots.collapsed(tuple(one for one in found if one.category not in LYING or not 0 < one.lasts < today))
