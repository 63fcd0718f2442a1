"""Reading the raw files of AdventureWorks.

They are bulk-load files without header lines. Their column names stand in the script that creates the database, and
several manners of writing occur side by side:

    encoding      UTF-16 with a byte order mark, else UTF-8, else cp1252 (Address)
    fields        separated by a TAB, or by +|
    rows          ended by LF or CR LF, or by &| and LF; inside a row ended by &| line feeds are text

Fixed-width codes are padded with blanks ("EA "), and embedded XML starts with a second byte order mark. The work order
files have a header line and commas. Sales are a Parquet file, whose reader is an extra of its own.

A file is read when it is asked for, row by row; only the files that others look something up in are kept.
"""

import csv
import gzip
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from troth.kernel.errors import BusinessError

ROW_END, FIELD_END, BYTE_ORDER_MARK = "&|", "+|", "\ufeff"
SCRIPT = "oltp/instawdb.sql.gz"
PARQUET = ".parquet"
WITH_HEADER = "derived_"
ENDINGS = (".csv", ".csv.gz", PARQUET)
BATCH_ROWS = 10_000


class UnreadableRaw(BusinessError):
    """A raw file that is missing, broken, or no file of AdventureWorks."""

    code = "unreadable_raw"


class ReaderMissing(BusinessError):
    """The reader of Parquet files is not installed."""

    code = "reader_missing"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a raw file by column; row 1 is its first. Without `values` it does not fit the columns of its file."""

    file: str
    number: int
    values: Mapping[str, str]
    fields: int = 0

    EMPTY: ClassVar[Mapping[str, str]] = {}

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    @property
    def fits(self) -> bool:
        return bool(self.values)


def text_of(path: Path) -> str:
    """The text of a file, plain or compressed, in whichever of the three encodings it is."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if raw.startswith(b"\xff\xfe"):
            return raw.decode("utf-16")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("cp1252")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UnreadableRaw(f"{path.name} cannot be read ({error}). Copy it again from the source.") from error


def column_names(script: str) -> dict[str, list[str]]:
    """The columns of each table in file order; computed columns count, for the files carry them too."""
    table = re.compile(r"CREATE TABLE \[\w+\]\.\[(\w+)\]\((.*?)\n\) ON \[PRIMARY\]", re.DOTALL)
    tables = table.findall(script.replace("\r", ""))
    return {name: re.findall(r"^\s+\[(\w+)\] (?:\[|AS|\w)", body, re.MULTILINE) for name, body in tables}


def records(text: str) -> Iterator[list[str]]:
    """The fields of each row, blanks and byte order marks stripped."""
    separated = ROW_END in text
    end, between = (ROW_END, FIELD_END) if separated else ("\n", "\t")
    for record in text.split(end):
        if record.strip():
            fields = (record.lstrip("\r\n") if separated else record.rstrip("\r")).split(between)
            yield [field.strip(f" {BYTE_ORDER_MARK}") for field in fields]


class Folder:
    """The folder of raw files, by the names of their tables: `rows("Product")`."""

    def __init__(self, path: Path, *, unread: Mapping[str, Collection[str]] = {}) -> None:
        """`unread` are the columns by file that nobody reads: what is kept for looking up is kept without them."""
        self.path = path
        self.unread = unread
        if not (path / SCRIPT).is_file():
            raise UnreadableRaw(
                f"{path} is no folder of AdventureWorks: {SCRIPT}, which names the columns, is not in it. "
                "Name the folder that holds oltp, sales and workorders."
            )
        self._indexes: dict[tuple[str, str], dict[str, Row]] = {}

    @cached_property
    def paths(self) -> dict[str, Path]:
        """Every file of rows that lies in the folder, by name."""
        found = sorted(one for one in self.path.glob("*/*") if one.name.endswith(ENDINGS))
        return {one.name.partition(".")[0]: one for one in found}

    @cached_property
    def columns(self) -> dict[str, list[str]]:
        return column_names(text_of(self.path / SCRIPT))

    def columns_of(self, name: str) -> Sequence[str]:
        """The columns of a file; `UnreadableRaw` for one that belongs to no table."""
        path = self.paths[name]
        if path.suffix == PARQUET:
            return list(self._parquet(path).schema_arrow.names)
        if name.startswith(WITH_HEADER):
            return text_of(path).partition("\n")[0].strip().split(",")
        if name not in self.columns:
            raise UnreadableRaw(f"{path.name} belongs to no table of AdventureWorks. Take it out of the folder.")
        return self.columns[name]

    def rows(self, name: str, only: Sequence[str] | None = None) -> Iterator[Row]:
        """All rows of a file, or none where it is not there. `only` these columns of a Parquet file."""
        path = self.paths.get(name)
        if path is None:
            return
        if path.suffix == PARQUET:
            yield from self._sold(name, path, only)
            return
        text = text_of(path)
        columns = self.columns_of(name)
        read: Iterator[list[str]] = records(text)
        if name.startswith(WITH_HEADER):
            read = csv.reader(io.StringIO(text))
            next(read, None)
        for number, fields in enumerate(read, start=1):
            fits = len(fields) == len(columns)
            yield Row(name, number, dict(zip(columns, fields, strict=True)) if fits else Row.EMPTY, len(fields))

    def count(self, name: str) -> int:
        path = self.paths.get(name)
        if path is not None and path.suffix == PARQUET:
            return int(self._parquet(path).metadata.num_rows)
        return sum(1 for _ in self.rows(name))

    def index(self, name: str, column: str) -> Mapping[str, Row]:
        """The rows of a file by a column, or by two, "A+B"; of several with the same key the first."""
        key = (name, column)
        if key not in self._indexes:
            found: dict[str, Row] = {}
            columns = column.split("+")
            for row in self.rows(name):
                if row.fits:
                    found.setdefault("+".join(row[one] for one in columns), self._short(row))
            self._indexes[key] = found
        return self._indexes[key]

    def _short(self, row: Row) -> Row:
        unread = self.unread.get(row.file, ())
        return replace(row, values={name: value for name, value in row.values.items() if name not in unread})

    def _sold(self, name: str, path: Path, only: Sequence[str] | None) -> Iterator[Row]:
        number = 0
        for batch in self._parquet(path).iter_batches(BATCH_ROWS, columns=None if only is None else list(only)):
            for values in batch.to_pylist():
                number += 1
                yield Row(name, number, {column: str(value or "") for column, value in values.items()}, len(values))

    def _parquet(self, path: Path) -> Any:
        try:
            from pyarrow import ArrowException, parquet
        except ImportError:
            raise ReaderMissing(
                f"{path.name} is a Parquet file; install its reader with: pip install 'troth[adventureworks]'"
            ) from None
        try:
            return parquet.ParquetFile(path)
        except (ArrowException, OSError) as error:
            raise UnreadableRaw(f"{path.name} cannot be read ({error}). Copy it again from the source.") from error
