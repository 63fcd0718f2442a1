"""The stack that a run lets crash: `troth serve` with its workers and `troth worker`, started and kept as an init
system would: what ends is started again.
"""

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from http import HTTPStatus
from pathlib import Path

from troth.doors.cli.session import TROTH
from troth.doors.crash.plan import Defect, Plan
from troth.doors.crash.sabotage import VARIABLE

SABOTAGED = (sys.executable, "-c", "from troth.doors.crash.sabotage import main; main()")
PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 60
BORN_SECONDS, GROWN_UP_SECONDS = 2.0, 6.0
"""How long a web worker lives before it is killed. The youngest must be grown up: when it dies soon after its birth,
the server takes it for one that cannot live and ends as a whole."""


class StackDown(Exception):
    """The stack did not come up; the message holds the end of its log."""


class Stack:
    """The processes of a run; `starts` counts how often each kind had to be started."""

    def __init__(self, plan: Plan, database_url: str, folder: Path) -> None:
        self.port = _free_port()
        self.starts = {"serve": 0, "worker": 0}
        self._plan, self._log = plan, folder / "stack.log"
        self._environment = _environment(plan.without, database_url, folder)
        self._serve: subprocess.Popen[bytes] | None = None
        self._jobs: list[subprocess.Popen[bytes] | None] = [None] * plan.jobs
        self._lock, self._closing = threading.Lock(), threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Start everything and wait until the server answers."""
        self._keeper.start()
        self.wait_until_served()

    def wait_until_served(self) -> None:
        """Wait until a worker answers; the port is open before there is one."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._serves():
            if time.monotonic() > deadline:
                raise StackDown(f"The server did not come up:\n{self.log_end()}")
            time.sleep(PAUSE_SECONDS)

    def _serves(self) -> bool:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            asked.request("GET", "/health/live")
            return asked.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asked.close()

    def log_end(self) -> str:
        return self._log.read_text(errors="replace")[-3000:] if self._log.exists() else ""

    def kill_web_worker(self, draw: random.Random) -> bool:
        """Kill a grown-up web worker; False when there is none."""
        with self._lock:
            return self._serve is not None and _kill_one(_grown_up_children(self._serve.pid), draw)

    def kill_job_worker(self, draw: random.Random) -> bool:
        with self._lock:
            return _kill_one([job.pid for job in self._jobs if job is not None and job.poll() is None], draw)

    def kill_server(self) -> bool:
        """Kill the web server with all its workers, as a power cut of its machine would."""
        with self._lock:
            alive = self._serve is not None and self._serve.poll() is None
            if alive:
                assert self._serve is not None
                os.killpg(self._serve.pid, signal.SIGKILL)
            return alive

    def close(self) -> None:
        """Stop everything in an orderly way."""
        self._closing.set()
        if self._keeper.is_alive():
            self._keeper.join()
        for process in (self._serve, *self._jobs):
            if process is not None:
                _stop(process)

    def _keep(self) -> None:
        while not self._closing.wait(PAUSE_SECONDS):
            with self._lock:
                if self._serve is None or self._serve.poll() is not None:
                    self._end_remains()
                    self._serve = self._started("serve", self._serve_command())
                for place, job in enumerate(self._jobs):
                    if job is None or job.poll() is not None:
                        self._jobs[place] = self._started("worker", (*TROTH, "worker"))

    def _end_remains(self) -> None:
        """Workers that outlived their server hold its port."""
        if self._serve is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._serve.pid, signal.SIGKILL)

    def _serve_command(self) -> tuple[str, ...]:
        if self._plan.without:
            return (*SABOTAGED, str(self.port), str(self._plan.workers), str(self._plan.threads))
        numbers = {"port": self.port, "workers": self._plan.workers, "threads": self._plan.threads}
        return (*TROTH, "serve", *(word for name, value in numbers.items() for word in (f"--{name}", str(value))))

    def _started(self, kind: str, command: tuple[str, ...]) -> "subprocess.Popen[bytes]":
        self.starts[kind] += 1
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command, env=self._environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )


def _environment(without: Defect | None, database_url: str, folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    ours = {
        "TROTH_DATABASE_URL": database_url,
        "TROTH_HOME": str(folder),
        "TROTH_LOG_LEVEL": "error",
        "DJANGO_SETTINGS_MODULE": "troth.settings",
    }
    return kept | ours | ({VARIABLE: without.value} if without else {})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _kill_one(pids: list[int], draw: random.Random) -> bool:
    if not pids:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(draw.choice(pids), signal.SIGKILL)
        return True
    return False


def _grown_up_children(server: int) -> list[int]:
    """The web workers of a server that have lived long enough, by /proc."""
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        ages = sorted((_age_seconds(pid), int(pid)) for pid in children if _is_worker(pid))
        least = (GROWN_UP_SECONDS, *[BORN_SECONDS] * len(ages))
        return [pid for (age, pid), enough in zip(ages, least, strict=False) if age > enough]
    return []


def _is_worker(pid: str) -> bool:
    """Python may start another child, which only tidies up after the workers."""
    with contextlib.suppress(OSError):
        return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _age_seconds(pid: str) -> float:
    with contextlib.suppress(OSError):
        started = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")
    return 0.0


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
