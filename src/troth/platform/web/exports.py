"""Files out, as CSV and as Excel workbook: read row by row, and safe to open in a spreadsheet.

A cell that begins with = + - @ would run as a formula, so such a text gets an apostrophe in front (OWASP: CSV
injection). Figures that Troth itself has written keep their sign. An import takes the apostrophe off again. A workbook
says of each cell that it is text, so there nothing needs to be put in front.
"""

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse

from troth.kernel.errors import BusinessError

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def escaped(value: object) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    text = str(value)
    if not text.startswith(DANGEROUS) or _is_figure(text):
        return text
    return "'" + text


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(DANGEROUS) else text


def _is_figure(text: str) -> bool:
    if text[:1] != "-" or not text[1:2].isdigit():
        return False
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


class _Line:
    """A file that hands each written line straight back."""

    def write(self, line: str) -> str:
        return line


def lines(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file line by line, beginning with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Line())
    yield "\ufeff"
    yield writer.writerow([escaped(cell) for cell in header])
    for row in rows:
        yield writer.writerow([escaped(cell) for cell in row])


def csv_file(file_name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name}.csv"'
    return answer


WORKBOOK_ROWS = 1_048_576
"""No workbook holds more."""
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 48
LARGEST = 10**12


class TooLong(BusinessError):
    """More rows than a workbook holds."""

    code = "too_many_rows"


def workbook(file_name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> FileResponse:
    """An Excel workbook of one sheet; figures are figures, dates are dates, everything else is text."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write_workbook(file, header, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{file_name}.xlsx", content_type=WORKBOOK_TYPE)


def write_workbook(file: IO[bytes], header: Sequence[object], rows: Iterable[Sequence[object]]) -> None:
    """Row by row, so that a long list takes no more memory than a short one."""
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        sheet.freeze_panes(1, 0)
        for column, label in enumerate(header):
            sheet.set_column(column, column, min(max(len(str(label)) + 2, 12), WIDEST))
            sheet.write_string(0, column, str(label), bold)
        for number, row in enumerate(rows, 1):
            if number >= WORKBOOK_ROWS:
                raise TooLong("The list has more rows than a workbook holds. Narrow it, or export it as CSV.")
            for column, cell in enumerate(row):
                _write(sheet, (number, column), cell, day)


def _write(sheet: Any, place: tuple[int, int], cell: object, day: Any) -> None:
    """A figure beyond the 15 digits that spreadsheets keep goes out as text, so that none is lost."""
    if isinstance(cell, Decimal | int) and -LARGEST < cell < LARGEST:
        sheet.write_number(*place, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(*place, cell, day)
    else:
        sheet.write_string(*place, str(cell))


Writer = Callable[[str, Sequence[object], Iterable[Sequence[object]]], HttpResponseBase]
FILES: dict[str, Writer] = {"csv": csv_file, "xlsx": workbook}
"""What `?export=` may ask for."""
