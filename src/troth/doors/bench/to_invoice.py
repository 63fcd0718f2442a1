"""From ten lines to a posted invoice: order, delivery, pick list, pick, goods issue, invoice.

Six actions, each a transaction of its own as six people would run them, on an order whose goods lie in stock.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from troth.doors.bench import measure
from troth.doors.bench.measure import Cost
from troth.doors.bench.scene import TODAY, BenchCompany, clock
from troth.doors.cli.reports import Figure

GOAL_MS = 60
LINES = 10
WARM_UP = 5


def run(quick: bool) -> Sequence[Figure]:
    """Measure processor time of client and server together, and the time that passes."""
    from troth.doors.bench import company, open_lines
    from troth.doors.bench.database import own_database

    with own_database() as vendor:
        built = company.build()
        there = open_lines.fill(built, 1_000)
        costs, _ = measure.in_processes(1, work, (built, 20 if quick else 100))
    where = f"{vendor}, {there:,} open lines, {LINES} lines to a posted invoice"
    [cost] = costs
    cpu_ms = (cost.client_s + (cost.server_s or 0.0)) / cost.count * 1000
    return [
        Figure(where, "CPU", cpu_ms, "ms", f"<= {GOAL_MS}", cpu_ms <= GOAL_MS),
        Figure(where, "CPU of the client", cost.client_s / cost.count * 1000, "ms"),
        Figure(where, "CPU of the server", (cost.server_s or 0.0) / cost.count * 1000, "ms"),
        Figure(where, "statements", cost.statements / cost.count, ""),
        Figure(where, "p50", measure.percentile(cost.latencies, 0.5), "ms"),
        Figure(where, "p95", measure.percentile(cost.latencies, 0.95), "ms"),
    ]


def work(numbered: tuple[int, tuple[BenchCompany, int]]) -> Cost:
    """What the process does; it starts from nothing, so it sets Django up."""
    import django

    django.setup()
    from troth.business.sales.rules.drafts import OrderDraft
    from troth.doors.bench.drafts import draft

    _, (built, count) = numbered
    rng = random.Random(11)  # noqa: S311 - the same orders every time, not a secret
    soon = TODAY + timedelta(days=3)
    drafts: list[OrderDraft] = [
        replace(draft(built, LINES, rng=rng, skewed=False), requested_on=soon) for _ in range(count + WARM_UP)
    ]
    return measure.cost([lambda one=one: _to_invoice(one) for one in drafts], warm_up=WARM_UP)  # type: ignore[misc]


def _to_invoice(one: object) -> None:
    from troth.business.billing import actions as billing
    from troth.business.sales import actions as sales
    from troth.business.shipping import actions as shipping
    from troth.platform.actors import SYSTEM

    order = sales.enter_order(one, by=SYSTEM, clock=clock())  # type: ignore[arg-type]
    [delivery] = shipping.create_delivery(order_id=order.id, by=SYSTEM, clock=clock()).deliveries
    transfer = shipping.create_transfer_order(delivery_ids=[delivery.id], by=SYSTEM, clock=clock())
    shipping.confirm_all(transfer_order_id=transfer.id, by=SYSTEM, clock=clock())
    shipping.post_goods_issue(delivery_id=delivery.id, by=SYSTEM, clock=clock())
    [invoice] = billing.create_invoices(delivery_ids=[delivery.id], by=SYSTEM, clock=clock()).invoices
    assert invoice.gross == order.gross
