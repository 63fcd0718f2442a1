"""The one test command: `make test` runs every stage and stops at the first red one.

`python tools/test.py STAGE…` runs only the stages named. The two last stages are the test suite itself, on SQLite and
on PostgreSQL, so that the last line printed is pytest's own summary.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(PYTHON).parent
PRODUCTION = {
    "TROTH_ENV": "production",
    "TROTH_SECRET_KEY": "3Vq0nJd8-only-to-check-the-settings-x7Lw2Zk9Rb5Tf1Hc6Pm4Ys",
    "TROTH_ALLOWED_HOSTS": "orders.example.org",
}
# what touches no database, or only looks at the code, need not run on the second one
PACKING = "tests/demo/test_pack.py"
RAW = "tests/doors/test_adventureworks.py"
MALFORMED = "tests/masterdata/test_malformed_inputs.py"
BROWSER = "tests/browser"
FUZZ = "tests/fuzz"
CRASH = "tests/crash"
ON_NEITHER = ("tests/house", PACKING, RAW, MALFORMED, BROWSER, FUZZ, CRASH)
WITHOUT_DATABASE = ("tests/kernel", "tests/demo/test_facts.py")
BROKEN_FILES = ROOT.parent / "shared" / "data" / "malformed-inputs"
RAW_FILES = ROOT.parent / "shared" / "data" / "adventureworks"

sys.path.insert(0, str(ROOT))


class Red(Exception):
    """A stage failed; the message names the command."""


def run(*command: object, told_when_red: bool = False, **environment: str) -> None:
    """Run a command in the working copy with the developer's own TROTH_ variables out of the way.

    `told_when_red`: what it prints is of interest only where it fails.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if (not name.startswith("TROTH_") or name.startswith("TROTH_TEST_")) and name != "DJANGO_SETTINGS_MODULE"
    }
    words = [str(word) for word in command]
    output = subprocess.PIPE if told_when_red else None
    finished = subprocess.run(
        words, cwd=ROOT, env=inherited | environment, stdin=subprocess.DEVNULL, stdout=output, text=True
    )
    if finished.returncode:
        print(finished.stdout or "")
        raise Red(" ".join(words))


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="troth-") as folder:
        yield Path(folder)


def postgres_url() -> str:
    """The server for this run; found or started once and handed to the stages by the environment."""
    from tests import postgres

    try:
        url = postgres.find()
    except postgres.NoPostgres as missing:
        raise Red(str(missing)) from None
    os.environ["TROTH_TEST_POSTGRES_URL"] = url
    return url


def style() -> None:
    run(BIN / "ruff", "check", "--quiet", ".")
    run(BIN / "ruff", "format", "--check", "--quiet", ".")


def types() -> None:
    with scratch() as home:
        run(BIN / "mypy", TROTH_HOME=str(home))


def contracts() -> None:
    run(BIN / "lint-imports", "--no-cache")


def house() -> None:
    run(PYTHON, "-m", "pytest", "-q", "tests/house")


def settings() -> None:
    """Django's own checks, those for production among them, and that models and migrations agree."""
    with scratch() as home:
        django = (PYTHON, "-m", "django")
        common = {"DJANGO_SETTINGS_MODULE": "troth.settings", "TROTH_HOME": str(home)}
        run(*django, "check", **common)
        run(*django, "check", "--deploy", "--fail-level", "WARNING", **common, **PRODUCTION)
        run(*django, "makemigrations", "--check", "--dry-run", **common)


@contextlib.contextmanager
def scratch_postgres(what: str) -> Iterator[str]:
    """The URL of a new, empty database, which is dropped at the end."""
    import psycopg
    from psycopg import sql

    url = postgres_url()
    name = f"test_troth_{what}_{os.getpid()}"
    before_query, _, query = url.partition("?")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield before_query.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def migrate(database: str, home: Path) -> None:
    """Bring a database up to date and ask the doctor and `troth verify` for their opinion."""
    chosen = {"TROTH_HOME": str(home), "TROTH_DATABASE_URL": database}
    run(PYTHON, "-m", "django", "migrate", "--verbosity=0", DJANGO_SETTINGS_MODULE="troth.settings", **chosen)
    run(BIN / "troth", "doctor", **chosen)
    run(BIN / "troth", "verify", told_when_red=True, **chosen)


def migrations() -> None:
    """From empty, and from the books of an earlier state, on both databases."""
    from tools import kept_state

    with scratch() as home, scratch_postgres("empty") as empty, scratch_postgres("kept") as kept:
        for database in (f"sqlite:///{home}/empty.sqlite3", empty):
            migrate(database, home)
        for database in (f"sqlite:///{home}/kept.sqlite3", kept):
            kept_state.load(database)
            before = kept_state.orders(database)
            migrate(database, home)
            if not before or kept_state.orders(database) != before:
                raise Red(f"{before} orders were kept, {kept_state.orders(database)} are there after the migrations")


