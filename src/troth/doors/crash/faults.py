"""The hand that pulls the plugs: it waits for progress and lets the next fault of the plan happen."""

import contextlib
import math
import random
import signal
import threading
import time
from dataclasses import dataclass, field

from troth.doors.crash.clients import Book
from troth.doors.crash.cluster import Cluster
from troth.doors.crash.plan import Fault, Plan
from troth.doors.crash.stack import PATIENCE_SECONDS, PAUSE_SECONDS, Stack, StackDown

HOW = {Fault.IMMEDIATE: signal.SIGQUIT, Fault.DATABASE: signal.SIGKILL}


@dataclass
class Faults:
    """Runs through the plan's faults; `happened` counts them, `away` are the spans without a database or a server."""

    plan: Plan
    stack: Stack
    cluster: Cluster
    book: Book
    happened: dict[Fault, int] = field(default_factory=dict)
    away: list[tuple[float, float]] = field(default_factory=list)

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name="faults", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        draw = random.Random(f"{self.plan.seed}/victims")  # noqa: S311 - replays, not a secret
        for after, fault in self.plan.faults:
            self.book.announce(after)
            with self.book.changed:
                self.book.changed.wait_for(lambda after=after: self.book.settled >= after)  # type: ignore[misc]
            if self._happen(fault, draw):
                self.happened[fault] = self.happened.get(fault, 0) + 1
        self.book.announce(math.inf)

    def _happen(self, fault: Fault, draw: random.Random) -> bool:
        """Let it happen as soon as there is a victim. Without one for long the run goes on, and tells so."""
        if fault in HOW:
            self.restart_database(HOW[fault])
            return True
        strike = {
            Fault.WEB: lambda: self.stack.kill_web_worker(draw),
            Fault.JOB: lambda: self.stack.kill_job_worker(draw),
            Fault.SERVER: self._restart_server,
        }[fault]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            time.sleep(draw.uniform(0, PAUSE_SECONDS))
            if strike():
                return True
        return False

    def _restart_server(self) -> bool:
        """Kill the web server as a whole; it is away until one that was started anew answers."""
        began = time.monotonic()
        if not self.stack.kill_server():
            return False
        with contextlib.suppress(StackDown):  # the clients wait as long, and say so
            self.stack.wait_until_served()
        self.away.append((began, time.monotonic()))
        return True

    def restart_database(self, how: signal.Signals) -> None:
        """End the database server and start it again."""
        began = time.monotonic()
        self.cluster.end(how)
        self.cluster.start()
        self.away.append((began, time.monotonic()))
