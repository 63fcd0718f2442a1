"""What the tests of backorders share: the small company with goods promised to some and missing to others."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from tests import company
from troth.business.backorders.actions import decide, variants, working
from troth.business.backorders.actions import simulate as simulating
from troth.business.backorders.models import Run
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.variants import SegmentDraft, Settings, VariantDraft
from troth.business.promising import queries as promises
from troth.business.sales import actions as sales
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt
from troth.platform.actors import SYSTEM

BETA_FIRST = (
    SegmentDraft("Beta first", "win", Filter(customers=("BETA",))),
    SegmentDraft("All others", "redistribute"),
)


@dataclass
class Desk:
    """The company, its planner, and what a test does with them."""

    small: company.SmallCompany
    planner: Any = field(default_factory=lambda: company.person("production_scheduler", user_id=21))
    other: Any = field(default_factory=lambda: company.person("operations_team", user_id=22))
    first: int = 0
    second: int = 0

    @property
    def acting(self) -> dict[str, Any]:
        return {"by": self.planner, "clock": self.small.clock}

    def order(self, customer: str, *lines: tuple[str, int], on: date = company.NEXT_WEDNESDAY, **header: Any) -> int:
        drafts = tuple(LineDraft(product=product, quantity=quantity) for product, quantity in lines)
        draft = OrderDraft(customer=customer, requested_on=on, lines=drafts, **header)
        return sales.enter_order(draft, by=SYSTEM, clock=self.small.clock).id

    def receipt(self, product: str, quantity: int, due_on: date, number: str = "4500") -> int:
        small = self.small
        expected = ExpectedReceipt(
            small.company.pk, "purchase", number, small.products[product].pk, small.sites["HAM"].pk, due_on, quantity
        )
        return supply.expect_receipt(expected, by=SYSTEM, clock=small.clock)

    def stock(self, product: str, quantity: int) -> None:
        company.put_in_stock(self.small, product, quantity)

    def variant(self, *segments: SegmentDraft, name: str = "Morning", **more: Any) -> int:
        head = {key: more.pop(key) for key in ("rhythm", "at", "applies_itself") if key in more}
        settings = Settings(segments=segments or BETA_FIRST, **more)
        return variants.save_variant(VariantDraft(self.small.company.pk, name, settings, **head), **self.acting)

    def simulated(self, *segments: SegmentDraft, **more: Any) -> Run:
        started = simulating.simulate(self.variant(*segments, **more), **self.acting)
        return Run.objects.get(pk=started.id)

    def applied(self, *segments: SegmentDraft, **more: Any) -> Run:
        run = self.simulated(*segments, **more)
        self.apply(run)
        run.refresh_from_db()
        return run

    def apply(self, run: Run) -> None:
        decide.approve_run(run.pk, **self.acting)
        decide.apply_run(run.pk, **self.acting)
        working.go_on(run.pk, clock=self.small.clock)

    def undo(self, run: Run) -> Run:
        """Undo an applied run; return the run that undid it."""
        undoing = decide.undo_run(run.pk, **self.acting)
        working.go_on(undoing.id, clock=self.small.clock)
        run.refresh_from_db()
        return Run.objects.get(pk=undoing.id)

    def promised(self, order_id: int) -> list[list[tuple[int, date]]]:
        """(quantity, delivery day) of what is confirmed, by line."""
        ids = list(OrderLine.objects.filter(order_id=order_id).order_by("line_number").values_list("pk", flat=True))
        found = promises.promise("order", ids)
        return [[(one.quantity, one.delivery_on) for one, _ in found[line_id].schedules] for line_id in ids]


@pytest.fixture
def desk(db) -> Desk:
    return Desk(company.build())


@pytest.fixture
def scarce(desk: Desk) -> Desk:
    """Ten helmets, all promised to ALPHA; BETA wants six."""
    desk.stock("HELMET", 10)
    desk.first = desk.order("ALPHA", ("HELMET", 10))
    desk.second = desk.order("BETA", ("HELMET", 6))
    return desk
