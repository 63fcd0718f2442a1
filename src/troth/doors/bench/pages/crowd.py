"""Twenty people at once against a started server: each asks for a page, reads a while, and asks for the next."""

import contextlib
import http.client
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from troth.doors.bench.pages.asking import Browsers
from troth.doors.bench.pages.cases import EVERYBODY, Request, cases

PEOPLE = 20
READS_SECONDS = (1.0, 3.0)
REQUESTS_EACH = 8
PATIENCE_SECONDS = 60
MIX = {"list": 45, "document": 45, "home": 5, "check": 5}
"""Of a hundred pages, so many of each kind."""
STARTS = (sys.executable, "-c", "from troth.doors.cli import main; main()", "serve")
CSRF_TOKEN = "a" * 32  # the browser sends the same word twice
TOOK = "total;dur="


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with the cookie of the person who makes it."""

    kind: str
    request: Request
    session: str


@dataclass
class Took:
    """Seconds from asking until the whole answer is there, and those of them that the server says it worked on it.

    The first hold the way there and back and this process, which shares the processors with the server.
    """

    until_there_s: float
    server_s: float


@dataclass
class Crowd:
    """What is asked by kind, until when, and what the answers took."""

    asked: Mapping[str, Sequence[Asked]]
    port: int
    counts_from: float
    ends_at: float
    took: dict[str, list[Took]] = field(default_factory=lambda: {kind: [] for kind in MIX})
    failures: list[str] = field(default_factory=list)

    def person(self, number: int) -> None:
        """One of them, until the time is over."""
        rng = random.Random(number)  # noqa: S311 - the same walk every time, not a secret
        kept = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        with contextlib.closing(kept):
            time.sleep(rng.uniform(0, READS_SECONDS[1]))
            while time.monotonic() < self.ends_at:
                [kind] = rng.choices(list(MIX), weights=list(MIX.values()))
                asked = rng.choice(self.asked[kind])
                began = time.perf_counter()
                status, server_s = _answer(kept, asked)
                if time.monotonic() >= self.counts_from:
                    self.took[kind].append(Took(time.perf_counter() - began, server_s))
                if status not in (200, 302):
                    self.failures.append(f"{asked.request.url}: {status}")
                time.sleep(rng.uniform(*READS_SECONDS))


def run(seconds: float, *, settling: float = 0) -> dict[str, list[Took]]:
    """Let them ask for so long; return what each answer took, by kind of page.

    Before that they ask for `settling` seconds that do not count: each connection of a server that has just started
    reads for the first time what the database says of each table, and plans each statement.
    """
    asked = _asked()
    with _server() as port:
        for kind in MIX:  # what a server reads once is read
            _warm(port, asked[kind][0])
        counts_from = time.monotonic() + settling
        crowd = Crowd(asked, port, counts_from, counts_from + seconds)
        people = [threading.Thread(target=crowd.person, args=(number,)) for number in range(PEOPLE)]
        for person in people:
            person.start()
        for person in people:
            person.join()
    assert crowd.failures == [], crowd.failures[:3]
    return {kind: taken for kind, taken in crowd.took.items() if taken}


def _asked() -> dict[str, list[Asked]]:
    browsers, rng = Browsers(), random.Random(20)  # noqa: S311 - the same requests every time, not a secret
    found: dict[str, list[Asked]] = {kind: [] for kind in MIX}
    for case in cases(lambda request: browsers.ask(EVERYBODY, request)):
        session = browsers.client(case.user).cookies[settings.SESSION_COOKIE_NAME].value
        found[case.kind] += [Asked(case.kind, case.make(rng), session) for _ in range(REQUESTS_EACH)]
    return found


def _answer(kept: http.client.HTTPConnection, asked: Asked) -> tuple[int, float]:
    """Ask, read all of the answer; return its status and the seconds that the server worked on it."""
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={asked.session}; {settings.CSRF_COOKIE_NAME}={CSRF_TOKEN}",
        "X-CSRFToken": CSRF_TOKEN,
        "Content-Type": "application/json",
    }
    request = asked.request
    kept.request("POST" if request.body else "GET", request.url, request.body.encode() or None, headers)
    answer = kept.getresponse()
    answer.read()
    told = answer.headers.get("Server-Timing", "")
    assert told.startswith(TOOK), f"{request.url} does not tell what it took: {told!r}"
    return answer.status, float(told.removeprefix(TOOK)) / 1000


def _warm(port: int, asked: Asked) -> None:
    for _ in range(4):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as kept:
            _answer(kept, asked)


def _database() -> str:
    """The database of this process, which need not be the one that its environment names."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["TROTH_DATABASE_URL"])._replace(path=f"/{name}"))


@contextmanager
def _server() -> Iterator[int]:
    """`troth serve` on a free port, on the database of this process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    connection.close()
    command = (*STARTS, "--port", str(port), "--workers", str(2 * (os.cpu_count() or 1)))
    server = subprocess.Popen(  # noqa: S603 - ours
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"TROTH_DATABASE_URL": _database(), "DJANGO_SETTINGS_MODULE": "troth.settings"},
    )  # fmt: skip
    try:
        _wait(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE_SECONDS)


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.1)
    raise TimeoutError(f"The server on port {port} did not come up.")
