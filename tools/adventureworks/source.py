"""The raw files, table by table, as `troth.demo.raw` reads them, and their figures without losing a digit."""

import csv
import io
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from troth.demo.raw import Folder, text_of

Row = dict[str, str]
Table = list[Row]
Facts = list[dict[str, str | int]]


class Source:
    """The folder of raw files, table by table."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.raw = Folder(folder)
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
        rows = list(self.raw.rows(name))
        assert all(row.fits for row in rows), f"{name} does not fit its columns"
        return [dict(row.values) for row in rows]


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
