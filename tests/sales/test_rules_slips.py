"""Whatever slips, whoever asks and whatever was delivered: items stay whole, and nothing is promised beyond supply."""

import random

import pytest

from tests import company
from tests.sales.test_repromise import expect
from tests.shipping.conftest import assert_books_hold
from troth.business.sales import actions, jobs
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.drafts import LineDraft
from troth.business.shipping import actions as shipping
from troth.business.supply import actions as supply
from troth.kernel.errors import BusinessError
from troth.platform.actors import SYSTEM

STEPS = 14


class Play:
    """One history: steps drawn by chance, each of which may be refused."""

    def __init__(self, small, draft, chance):
        self.small, self.draft, self.chance = small, draft, chance
        self.receipts, self.orders, self.wanted = [], [], {}
        self.acting = {"by": SYSTEM, "clock": small.clock}

    def step(self, at):
        names = ("arrive", "await", "order", "order", "slip", "vanish", "work_off", "ask", "deliver")
        name = self.chance.choice(names)
        try:
            getattr(self, f"{'expect_more' if name == 'await' else name}")(at)
        except BusinessError:
            return

    def arrive(self, at):
        company.put_in_stock(
            self.small, self.chance.choice(("HELMET", "FRAME")), self.chance.randint(1, 8),
            site=self.chance.choice(("HAM", "ROT")),
        )  # fmt: skip

    def expect_more(self, at):
        product, day = self.chance.choice(("HELMET", "FRAME")), self.chance.choice((company.TUESDAY, company.WEDNESDAY))
        self.receipts.append(expect(self.small, product, self.chance.randint(3, 12), day, number=f"R{at}"))

    def order(self, at):
        quantity = self.chance.randint(1, 9)
        line = LineDraft(product="HELMET", quantity=quantity, is_fixed=self.chance.random() < 0.1)
        buyer = self.chance.choice(("ALPHA", "BETA"))
        made = actions.enter_order(self.draft(buyer, line, priority=self.chance.randint(1, 9)), **self.acting)
        self.orders.append(made.id)
        self.wanted[made.id] = quantity

    def slip(self, at):
        if self.receipts:
            supply.change_receipt(self.chance.choice(self.receipts), quantity=self.chance.randint(1, 3), **self.acting)

    def vanish(self, at):
        if self.receipts:
            supply.cancel_receipt(self.receipts.pop(), reason="gone", **self.acting)

    def work_off(self, at):
        jobs.work_off(self.small.clock)

    def ask(self, at):
        if self.orders:
            actions.promise_anew(self.chance.choice(self.orders), **self.acting)

    def deliver(self, at):
        if self.orders:
            shipping.create_delivery(order_id=self.chance.choice(self.orders), **self.acting)


@pytest.mark.parametrize("seed", range(8))
def test_items_stay_whole_and_nothing_is_promised_beyond_supply(small, draft, rule, seed):
    always = {"asked_when_broken": True, "asked_for_better": True, "asked_at_entry": seed % 2 == 0}
    rule("HELMET", (None, "ROT"), ("FRAME", None), ("FRAME", "ROT"), **always)
    play = Play(small, draft, random.Random(seed))
    play.arrive(0)
    play.expect_more(1)
    for at in range(2, STEPS):
        play.step(at)
        found = dict.fromkeys(play.orders, 0)
        for line in OrderLine.objects.filter(order_id__in=play.orders, rejection_reason=""):
            found[line.order_id] += line.base_quantity
        assert found == play.wanted
    jobs.work_off(small.clock)
    assert_books_hold()
