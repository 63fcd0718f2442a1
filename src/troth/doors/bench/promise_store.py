"""Promises through the store: one check, a long order, eight clients beside a bare script, and the grouped writer.

The clients enter orders of five lines, each in a transaction of its own: products asked for evenly, by Zipf's law, or
all wanting one hot product among the five. The bare script takes the same locks and writes the same rows. The grouped
writer enters the same orders as an import does. Last, the checks under quotas (`promise_quota`).
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from troth.doors.bench import measure
from troth.doors.bench.measure import Cost
from troth.doors.bench.scene import TODAY, BenchCompany, clock
from troth.doors.cli.reports import Figure

LINES = 5
LONG = 300
CLIENTS = 8
WARM_UP = 5
GOAL_CHECK_MS = 3
GOAL_LONG_MS = 60
GOAL_GROWTH = 1.2
GOAL_SHARE = 0.5
GOAL_GROUPED = 700
KINDS = ("uniform", "skewed", "hot")


@dataclass(frozen=True, slots=True)
class Job:
    """What each process does: `orders` of a kind, by the actions, by the bare script, or in groups."""

    built: BenchCompany
    kind: str
    orders: int
    how: str


def run(quick: bool) -> Sequence[Figure]:
    """Measure at 1,000 open lines and, unless `quick`, at 1,000,000 and 10,000,000."""
    from troth.doors.bench import company, open_lines, promise_quota
    from troth.doors.bench.database import own_database
    from troth.doors.cli.progress import progress

    figures: list[Figure] = []
    sizes = (1_000,) if quick else (1_000, 1_000_000, 10_000_000)
    p95: dict[int, float] = {}
    vendor = ""
    with progress("promises through the store", len(sizes)) as advance:
        for size in sizes:
            with own_database() as vendor:
                advance(0, doing=f"filling {size:,} open lines")
                built = company.build()
                there = open_lines.fill(built, size)
                where = f"{vendor}, {there:,} open lines"
                p95[size] = _checks(built, where, figures)
                if size == sizes[0]:
                    _clients(built, where, figures, 100 if quick else 300)
                    _grouped(built, where, vendor, figures, 1_000 if quick else 4_000)
                    figures += promise_quota.run(built, where)
            advance(1)
    return figures + _growth(p95, vendor)


def _checks(built: BenchCompany, where: str, figures: list[Figure]) -> float:
    from troth.business.promising.actions import Check, check
    from troth.reference import queries as reference

    products = [one.id for one in reference.products_by_number(built.products).values()]
    rng = random.Random(3)  # noqa: S311 - the same checks every time, not a secret

    def one() -> Check:
        on = TODAY + timedelta(days=rng.randrange(5, 60))
        return Check(rng.choice(products), built.site_id, rng.randint(1, 3), on)

    singles = [[one()] for _ in range(WARM_UP + 300)]
    longs = [[one() for _ in range(LONG)] for _ in range(WARM_UP + 15)]
    single = _asked([lambda asked=asked: check(asked, clock=clock()) for asked in singles])  # type: ignore[misc]
    long = _asked([lambda asked=asked: check(asked, together=True, clock=clock()) for asked in longs])  # type: ignore[misc]
    p95 = measure.percentile(single.latencies, 0.95)
    cpu = _cpu_ms(long)
    figures += [
        Figure(f"{where}, check of one line", "p95", p95, "ms", f"<= {GOAL_CHECK_MS}", p95 <= GOAL_CHECK_MS),
        Figure(f"{where}, check of one line", "CPU", _cpu_ms(single), "ms"),
        Figure(f"{where}, check of {LONG} lines", "CPU", cpu, "ms", f"<= {GOAL_LONG_MS}", cpu <= GOAL_LONG_MS),
    ]
    return _cpu_ms(single)


def _asked(work: Sequence[Callable[[], Any]]) -> Cost:
    return measure.cost(work, warm_up=WARM_UP)


def _clients(built: BenchCompany, where: str, figures: list[Figure], orders: int) -> None:
    for kind in KINDS:
        job = Job(built, kind, orders, "alone")
        costs, seconds = measure.in_processes(CLIENTS, work, job)
        bare, bare_seconds = measure.in_processes(CLIENTS, work, replace(job, how="bare"))
        rate, bare_rate = sum(one.count for one in costs) / seconds, sum(one.count for one in bare) / bare_seconds
        named = f"{where}, {CLIENTS} clients, {LINES} lines, {kind}"
        share = rate / bare_rate
        figures += [
            Figure(named, "orders a second", rate, "1/s"),
            Figure(named, "bare script, orders a second", bare_rate, "1/s"),
            Figure(named, "share of the bare script", share, "", f">= {GOAL_SHARE}", share >= GOAL_SHARE),
            Figure(named, "p99", _p99(costs), "ms"),
            Figure(named, "bare script, p99", _p99(bare), "ms"),
        ]


def _grouped(built: BenchCompany, where: str, vendor: str, figures: list[Figure], orders: int) -> None:
    writers = 2 if vendor == "PostgreSQL" else 1
    costs, seconds = measure.in_processes(writers, work, Job(built, "uniform", orders // writers, "grouped"))
    rate = sum(one.count for one in costs) / seconds
    named = f"{where}, grouped, {writers} writer{'s' * (writers > 1)}, {LINES} lines"
    figures += [
        Figure(named, "orders a second", rate, "1/s", f">= {GOAL_GROUPED}", rate >= GOAL_GROUPED),
        Figure(named, "CPU an order", _cpu_of(costs), "ms"),
    ]


def _growth(spent: dict[int, float], vendor: str) -> list[Figure]:
    first, *later = spent
    return [
        Figure(
            f"{vendor}, check of one line", f"CPU, {size:,} to {first:,} open lines", spent[size] / spent[first], "",
            f"<= {GOAL_GROWTH}", spent[size] / spent[first] <= GOAL_GROWTH,
        )
        for size in later
    ]  # fmt: skip


def _p99(costs: Sequence[Cost]) -> float:
    return measure.percentile([latency for one in costs for latency in one.latencies], 0.99)


def _cpu_ms(one: Cost) -> float:
    return (one.client_s + (one.server_s or 0.0)) / one.count * 1000


def _cpu_of(costs: Sequence[Cost]) -> float:
    return sum(_cpu_ms(one) * one.count for one in costs) / sum(one.count for one in costs)


def work(numbered: tuple[int, Job]) -> Cost:
    """What each process does; it starts from nothing, so it sets Django up."""
    import django

    django.setup()
    from troth.business.sales import actions as sales
    from troth.doors import memory
    from troth.doors.bench import floor
    from troth.platform.actors import SYSTEM

    memory.settle()  # as the server does
    number, job = numbered
    rng = random.Random(number)  # noqa: S311 - the same orders every time, not a secret
    drafts = [_draft(job, rng) for _ in range(job.orders + WARM_UP)]
    if job.how == "grouped":
        return _in_groups(drafts)
    if job.how == "bare":
        entered = [sales.enter_order(one, by=SYSTEM, clock=clock()) for one in drafts[:10]]
        writers = [floor.writer(one.id) for one in entered]
        return measure.cost([writers[turn % len(writers)] for turn in range(len(drafts))], warm_up=WARM_UP)
    return measure.cost(
        [lambda one=one: sales.enter_order(one, by=SYSTEM, clock=clock()) for one in drafts],  # type: ignore[misc]
        warm_up=WARM_UP,
    )


def _in_groups(drafts: Sequence[Any]) -> Cost:
    """The cost of an order, not of a group: the latencies are those of the groups."""
    from troth.business.sales import actions as sales
    from troth.platform.actors import SYSTEM

    groups = [drafts[start : start + sales.GROUP] for start in range(0, len(drafts), sales.GROUP)]
    sales.enter_orders(groups[0], by=SYSTEM, clock=clock())
    cost = measure.counted(
        [lambda group=group: sales.enter_orders(group, by=SYSTEM, clock=clock()) for group in groups[1:]]  # type: ignore[misc]
    )
    return replace(cost, count=sum(len(group) for group in groups[1:]))


def _draft(job: Job, rng: random.Random) -> Any:
    from troth.doors.bench.drafts import draft

    one = draft(job.built, LINES, rng=rng, skewed=job.kind == "skewed")
    if job.kind != "hot":
        return one
    hot = job.built.products[0]
    others = [line for line in one.lines if line.product != hot][: LINES - 1]
    return replace(one, lines=(replace(one.lines[0], product=hot), *others))
