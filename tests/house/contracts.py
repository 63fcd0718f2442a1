"""What the house rules are checked against: the files, the functions, the floors."""

import ast
import functools
from dataclasses import dataclass
from pathlib import Path

from troth.floors import FLOORS

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "troth"
TESTS = ROOT / "tests"

BUSINESS = (
    "masterdata",
    "pricing",
    "credit",
    "supply",
    "production",
    "quotas",
    "promising",
    "sales",
    "backorders",
    "sourcing",
    "schedules",
    "shipping",
    "billing",
    "receivables",
    "returns",
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method as it stands in a file; `lines` counts from `def` to its last line."""

    file: Path
    node: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def lines(self) -> int:
        return (self.node.end_lineno or 0) - self.node.lineno + 1

    @property
    def place(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.node.lineno} {self.node.name}"


@functools.cache
def files(folder: Path) -> tuple[Path, ...]:
    """Python files that people write: migrations are written by Django."""
    return tuple(sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts))


@functools.cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


@functools.cache
def functions(folder: Path) -> tuple[Function, ...]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = ((file, node) for file in files(folder) for node in ast.walk(tree(file)))
    return tuple(Function(file, node) for file, node in nodes if isinstance(node, kinds))


def percentile(values: list[int], percent: int) -> int:
    """The smallest value that at least `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1]


def height(module: str) -> int:
    """How high a module stands: floors from the ground up, and inside business the apps from masterdata up."""
    parts = module.split(".")
    floor = list(FLOORS).index(parts[1]) * 100
    return floor + BUSINESS.index(parts[2]) if parts[1] == "business" and len(parts) > 2 else floor
