"""`troth verify`: the books recomputed.

A check looks at the rows as they are and yields what is wrong; it never repairs. It also says how many things it looked
at, so that a check that looks at nothing does not pass for one that found nothing. Every check has a test that corrupts
one row and sees it fail.

    def _work() -> Iterator[Finding | Count]: …
    register(Check("outbox", "Every outbox row belongs to an event.", _work))
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

FINDINGS_MAX = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a sentence and the values behind it."""

    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Count:
    """Yielded by a check: it has looked at so many more things."""

    checked: int


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    sentence: str
    run: Callable[[], Iterable[Finding | Count]]


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found: at most `FINDINGS_MAX` findings are kept, `broken` counts all."""

    name: str
    sentence: str
    count_checked: int
    broken: int
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return self.broken == 0


_checks: dict[str, Check] = {}


def register(check: Check) -> Check:
    """Add a check; its name is unique, `app: what`."""
    assert check.name not in _checks or _checks[check.name] == check, f"{check.name} is registered twice"
    _checks[check.name] = check
    return check


def checks() -> tuple[Check, ...]:
    return tuple(_checks[name] for name in sorted(_checks))


def run(names: Iterable[str] | None = None) -> list[Result]:
    """Run all checks, or those named, in order of name."""
    wanted = None if names is None else set(names)
    return [run_one(check) for check in checks() if wanted is None or check.name in wanted]


def run_one(check: Check) -> Result:
    counted, broken = 0, 0
    kept: list[Finding] = []
    for found in check.run():
        if isinstance(found, Count):
            counted += found.checked
            continue
        broken += 1
        if len(kept) < FINDINGS_MAX:
            kept.append(found)
    return Result(check.name, check.sentence, counted, broken, tuple(kept))


def lines(results: Iterable[Result]) -> list[str]:
    """What `troth verify` prints: a line for each check with its count, and the findings below."""
    printed = []
    for result in results:
        verdict = "holds" if result.holds else f"BROKEN in {result.broken}"
        printed.append(f"{result.name}: {verdict} ({result.count_checked} checked). {result.sentence}")
        printed += [f"    {finding.sentence}" for finding in result.findings]
    return printed
