"""Papers: reading the document, and making the PDF, with one, ten and a hundred lines.

Each file is made of other words than the one before, or typst would find most of it in its memory: a cell's text ends
in the number of the run. The first files of a process (fonts, layouts) are not counted.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from troth.doors.bench import measure
from troth.doors.bench.scene import NOW, TODAY, BenchCompany, clock
from troth.doors.cli.reports import Figure

GOAL_MS = 60
LINES = (1, 10, 100)
GOAL_LINES = 10
WARM_UP = 3


def run(quick: bool) -> Sequence[Figure]:
    """Measure the processor time of each paper, for documents of 1, 10 and 100 lines."""
    from troth.doors.bench import company
    from troth.doors.bench.database import own_database

    figures = []
    with own_database() as vendor:
        built = company.build()
        for lines in LINES:
            for kind, document_id in _documents(built, lines).items():
                figures += _figures(vendor, kind, document_id, lines, 10 if quick else 50)
    return figures


def _figures(vendor: str, kind: str, document_id: int, lines: int, runs: int) -> list[Figure]:
    from troth.platform.printing import papers

    figures = []
    for paper in papers.papers_of(kind):
        if not paper.offered(document_id):
            continue
        where = f"{vendor}, {paper.code}, lines {lines}"
        read = [_timed(paper.load, document_id) for _ in range(runs)]
        loaded = paper.load(document_id)
        made = [_timed(_make, paper, loaded, run) for run in range(runs + WARM_UP)][WARM_UP:]
        goal = f"<= {GOAL_MS}" if lines <= GOAL_LINES else ""
        middle = measure.percentile(made, 0.5)
        figures.append(Figure(where, "PDF, CPU p50", middle, "ms", goal, middle <= GOAL_MS if goal else None))
        figures.append(Figure(where, "PDF, CPU p95", measure.percentile(made, 0.95), "ms"))
        figures.append(Figure(where, "reading, CPU p50", measure.percentile(read, 0.5), "ms"))
    return figures


def _timed(work: Any, *arguments: Any) -> float:
    began = time.process_time()
    work(*arguments)
    return time.process_time() - began


def _make(paper: Any, loaded: Any, run: int) -> bytes:
    from troth.platform.printing import contents, typesetting

    rows = tuple(replace(row, cells=tuple(_other(cell, run) for cell in row.cells)) for row in loaded.content.rows)
    lines = [{**line, "name": f"{line['name']} {run}"} for line in loaded.content.more.get("lines", ())]
    more = {**loaded.content.more, "lines": lines}
    other = replace(loaded.content, number=f"{loaded.content.number}-{run}", rows=rows, more=more)
    return typesetting.pdf(contents.frozen(other, made_at=NOW), paper.layout)


def _other(cell: Any, run: int) -> Any:
    return f"{cell}{run}" if isinstance(cell, str) else replace(cell, head=f"{cell.head} {run}")


def _documents(built: BenchCompany, lines: int) -> dict[str, int]:
    """An order on its whole way, by kind of document."""
    import random

    from troth.business.billing import actions as billing
    from troth.business.sales import actions as sales
    from troth.business.shipping import actions as shipping
    from troth.doors.bench.drafts import draft
    from troth.platform.actors import SYSTEM

    acting: dict[str, Any] = {"by": SYSTEM, "clock": clock()}
    rng = random.Random(lines)  # noqa: S311 - the same orders every time, not a secret
    wanted = replace(draft(built, lines, rng=rng, skewed=False), requested_on=TODAY + timedelta(days=3))
    order = sales.enter_order(wanted, **acting)
    [delivery] = shipping.create_delivery(order_id=order.id, **acting).deliveries
    transfer = shipping.create_transfer_order(delivery_ids=[delivery.id], **acting)
    shipping.confirm_all(transfer_order_id=transfer.id, **acting)
    shipping.post_goods_issue(delivery_id=delivery.id, **acting)
    [invoice] = billing.create_invoices(delivery_ids=[delivery.id], **acting).invoices
    return {"order": order.id, "transfer_order": transfer.id, "delivery": delivery.id, "invoice": invoice.id}
