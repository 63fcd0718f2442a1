"""Backup and restore as an operator does them: by the commands, on databases of their own."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from troth.doors import backup as backups
from troth.doors.crash.cluster import binaries

TROTH = "from troth.doors.cli import main; main()"


class Database:
    """A database of our own, filled by commands and looked at by SQL."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder

    def run(self, *words, code=0):
        """Run `troth` on it, expect the exit code, and return what it printed."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "DJANGO_"))}
        ours = {"TROTH_DATABASE_URL": self.url, "TROTH_HOME": str(self.folder)}
        ended = subprocess.run(
            [sys.executable, "-c", TROTH, *map(str, words)],
            env=kept | ours, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    def sql(self, statement):
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as opened, opened:
                return opened.execute(statement).fetchall()
        with psycopg.connect(self.url) as opened:
            cursor = opened.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def add(self, unit):
        self.sql(f"INSERT INTO reference_unit (code, name, decimals) VALUES ('{unit}', '{unit}', 0)")

    @property
    def units(self):
        return [code for (code,) in self.sql("SELECT code FROM reference_unit ORDER BY code")]


@pytest.fixture
def new_database(tmp_path, monkeypatch):
    """On PostgreSQL they are dropped at the end; its programs are those beside its server."""
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{binaries()}")
    if connection.vendor == "sqlite":
        yield lambda name: Database(f"sqlite:///{tmp_path}/{name}.sqlite3", tmp_path)
        return
    made = []

    def make(name):
        made.append(f"test_troth_backup_{name}_{os.getpid()}")
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(made[-1])))
        before, _, query = url.partition("?")
        return Database(before.rsplit("/", 1)[0] + f"/{made[-1]}" + (f"?{query}" if query else ""), tmp_path)

    url = os.environ["TROTH_TEST_POSTGRES_URL"]
    with psycopg.connect(url, autocommit=True) as server:
        yield make
        for name in made:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_what_was_backed_up_is_restored_and_verified_and_nothing_is_overwritten_unasked(new_database, tmp_path):
    lived, other, file = new_database("lived"), new_database("other"), tmp_path / "one.backup"
    lived.run("manage", "migrate", "--verbosity=0")
    lived.add("crate")
    assert f"bytes written to {file}" in lived.run("backup", file)
    lived.add("drum")
    assert "checks hold" in other.run("restore", file)
    assert (other.units, lived.units) == (["crate"], ["crate", "drum"])
    assert "is there already" in lived.run("backup", file, code=1)

    assert "add --replace" in lived.run("restore", file, code=1)
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + bytes(len(whole) // 2))
    lived.run("restore", file, "--replace", code=1)
    file.write_bytes(b"something else")
    assert "is no backup of" in lived.run("restore", file, "--replace", code=1)
    assert lived.units == ["crate", "drum"]

    file.write_bytes(whole)
    assert "checks hold" in lived.run("restore", file, "--replace")
    assert lived.units == ["crate"]
    assert sorted(one.name for one in tmp_path.glob("one*")) == ["one.backup"]


def test_a_missing_program_is_named_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(backups.ProgramMissing, match=r"pg_dump is not on the PATH\. Install the client"):
        backups._program("pg_dump")


def test_a_backup_is_readable_by_its_owner_only(new_database, tmp_path):
    lived, file = new_database("owned"), tmp_path / "one.backup"
    lived.sql("CREATE TABLE crate (id integer)")
    lived.run("backup", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.glob("*.unfinished")] == []


def test_what_is_written_on_the_way_is_its_owners_from_the_first_byte(tmp_path):
    file = tmp_path / "one.backup.unfinished"
    file.write_text("left over, and read by all")
    file.chmod(0o644)
    backups._make_own(file)
    assert (stat.S_IMODE(file.stat().st_mode), file.read_bytes()) == (0o600, b"")
