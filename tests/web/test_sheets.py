"""Workbooks come in as the same text that a CSV file holds, and what cannot be read is told in a sentence."""

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter

from troth.platform.web import exports
from troth.platform.web.imports import MOST_ROWS, UnreadableFile, decoded, table


def workbook(*rows, formats=None):
    """A workbook of one sheet; a date is a date, everything else as xlsxwriter takes it."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        day, sheet = book.add_format({"num_format": formats or "yyyy-mm-dd"}), book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                else:
                    sheet.write(number, column, cell)
        book.add_worksheet("another").write(0, 0, "never read")
    return file.getvalue()


def test_the_first_sheet_reads_as_a_file_of_text_would():
    rows = [("number", "name", "is_made"), ("0042", 'Äpfel; "süß", 2 Zeilen\nlang', True), (7, "x", False)]
    header, read = table(decoded(workbook(*rows)))
    assert header == ["number", "name", "is_made"]
    assert read == [["0042", 'Äpfel; "süß", 2 Zeilen\nlang', "yes"], ["7", "x", "no"]]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (12, "12"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        (1_000_000, "1000000"),
        (0.000015, "0.000015"),
        (-3, "-3"),
        (999_999_999_999_999, "999999999999999"),
        (date(2026, 3, 31), "2026-03-31"),
        (datetime(2026, 3, 31, 14, 30), "2026-03-31 14:30:00"),
        ("=1+1", "0"),
        ("00123", "00123"),
    ],
)
def test_numbers_and_days_come_in_without_noise(cell, text):
    _, [[read]] = table(decoded(workbook(["column"], [cell], formats="yyyy-mm-dd hh:mm")))
    assert read == text


def test_what_was_exported_as_a_workbook_is_read_back():
    file = io.BytesIO()
    rows = [["C1", "=HYPERLINK()", "+49 40"], ["C2", "-", "'quoted'"]]
    exports.write_workbook(file, ["number", "name", "telephone"], rows)
    assert table(decoded(file.getvalue())) == (["number", "name", "telephone"], rows)


def test_blank_rows_and_columns_around_the_table_do_not_count():
    header, rows = table(decoded(workbook([], ["a", "b", None], [], [1, None, None], [None, 2])))
    assert (header, rows) == (["a", "b"], [["1"], ["", "2"]])


def _packed(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("_", "."), content)
    return file.getvalue()


FAR = '<worksheet xmlns="x"><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
UNNAMED = '<worksheet><row r="1048576">' + "<c><v>1</v></c>" * 2 + "</row></worksheet>"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "before 2007 or has a password"),
        (b"PK\x03\x04 and nothing more", "no Excel workbook, or a broken one"),
        (_packed(note_txt="a zip file of something else"), "no Excel workbook, or a broken one"),
        (_packed(sheet_xml="<worksheet><row>"), "no Excel workbook, or a broken one"),
        (_packed(sheet_xml=FAR), "row 1048576 or column 16384"),
        (_packed(sheet_xml=UNNAMED), "row 1048576 or column 2"),
        (_packed(sheet_xml=b" " * 40_000_001), "too large when unpacked"),
        (workbook(*[["a"]] * (MOST_ROWS + 2)), "more than 5,000 rows"),
        (workbook(), "empty"),
    ],
)
def test_a_wrong_workbook_is_told_in_a_sentence(content, words):
    with pytest.raises(UnreadableFile) as refusal:
        table(decoded(content))
    assert words in refusal.value.message


def test_a_workbook_whose_parts_were_changed_is_broken():
    content = bytearray(workbook(["number"], ["X"]))
    content[len(content) // 2] ^= 255
    with pytest.raises(UnreadableFile, match="broken"):
        decoded(bytes(content))
