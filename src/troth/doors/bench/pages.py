"""Pages: the server's time from the request to the answer, through all that stands before a page.

A case is a name, its goal at p95 and a way to ask; each is asked one after the other by one signed-in person.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from troth.doors.bench import measure
from troth.doors.bench.measure import Cost
from troth.doors.bench.scene import BenchCompany
from troth.doors.cli.reports import Figure

WARM_UP = 5
ENTRY_LINES = 100


@dataclass(frozen=True, slots=True)
class Case:
    """`ask` makes, for a company and a browser, the request that is measured."""

    name: str
    goal_ms: int
    ask: Callable[[BenchCompany, Any, random.Random], Callable[[], Any]]


def run(quick: bool) -> Sequence[Figure]:
    """Measure at 1,000 open lines and, unless `quick`, at 1,000,000."""
    from troth.doors.bench import company, open_lines
    from troth.doors.bench.database import own_database

    figures: list[Figure] = []
    with own_database() as vendor:
        built = company.build()
        for size in (1_000,) if quick else (1_000, 1_000_000):
            there = open_lines.fill(built, size)
            for place, case in enumerate(CASES):
                costs, _ = measure.in_processes(1, work, (built, place, 40 if quick else 200))
                figures += _figures(f"{vendor}, {there:,} open lines, {case.name}", case, costs[0])
    return figures


def _figures(where: str, case: Case, cost: Cost) -> list[Figure]:
    p95 = measure.percentile(cost.latencies, 0.95)
    return [
        Figure(where, "p50", measure.percentile(cost.latencies, 0.5), "ms"),
        Figure(where, "p95", p95, "ms", f"<= {case.goal_ms}", p95 <= case.goal_ms),
        Figure(where, "CPU", (cost.client_s + (cost.server_s or 0.0)) / cost.count * 1000, "ms"),
        Figure(where, "statements", cost.statements / cost.count, ""),
    ]


def work(numbered: tuple[int, tuple[BenchCompany, int, int]]) -> Cost:
    """What the process does; it starts from nothing, so it sets Django up."""
    import django

    django.setup()
    _, (built, place, count) = numbered
    browser, rng = _browser(), random.Random(place)  # noqa: S311 - the same requests every time, not a secret
    asked = [CASES[place].ask(built, browser, rng) for _ in range(count + WARM_UP)]
    return measure.cost(asked, warm_up=WARM_UP)


def _browser() -> Any:
    """A browser in which an operator is signed in, who may do most."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from troth.platform.models import RoleGrant

    user, is_new = get_user_model().objects.get_or_create(username="bench")
    if is_new:
        RoleGrant.objects.create(user=user, role="operations_team")
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(user)
    return browser


def _entry(built: BenchCompany, browser: Any, rng: random.Random) -> Callable[[], Any]:
    """A hundred lines in the grid, one of them just typed."""
    day = (date.today() + timedelta(days=rng.randrange(10, 60))).isoformat()
    head = {"customer": rng.choice(built.customers), "order_type": "standard", "requested_on": day}
    numbers = rng.sample(built.products, ENTRY_LINES)
    lines = [{"product": number, "quantity": str(rng.randint(1, 3))} for number in numbers]
    body = json.dumps({"head": head, "lines": lines})

    def ask() -> Any:
        answer = browser.post("/orders/check/", body, content_type="application/json")
        assert len(answer.json()["lines"]) == ENTRY_LINES
        assert answer.json()["submit"]["stops"] is False
        return answer

    return ask


CASES = (Case(f"check of an order of {ENTRY_LINES} lines in the grid", 100, _entry),)
