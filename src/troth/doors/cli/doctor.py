"""`troth doctor`: what must hold for Troth to run on this machine, each with its remedy."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from troth.doors import serving
from troth.platform import finding, traces

LEAST_FREE_BYTES = 500_000_000
LEAST_POSTGRES = 150_000
A_STATIC_FILE = "vendor/@expo-google-fonts/source-sans-3/SourceSans3_400Regular.ttf"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined: whether it is sound, what was found, and what to do if it is not."""

    subject: str
    sound: bool
    says: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Examine everything; what needs the database is left out where the database cannot be reached."""
    findings = [_python(), _home(), _disk(), _static_files(), _traces(), _database()]
    if findings[-1].sound:
        findings += [check() for check in _DATABASE_CHECKS]
    return findings


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), version, "Install Python 3.11 or newer.")


def _home() -> Finding:
    home: Path = settings.ENVIRONMENT.home
    return Finding(
        "home folder",
        os.access(home, os.W_OK),
        f"{home} may {'' if os.access(home, os.W_OK) else 'not '}be written",
        "Set TROTH_HOME to a folder this user may write.",
    )


def _disk() -> Finding:
    free = shutil.disk_usage(settings.ENVIRONMENT.home).free
    return Finding(
        "disk",
        free >= LEAST_FREE_BYTES,
        f"{free // 1_000_000:,} MB free",
        f"Make room: at least {LEAST_FREE_BYTES // 1_000_000} MB, or set TROTH_HOME to a larger disk.",
    )


def _static_files() -> Finding:
    found = finders.find(A_STATIC_FILE) is not None
    return Finding(
        "browser code",
        found,
        "in place" if found else f"{A_STATIC_FILE} is missing",
        "In a working copy run: python hatch_build.py. In an installation: install the wheel again.",
    )


def _traces() -> Finding:
    endpoint = urlsplit(settings.TRACES_ENDPOINT)
    if not endpoint.hostname:
        return Finding("traces", True, "not sent, as OTEL_EXPORTER_OTLP_ENDPOINT is not set")
    where = endpoint._replace(netloc=endpoint.netloc.rpartition("@")[2], query="").geturl()  # no password
    if not traces.installed():
        return Finding("traces", False, f"cannot be sent to {where}", "pip install 'troth[traces]'")
    return Finding("traces", True, f"sent to {where} as {settings.TRACES_SERVICE}")


def _database() -> Finding:
    remedy = "Check TROTH_DATABASE_URL or --db, and that the server runs or the folder may be written."
    try:
        connection.ensure_connection()
    except ImproperlyConfigured:
        return Finding("database", False, "the PostgreSQL driver is missing", "pip install 'troth[postgres]'")
    except DatabaseError as error:
        return Finding("database", False, str(error).strip(), remedy)
    return Finding("database", True, f"{connection.vendor} {_version()}, {connection.settings_dict['NAME']}")


def _version() -> str:
    return ".".join(map(str, connection.get_database_version()))


def _database_version() -> Finding:
    recent = connection.vendor != "postgresql" or int(connection.pg_version) >= LEAST_POSTGRES  # type: ignore[attr-defined]
    return Finding("database version", recent, _version(), "Use PostgreSQL 15 or newer.")


def _migrations() -> Finding:
    pending = serving.pending_migrations()
    return Finding(
        "tables",
        not pending,
        f"{len(pending)} migrations pending" if pending else "up to date",
        "Run: troth manage migrate",
    )


def _durability() -> Finding:
    """Whether an answered promise is on disk."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit")
        setting = str(cursor.fetchone()[0])
    durable = setting in {"2", "3", "on", "remote_apply", "remote_write", "local"}
    return Finding("durability", durable, f"synchronous is {setting}", "Set synchronous_commit = on in PostgreSQL.")


def _searches() -> Finding:
    """Slow searches keep nobody from working, so this finding is sound either way."""
    read_whole = len(finding.missing())
    how = "have an administrator of the database run CREATE EXTENSION pg_trgm, then run: troth manage migrate"
    says = f"{read_whole} columns are searched without an index; {how}" if read_whole else "indexed"
    return Finding("searches", True, says)


_DATABASE_CHECKS: tuple[Callable[[], Finding], ...] = (_database_version, _migrations, _durability, _searches)
