"""The small company, with a payer of a limit of 1,000.00 and documents to claim credit for."""

from dataclasses import dataclass
from datetime import date

import pytest

from tests.masterdata import world as small
from tests.masterdata.world import CLOCK, SYSTEM
from troth.business.credit import actions, queries
from troth.business.credit.models import CreditAccount
from troth.business.credit.rules import Point, Verdict
from troth.business.masterdata import queries as masterdata
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import Part
from troth.ledgers.exposure.queries import Exposure
from troth.platform import documents, locks
from troth.platform.actions import action
from troth.platform.actors import Actor, Grant
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef

ENTERED = 21
ORDER_TYPE = 1
LIMIT = 1000_00
MANAGER = Actor(user_id=31, name="Cora", grants=(Grant("credit_manager"),))
# A lockable row of a lower floor stands for the order, which lives above credit.
PAPER = documents.Kind("test_paper", "Paper", "Papers", "masterdata.Customer", "home", "sales.view_order")


@action
def in_one_transaction(step: object, *, by: Actor, clock: Clock) -> None:
    """Run a step of an upper app as an action would: the exposure key is taken, then the step is called."""
    step()  # type: ignore[operator]


@dataclass
class Desk:
    """Runs the inner verbs of credit, each in a transaction of its own."""

    world: small.World

    @property
    def key(self) -> object:
        return actions.key(self.world.company.pk, self.world.bikes.party_id)

    def run(self, verb, *args, **kwargs):
        answers = []

        def step():
            held = locks.begin()
            held.take(self.key)
            answers.append(verb(held, self.key, *args, **kwargs))

        in_one_transaction(step, by=SYSTEM, clock=CLOCK)
        return answers[0]

    def ref(self, number: str = "A") -> DocumentRef:
        return DocumentRef("test_paper", (self.world.bikes if number == "A" else self.world.wheels).pk, number)

    def claim(self, amount: int, number: str = "A", *, checks: bool = True, raised_by: int = ENTERED) -> Verdict:
        company_id = self.world.company.pk
        claimed = actions.Claim(self.key, self.ref(number), amount, checks, company_id, ENTERED, raised_by)
        return self.run(lambda held, _key: actions.claim(held, claimed, by=SYSTEM, clock=CLOCK))

    def issue(self, delivery: DocumentRef, orders: list[DocumentRef], *, checks: bool = True) -> Verdict:
        rules = masterdata.snapshot().credit_checks
        step = actions.Step(Point.GOODS_ISSUE, self.key, delivery, orders, (ORDER_TYPE,) if checks else (), rules)
        return self.run(lambda held, _key: actions.check_goods_issue(held, step, clock=CLOCK))

    def owe(self, amount: int, invoice_id: int = 90) -> None:
        entry = exposure.Entry(
            self.key, Part.OPEN_INVOICES, amount, DocumentRef("invoice", invoice_id), date(2026, 4, 1)
        )
        self.run(lambda held, key: exposure.post(held, [entry], at=CLOCK.now()))

    def exposure(self) -> Exposure:
        return queries.account(self.world.company.pk, self.world.bikes.party_id).exposure

    def block_ids(self) -> list[int]:
        return [row.block_id for row in queries.blocked_documents()]


@pytest.fixture(autouse=True)
def paper(monkeypatch):
    """The kind is known in these tests only: elsewhere the search would look for its numbers."""
    monkeypatch.setattr(documents, "_kinds", {**documents._kinds, PAPER.code: PAPER})


@pytest.fixture
def desk(db) -> Desk:
    world = small.build()
    CreditAccount.objects.create(company=world.company, party=world.bikes.party, limit=LIMIT)
    return Desk(world)
