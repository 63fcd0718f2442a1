"""Order entry: orders of 1, 10, 100 and 300 lines, from the call to the commit, beside the floor.

Price, credit, availability, dates, explanation and events are all in it. The goals are those of the first issue:
processor time of client and server together, and the ratio to the floor, with one process and products asked for
evenly; the other cases show what four processes and skewed products do to it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from troth.doors.bench import measure
from troth.doors.bench.measure import Cost
from troth.doors.bench.scene import BenchCompany, clock
from troth.doors.cli.reports import Figure

GOAL_CPU_MS = {10: 8, 100: 50, 300: 150}
GOAL_FLOOR_RATIO = 2.0
GOAL_GROWTH_RATIO = 1.2
WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Case:
    """So many orders of so many lines, divided among so many processes."""

    lines: int
    orders: int
    processes: int = 1
    skewed: bool = False

    @property
    def name(self) -> str:
        return f"{self.lines} lines, {self.processes} process{'es' * (self.processes > 1)}, " + (
            "skewed" if self.skewed else "uniform"
        )


QUICK = (Case(1, 60), Case(10, 60), Case(100, 15))
FULL = tuple(
    Case(lines, orders, processes, skewed)
    for lines, orders in ((1, 300), (10, 300), (100, 60), (300, 25))
    for processes in (1, 4)
    for skewed in (False, True)
)


def run(quick: bool) -> Sequence[Figure]:
    """Measure at 1,000 open lines and, unless `quick`, at 1,000,000."""
    from troth.doors.bench import company, open_lines
    from troth.doors.bench.database import own_database
    from troth.doors.cli.progress import progress

    figures: list[Figure] = []
    sizes = (1_000,) if quick else (1_000, 1_000_000)
    cases = QUICK if quick else FULL
    cpu: dict[tuple[int, int], float] = {}
    vendor = ""
    with progress("order entry", len(sizes) * (len(cases) + 1)) as advance:
        for size in sizes:
            with own_database() as vendor:  # a new one for each size: what the cases enter would be copied as well
                advance(0, doing=f"filling {size:,} open lines")
                built = company.build()
                there = open_lines.fill(built, size)
                advance(1)
                for case in cases:
                    where = f"{vendor}, {there:,} open lines, {case.name}"
                    advance(0, doing=where)
                    cpu_ms = _case(built, case, where, figures)
                    if case.processes == 1 and not case.skewed:
                        cpu[size, case.lines] = cpu_ms
                    advance(1)
    return figures + _growth(cpu, sizes, vendor)


def _case(built: BenchCompany, case: Case, where: str, figures: list[Figure]) -> float:
    costs, seconds = _run(built, case, floor=False)
    floors, _ = _run(built, case, floor=True)
    cpu_ms, floor_ms = _cpu_ms(costs), _cpu_ms(floors)
    latencies = [latency for cost in costs for latency in cost.latencies]
    count = sum(cost.count for cost in costs)
    goal = GOAL_CPU_MS.get(case.lines) if case.processes == 1 and not case.skewed else None
    figures += [
        Figure(where, "orders a second", count / seconds, "1/s"),
        Figure(where, "CPU", cpu_ms, "ms", f"<= {goal}" if goal else "", cpu_ms <= goal if goal else None),
        Figure(where, "CPU of the client", sum(cost.client_s for cost in costs) / count * 1000, "ms"),
        Figure(where, "CPU of the server", sum(cost.server_s or 0.0 for cost in costs) / count * 1000, "ms"),
        Figure(where, "floor's CPU", floor_ms, "ms"),
        Figure(where, "statements", sum(cost.statements for cost in costs) / count, ""),
        *(
            Figure(where, f"p{round(share * 100)}", measure.percentile(latencies, share), "ms")
            for share in (0.50, 0.95, 0.99)
        ),
    ]
    ratio = cpu_ms / floor_ms
    promised = case.lines == 10 and case.processes == 1 and not case.skewed
    goal_text = f"<= {GOAL_FLOOR_RATIO}" if promised else ""
    figures.append(Figure(where, "CPU to floor", ratio, "", goal_text, ratio <= GOAL_FLOOR_RATIO if promised else None))
    return cpu_ms


def _growth(cpu: dict[tuple[int, int], float], sizes: Sequence[int], vendor: str) -> list[Figure]:
    if len(sizes) < 2:
        return []
    figures = []
    for lines in sorted({lines for _, lines in cpu}):
        ratio = cpu[sizes[1], lines] / cpu[sizes[0], lines]
        where = f"{vendor}, {lines} lines, 1 process, uniform"
        goal = f"<= {GOAL_GROWTH_RATIO}"
        figures.append(Figure(where, "CPU, 1,000,000 to 1,000 open lines", ratio, "", goal, ratio <= GOAL_GROWTH_RATIO))
    return figures


def _cpu_ms(costs: Sequence[Cost]) -> float:
    spent = sum(cost.client_s + (cost.server_s or 0.0) for cost in costs)
    return spent / sum(cost.count for cost in costs) * 1000


def _run(built: BenchCompany, case: Case, *, floor: bool) -> tuple[list[Cost], float]:
    return measure.in_processes(case.processes, work, (built, case, floor))


def work(numbered: tuple[int, tuple[BenchCompany, Case, bool]]) -> Cost:
    """What each process does; it starts from nothing, so it sets Django up."""
    import django

    django.setup()
    from troth.business.sales import actions as sales
    from troth.doors.bench import floor
    from troth.doors.bench.drafts import draft
    from troth.platform.actors import SYSTEM

    number, (built, case, is_floor) = numbered
    rng = random.Random(1000 * case.lines + number)  # noqa: S311 - the same orders every time, not a secret
    count = case.orders // case.processes + WARM_UP
    if is_floor:
        entered = [
            sales.enter_order(draft(built, case.lines, rng=rng, skewed=case.skewed), by=SYSTEM, clock=clock())
            for _ in range(min(count, 10))
        ]
        writers = [floor.writer(one.id) for one in entered]
        return measure.cost([writers[turn % len(writers)] for turn in range(count)], warm_up=WARM_UP)
    drafts = [draft(built, case.lines, rng=rng, skewed=case.skewed) for _ in range(count)]
    return measure.cost(
        [lambda one=one: sales.enter_order(one, by=SYSTEM, clock=clock()) for one in drafts],  # type: ignore[misc]
        warm_up=WARM_UP,
    )
