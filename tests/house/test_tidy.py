"""Sizes, assertions, words: what a reader would otherwise have to watch for."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.house.contracts import ROOT, SOURCE, TESTS, files, functions, percentile, tree

FILE_LINES = 500
FUNCTION_LINES = 60
FILE_P95 = 350
FUNCTION_P95 = 30
PARAMETERS = 5

UNFINISHED = re.compile(r"TODO|FIXME|XXX|NotImplementedError|\bfor now\b")
THIS_FILE = Path(__file__)
VAGUE = {"data", "info", "manager", "helper", "helpers", "utils", "util", "misc", "common"}
SILENCERS = {"skip", "skipif", "xfail"}


@pytest.mark.parametrize("folder", [SOURCE, TESTS], ids=["source", "tests"])
def test_no_file_is_longer_than_a_person_reads_at_once(folder):
    long = [f"{file.relative_to(ROOT)}: {_lines(file)}" for file in files(folder) if _lines(file) > FILE_LINES]
    assert not long, "\n".join(long)


def test_no_function_is_longer_than_a_screen():
    long = [f"{f.place}: {f.lines} lines" for f in functions(SOURCE) if f.lines > FUNCTION_LINES]
    assert not long, "\n".join(long)


def test_most_functions_and_files_are_short():
    assert percentile([f.lines for f in functions(SOURCE)], 95) <= FUNCTION_P95
    assert percentile([_lines(file) for file in files(SOURCE)], 95) <= FILE_P95


def test_no_function_takes_many_positional_parameters():
    """At most five before the star; what comes after is named by the caller."""
    wide = [f.place for f in functions(SOURCE) if len(f.node.args.posonlyargs + f.node.args.args) > PARAMETERS + 1]
    assert not wide, "\n".join(wide)


def test_nothing_is_left_for_later():
    left = [
        f"{file.relative_to(ROOT)}:{number} {line.strip()}"
        for folder in (SOURCE, TESTS)
        for file in files(folder)
        if file != THIS_FILE
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert not left, "\n".join(left)


def test_every_test_asserts_something():
    """An `assert`, a `pytest.raises`, or a call of something named `assert_…`."""
    empty = [f.place for f in functions(TESTS) if f.node.name.startswith("test_") and not _asserts(f.node)]
    assert not empty, "\n".join(empty)


def test_no_test_is_silenced():
    silenced = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.attr}"
        for file in files(TESTS)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and node.attr in SILENCERS | {"importorskip"}
    ]
    assert not silenced, "\n".join(silenced)


def test_names_say_what_they_hold():
    """No module, class or function is called by a word that fits everything."""
    vague = [str(file.relative_to(ROOT)) for file in files(SOURCE) if VAGUE & set(file.stem.split("_"))]
    vague += [f.place for f in functions(SOURCE) if VAGUE & set(f.node.name.split("_"))]
    assert not vague, "\n".join(vague)


def test_every_module_says_what_it_is_about():
    """Django's `apps.py`, `urls.py`, `admin.py` and empty packages speak for themselves."""
    quiet = {"apps.py", "urls.py", "admin.py"}
    silent = [
        str(file.relative_to(ROOT))
        for file in files(SOURCE)
        if file.name not in quiet and tree(file).body and not ast.get_docstring(tree(file))
    ]
    assert not silent, "\n".join(silent)


def test_nobody_swallows_everything():
    """Only what runs jobs may, since one that fails must not stop the others. Raising again is no swallowing."""
    runners = {SOURCE / "platform" / "jobs.py", SOURCE / "platform" / "outbox.py"}
    broad = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in files(SOURCE)
        if file not in runners
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node) and not _raises_again(node)
    ]
    assert not broad, "\n".join(broad)


def test_no_floating_point_where_money_and_goods_are_counted():
    """The kernel's quantity and money and all ledgers count in integers."""
    exact = [*files(SOURCE / "ledgers"), SOURCE / "kernel" / "money.py", SOURCE / "kernel" / "quantity.py"]
    nodes = ((file, node) for file in exact if file.exists() for node in ast.walk(tree(file)))
    inexact = [f"{file.relative_to(ROOT)}:{node.lineno}" for file, node in nodes if _is_float(node)]
    assert not inexact, "\n".join(inexact)


def test_every_dependency_is_locked():
    """`make lock` was run after `pyproject.toml` changed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = {
        name: set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE))
        for name in ("run", "dev")
    }
    wanted = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["postgres"]
    unlocked = {_package(requirement) for requirement in wanted} - locked["run"]
    unlocked |= {_package(requirement) for requirement in project["dependency-groups"]["dev"]} - locked["dev"]
    assert not unlocked, f"run: make lock (for {', '.join(sorted(unlocked))})"


def test_the_glossary_bans_words_from_code():
    """A word struck out in `docs/glossary.md` ("never: voucher, bucket") names nothing in the code."""
    glossary = ROOT / "docs" / "glossary.md"
    text = glossary.read_text() if glossary.exists() else ""
    banned = {word.strip() for line in re.findall(r"never: ([a-z ,]+)", text) for word in line.split(",")} - {""}
    used = [f.place for f in functions(SOURCE) if banned & set(f.node.name.split("_"))]
    assert not used, "\n".join(used)


def _lines(file) -> int:
    return len(file.read_text().splitlines())


def _package(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in {"Exception", "BaseException"} for kind in caught)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _is_float(node: ast.AST) -> bool:
    named = isinstance(node, ast.Name) and node.id == "float"
    return named or (isinstance(node, ast.Constant) and isinstance(node.value, float))


def _asserts(test: ast.AST) -> bool:
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name == "raises" or name.startswith("assert"):
                return True
    return False
