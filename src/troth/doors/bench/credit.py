"""What a check of credit costs, however much the payer owes, and how long orders wait after a payment run.

| part | measures |
| --- | --- |
| check | the lock and the verdict for a payer with 10 open items and with a million: time in the database for one |
| payment run | 10,000 blocked orders of 1,000 payers, or of one, once less is owed: judged again and released |
| after it | what the events of these releases do: each order that waited for it goes on |

The rule that the check asks has every criterion switched on. Open items are written raw; blocked orders are entered, so
that their blocks are those that people meet.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from troth.doors.bench import measure
from troth.doors.bench.scene import NOW, TODAY, BenchCompany, clock
from troth.doors.cli.reports import Figure

FEW, MANY, MANY_QUICKLY = 10, 1_000_000, 100_000
CHECKS, WARM_UP = 1000, 20
BLOCKED, BLOCKED_QUICKLY, OF_A_PAYER = 10_000, 1_000, 10
GOAL_MS, GOAL_GROWTH, GOAL_S = 1.0, 1.2, 10.0
BATCH = 20_000
DAYS = 400
"""The open items are due on so many days, half of them past."""


def run(quick: bool) -> Sequence[Figure]:
    """Measure the check, then the payment run, in a database each."""
    from troth.doors.bench import company
    from troth.doors.bench.database import own_database

    with own_database() as vendor:
        found = list(_checks(company.build(), vendor, MANY_QUICKLY if quick else MANY))
    orders = BLOCKED_QUICKLY if quick else BLOCKED
    for payers in (orders // OF_A_PAYER, 1):
        with own_database() as vendor:
            found += _payment_run(company.build(), vendor, orders, payers)
    return found


def _checks(built: BenchCompany, vendor: str, many: int) -> Iterator[Figure]:
    few_key, many_key = _keys(built)[:2]
    _write_rule(built)
    _owe(few_key, FEW)
    _owe(many_key, many)
    few, much = _check_ms(few_key), _check_ms(many_key)
    growth = much / few
    for count, cost in ((FEW, few), (many, much)):
        named = f"{vendor}, check of a payer with {count:,} open items"
        yield Figure(named, "time in the database", cost, "ms", f"<= {GOAL_MS}", cost <= GOAL_MS)
    named = f"{vendor}, check with {many:,} open items to that with {FEW}"
    yield Figure(named, "growth", growth, "", f"<= {GOAL_GROWTH}", growth <= GOAL_GROWTH)


def _keys(built: BenchCompany) -> list[Any]:
    from troth.ledgers.exposure.keys import ExposureKey
    from troth.reference.models import Party

    ids = Party.objects.filter(number__in=built.customers).order_by("number").values_list("pk", flat=True)
    return [ExposureKey(built.company_id, party_id) for party_id in ids]


def _write_rule(built: BenchCompany) -> None:
    from troth.doors.demo.tables import row, write
    from troth.reference.models import Site

    write(
        row(
            "masterdata.CreditCheck", company_id=built.company_id, point=point, outcome="block", checks_limit=True,
            max_document_value=10**9, max_overdue_percent=99, max_overdue_days=3000, max_dunning_level=8,
            max_open_documents=10**8, checks_review=True,
        )
        for point in ("order_create", "delivery_create")
    )  # fmt: skip
    Site.objects.get(pk=built.site_id).save()


def _owe(key: Any, count: int) -> None:
    """Write so many open invoices of a payer, and what the ledger keeps beside them."""
    from troth.ledgers.exposure.recount import recount
    from troth.platform import sql

    account = [key.company_id, key.party_id]
    [(balance_id,)] = sql.fetch("SELECT id FROM exposure_balance WHERE company_id = %s AND party_id = %s", account)
    columns = {
        "balance_id": "int", "part": "text", "amount": "int", "source_kind": "text", "source_id": "int", "at": "at",
        "due_on": "date",
    }  # fmt: skip
    for start in range(0, count, BATCH):
        rows = [
            (
                balance_id, "open_invoices", 100, "invoice", number + 1, NOW,
                TODAY + timedelta(days=number % DAYS - DAYS // 2),
            )
            for number in range(start, min(start + BATCH, count))
        ]  # fmt: skip
        sql.insert("exposure_posting", columns, rows)
    sql.fetch("UPDATE exposure_balance SET open_invoices = %s WHERE id = %s", [100 * count, balance_id])
    recount()


def _check_ms(key: Any) -> float:
    """Time in the database for the lock and the verdict, in milliseconds, the mean of many."""
    from django.db import transaction

    from troth.business.credit import actions as credit
    from troth.business.credit.rules import Point
    from troth.business.masterdata.queries import snapshot
    from troth.platform import locks, sql
    from troth.platform.documents import DocumentRef

    ref, rules = DocumentRef("delivery", 999_999_999), snapshot().credit_checks
    step = credit.Step(Point.DELIVERY_CREATE, key, ref, (), (1,), rules)
    assert rules, "every criterion is asked"
    spent = []
    for _ in range(WARM_UP + CHECKS):
        with transaction.atomic(), sql.timing() as seconds:
            held = locks.begin()
            held.take(key)
            credit.check_step(held, step, amount=100, clock=clock())
            spent.append(seconds())
    counted = spent[WARM_UP:]
    return 1000 * sum(counted) / len(counted)


def _payment_run(built: BenchCompany, vendor: str, orders: int, payers: int) -> Iterator[Figure]:
    _enter_blocked(built, orders, payers)
    keys = _keys(built)[:payers]
    _pay(keys)
    named = f"{vendor}, {orders:,} blocked orders of {payers:,} payers"
    judged, cpu = _seconds(lambda: _judge(keys))
    goal = GOAL_S * orders / BLOCKED
    yield Figure(named, "judged again and released", judged, "s", f"<= {goal:g}", judged <= goal)
    yield Figure(named, "CPU of that", cpu, "s")
    after, cpu = _seconds(_work_off)
    yield Figure(f"{named}, released", "their events worked off", after, "s")
    yield Figure(f"{named}, released", "CPU of that", cpu, "s")


def _enter_blocked(built: BenchCompany, orders: int, payers: int) -> None:
    from troth.business.sales.actions.group import enter_orders
    from troth.business.sales.rules.drafts import LineDraft, OrderDraft
    from troth.platform import sql
    from troth.platform.actors import SYSTEM

    sql.fetch('UPDATE credit_creditaccount SET "limit" = 0')
    drafts = [
        OrderDraft(
            customer=built.customers[number % payers], order_type="standard",
            requested_on=TODAY + timedelta(days=20 + number % 30),
            lines=(LineDraft(product=built.products[number % len(built.products)], quantity=1),),
        )
        for number in range(orders)
    ]  # fmt: skip
    enter_orders(drafts, by=SYSTEM, clock=clock())
    _work_off()
    [(waiting,)] = sql.fetch("SELECT COUNT(*) FROM credit_waiting")
    assert waiting == orders, "each order waits under a block"


def _pay(keys: Sequence[Any]) -> None:
    """So much comes in of each payer that all of its orders pass; what is to be judged again is noted as it does."""
    from troth.platform.actors import SYSTEM

    pay = _payment()
    for number, key in enumerate(keys, 1):
        pay(key, number, by=SYSTEM, clock=clock())


@cache
def _payment() -> Any:
    """An action that posts a deposit and nothing else; made once, since an action's name is its own."""
    from troth.ledgers.exposure import actions as exposure
    from troth.ledgers.exposure.keys import Part
    from troth.platform import locks
    from troth.platform.actions import action
    from troth.platform.actors import Actor
    from troth.platform.clock import Clock
    from troth.platform.documents import DocumentRef

    @action
    def pay_for_bench(key: Any, number: int, *, by: Actor, clock: Clock) -> None:
        held = locks.begin()
        held.take(key)
        paid = DocumentRef("payment", number, f"P{number}")
        exposure.post(held, [exposure.Entry(key, Part.DEPOSITS, 10**9, paid)], at=clock.now())

    return pay_for_bench


def _judge(keys: Sequence[Any]) -> None:
    """What the worker does with the events of the payments, each in a transaction of its own."""
    from troth.platform.models import Outbox
    from troth.platform.outbox import work_outbox

    assert Outbox.objects.filter(done_at=None).count() == len(keys), "each payment tells that an exposure fell"
    taken = work_outbox(len(keys))
    assert taken == len(keys), "each of them was judged"


def _work_off() -> None:
    from troth.platform.outbox import work_outbox

    while work_outbox(1000):
        pass


def _seconds(work: Any) -> tuple[float, float]:
    """How long it took, and the processor time of this process and of the server's beside it."""
    cost = measure.counted([work])
    return sum(cost.latencies), cost.client_s + (cost.server_s or 0.0)