def wheel() -> None:
    """Build the wheel, install it as a stranger would, build the demo company and ask the doctor."""
    with scratch() as home:
        pip = ("-m", "pip", "--disable-pip-version-check", "-qq")
        run(PYTHON, *pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", home, ".")
        run(PYTHON, "-m", "venv", home / "venv")
        python = home / "venv" / "bin" / "python"
        run(python, *pip, "install", "--require-hashes", "-r", "requirements/run.txt")
        run(python, *pip, "install", "--no-deps", *home.glob("troth-*.whl"))
        run(home / "venv" / "bin" / "troth", "demo", "--no-serve", TROTH_HOME=str(home / "demo"))
        run(home / "venv" / "bin" / "troth", "doctor", TROTH_HOME=str(home / "demo"))


def pack() -> None:
    """The demo company's shipped facts are what the tool makes of the raw files, where those lie beside the clone."""
    if RAW_FILES.is_dir():
        run(PYTHON, "-m", "pytest", "-q", PACKING)
    else:
        print(f"the raw files are not in {RAW_FILES}: what is shipped cannot be compared with them", flush=True)


def raw() -> None:
    """`troth import adventureworks` with the raw files, on both databases, where they lie beside the clone."""
    if not RAW_FILES.is_dir():
        print(f"the raw files are not in {RAW_FILES}: their import is not tried", flush=True)
        return
    run(PYTHON, "-m", "pytest", "-q", "--create-db", RAW, TROTH_TEST_DATABASE="sqlite")
    postgres_url()
    run(PYTHON, "-m", "pytest", "-q", "--create-db", RAW, TROTH_TEST_DATABASE="postgres")


def malformed() -> None:
    """Broken files and strings as imports, where the collection lies beside the clone."""
    if BROKEN_FILES.is_dir():
        run(PYTHON, "-m", "pytest", "-q", "--create-db", MALFORMED, TROTH_TEST_DATABASE="sqlite")
    else:
        print(f"the broken files are not in {BROKEN_FILES}: imports are not tried with them", flush=True)


def browser() -> None:
    """A person's paths in a real browser, on SQLite."""
    from tests import chromium

    try:
        found = chromium.find()
    except chromium.NoChromium as missing:
        raise Red(str(missing)) from None
    run(PYTHON, "-m", "pytest", "-q", "--create-db", BROWSER, TROTH_TEST_DATABASE="sqlite", TROTH_TEST_CHROMIUM=found)


def fuzz() -> None:
    """Requests made from the API's own description, on SQLite; what they change is taken back."""
    run(PYTHON, "-m", "pytest", "-q", "--create-db", FUZZ, TROTH_TEST_DATABASE="sqlite")


def crash() -> None:
    """The crash run, and the same with a promise taken out; it starts a PostgreSQL of its own."""
    run(PYTHON, "-m", "pytest", "-q", CRASH)


def suite(*left_out: str, **environment: str) -> None:
    ignored = [f"--ignore={path}" for path in left_out]
    run(PYTHON, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", "--create-db", *ignored, **environment)


def sqlite() -> None:
    suite(*ON_NEITHER, TROTH_TEST_DATABASE="sqlite")


def postgres() -> None:
    postgres_url()
    suite(*ON_NEITHER, *WITHOUT_DATABASE, TROTH_TEST_DATABASE="postgres")


STAGES: tuple[Callable[[], None], ...] = (
    style, types, contracts, house, settings, migrations, wheel, pack, raw, malformed,
    browser, fuzz, crash, sqlite, postgres,
)  # fmt: skip


def main(chosen: list[str]) -> int:
    known = [stage.__name__ for stage in STAGES]
    if unknown := set(chosen) - set(known):
        print(f"no stage named {', '.join(sorted(unknown))}; stages are: {', '.join(known)}", file=sys.stderr)
        return 2
    spent: list[str] = []
    for stage in STAGES:
        if chosen and stage.__name__ not in chosen:
            continue
        if stage is STAGES[-1] and spent:
            print("== so far:", ", ".join(spent), flush=True)
        print(f"== {stage.__name__}", flush=True)
        begun = time.monotonic()
        try:
            stage()
        except Red as red:
            print(f"== {stage.__name__} is red: {red}", file=sys.stderr, flush=True)
            return 1
        spent.append(f"{stage.__name__} {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
