"""Random histories of a small company: after each step the books promise what the plain twin promises.

Orders, holds, receipts, counts, deliveries and days follow each other as hypothesis likes. Each step is done by the
action that people use and by the twin (`tests.promising.twin`), and then confirmations, curves and shortages must be
equal. At the end of a history all checks of `troth verify` hold. The same histories are run every time; more of them
with `TROTH_TEST_HISTORIES=200`.
"""

import os
from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import company
from tests.promising.twin import HERE, HOLD, PRODUCTION, PURCHASE, Hold, Line, Receipt, Twin
from tests.shipping.conftest import assert_books_hold
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions.hold import HoldDraft, HoldLineDraft
from troth.business.promising.models import HoldLine
from troth.business.promising.rules.holds import HoldExpired, NothingToHold, life_end
from troth.business.sales import actions as sales
from troth.business.sales import jobs
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.shipping import actions as shipping
from troth.business.shipping.models import Delivery, DeliveryLine
from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt
from troth.kernel import netting, steps
from troth.kernel.calendars import date_of, day_of
from troth.kernel.errors import BusinessError
from troth.kernel.scopes import STANDARD, Event
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability import queries as series
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock

HISTORIES = int(os.environ.get("TROTH_TEST_HISTORIES", "50"))
STEPS = 40
PRODUCTS = ("HELMET", "GLOVE")

products = st.sampled_from(PRODUCTS)
quantities = st.integers(1, 12)
days = st.integers(0, 12)
picks = st.integers(0, 30)
lines = st.lists(st.tuples(products, quantities, days), min_size=1, max_size=3)
modes = st.sampled_from(["partial", "partial", "complete", "one_time"])


