"""Kill points: a process that ends at any statement of a main transaction leaves nothing half done.

For each point a process prepares the step, goes into it and ends there by `os._exit`, as if it were killed. Another
process then looks: the books are as they were, or, once it was committed, as after one run; `troth verify` holds; the
step repeated with the same client key has its effect exactly once, however often; `troth verify` holds again. An import
is repeated by two processes at once.
"""

import gc
import hashlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from django.apps import apps
from django.db import connection

from troth.doors.crash import kill_steps
from troth.doors.crash.boundaries import Boundary, told
from troth.doors.crash.kill_steps import Step, Subject
from troth.kernel.errors import BusinessError
from troth.platform import verify

KILLED = 77
ATTEMPTS = 5
PAUSE_SECONDS = 0.1
AGAIN = {"busy", "key_in_progress"}
Picture = dict[str, tuple[int, str]]
"""Of each table the count of its rows and their hash."""


@dataclass
class Killed:
    """What became of one step: its boundaries, how many of them were points, and what was wrong at each."""

    step: str
    boundaries: int
    points: int = 0
    wrong: list[str] = field(default_factory=list)


class PointFailed(Exception):
    """A process ended otherwise than it should; what it printed says why."""


def run(every: int, only: str, advance: Callable[[int], None]) -> list[Killed]:
    """Kill each step at every `every`-th boundary, the steps `IN_FULL` at all; before commit and answer always.

    With the name of a step `only` that one; `PointFailed` where there is none of that name.
    """
    steps = [step for step in kill_steps.STEPS if only in ("", step.name)]
    if not steps:
        raise PointFailed(f"There is no step {only}; there are: {', '.join(step.name for step in kill_steps.STEPS)}.")
    numbers = iter(range(1, 10**6))
    company_id = _built(steps, numbers)
    answer = []
    for step in steps:
        answer.append(_step(step, 1 if step.name in kill_steps.IN_FULL else every, company_id, numbers))
        advance(1)
    return answer


def _built(steps: list[Step], numbers: Iterator[int]) -> int:
    """Build the company and do each step once, so that this process knows what its children need."""
    company_id = kill_steps.build().company_id
    for step in steps:
        subject = Subject(next(numbers), company_id)
        step.act(step.prepare(subject), f"first {subject.number}")
    picture()
    assert not _findings()
    connection.close()
    gc.freeze()
    return company_id


def _step(step: Step, every: int, company_id: int, numbers: Iterator[int]) -> Killed:
    """Run it undisturbed as the measure; then kill it at its points."""
    gained, boundaries = _measured(step, Subject(next(numbers), company_id))
    killed = Killed(step.name, len(boundaries))
    for place, boundary in enumerate(boundaries, 1):
        if boundary == Boundary.STATEMENT and (place - 1) % every:
            continue
        killed.points += 1
        for sentence in _point(step, place, Subject(next(numbers), company_id), gained):
            killed.wrong.append(f"{step.name}, killed at boundary {place} before the {boundary}: {sentence}")
    return killed


def _measured(step: Step, subject: Subject) -> tuple[dict[str, int], list[Boundary]]:
    """How many rows each table gains, and the boundaries of the step."""

    def work(tell: Callable[[Any], None]) -> None:
        prepared = step.prepare(subject)
        before = picture()
        seen: list[Boundary] = []
        with told(seen.append):
            step.act(prepared, f"measure {subject.number}")
        tell([growth(before, picture()), seen])

    [(gained, seen)] = _in_process(work)
    return gained, [Boundary(word) for word in seen]


def _point(step: Step, place: int, subject: Subject, expected: dict[str, int]) -> list[str]:
    """Kill the step there, look, and repeat it; return what is wrong."""
    key = f"point {subject.number}"
    made, pictured, boundary = _in_process(partial(_killed, step, place, subject, key), ends_with=KILLED)
    before = {table: (rows, mark) for table, (rows, mark) in pictured.items()}
    point = Point(step, Subject(**made), key, before, expected)
    if not step.has_rivals:
        wrong: list[str] = _in_process(lambda tell: tell([*point.left(boundary), *point.settled([])]))[0]
        return wrong
    wrong = _in_process(lambda tell: tell(point.left(boundary)))[0]
    answers = _together(lambda tell: tell(point.repeated()), 2)
    return [*wrong, *_in_process(lambda tell: tell(point.settled(answers)))[0]]


