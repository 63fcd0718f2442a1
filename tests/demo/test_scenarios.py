"""Scenarios are documents: their steps are run, and what must come out stands below each step."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.demo.backlog import Backlog
from tests.demo.held import HeldQuotation
from troth.doors.demo import company
from troth.doors.demo.cm1 import CM1
from troth.doors.demo.dates import Dates
from troth.doors.demo.play import Stage, play, script
from troth.platform import verify
from troth.platform.clock import FixedClock

SCENARIOS = Path(__file__).resolve().parents[2] / "docs" / "scenarios"
MONDAY_MORNING = FixedClock(datetime(2026, 3, 2, 17, 0, tzinfo=UTC))
FRIDAY_EVENING = FixedClock(datetime(2026, 3, 7, 1, 0, tzinfo=UTC))
ORDERS_OF_BACKLOG = 60
STEP = re.compile(r"```python\n(?P<code>.*?)```\s*```text\n(?P<expected>.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Step:
    code: str
    expected: str


def steps_of(document: str) -> list[Step]:
    """The steps of a document: a line of Python and, right below it, what it must give."""
    found = [Step(match["code"].strip(), match["expected"].strip()) for match in STEP.finditer(document)]
    assert len(found) == document.count("```python"), "a step has nothing to compare with"
    return found


def is_like(told: str, expected: str) -> bool:
    """Whether two texts agree line by line; `…` stands for anything, and columns may be further apart."""
    lines, patterns = told.strip().splitlines(), expected.splitlines()
    return len(lines) == len(patterns) and all(map(_line_is_like, lines, patterns))


def _line_is_like(line: str, pattern: str) -> bool:
    parts = " ".join(pattern.split()).split("…")
    return re.fullmatch(".*".join(map(re.escape, parts)), " ".join(line.split())) is not None


def broken() -> str:
    return "; ".join(result.name for result in verify.run() if not result.holds) or "nothing"


@pytest.fixture
def monday(db) -> Stage:
    company.build(MONDAY_MORNING)
    stage = Stage.open(Dates.of(MONDAY_MORNING), MONDAY_MORNING.now())
    stage.begin_day(stage.dates.today)
    return stage


@pytest.fixture
def friday(db) -> Stage:
    """The demo company after sixty orders of its history, with what of them is open."""
    company.build(FRIDAY_EVENING, orders=ORDERS_OF_BACKLOG)
    stage = Stage.open(Dates.of(FRIDAY_EVENING), FRIDAY_EVENING.now())
    play(stage, script(stage.dates, ORDERS_OF_BACKLOG), lambda *done, **doing: None)
    stage.curtain += timedelta(hours=1)
    return stage


def assert_follows(document: str, **names: object) -> None:
    """Do the steps of a document and compare what each gives."""
    for step in steps_of((SCENARIOS / document).read_text()):
        told = eval(step.code, {**names, "broken": broken})
        assert is_like(told, step.expected), f"{step.code} gave:\n{told}\ninstead of:\n{step.expected}"


def test_cm_1_gives_what_its_document_says(monday):
    assert_follows("cm-1.md", cm1=CM1(monday))


def test_a_run_over_the_backlog_gives_what_its_document_says(friday):
    assert_follows("backorder-run.md", backlog=Backlog(friday))


def test_a_quotation_that_held_its_goods_gives_what_its_document_says(monday):
    assert_follows("held-quotation.md", quotation=HeldQuotation(monday))


def test_the_document_has_every_step_that_the_demo_plays():
    told = [step.code for step in steps_of((SCENARIOS / "cm-1.md").read_text())]
    played = [f"cm1.{name}()" for name in CM1.STEPS]
    assert told == [*played, "broken()"]


def test_what_differs_from_the_document_is_found():
    assert is_like("Order SO-7 · open\n  3 EA", "Order … · open\n  3   EA")
    assert not is_like("Order SO-7 · open\n  3 EA", "Order … · open\n  4 EA")
    assert not is_like("Order SO-7 · open\n  3 EA", "Order … · open")
