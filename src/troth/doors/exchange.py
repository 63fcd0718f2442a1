"""Files in and out for the command line: customers, products, prices, each all or none."""

from pathlib import Path

from troth.business.masterdata import imports
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK


def import_file(kind: str, path: Path) -> int:
    """Take a file in and return how many records it created or changed; refusals name row, column and remedy."""
    brought = imports.import_file(kind, path.read_bytes(), by=SYSTEM, clock=SYSTEM_CLOCK)
    return brought.created + brought.changed


def export_file(kind: str, path: Path) -> int:
    """Write all records of a kind and return how many."""
    lines = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for line in imports.export_file(kind, by=SYSTEM):
            file.write(line)
            lines += 1
    return max(lines - 1, 0)
