"""What is shipped is what the tool makes of the raw files, which lie beside the project in `../shared`."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RAW = ROOT.parent / "shared" / "data" / "adventureworks"
SHIPPED = ROOT / "src" / "troth" / "demo" / "adventureworks"


def pack(target: Path) -> dict[str, bytes]:
    command = [sys.executable, str(ROOT / "tools" / "pack_adventureworks.py"), str(RAW), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in target.iterdir()}


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    assert RAW.is_dir(), f"This test packs the raw files again; they belong in {RAW}."
    return pack(tmp_path_factory.mktemp("packed"))


def unpacked(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: gzip.decompress(raw) if name.endswith(".gz") else raw for name, raw in files.items()}


def test_the_shipped_files_are_what_the_tool_makes(packed):
    # Compared unpacked: another build of zlib may compress the same rows into other bytes.
    shipped = unpacked({path.name: path.read_bytes() for path in SHIPPED.iterdir()})
    made = unpacked(packed)
    assert sorted(shipped) == sorted(made)
    assert [name for name in made if made[name] != shipped[name]] == []


def test_packing_twice_gives_the_same_bytes(packed, tmp_path):
    assert pack(tmp_path) == packed
