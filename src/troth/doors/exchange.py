"""Files in and out for the command line: every table of master data, each file all or none."""

from collections.abc import Iterator
from pathlib import Path

from troth.business.masterdata import imports
from troth.business.masterdata.imports import FileReport
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.web import exports

WORKBOOK = ".xlsx"


def import_file(kind: str, path: Path, *, dry_run: bool = False, good_rows: bool = False) -> FileReport:
    """Take a file in, or with `dry_run` only say what would become of it; refusals name row, column and remedy.

    With `good_rows` the rows that are refused are left out.
    """
    content = path.read_bytes()
    if dry_run:
        return imports.preview_file(kind, content, by=SYSTEM, clock=SYSTEM_CLOCK)
    if good_rows:
        return imports.import_good_rows(kind, content, by=SYSTEM, clock=SYSTEM_CLOCK)
    return FileReport(imports.import_file(kind, content, by=SYSTEM, clock=SYSTEM_CLOCK))


def export_file(kind: str, path: Path, *, only_header: bool = False) -> int:
    """Write all records of a kind, as a workbook where the file is called so, and return how many."""
    header, rows = imports.export_rows(kind, by=SYSTEM)
    written = _Counted(iter(()) if only_header else rows)
    if path.suffix.lower() == WORKBOOK:
        with path.open("wb") as file:
            exports.write_workbook(file, header, written)
    else:
        with path.open("w", encoding="utf-8", newline="") as text:
            text.writelines(exports.lines(header, written))
    return written.count


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterator[list[str]]) -> None:
        self.rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[list[str]]:
        for row in self.rows:
            self.count += 1
            yield row
