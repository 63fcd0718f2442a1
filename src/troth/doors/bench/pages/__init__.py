"""Pages: what the server takes from the request to the answer, in books of a million order lines.

First each page is asked for alone, through everything that stands before it, by somebody who has all roles: that gives
processor time (client and database together), the time that passes, and statements. Then twenty people ask a server at
once over HTTP, each with a pause between two pages; that gives the time that the server worked on an answer, for which
the goals of the third issue are, and the time until the answer is there.
"""

import logging
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from troth.doors.bench import measure
from troth.doors.cli.reports import Figure

RUNS = {True: 12, False: 60}
WARM_UP = 3


def run(quick: bool, *, keep: bool = False) -> Sequence[Figure]:
    """Measure in 20,000 lines if `quick`, else in a million; `keep` fills the given database once and leaves it."""
    from django.db import connection

    from troth.doors.bench.pages import books
    from troth.doors.cli.progress import progress

    logging.disable(logging.INFO)  # a line for each request would bury the figures
    with _database(keep) as vendor:
        extent = books.quick() if quick else books.full()
        if not books.lines():
            with progress("books", extent.steps) as advance:
                books.fill(extent, lambda doing: advance(1, doing=doing))
        where = f"{vendor or connection.vendor}, {books.lines():,} lines"
        return [*_alone(where, RUNS[quick]), *_weights(where), *_together(where, quick)]


@contextmanager
def _database(keep: bool) -> Iterator[str]:
    from troth.doors import serving
    from troth.doors.bench.database import own_database

    if keep:
        serving.migrate()
        yield ""
        return
    with own_database() as vendor:
        yield vendor


def _alone(where: str, runs: int) -> Iterator[Figure]:
    from troth.doors import memory
    from troth.doors.bench.pages import asking, cases
    from troth.doors.cli.progress import progress

    memory.settle()  # as the server does
    browsers = asking.Browsers()
    found = cases.cases(lambda request: browsers.ask(cases.EVERYBODY, request))
    with progress("pages", len(found)) as advance:
        for case in found:
            advance(0, doing=case.name)
            rng = random.Random(case.name)  # noqa: S311 - the same requests every time, not a secret
            requests = [case.make(rng) for _ in range(runs + WARM_UP)]
            spent = [browsers.spend(case.user, request) for request in requests][WARM_UP:]
            yield from _figures(f"{where}, {case.kind} {case.name}", case.goal_ms, spent)
            advance(1)


def _figures(where: str, goal_ms: int, spent: Sequence[Any]) -> Iterator[Figure]:
    cpu, wall = [one.cpu_s for one in spent], [one.wall_s for one in spent]
    late = measure.percentile(cpu, 0.95)
    yield Figure(where, "CPU p50", measure.percentile(cpu, 0.5), "ms")
    yield Figure(where, "CPU p95", late, "ms", f"<= {goal_ms}", late <= goal_ms)
    yield Figure(where, "p50", measure.percentile(wall, 0.5), "ms")
    yield Figure(where, "p95", measure.percentile(wall, 0.95), "ms")
    yield Figure(where, "statements", max(one.statements for one in spent), "")


def _weights(where: str) -> Iterator[Figure]:
    from troth.doors.bench.pages import weight

    for page, size in weight.first_loads().items():
        yield Figure(f"{where}, first load of {page}", "compressed", size / 1000, "kB", "<= 150", size <= 150_000)


def _together(where: str, quick: bool) -> Iterator[Figure]:
    from troth.doors.bench.pages import cases, crowd

    for kind, took in sorted(crowd.run(seconds=30 if quick else 60, settling=10 if quick else 60).items()):
        case = f"{where}, {crowd.PEOPLE} people, {kind}"
        server, there = [one.server_s for one in took], [one.until_there_s for one in took]
        late = measure.percentile(server, 0.95)
        yield Figure(case, "answers", len(took), "")
        yield Figure(case, "server p50", measure.percentile(server, 0.5), "ms")
        yield Figure(case, "server p95", late, "ms", f"<= {cases.GOALS_MS[kind]}", late <= cases.GOALS_MS[kind])
        yield Figure(case, "until there, p50", measure.percentile(there, 0.5), "ms")
        yield Figure(case, "until there, p95", measure.percentile(there, 0.95), "ms")
