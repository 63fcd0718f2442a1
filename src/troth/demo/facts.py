"""The facts of the demo company, as shipped.

Each name is a file in the folder beside this module, see `adventureworks/README.md`.  Values are texts as they stand in
the file; what they mean follows from the ending of their column (`_cents`, `_on`, `_bp` …).
"""

import csv
import gzip
import io
from collections.abc import Iterator
from importlib import resources


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one file by column name: `rows("products")`; an unknown name raises FileNotFoundError."""
    folder = resources.files("troth.demo") / "adventureworks"
    packed = folder / f"{name}.csv.gz"
    content = gzip.decompress(packed.read_bytes()) if packed.is_file() else (folder / f"{name}.csv").read_bytes()
    yield from csv.DictReader(io.StringIO(content.decode("utf-8")))
