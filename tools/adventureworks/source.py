"""Reading the raw files.

The source is a set of bulk-load files without header lines.  Their column names stand in the script that creates the
database, and three manners of writing occur side by side:

    encoding      UTF-16 with a byte order mark, else UTF-8, else cp1252 (Address)
    fields        separated by a TAB, or by +|
    rows          ended by LF or CR LF, or by &| and LF; inside a row ended by &| line feeds are text

Fixed-width codes are padded with blanks ("EA "), and embedded XML starts with a second byte order mark.
"""

import csv
import gzip
import io
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

Row = dict[str, str]
Table = list[Row]
Facts = list[dict[str, str | int]]

ROW_END, FIELD_END, BYTE_ORDER_MARK = "&|", "+|", "\ufeff"


def text_of(path: Path) -> str:
    """Return the text of a file, plain or compressed, in whichever of the three encodings it is."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if raw.startswith(b"\xff\xfe"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def column_names(script: str) -> dict[str, list[str]]:
    """Return the columns of each table in file order; computed columns count, for the files carry them too."""
    table = re.compile(r"CREATE TABLE \[\w+\]\.\[(\w+)\]\((.*?)\n\) ON \[PRIMARY\]", re.DOTALL)
    tables = table.findall(script.replace("\r", ""))
    return {name: re.findall(r"^\s+\[(\w+)\] (?:\[|AS|\w)", body, re.MULTILINE) for name, body in tables}


class Source:
    """The folder of raw files, table by table."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.columns = column_names(text_of(folder / "oltp" / "instawdb.sql.gz"))
        self.read: dict[str, Table] = {}

    def table(self, name: str) -> Table:
        """Return all rows of a table of the transaction database, blanks and byte order marks stripped."""
        if name not in self.read:
            self.read[name] = self._parse(name)
        return self.read[name]

    def by_id(self, name: str, key: str) -> dict[str, Row]:
        rows = self.table(name)
        index = {row[key]: row for row in rows}
        assert len(index) == len(rows), f"{name}.{key} is not unique"
        return index

    def derived(self, name: str) -> Table:
        """Return the rows of one of the work order files, which do carry a header line."""
        return list(csv.DictReader(io.StringIO(text_of(self.folder / "workorders" / name))))

    def _parse(self, name: str) -> Table:
        [path] = [p for p in (self.folder / "oltp").iterdir() if p.name in (f"{name}.csv", f"{name}.csv.gz")]
        text = text_of(path)
        if ROW_END in text:
            records = [r.lstrip("\r\n").split(FIELD_END) for r in text.split(ROW_END) if r.strip()]
        else:
            records = [r.rstrip("\r").split("\t") for r in text.split("\n") if r.strip()]
        columns = self.columns[name]
        assert {len(r) for r in records} == {len(columns)}, f"{name} does not fit its columns"
        return [dict(zip(columns, (f.strip(f" {BYTE_ORDER_MARK}") for f in r), strict=True)) for r in records]


def scaled(amount: str, places: int) -> int:
    """Return a decimal text as an integer of 10^-places, refusing to lose a digit: scaled("12.5", 2) == 1250."""
    number = Decimal(amount).scaleb(places)
    assert number == number.to_integral_value(), f"{amount} has more than {places} decimals"
    return int(number)


def cents(amount: str) -> int:
    """Return an amount with four decimals in cents, halves rounded away from zero."""
    return int(Decimal(amount).scaleb(2).to_integral_value(ROUND_HALF_UP))


def day(moment: str) -> str:
    """Return the ISO date of a source time stamp; empty stays empty."""
    return date.fromisoformat(moment[:10]).isoformat() if moment else ""
