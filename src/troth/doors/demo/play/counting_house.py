"""Invoices for what has left or is billed by order, and payments as stores pay: early, late, in part, never."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from troth.business.billing import actions as billing
from troth.business.receivables import actions as receivables
from troth.business.receivables.actions import NewPayment
from troth.business.receivables.rules import Clear
from troth.business.shipping import queries as shipping
from troth.doors.demo.dates import next_working_day
from troth.doors.demo.play.stage import Stage

BILLER, CASHIER = "billing_clerk", "receivables_clerk"
PAGE = 50
LINES = 20_000
FIRST_PAYS_AFTER_DAYS, PAYS_WITHIN_DAYS = 4, 45
EVERY_PARTIAL = 6


@dataclass
class CountingHouse:
    """`owed`: day of payment -> invoices as made."""

    stage: Stage
    owed: dict[date, list[billing.InvoiceMade]] = field(default_factory=lambda: defaultdict(list))

    def bill(self, today: date, *, delivery_ids: list[int], order_ids: list[int]) -> None:
        due = self._due(delivery_ids)
        pages: list[tuple[list[int], list[int]]] = [(due[at : at + PAGE], []) for at in range(0, len(due), PAGE)]
        pages += [([], order_ids)] if order_ids else []
        for deliveries, orders in pages:
            made = billing.create_invoices(delivery_ids=deliveries, order_ids=orders, **self.stage.acting(BILLER))
            self.stage.counts["invoices"] += len(made.invoices)
            for invoice in made.invoices:
                days = FIRST_PAYS_AFTER_DAYS + self.stage.place("invoice", invoice.id) * 7 % PAYS_WITHIN_DAYS
                self.owed[next_working_day(today + timedelta(days=days))].append(invoice)

    def _due(self, delivery_ids: list[int]) -> list[int]:
        """Of these deliveries those with something to bill: what is free of charge has nothing."""
        if not delivery_ids:
            return []
        return list(dict.fromkeys(row.delivery_id for row in shipping.to_bill(delivery_ids=delivery_ids, limit=LINES)))

    def receive(self, today: date) -> None:
        """Post what comes today: most pay the whole, every sixth a half."""
        for invoice in self.owed.pop(today, ()):
            if not invoice.gross:
                continue
            is_partial = self.stage.place("invoice", invoice.id) % EVERY_PARTIAL == 0
            amount = invoice.gross // 2 if is_partial else invoice.gross
            receivables.post_payment(
                NewPayment(
                    company_id=self.stage.company_id,
                    payer_id=invoice.payer_id,
                    amount=amount,
                    currency=invoice.currency,
                    received_on=today,
                    reference=f"invoice {invoice.number}",
                    clears=(Clear(invoice.id, amount),),
                ),
                **self.stage.acting(CASHIER),
            )
            self.stage.counts["payments"] += 1
