"""A line that a run promises otherwise, and why it has no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from troth.business.backorders.states import Verdict, verdict_of
from troth.business.promising.rules.quotas import Use


class Row(NamedTuple):
    """A confirmation: quantity in smallest units, days as numbers since 1970-01-01, basis as a word."""

    quantity: int
    material: int
    delivery: int
    basis: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A line that is promised otherwise; `line` is its place among the lines of the run, `segment` counts from 1.

    `old_uses` and `new_uses` are what it consumes of quotas (None: nothing holds or held for it), `quota` the record of
    the one that keeps it from having more, or having it earlier. Where none does and it is late or short, `kept` is
    what is protected for others; `share` what its fair share was of (supply, demand, lines, day), if it has one.
    """

    line: int
    segment: int
    strategy: str
    raised: int
    old: tuple[Row, ...]
    new: tuple[Row, ...]
    gained: int
    lost: int
    old_uses: tuple[Use, ...] = ()
    new_uses: tuple[Use, ...] | None = None
    quota: Mapping[str, Any] | None = None
    kept: int = 0
    share: tuple[int, int, int, int] | None = None

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.gained, self.lost)

    @property
    def days(self) -> int | None:
        """By how many days the last delivery moves; None where there was or is none."""
        return self.new[-1].delivery - self.old[-1].delivery if self.old and self.new else None
