"""Books of an earlier state, with which `make test` tries the migrations that came since.

`.venv/bin/python tools/kept_state.py` writes them anew into tests/upgrade: orders in every state, played by the actions
of the state that is checked out, from one customer's quotation to what is paid, once for each database. Do it at each
release, and whenever migrations of what was kept are to be thrown together; never after a migration that it should try.
It needs `pg_dump`. `fill` and `dump` take a few seconds, `load` one.
"""

import lzma
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = {"sqlite": "sqlite.sql.xz", "postgresql": "postgresql.sql.xz"}
FOLDER = ROOT / "tests" / "upgrade"
PLAYED, PRODUCTS, CUSTOMERS = 8, 20, 12
_NOT_OURS = re.compile(r"^(\\(un)?restrict .*|COMMENT ON EXTENSION .*)$", re.MULTILINE)
"""What only psql reads, and what only the owner of an extension may say."""


def load(url: str) -> None:
    """Put the kept books into the empty database of this URL."""
    vendor = url.split(":", 1)[0]
    text = lzma.decompress((FOLDER / KEPT[vendor]).read_bytes()).decode()
    if vendor == "sqlite":
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            file.executescript(text)
        file.close()
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute(text.encode())


def orders(url: str) -> int:
    """How many orders there are."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            return int(file.execute("SELECT COUNT(*) FROM sales_order").fetchone()[0])
    import psycopg

    with psycopg.connect(url) as server:
        [count] = server.execute("SELECT COUNT(*) FROM sales_order").fetchone() or (0,)
    return int(count)


def fill(url: str, home: Path) -> None:
    """Play orders to every state in the empty database of this URL, by the code as it is."""
    code = (
        "import django; django.setup()\n"
        "from troth.doors import serving; serving.migrate()\n"
        "from troth.doors.bench.pages import books\n"
        f"size = books.size({PRODUCTS}, {CUSTOMERS})\n"
        f"books.fill(books.Extent({PLAYED}, 0, 0, size, rounds=1), lambda doing: None)\n"
    )
    chosen = {"DJANGO_SETTINGS_MODULE": "troth.settings", "TROTH_DATABASE_URL": url, "TROTH_HOME": str(home)}
    subprocess.run([sys.executable, "-c", code], env=os.environ | chosen, cwd=ROOT, check=True)


def dump(url: str) -> None:
    """Keep the books of this URL."""
    vendor = url.split(":", 1)[0]
    if vendor == "sqlite":
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            text = "\n".join(file.iterdump())
    else:
        command = ["pg_dump", "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=200", url]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        text = _NOT_OURS.sub("", text)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / KEPT[vendor]).write_bytes(lzma.compress(text.encode(), preset=9))


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from tools.test import scratch_postgres

    with scratch_postgres("kept") as target, tempfile.TemporaryDirectory(prefix="troth-kept-") as folder:
        for url in (f"sqlite:///{folder}/kept.sqlite3", target):
            fill(url, Path(folder))
            dump(url)
            print(f"{KEPT[url.split(':', 1)[0]]}: {orders(url)} orders")


if __name__ == "__main__":
    main()
