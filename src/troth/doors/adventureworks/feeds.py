"""How a raw row becomes a record of Troth: a feed says it column by column.

    Feed("UnitMeasure", "units", {"code": taken("UnitMeasureCode"), "name": taken("Name"), …})

What a row is joined with is looked up (`Look`), and the rows that were looked up feed the record as well.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from troth.demo.raw import Folder, Row


class Faulty(Exception):
    """A value of the raw row that cannot be: the row is refused, and a person has to mend the file."""

    def __init__(self, sentence: str, column: str) -> None:
        super().__init__(sentence)
        self.sentence, self.column = sentence, column


@dataclass
class Look:
    """Looks up rows of other files for one record at a time, and remembers which were used.

    `shift` is how many days lie between the source's last day and the day on which the company was brought in.
    """

    folder: Folder
    shift: timedelta
    used: list[Row] = field(default_factory=list)
    _kept: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` returns, made once in the run."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def one(self, file: str, column: str, key: str, *, of: str) -> Row:
        """The row with this key; `of` is the column of the present row that names it."""
        row = self.folder.index(file, column).get(key)
        if row is None:
            raise Faulty(f"There is no {file} {key}. Add it to {file}, or correct the number here.", of)
        self.used.append(row)
        return row

    def maybe(self, file: str, column: str, key: str) -> Row | None:
        row = self.folder.index(file, column).get(key)
        if row is not None:
            self.used.append(row)
        return row

    def glance(self, file: str, column: str, key: str) -> Row | None:
        """A row that is only looked at: it feeds nothing by that."""
        return self.folder.index(file, column).get(key)

    def day(self, moment: str, *, of: str) -> date | None:
        """The day of a time stamp, laid so that the source's last day is the day of the import."""
        try:
            return date.fromisoformat(moment[:10]) + self.shift if moment else None
        except (ValueError, OverflowError):
            raise Faulty(f"{moment} is no day. Write it as 2014-06-30 00:00:00.", of) from None


Read = Callable[[Row, Look], Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """A column of Troth: from which raw columns of the row, and how they are read."""

    columns: tuple[str, ...]
    read: Read


def taken(column: str) -> Taken:
    """As it stands."""
    return Taken((column,), lambda row, _: row[column])


def always(value: Any) -> Taken:
    """The same for all rows; the source does not say it."""
    return Taken((), lambda _row, _look: value)


def told(*columns: str) -> Callable[[Read], Taken]:
    """Read from these columns by the function that follows."""
    return lambda read: Taken(columns, read)


@dataclass(frozen=True, slots=True)
class Built:
    """A record to bring in, the rows that it is made of (the first is its own), and Troth's columns by the raw ones."""

    values: dict[str, Any]
    rows: tuple[Row, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Feed:
    """`left_out` says why a row is not taken, by declaration; "" where it is."""

    file: str
    into: str
    columns: Mapping[str, Taken]
    left_out: Callable[[Row, Look], str] = lambda _row, _look: ""
    reads: tuple[str, ...] = ()
    """Raw columns that decide whether a row is taken."""

    @property
    def raw_columns(self) -> set[str]:
        return {name for one in self.columns.values() for name in one.columns} | set(self.reads)

    def build(self, row: Row, look: Look) -> Built:
        """Raises `Faulty`."""
        look.used = []
        values = {name: one.read(row, look) for name, one in self.columns.items()}
        columns = {name: one.columns[0] for name, one in self.columns.items() if one.columns}
        return Built(values, (row, *look.used), columns)


def fitting(folder: Folder, name: str) -> Iterator[Row]:
    """The rows of a file that fit its columns."""
    return (row for row in folder.rows(name) if row.fits)
