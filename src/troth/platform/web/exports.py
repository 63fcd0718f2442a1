"""CSV out: streamed, and safe to open in a spreadsheet.

A cell that begins with = + - @ would run as a formula, so such a text gets an apostrophe in front (OWASP: CSV
injection). Figures that Troth itself has written keep their sign. An import takes the apostrophe off again.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation

from django.http import StreamingHttpResponse

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


def response(file_name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name}.csv"'
    return answer