class Histories(RuleBasedStateMachine):
    """The books and their twin. `small` is set by the test; each history is rolled back."""

    small: company.SmallCompany

    def __init__(self):
        super().__init__()
        self.books = transaction.atomic()
        self.books.__enter__()
        self.clock = FixedClock(self.small.clock.at)
        self.site = self.small.sites["HAM"]
        self.twin = Twin(PRODUCTS, self.today, self.clock.now())
        self.numbers = iter(range(1, 10_000))

    def teardown(self):
        try:
            assert_books_hold()
        finally:
            transaction.set_rollback(True)
            self.books.__exit__(None, None, None)

    @property
    def acting(self):
        return {"by": SYSTEM, "clock": self.clock}

    @property
    def today(self):
        return day_of(self.clock.today("Europe/Berlin"))

    def product(self, name):
        return self.small.products[name].pk

    def day(self, offset):
        return date_of(self.today + offset)

    # --- supply ----------------------------------------------------------------------------------------------------

    @initialize(helmets=st.integers(0, 30), gloves=st.integers(0, 30))
    def stock_to_begin_with(self, helmets, gloves):
        self.count("HELMET", helmets)
        self.count("GLOVE", gloves)

    @rule(name=products, counted=st.integers(0, 40))
    def count(self, name, counted):
        supply.adjust_stock(
            self.product(name), bin_id=self.small.bins["HAM"].pk, counted=counted, reason="count", **self.acting
        )
        if counted != self.twin.stock[name]:
            self.twin.stock[name] = counted
            self.twin.review(name)

    @rule(name=products, quantity=quantities, offset=days, kind=st.sampled_from(["purchase", "production"]))
    def expect(self, name, quantity, offset, kind):
        asked = ExpectedReceipt(
            self.small.company.pk, kind, f"R{next(self.numbers)}", self.product(name), self.site.pk, self.day(offset),
            quantity,
        )  # fmt: skip
        receipt_id = supply.expect_receipt(asked, **self.acting)
        category = PURCHASE if kind == "purchase" else PRODUCTION
        self.twin.receipts[receipt_id] = Receipt(name, self.today + offset, quantity, category)
        self.twin.covered(name)

    @precondition(lambda self: self.twin.receipts)
    @rule(pick=picks, offset=days, quantity=quantities)
    def move_or_shrink(self, pick, offset, quantity):
        receipt_id, receipt = chosen(self.twin.receipts, pick)
        supply.change_receipt(
            receipt_id, due_on=self.day(offset), quantity=receipt.received + quantity, **self.acting
        )  # fmt: skip
        receipt.day, receipt.expected = self.today + offset, quantity
        self.twin.review(receipt.product)

    @precondition(lambda self: self.twin.receipts)
    @rule(pick=picks)
    def cancel_receipt(self, pick):
        receipt_id, receipt = chosen(self.twin.receipts, pick)
        supply.cancel_receipt(receipt_id, reason="not coming", **self.acting)
        del self.twin.receipts[receipt_id]
        self.twin.review(receipt.product)

    @precondition(lambda self: self.twin.receipts)
    @rule(pick=picks, quantity=quantities)
    def receive(self, pick, quantity):
        receipt_id, receipt = chosen(self.twin.receipts, pick)
        quantity = min(quantity, receipt.expected)
        supply.receive_goods(receipt_id, quantity, bin_id=self.small.bins["HAM"].pk, **self.acting)
        receipt.expected -= quantity
        receipt.received += quantity
        self.twin.stock[receipt.product] += quantity
        if not receipt.expected:
            del self.twin.receipts[receipt_id]
        self.twin.review(receipt.product)

    # --- orders ----------------------------------------------------------------------------------------------------

    @rule(asked=lines, mode=modes, together=st.booleans(), priority=st.integers(1, 3))
    def enter(self, asked, mode, together, priority):
        draft = OrderDraft(
            customer="BETA",
            lines=tuple(
                LineDraft(product=name, quantity=quantity, requested_on=self.day(offset), delivery_mode=mode)
                for name, quantity, offset in asked
            ),
            requested_on=self.day(0),
            complete_delivery=together,
            priority=priority,
        )
        order = sales.enter_order(draft, **self.acting)
        own = [
            Line(name, quantity, self.today + offset, mode, together, priority) for name, quantity, offset in asked
        ]  # fmt: skip
        self.entered(order.id, own)

    def entered(self, order_id, own):
        ids = OrderLine.objects.filter(order_id=order_id).order_by("line_number").values_list("pk", flat=True)
        self.twin.orders[order_id] = dict(zip(ids, own, strict=True))
        self.twin.promise(own)

    def order(self, pick):
        order_id, order = chosen(self.twin.orders, pick)
        line_id, line = chosen(order, pick)
        return order_id, line_id, line

    def number_of(self, line_id):
        return OrderLine.objects.values_list("line_number", flat=True).get(pk=line_id)

    @precondition(lambda self: self.twin.orders)
    @rule(pick=picks, quantity=quantities)
    def change_quantity(self, pick, quantity):
        order_id, line_id, line = self.order(pick)
        quantity += quantity == line.quantity
        change = OrderChanges(lines=(LineChange(line_number=self.number_of(line_id), values={"quantity": quantity}),))
        too_little = quantity < line.delivered
        attempt(lambda: sales.change_order(order_id, change, **self.acting), refused=too_little)
        if not too_little:
            line.quantity = quantity
            self.twin.changed(line, self.twin.orders[order_id].values())

    @precondition(lambda self: self.twin.orders)
    @rule(pick=picks, offset=days)
    def change_day(self, pick, offset):
        order_id, line_id, line = self.order(pick)
        wanted = self.today + offset + (self.today + offset == line.wanted)
        values = {"requested_on": date_of(wanted)}
        change = OrderChanges(lines=(LineChange(line_number=self.number_of(line_id), values=values),))
        sales.change_order(order_id, change, **self.acting)
        line.wanted = wanted
        self.twin.changed(line, self.twin.orders[order_id].values())

    @precondition(lambda self: self.twin.orders)
    @rule(pick=picks)
    def ask_again(self, pick):
        """A change that asks for all lines of the order again; what holds is kept."""
        order_id, order = chosen(self.twin.orders, pick)
        change = OrderChanges(header={"project": f"project {next(self.numbers)}"})
        sales.change_order(order_id, change, **self.acting)
        self.twin.ask_again(list(order.values()))

    @precondition(lambda self: self.twin.orders)
    @rule(pick=picks)
    def cancel(self, pick):
        order_id, order = chosen(self.twin.orders, pick)
        gone_on = any(line.delivered for line in order.values())
        attempt(lambda: sales.cancel_order(order_id, reason="no need", **self.acting), refused=gone_on)
        if not gone_on:
            del self.twin.orders[order_id]

    @precondition(lambda self: any(len(order) > 1 for order in self.twin.orders.values()))
    @rule(pick=picks)
    def reject(self, pick):
        order_id, line_id, line = self.order(pick)
        if len(self.twin.orders[order_id]) == 1:
            return
        number, gone_on = self.number_of(line_id), bool(line.delivered)
        attempt(lambda: sales.reject_item(order_id, number, reason="no need", **self.acting), refused=gone_on)
        if not gone_on:
            del self.twin.orders[order_id][line_id]

    # --- holds -----------------------------------------------------------------------------------------------------

    @rule(asked=lines, hours=st.integers(1, 40))
    def hold(self, asked, hours):
        expires_at = self.clock.now() + timedelta(hours=hours)
        wanted = [HoldLineDraft(self.product(name), quantity, self.day(offset)) for name, quantity, offset in asked]
        own = [
            Line(name, quantity, self.today + offset, road=HERE, kind=HOLD) for name, quantity, offset in asked
        ]  # fmt: skip
        twin, now = deepcopy(self.twin), self.clock.now()
        twin.holds[0] = Hold(dict(enumerate(own)), expires_at, now)
        twin.promise(own)
        draft = HoldDraft(self.site.pk, "a customer thinks", wanted, expires_at)
        nothing = not any(line.promised for line in own)
        made = attempt(
            lambda: promising.hold_goods(draft, **self.acting), refused=nothing, refusal=NothingToHold
        )  # fmt: skip
        if made:
            ids = HoldLine.objects.filter(hold_id=made.id).order_by("line_number").values_list("pk", flat=True)
            self.twin = twin
            del twin.holds[0]
            twin.holds[made.id] = Hold(dict(zip(ids, own, strict=True)), expires_at, now)

    @property
    def active(self):
        return {hold_id: hold for hold_id, hold in self.twin.holds.items() if hold.is_active}

    def is_over(self, hold):
        return hold.expires_at <= self.clock.now()

    @precondition(lambda self: self.active)
    @rule(pick=picks, hours=st.integers(1, 40))
    def extend(self, pick, hours):
        hold_id, hold = chosen(self.active, pick)
        expires_at = min(self.clock.now() + timedelta(hours=hours), life_end(hold.entered_at))
        if expires_at <= self.clock.now():
            return
        over = self.is_over(hold)
        attempt(
            lambda: promising.extend_hold(hold_id, expires_at, **self.acting), refused=over, refusal=HoldExpired
        )  # fmt: skip
        if not over:
            hold.expires_at = expires_at

    @precondition(lambda self: self.active)
    @rule(pick=picks)
    def release(self, pick):
        hold_id, hold = chosen(self.active, pick)
        promising.release_hold(hold_id, **self.acting)
        if not self.is_over(hold):
            self.twin.end(hold)

    @precondition(lambda self: self.active)
    @rule(pick=picks, offset=days)
    def order_what_is_held(self, pick, offset):
        hold_id, hold = chosen(self.active, pick)
        kept = [line for line in hold.lines.values() if line.open]
        draft = OrderDraft(customer="BETA", requested_on=self.day(offset), complete_delivery=False, priority=2)
        own = [Line(line.product, line.open, max(line.wanted, self.today + offset), priority=2) for line in kept]
        over = self.is_over(hold) or not kept or self.would_lose(hold_id, own)
        made = attempt(lambda: sales.order_from_hold(hold_id, draft, **self.acting), refused=over)
        if made:
            self.twin.end(hold)
            self.entered(made.id, own)

    def would_lose(self, hold_id, own):
        """Whether lines in place of the hold would get less than it holds."""
        supposed, lines = deepcopy((self.twin, own))
        supposed.end(supposed.holds[hold_id])
        supposed.orders[0] = dict(enumerate(lines))
        supposed.promise(lines)
        return any(line.promised < line.quantity for line in lines)

    @rule()
    def sweep(self):
        promising.expire_holds(**self.acting)
        for hold in self.active.values():
            if self.is_over(hold):
                self.twin.end(hold)

    # --- deliveries ------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.twin.orders)
    @rule(pick=picks)
    def deliver(self, pick):
        order_id, order = chosen(self.twin.orders, pick)
        together = any(line.together for line in order.values())
        lying = {name: max(self.twin.lying(name), 0) for name in PRODUCTS}
        wanted = {name: sum(line.open for line in order.values() if line.product == name) for name in PRODUCTS}
        try:
            made = shipping.create_delivery(order_id=order_id, **self.acting).deliveries
        except BusinessError:
            assert together or not any(min(lying[name], wanted[name]) for name in PRODUCTS)
            return
        taken = dict.fromkeys(PRODUCTS, 0)
        for one in made:
            leaves = day_of(Delivery.objects.get(pk=one.id).goods_issue_on)
            found = DeliveryLine.objects.filter(delivery_id=one.id).order_by("id")
            rows = [(order[row.order_line_id], row.quantity) for row in found]
            for line, quantity in rows:
                taken[line.product] += quantity
            self.twin.deliver(one.id, [(line, line.product, leaves, quantity) for line, quantity in rows])
        assert together or taken == {name: min(lying[name], wanted[name]) for name in PRODUCTS}
        assert all(taken[name] <= lying[name] for name in PRODUCTS)

    @precondition(lambda self: self.twin.deliveries)
    @rule(pick=picks)
    def cancel_delivery(self, pick):
        delivery_id, _ = chosen(self.twin.deliveries, pick)
        shipping.cancel_delivery(delivery_id=delivery_id, reason="not yet", **self.acting)
        self.twin.take_back(delivery_id)

    @precondition(lambda self: self.twin.deliveries)
    @rule(pick=picks)
    def issue(self, pick):
        delivery_id, rows = chosen(self.twin.deliveries, pick)
        if any(sum(row[3] for row in rows if row[1] == name) > self.twin.stock[name] for name in PRODUCTS):
            return
        transfer = shipping.create_transfer_order(shipment_id=None, delivery_ids=[delivery_id], **self.acting)
        shipping.confirm_all(transfer_order_id=transfer.id, **self.acting)
        shipping.post_goods_issue(delivery_id=delivery_id, **self.acting)
        self.twin.issue(delivery_id)

    # --- time ------------------------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 3, 8, 24, 72]))
    def time_passes(self, hours):
        before = self.today
        self.clock.at += timedelta(hours=hours)
        self.twin.now, self.twin.today = self.clock.now(), self.today
        if self.today != before:
            ids = [self.product(name) for name in PRODUCTS]
            supply.review_shortages(self.site.pk, ids, cause="a day has passed", **self.acting)
            for name in PRODUCTS:
                self.twin.review(name)

    @precondition(lambda self: any(self.twin.short.values()))
    @rule()
    def work_off_shortages(self):
        names = {self.product(name): name for name in PRODUCTS}
        turn = list(dict.fromkeys(names[row.product_id] for row in series.open_shortages()))
        assert self.twin.work_off(turn) == jobs.work_off(self.clock)

    # --- what must be equal ------------------------------------------------------------------------------------------

    @invariant()
    def the_same_is_promised(self):
        for kind, documents in (("order", self.twin.orders), ("hold", self.holding)):
            own = {line_id: line for document in documents.values() for line_id, line in document.items()}
            found = promises.promise(kind, list(own)) if own else {}
            told = {line_id: _told(one) for line_id, one in found.items()}
            assert told == {line_id: line.told() for line_id, line in own.items()}

    @property
    def holding(self):
        return {hold_id: hold.lines for hold_id, hold in self.twin.holds.items()}

    @invariant()
    def the_curves_are_equal(self):
        for name in PRODUCTS:
            found = series.series(self.product(name), self.site.pk)
            net = netting.project(found, STANDARD[Event.ORDER].counted, self.today)
            balance = self.twin.balance(name)
            assert net.cumsum()[: len(balance)].tolist() == balance

    @invariant()
    def the_shortages_are_equal(self):
        found = series.open_shortages()
        for name in PRODUCTS:
            short = sum(row.quantity for row in found if row.product_id == self.product(name))
            assert short == self.twin.short[name]
            assert self.twin.missing(name) <= short, "nothing is missing that nobody knows of"


