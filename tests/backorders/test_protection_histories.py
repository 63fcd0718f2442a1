"""Runs over the backorders on random books of which something is kept for some customers."""

import random
from datetime import date, timedelta

import pytest

from tests import company
from tests.backorders.conftest import Desk
from tests.backorders.test_protection import EVERYBODY, first, keep, keep_more
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders.models import Run
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.promising.models import QuotaUse, ScheduleLine

CUSTOMERS = ("ALPHA", "BETA")
STRATEGIES = ("gain", "improve", "redistribute", "fill", "lose")


class History:
    """What happens to helmets of the small company, by chance; ALPHA is in DE, BETA in NL."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.chance = desk, random.Random(seed)
        self.kept: dict[tuple[str, date], int] = {}

    def day(self) -> date:
        return company.NEXT_WEDNESDAY + timedelta(days=7 * self.chance.randint(0, 3))

    def happen(self) -> None:
        self.chance.choice([self.order, self.order, self.receive, self.expect, self.protect])()

    def order(self) -> None:
        self.desk.order(self.chance.choice(CUSTOMERS), ("HELMET", self.chance.randint(1, 9)), on=self.day())

    def receive(self) -> None:
        self.desk.stock("HELMET", self.chance.randint(1, 6))

    def expect(self) -> None:
        self.desk.receipt("HELMET", self.chance.randint(1, 9), self.day(), str(self.chance.random()))

    def protect(self) -> None:
        country, first_on = self.chance.choice(["DE", "NL"]), self.day()
        if (country, first_on) in self.kept:
            keep_more(self.desk, self.kept[country, first_on], self.chance.randint(0, 12))
            return
        days = {"first_on": first_on, "last_on": first_on + timedelta(days=6)}
        kept = keep(self.desk, self.chance.randint(1, 9), country, by="country", **days)
        self.kept[country, first_on] = kept

    def segments(self) -> tuple[SegmentDraft, ...]:
        if self.chance.random() < 0.3:
            return (EVERYBODY,)
        one, other = self.chance.choice(STRATEGIES), self.chance.choice(STRATEGIES)
        return first(self.chance.choice(CUSTOMERS), one, other)


def promises() -> list[tuple[int, date, int]]:
    """(requirement, day, quantity) of all that is confirmed."""
    rows = ScheduleLine.objects.order_by("requirement_id", "delivery_on", "quantity")
    return list(rows.values_list("requirement_id", "delivery_on", "quantity"))


def uses() -> list[tuple[int, str, int]]:
    return list(QuotaUse.objects.order_by("requirement_id", "cell").values_list("requirement_id", "cell", "quantity"))


@pytest.mark.parametrize("seed", range(12))
def test_runs_hold_the_books_come_to_rest_and_are_undone(desk, seed):
    history = History(desk, seed)
    for number in range(3):
        for _ in range(5):
            history.happen()
        segments, before = history.segments(), (promises(), uses())
        run = desk.simulated(*segments, name=f"Run {number}")
        if run.changes.exists():
            desk.apply(run)
            run.refresh_from_db()
            assert run.state == "applied"
        assert_books_hold()
        assert desk.simulated(*segments, name=f"Again {number}").changes.count() == 0
        if history.chance.random() < 0.5 and run.changes.exists():
            undoing: Run = desk.undo(run)
            assert set(undoing.changes.values_list("state", flat=True)) == {"applied"}
            assert (promises(), uses()) == before
            assert_books_hold()
