"""Excel in: the first sheet of a workbook as rows of text, as a CSV file would have them.

    cell                so
    number              12, 12.5; the noise behind the fifteenth digit is left out
    date                2026-03-31, with the hour behind it where there is one
    true and false      yes, no

Workbooks are unpacked with care: a small file may hold a large one, and one cell far away asks for memory for all
cells before it.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from xml.etree import ElementTree

from django.utils.translation import gettext
from python_calamine import CalamineError, CalamineWorkbook

from troth.kernel.errors import InvalidInput

WORKBOOK, OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How the files begin: a workbook since 2007 is a zip file, one from before (or one with a password) is not."""
LARGEST_UNPACKED = 40_000_000
MOST_CELLS = 1_000_000
_BROKEN = (RuntimeError, OSError, ValueError, zlib.error)
DIGITS = ".15g"


class UnreadableFile(InvalidInput):
    code = "unreadable_file"


def is_workbook(content: bytes) -> bool:
    """Whether the file is an Excel workbook. Raises UnreadableFile for one that cannot be opened here."""
    if content.startswith(OLD_WORKBOOK):
        raise unreadable(
            gettext("The workbook is from before 2007 or has a password. Save it as .xlsx without one, or as CSV.")
        )
    return content.startswith(WORKBOOK)


def first_sheet(content: bytes, *, most_rows: int) -> list[list[str]]:
    """The rows of the first sheet down to the last that has a cell; at most `most_rows` of them."""
    _refuse_large(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=most_rows)
    except (CalamineError, IndexError, OSError, ValueError) as error:
        raise _broken() from error
    return [_cells(row) for row in cells]


def unreadable(sentence: str) -> UnreadableFile:
    return UnreadableFile(sentence, field="file")


def _broken() -> UnreadableFile:
    return unreadable(gettext("The file is no Excel workbook, or a broken one. Save it anew as .xlsx or as CSV."))


def _refuse_large(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(member.file_size for member in packed.infolist())
            if size > LARGEST_UNPACKED:
                raise unreadable(gettext("The workbook is too large when unpacked. Split it and import the parts."))
            if packed.testzip() is not None:
                raise _broken()
            for member in packed.infolist():
                if member.filename.endswith(".xml"):
                    _refuse_wide(packed.read(member))
    except (zipfile.BadZipFile, ElementTree.ParseError, *_BROKEN) as error:
        raise _broken() from error


def _refuse_wide(part: bytes) -> None:
    """Memory is taken for the whole area between the first cell and the last one that says something."""
    width = height = 1
    for column, row in _places(part):
        width, height = max(width, column), max(height, row)
    if width * height > MOST_CELLS:
        sentence = gettext(
            "A cell lies far from the others, at row %(row)s or column %(column)s. Delete what is there."
        )
        raise unreadable(sentence % {"row": height, "column": width})


def _places(part: bytes) -> Iterator[tuple[int, int]]:
    """Column and row of each filled cell of a sheet; nothing for what is no sheet."""
    column = row = 0
    is_sheet = None
    for moment, element in ElementTree.iterparse(io.BytesIO(part), ("start", "end")):  # noqa: S314 - of limited size
        name = element.tag.rpartition("}")[2]
        is_sheet = name == "worksheet" if is_sheet is None else is_sheet
        if not is_sheet:
            return
        if moment == "start" and name == "row":
            row, column = int(element.get("r") or row + 1), 0
        elif moment == "start" and name == "c":
            column = _column(element.get("r", "")) or column + 1
        elif name == "c" and len(element):
            yield column, row
        if moment == "end" and name == "row":
            element.clear()


def _column(reference: str) -> int:
    """AB12 is in column 28."""
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter.upper()) - ord("A") + 1
    return number


def _cells(row: Sequence[object]) -> list[str]:
    """A row up to its last cell that says something: a sheet is as wide as its widest row."""
    cells = [_text(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{Decimal(format(cell, DIGITS)).normalize():f}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
