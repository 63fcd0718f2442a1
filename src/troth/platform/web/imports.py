"""Files in: CSV in UTF-8, or an Excel workbook, which `sheets` turns into the same text.

`table` gives header and rows; `preview` checks each row through a form and names every refusal by row and column.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext

from troth.platform.web import sheets
from troth.platform.web.exports import unescaped
from troth.platform.web.sheets import UnreadableFile as UnreadableFile

LARGEST_BYTES = 2_000_000
MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class CellRefusal:
    """Row 1 is the first row below the header. An empty column means the whole row; row 0 the whole file."""

    row: int
    column: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be imported, and what stands in the way."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    values: tuple[dict[str, Any], ...]
    refusals: tuple[CellRefusal, ...]


def decoded(content: bytes) -> str:
    """The file as CSV text. Raises UnreadableFile for what is too large, or neither UTF-8 nor an Excel workbook."""
    if len(content) > LARGEST_BYTES:
        raise UnreadableFile(gettext("The file is larger than 2 MB. Split it and import the parts."), field="file")
    is_workbook = sheets.is_workbook(content)
    text = _as_csv(sheets.first_sheet(content, most_rows=MOST_ROWS + 2)) if is_workbook else _utf_8(content)
    if "\0" in text:
        raise UnreadableFile(
            gettext("The file is not a text file. Save the sheet as CSV and choose it again."), field="file"
        )
    return text


def _utf_8(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = gettext('The file is not in UTF-8. Save it as "CSV UTF-8" or as .xlsx and choose it again.')
        raise UnreadableFile(sentence, field="file", position=error.start) from error


def _as_csv(rows: Sequence[Sequence[str]]) -> str:
    """What a sheet says, as a file that goes the same way as any other."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    if text.tell() > LARGEST_BYTES:
        raise UnreadableFile(gettext("The sheet holds more than 2 MB. Split it and import the parts."), field="file")
    return text.getvalue()


def table(text: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows; the separator is the one that the header uses most."""
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        read = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if any(row)]
    except csv.Error as error:
        raise UnreadableFile(gettext("The file is not valid CSV. Check its quotation marks."), field="file") from error
    if not read:
        raise UnreadableFile(gettext("The file is empty. Put the column names in its first row."), field="file")
    if len(read) - 1 > MOST_ROWS:
        raise UnreadableFile(gettext("The file has more than 5,000 rows. Split it and import the parts."), field="file")
    return [name.strip() for name in read[0]], [[unescaped(cell.strip()) for cell in row] for row in read[1:]]


def preview(text: str, form_class: type[forms.BaseForm]) -> Preview:
    """Check every row through `form_class`. Columns are called like its fields or their labels."""
    header, rows = table(text)
    names, refusals = _columns(header, form_class)
    values: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        given = {name: cell for name, cell in zip(names, row, strict=False) if name}
        if len(row) > len(header):
            refusals.append(
                CellRefusal(number, "", "", gettext("This row has more cells than the header has columns."))
            )
        form = form_class(given)
        refusals += _form_refusals(number, form, given)
        values.append(getattr(form, "cleaned_data", {}))
    return Preview(tuple(header), tuple(tuple(row) for row in rows), tuple(values), tuple(refusals))


def _columns(header: Sequence[str], form_class: type[forms.BaseForm]) -> tuple[list[str], list[CellRefusal]]:
    """The field behind each column; unknown, doubled and missing columns are refusals of the whole file."""
    fields = form_class().fields
    by_word = {str(field.label or name).lower(): name for name, field in fields.items()} | {
        n.lower(): n for n in fields
    }
    names = [by_word.get(word.lower(), "") for word in header]
    refusals = []
    for word, name in zip(header, names, strict=True):
        if not name:
            known = ", ".join(fields)
            refusals.append(
                CellRefusal(0, word, "", gettext("No such column. Known are: %(known)s.") % {"known": known})
            )
        elif names.count(name) > 1:
            refusals.append(CellRefusal(0, word, "", gettext("This column stands in the file twice. Remove one.")))
    for name, field in fields.items():
        if field.required and field.initial is None and name not in names:
            refusals.append(CellRefusal(0, name, "", gettext("This column is missing. Add it to the first row.")))
    return names, refusals


def _form_refusals(number: int, form: forms.BaseForm, given: Mapping[str, str]) -> list[CellRefusal]:
    return [
        CellRefusal(number, _label(form, name), given.get(name, ""), str(sentence))
        for name, sentences in form.errors.items()
        for sentence in sentences
    ]


def _label(form: forms.BaseForm, name: str) -> str:
    field = form.fields.get(name)
    return str(field.label or name) if field is not None else name.replace("__all__", "")
