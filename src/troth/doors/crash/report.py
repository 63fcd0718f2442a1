"""What a run found, for a person and as JSON."""

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troth import __version__
from troth.doors.bench.measure import percentile
from troth.doors.crash.audit import Broken
from troth.doors.crash.clients import Answer, Book
from troth.doors.crash.faults import Faults
from troth.doors.crash.plan import Plan

FINDINGS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Report:
    plan: Plan
    book: Book
    broken: Broken
    faults: Faults
    starts: dict[str, int]
    seconds: float

    def figures(self) -> dict[str, Any]:
        """Everything that was counted, by name; times in milliseconds are those outside restarts, or of all orders."""
        plan, latencies = self.plan, _latencies(self._undisturbed())
        return {
            "seed": plan.seed,
            "commit": commit(),
            "without": plan.without,
            "clients": plan.clients,
            "orders": plan.total,
            "products": plan.products,
            "workers": plan.workers,
            "seconds": round(self.seconds, 1),
            "orders_a_second": round(len(self.book.answers) / self.seconds, 1),
            "p50_ms": round(percentile(latencies, 0.50)) if latencies else None,
            "p99_ms": round(percentile(latencies, 0.99)) if latencies else None,
            "p99_of_all_ms": round(percentile(_latencies(self.book.answers.values()), 0.99)) if latencies else None,
            "longest_away_s": round(max((ended - begun for begun, ended in self.faults.away), default=0.0), 1),
            "slowest_waited_for_s": self._slowest(),
            "answered": len(self.book.answers),
            "requests": self.book.attempts,
            "answers_not_heard": self.book.lost_answers,
            "faults": {str(fault): count for fault, count in sorted(self.faults.happened.items())},
            "kills": sum(count for fault, count in self.faults.happened.items() if "restart" not in fault),
            "starts": self.starts,
            "faults_missed": len(plan.faults) - sum(self.faults.happened.values()),
            "broken": self.broken.rules,
            "holds": self.holds,
        }

    @property
    def holds(self) -> bool:
        """Every rule holds, and every fault of the plan happened: a run that was spared proves less."""
        return self.broken.holds and sum(self.faults.happened.values()) == len(self.plan.faults)

    def lines(self) -> list[str]:
        """The same as sentences."""
        told = self.figures()
        without = f", without {told['without']}" if told["without"] else ""
        return [
            f"seed {told['seed']}, commit {told['commit']}{without}",
            f"{told['answered']} of {told['orders']} orders answered to {told['clients']} clients for "
            f"{told['products']} products in {told['seconds']} s: {told['orders_a_second']} a second, "
            f"p50 {told['p50_ms']} ms, p99 {told['p99_ms']} ms outside restarts, p99 {told['p99_of_all_ms']} ms of all",
            f"the longest restart of the database or the server took {told['longest_away_s']} s",
            "the slowest hundredth of them waited, in seconds, for: "
            + ", ".join(f"{name} {seconds}" for name, seconds in told["slowest_waited_for_s"].items()),
            f"{told['requests']} requests, {told['answers_not_heard']} answers not heard by choice",
            *(f"{count} x {fault}" for fault, count in told["faults"].items()),
            *([f"{told['faults_missed']} faults found no victim"] if told["faults_missed"] else []),
            *(f"{rule}: {count}" for rule, count in told["broken"].items()),
            *self._sentences(),
            "all rules hold" if told["holds"] else f"BROKEN; replay with: {self._command()}",
        ]

    def _sentences(self) -> Sequence[str]:
        found = [*self.broken.verify, *self.book.refused, *(f"{key}: never answered" for key in self.book.given_up)]
        return [f"    {sentence}" for sentence in found[:FINDINGS_SHOWN]]

    def _command(self) -> str:
        plan = self.plan
        named = ("clients", "orders", "products", "kills", "restarts", "seed")
        options = " ".join(f"--{name} {getattr(plan, name)}" for name in named)
        return f"troth crash-run {options}" + (f" --without {plan.without}" if plan.without else "")

    def _undisturbed(self) -> list[Answer]:
        """Orders that no restart of the database or of the whole server touched."""
        return [
            answer
            for answer in self.book.answers.values()
            if not any(begun < answer.answered_at and answer.asked_at < ended for begun, ended in self.faults.away)
        ]

    def _slowest(self) -> dict[str, float]:
        """What the slowest hundredth of these waited for, in seconds an order, the longest first."""
        ranked = sorted(self._undisturbed(), key=lambda answer: answer.asked_at - answer.answered_at)
        slowest = ranked[: max(1, len(ranked) // 100)] if ranked else []
        summed: dict[str, float] = {}
        for answer in slowest:
            for wait, seconds in answer.waits.items():
                summed[str(wait)] = summed.get(str(wait), 0.0) + seconds / len(slowest)
        return {name: round(summed[name], 2) for name in sorted(summed, key=lambda name: -summed[name])}


def _latencies(answers: Iterable[Answer]) -> list[float]:
    """From the first request to the answer, in seconds."""
    return [answer.answered_at - answer.asked_at for answer in answers]


def commit() -> str:
    """The commit of this working copy, else the version."""
    folder = Path(__file__).parent
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],  # noqa: S607
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    return asked.stdout.strip() if asked.returncode == 0 else __version__
