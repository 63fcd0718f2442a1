"""What a run found, for a person and as JSON."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troth import __version__
from troth.doors.bench.measure import percentile
from troth.doors.crash.audit import Broken
from troth.doors.crash.clients import Book
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
        """Everything that was counted, by name; times in milliseconds are those outside database restarts."""
        plan, latencies = self.plan, self._latencies()
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
            f"p50 {told['p50_ms']} ms, p99 {told['p99_ms']} ms outside restarts",
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

    def _latencies(self) -> list[float]:
        """From the first request to the answer, of orders that no database restart touched."""
        return [
            answer.answered_at - answer.asked_at
            for answer in self.book.answers.values()
            if not any(begun < answer.answered_at and answer.asked_at < ended for begun, ended in self.faults.away)
        ]


def commit() -> str:
    """The commit of this working copy, else the version."""
    folder = Path(__file__).parent
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],  # noqa: S607
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    return asked.stdout.strip() if asked.returncode == 0 else __version__