def chosen(among, pick):
    """One of a mapping's pairs."""
    return list(among.items())[pick % len(among)]


def attempt(call, *, refused, refusal=BusinessError):
    """Do it and answer what it answers; what is to be refused is refused, and nothing is answered."""
    if not refused:
        return call()
    with pytest.raises(refusal):
        call()
    return None


def _told(one):
    return [
        (day_of(schedule.material_on), day_of(schedule.delivery_on), schedule.quantity, delivered, str(schedule.basis))
        for schedule, delivered in one.schedules
    ]


FEW = settings(
    max_examples=HISTORIES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def small(db):
    return company.build()


def assert_books_are_as_their_twin(small):
    machine = type("Histories", (Histories,), {"small": small})
    run_state_machine_as_test(machine, settings=FEW)


def test_after_every_step_the_books_promise_what_the_plain_twin_promises(small):
    assert_books_are_as_their_twin(small)


def _keeps_old_demand(monkeypatch):
    """What is changed keeps the goods that it had."""
    monkeypatch.setitem(promising.confirm.__globals__, "released_by", lambda change: [])


def _forgets_later_days(monkeypatch):
    """What is promised for later days is not looked at."""
    monkeypatch.setattr(steps.Steps, "__getitem__", lambda self, day: 10**6)


def _notes_no_shortage(monkeypatch):
    monkeypatch.setattr(availability, "note_shortages", lambda *args, **kwargs: [])


@pytest.mark.parametrize("broken", [_keeps_old_demand, _forgets_later_days, _notes_no_shortage])
def test_books_with_one_rule_broken_are_found_out(small, monkeypatch, broken):
    """The control: a difference that the histories would not see proves nothing."""
    broken(monkeypatch)
    with pytest.raises((AssertionError, BusinessError)):
        assert_books_are_as_their_twin(small)