def _killed(step: Step, place: int, subject: Subject, key: str, tell: Callable[[Any], None]) -> None:
    prepared = step.prepare(subject)
    tell(asdict(prepared))
    tell(picture())
    seen = 0

    def note(boundary: Boundary) -> None:
        nonlocal seen
        seen += 1
        if seen == place:
            tell(boundary)
            os._exit(KILLED)

    with told(note):
        step.act(prepared, key)


@dataclass(frozen=True, slots=True)
class Point:
    """A step that was killed: what it worked on, the books before it, and the rows that one run of it adds."""

    step: Step
    prepared: Subject
    key: str
    before: Picture
    expected: dict[str, int]

    def left(self, boundary: str) -> list[str]:
        """What is wrong with what the killed process left: nothing before the commit was done, everything after."""
        found = picture()
        wrong = _findings() if found != self.before else []
        if boundary == Boundary.ANSWER and growth(self.before, found) != self.expected:
            wrong.append(f"what was committed is not there: {difference(growth(self.before, found), self.expected)}")
        if boundary != Boundary.ANSWER and found != self.before:
            wrong.append(f"it left something: {difference(found, self.before)}")
        return wrong

    def repeated(self) -> str:
        """The answer to the same key, asked for as clients do, until there is one."""
        for attempt in range(ATTEMPTS):
            try:
                return repr(self.step.act(self.prepared, self.key))
            except BusinessError as refusal:
                if refusal.code not in AGAIN or attempt == ATTEMPTS - 1:
                    raise
                time.sleep(PAUSE_SECONDS)
        raise AssertionError("unreachable")

    def settled(self, answers: list[str]) -> list[str]:
        """What is wrong after the repetition: it has one effect, and is answered the same when asked once more."""
        told_answers = {*answers, self.repeated()}
        once, wrong = picture(), _findings()
        if growth(self.before, once) != self.expected:
            wrong.append(f"repeated, it has not one effect: {difference(growth(self.before, once), self.expected)}")
        told_answers.add(self.repeated())
        if picture() != once:
            wrong.append(f"repeated again, it has another effect: {difference(picture(), once)}")
        if len(told_answers) > 1:
            wrong.append(f"the same request has several answers: {told_answers}")
        return wrong


def picture() -> Picture:
    """All tables of Troth, short."""
    found = {}
    tables = sorted(model._meta.db_table for model in apps.get_models() if model.__module__.startswith("troth."))
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
            rows = cursor.fetchall()
            found[table] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    return found


def growth(before: Picture, after: Picture) -> dict[str, int]:
    """How many rows each table gained, where it did."""
    return {table: after[table][0] - before[table][0] for table in before if after[table][0] != before[table][0]}


def _findings() -> list[str]:
    return [finding.sentence for result in verify.run() for finding in result.findings]


def difference(found: dict[str, Any], expected: dict[str, Any]) -> str:
    tables = sorted(table for table in found.keys() | expected.keys() if found.get(table) != expected.get(table))
    return ", ".join(f"{table} {found.get(table)} for {expected.get(table)}" for table in tables)


# --- processes of their own -------------------------------------------------------------------------------------------

Work = Callable[[Callable[[Any], None]], None]


def _in_process(work: Work, *, ends_with: int = 0) -> list[Any]:
    """Do the work in a process of its own; return what it told."""
    return _ended(*_begun(work), ends_with)


def _together(work: Work, rivals: int) -> list[Any]:
    """The same work in several processes at once; what all of them told."""
    begun = [_begun(work) for _ in range(rivals)]
    return [told for process, pipe in begun for told in _ended(process, pipe, 0)]


def _begun(work: Work) -> tuple[int, int]:
    """Start a process; return its id and the pipe it tells through. This process has no connection to share."""
    assert connection.connection is None, "a connection is not shared between processes"
    reads, writes = os.pipe()
    process = os.fork()
    if process:
        os.close(writes)
        return process, reads
    os.close(reads)
    try:
        work(lambda fact: _write(writes, json.dumps(fact) + "\n"))
        connection.close()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(1)


def _write(pipe: int, line: str) -> None:
    left = line.encode()
    while left:
        left = left[os.write(pipe, left) :]


def _ended(process: int, pipe: int, ends_with: int) -> list[Any]:
    with os.fdopen(pipe) as lines:
        told_facts = [json.loads(line) for line in lines]
    _, status = os.waitpid(process, 0)
    if os.waitstatus_to_exitcode(status) != ends_with:
        raise PointFailed(f"a process ended with {os.waitstatus_to_exitcode(status)} in place of {ends_with}")
    return told_facts
