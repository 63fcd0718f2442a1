"""What became of each row of each raw file. Every row that was read is in the end stored, the same, or refused.

A row may feed several records, and a record may be fed by rows of several files: a customer by its own row, its store,
its address. What was best of all that it fed is what became of the row; one that fed nothing is refused with what its
file says of such rows, and one in which something has to be mended is refused whatever else came of it: the bin is
there, the goods in it are not. One byte a row, and two for the reason.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from troth.demo.raw import Row

ROWS_NAMED = 8


class Fate(IntEnum):
    """What became of a row; the larger wins."""

    FED_NOTHING = 0
    REFUSED = 1
    SAME = 2
    CHANGED = 3
    NEW = 4
    TO_MEND = 5

    @property
    def is_refused(self) -> bool:
        return self in (Fate.FED_NOTHING, Fate.REFUSED, Fate.TO_MEND)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row was refused. A `fault` is one of the file, for a person to mend; the others are declared."""

    file: str
    column: str
    sentence: str
    fault: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Rows of one file that were refused for one reason; `rows` such as "3, 5–9"."""

    reason: Reason
    count: int
    rows: str


@dataclass(frozen=True, slots=True)
class FileCount:
    """`read` is the sum of the others. `stored` were created or changed by this run, `unchanged` stood there so."""

    file: str
    read: int
    stored: int
    unchanged: int
    refused: int


@dataclass(slots=True)
class _File:
    fates: bytearray
    reasons: "array[int]"
    unused: str


@dataclass
class Fates:
    _files: dict[str, _File] = field(default_factory=dict)
    _reasons: dict[Reason, int] = field(default_factory=dict)

    def expect(self, file: str, rows: int, unused: str) -> None:
        """A file with so many rows; `unused` is what those are told that feed nothing."""
        self._files[file] = _File(bytearray(rows), array("H", bytes(2 * rows)), unused)

    def became(self, rows: Iterable[Row], fate: Fate) -> None:
        for row in rows:
            fates = self._files[row.file].fates
            fates[row.number - 1] = max(fates[row.number - 1], fate)

    def refuse(self, row: Row, sentence: str, *, column: str = "", fault: bool = False) -> None:
        """Say why a row is refused; the first reason stays, unless it was declared and this is a fault."""
        one = self._files[row.file]
        was = Fate(one.fates[row.number - 1])
        if not one.reasons[row.number - 1] or (fault and was is not Fate.TO_MEND):
            reason = Reason(row.file, column, sentence, fault)
            one.reasons[row.number - 1] = self._reasons.setdefault(reason, len(self._reasons) + 1)
        self.became([row], Fate.TO_MEND if fault else Fate.REFUSED)

    def counts(self) -> list[FileCount]:
        return [self._count(file, one.fates) for file, one in self._files.items()]

    def _count(self, file: str, fates: bytearray) -> FileCount:
        of = {fate: fates.count(fate) for fate in Fate}
        stored, same = of[Fate.NEW] + of[Fate.CHANGED], of[Fate.SAME]
        return FileCount(file, len(fates), stored, same, sum(of[fate] for fate in Fate if fate.is_refused))

    def refusals(self) -> list[Refusal]:
        """Each reason with its rows, file by file."""
        by_number = {number: reason for reason, number in self._reasons.items()}
        found: list[Refusal] = []
        for file, one in self._files.items():
            rows = self._refused_rows(one)
            for number, numbers in rows.items():
                reason = by_number[number] if number else Reason(file, "", one.unused, fault=False)
                found.append(Refusal(reason, len(numbers), _ranges(numbers)))
        return found

    def _refused_rows(self, one: _File) -> Mapping[int, "array[int]"]:
        """Row numbers by reason; 0 stands for none."""
        rows: dict[int, array[int]] = defaultdict(lambda: array("L"))
        for place, fate in enumerate(one.fates):
            if Fate(fate).is_refused:
                rows[one.reasons[place]].append(place + 1)
        return rows


def _ranges(numbers: Iterable[int]) -> str:
    """3, 5–9; of many the first."""
    found = list(_runs(numbers))
    shown = [f"{first:,}" if first == last else f"{first:,}–{last:,}" for first, last in found[:ROWS_NAMED]]
    return "; ".join(shown) + (" …" if len(found) > ROWS_NAMED else "")


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = 0
    for number in numbers:
        if first and number == last + 1:
            last = number
            continue
        if first:
            yield first, last
        first = last = number
    if first:
        yield first, last
