"""Prices for the same that would hold on the same day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from troth.kernel.errors import BusinessError, Sentence, together


class ValidityOverlaps(BusinessError):
    """Two prices for the same hold on the same day."""

    code = "validity_overlaps"


@dataclass(frozen=True, slots=True)
class Validity:
    """A price's days; `key` is what must be equal for two prices to be in each other's way."""

    key: tuple[Any, ...]
    from_on: date
    to_on: date | None
    row: int | None = None

    def overlaps(self, other: "Validity") -> bool:
        return self.from_on <= (other.to_on or date.max) and other.from_on <= (self.to_on or date.max)


def refuse_overlaps(wanted: Sequence[Validity], standing: Sequence[Validity]) -> list[BusinessError]:
    """A refusal for each wanted price that meets a standing one, or an earlier wanted one, on some day."""
    by_key: dict[tuple[Any, ...], list[Validity]] = {}
    for one in standing:
        by_key.setdefault(one.key, []).append(one)
    refusals: list[BusinessError] = []
    for one in wanted:
        others = by_key.setdefault(one.key, [])
        other = next((other for other in others if one.overlaps(other)), None)
        if other is not None:
            refusals.append(_overlap(one, other))
        others.append(one)
    return refusals


def _overlap(one: Validity, other: Validity) -> ValidityOverlaps:
    priced = Sentence("The same is priced from %(since)s on without end.", since=other.from_on)
    if other.to_on:
        priced = Sentence("The same is priced from %(since)s to %(until)s.", since=other.from_on, until=other.to_on)
    remedy = Sentence("Choose days that do not meet.")
    if other.from_on < one.from_on:
        last = one.from_on - timedelta(days=1)
        remedy = Sentence("End that one on %(last)s, or begin this one later.", last=last)
    return ValidityOverlaps(
        together(priced, remedy),
        row=one.row,
        field="valid_from_on",
        from_on=other.from_on.isoformat(),
        to_on=other.to_on.isoformat() if other.to_on else None,
    )
