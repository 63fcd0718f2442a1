"""Some hundred documents of every kind and state, played by the actions: what the page bench multiplies.

A year that is over: orders delivered, billed and paid, receipts that came in, quotations that were answered. And a
day's work that waits: drafts, blocks, short lines, deliveries in each state, invoices not paid. Orders have two to
eighteen lines, ten on average, and now and then a hundred.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from troth.business.billing import actions as billing
from troth.business.receivables import actions as receivables
from troth.business.receivables.rules import Clear
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, QuotationDraft
from troth.business.shipping import actions as shipping
from troth.business.supply import actions as supply
from troth.doors.bench.scene import BenchCompany
from troth.platform import issues
from troth.platform.actors import SYSTEM
from troth.platform.clock import Clock, FixedClock
from troth.reference import queries as reference

LINES = (2, 4, 6, 8, 10, 10, 12, 14, 16, 18)
MANY_LINES = 100
SOON = 5
LATE_DAYS = 45


@dataclass(frozen=True, slots=True)
class Stage:
    """Where it is played. `short` are products that nobody expects, `owing` a customer beyond the limit."""

    built: BenchCompany
    today: date
    short: tuple[str, ...]
    owing: str
    bin_id: int
    owner_id: int


class Player:
    """Plays documents on a stage; the same ones each time."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._rng = random.Random(7)  # noqa: S311 - the same books every time, not a secret
        self._clock = clock_of(stage.today)
        self._turn = 0

    def past(self, orders: int) -> None:
        """Play so many orders to their payment, and what came and was offered meanwhile."""
        for turn in range(orders):
            self._paid(self._billed(self._issued(self._picked(self._delivered(self._order())))))
            if turn % 10 == 0:
                self._received()
            if turn % 4 == 0:
                self._answered(turn)
        self._shipment(2, depart=True)

    def present(self, rounds: int) -> None:
        """Play so many rounds of twenty-five orders with 250 lines, each left at another step."""
        for _ in range(rounds):
            for play, times in self._steps():
                for _ in range(times):
                    play()

    def _steps(self) -> tuple[tuple[Callable[[], Any], int], ...]:
        return (
            (self._draft, 2),
            (self._blocked, 1),
            (lambda: self._order(customer=self.stage.owing), 1),
            (self._lacking, 2),
            (self._order, 5),
            (lambda: self._delivered(self._order()), 2),
            (lambda: self._fetching(self._delivered(self._order())), 1),
            (lambda: self._picked(self._delivered(self._order())), 1),
            (lambda: self._issued(self._picked(self._delivered(self._order()))), 2),
            (lambda: self._owed(), 3),
            (lambda: self._owed(late=True), 1),
            (lambda: self._shipment(2, depart=False), 1),
            (lambda: self._shipment(1, depart=False, leaves=2), 1),
            (self._offered, 3),
            (self._expected, 3),
        )

    def _acting(self, clock: Clock | None = None) -> dict[str, Any]:
        return {"by": SYSTEM, "clock": clock or self._clock}

    def _lines(self, count: int = 0) -> tuple[LineDraft, ...]:
        self._turn += 1
        many = count or LINES[self._turn % len(LINES)]
        chosen = self._rng.sample(self.stage.built.products, min(many, len(self.stage.built.products)))
        return tuple(LineDraft(product=number, quantity=self._rng.randint(1, 3)) for number in chosen)

    def _draft_of(self, customer: str = "", lines: int = 0) -> OrderDraft:
        return OrderDraft(
            customer=customer or self._rng.choice(self.stage.built.customers),
            customer_reference=f"PO {self._rng.randrange(10**6)}",
            requested_on=self.stage.today + timedelta(days=SOON),
            lines=self._lines(lines),
        )

    def _order(self, customer: str = "", lines: int = 0) -> int:
        return sales.enter_order(self._draft_of(customer, lines), **self._acting()).id

    def _draft(self) -> int:
        return sales.save_order(self._draft_of(), **self._acting()).id

    def _blocked(self) -> None:
        sales.set_block(self._order(), "delivery", reason="Waits for a word of the customer", **self._acting())

    def _lacking(self) -> None:
        draft = self._draft_of()
        lacks = LineDraft(product=self._rng.choice(self.stage.short), quantity=5)
        order = sales.enter_order(replace(draft, lines=(*draft.lines[1:], lacks)), **self._acting())
        issues.open_issue(
            "order",
            order.id,
            subject="Asks when the rest comes",
            owner_id=self.stage.owner_id,
            due_on=self.stage.today + timedelta(days=2),
            **self._acting(),
        )

    def _delivered(self, order_id: int) -> int:
        [delivery] = shipping.create_delivery(order_id=order_id, **self._acting()).deliveries
        return delivery.id

    def _fetching(self, delivery_id: int) -> int:
        shipping.create_transfer_order(delivery_ids=[delivery_id], **self._acting())
        return delivery_id

    def _picked(self, delivery_id: int) -> int:
        transfer = shipping.create_transfer_order(delivery_ids=[delivery_id], **self._acting())
        shipping.confirm_all(transfer_order_id=transfer.id, **self._acting())
        return delivery_id

    def _issued(self, delivery_id: int) -> int:
        shipping.post_goods_issue(delivery_id=delivery_id, **self._acting())
        return delivery_id

    def _billed(self, delivery_id: int, clock: Clock | None = None) -> Any:
        [invoice] = billing.create_invoices(delivery_ids=[delivery_id], **self._acting(clock)).invoices
        return invoice

    def _paid(self, invoice: Any) -> None:
        clears = (Clear(invoice.id, invoice.gross),)
        payment = receivables.NewPayment(
            self.stage.built.company_id, invoice.payer_id, invoice.gross, "USD", self.stage.today, clears=clears
        )
        receivables.post_payment(payment, **self._acting())

    def _owed(self, *, late: bool = False) -> None:
        before = clock_of(self.stage.today - timedelta(days=LATE_DAYS)) if late else None
        self._billed(self._issued(self._picked(self._delivered(self._order()))), before)

    def _shipment(self, deliveries: int, *, depart: bool, leaves: int = 0) -> None:
        """Deliveries on a truck that is still planned, or has left with everything picked."""
        on_it = [self._delivered(self._order()) for _ in range(deliveries)]
        planned_on = self.stage.today + timedelta(days=leaves)
        shipment = shipping.create_shipment(
            site_id=self.stage.built.site_id, planned_on=planned_on, delivery_ids=on_it, **self._acting()
        )
        transfer = shipping.create_transfer_order(shipment_id=shipment.id, **self._acting())
        if not depart:
            return
        shipping.confirm_all(transfer_order_id=transfer.id, **self._acting())
        shipping.load_shipment(shipment_id=shipment.id, **self._acting())
        invoices = [self._billed(self._issued(delivery)) for delivery in on_it]
        shipping.depart_shipment(shipment_id=shipment.id, **self._acting())
        for invoice in invoices:
            self._paid(invoice)

    def _offer(self) -> int:
        draft = self._draft_of()
        quotation = QuotationDraft(
            customer=draft.customer, lines=draft.lines, valid_to_on=self.stage.today + timedelta(days=20)
        )
        return sales.save_quotation(quotation, **self._acting()).id

    def _offered(self) -> int:
        offered = self._offer()
        sales.send_quotation(offered, **self._acting())
        return offered

    def _answered(self, turn: int) -> None:
        offered = self._offered()
        if turn % 8 == 0:
            sales.reject_quotation(offered, reason="Too dear", **self._acting())
            return
        sales.accept_quotation(offered, **self._acting())

    def _expected(self) -> int:
        self._turn += 1
        number = self._rng.choice(self.stage.built.products)
        product = reference.products_by_number([number])[number]
        wanted = supply.ExpectedReceipt(
            self.stage.built.company_id,
            "purchase" if self._turn % 2 else "production",
            f"E{self._turn}",
            product.id,
            self.stage.built.site_id,
            self.stage.today + timedelta(days=self._turn % 7),
            500,
        )
        return supply.expect_receipt(wanted, **self._acting())

    def _received(self) -> None:
        supply.receive_goods(self._expected(), 500, bin_id=self.stage.bin_id, **self._acting())


def clock_of(day: date) -> FixedClock:
    return FixedClock(datetime.combine(day, time(8), tzinfo=UTC))
