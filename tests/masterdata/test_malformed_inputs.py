"""Broken files collected by others (`../shared/data/malformed-inputs`), and strings that break programs, as imports."""

import json
import tarfile
from pathlib import Path

import pytest
from django.db import transaction

from tests.masterdata.bad_files import GOOD, outcome

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "malformed-inputs"
ARCHIVES = ("csv_spectrum.tar.gz", "frictionless_csv.tar.gz")


def broken_files():
    """(name, bytes) of every file in the archives."""
    for archive in ARCHIVES:
        with tarfile.open(FOLDER / archive) as opened:
            for member in opened:
                if member.isfile():
                    yield member.name, opened.extractfile(member).read()


def taken_back(kind, content):
    with transaction.atomic():
        told = outcome(kind, content)
        transaction.set_rollback(True)
    return told


@pytest.mark.parametrize("kind", GOOD)
def test_a_file_of_another_trade_is_refused(world, kind):
    told = {name: taken_back(kind, content) for name, content in broken_files()}
    assert len(told) >= 28
    assert set(told.values()) <= {"refused", "unreadable", "taken"}
    assert [name for name, end in told.items() if end == "taken"] == []


@pytest.mark.parametrize("kind", GOOD)
def test_a_naughty_string_in_any_column_is_taken_or_refused_with_its_place(world, kind):
    strings = json.loads((FOLDER / "blns.json").read_text())
    header, first, *_ = GOOD[kind].splitlines()
    cells = first.split(",")
    told = []
    for number, string in enumerate(strings):
        row = list(cells)
        row[number % len(cells)] = '"' + string.replace('"', '""') + '"'
        told.append(taken_back(kind, f"{header}\n{','.join(row)}\n".encode("utf-8", "surrogatepass")))
    assert len(told) >= 500
    assert set(told) <= {"refused", "unreadable", "taken"}
