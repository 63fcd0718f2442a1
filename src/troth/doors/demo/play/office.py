"""Orders as they come in, quotations with what becomes of them, and the credit manager's decisions."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from troth.business.credit import actions as credit
from troth.business.credit import queries as credits
from troth.business.sales import actions as sales
from troth.business.sales.actions import LineAnswer, Saved, Submitted
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, QuotationDraft
from troth.doors.demo.play.script import Fate, Planned, Quote
from troth.doors.demo.play.stage import Stage
from troth.doors.demo.products import COLUMBUS_PRODUCTS

REP, SELLER, CREDIT = "representative", "salesperson", "credit_manager"
ORDER_TYPES = {Fate.RUSH: "rush", Fate.FREE: "free", Fate.PREPAID: "prepaid"}
EVERY_FROM_COLUMBUS = 9
EVERY_STAYS_BLOCKED = 4
QUOTATION_DAYS = 10
BLOCKS_SEEN = 200


@dataclass
class Office:
    """`tomorrow` are orders that are cancelled or changed on the next day."""

    stage: Stage
    customers: dict[str, str] = field(default_factory=dict)
    tomorrow: list[tuple[Fate, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.customers = self.stage.stores()

    def enter(self, orders: list[Planned]) -> list[int]:
        """Enter the day's orders; return the ids of those that are billed by order."""
        later, self.tomorrow = self.tomorrow, []
        self._change_yesterdays(later)
        prepaid = []
        for one in orders:
            entered = self._enter(one)
            if one.fate is Fate.PREPAID and entered.state == "submitted" and entered.gross:
                prepaid.append(entered.id)
            if one.fate in (Fate.CANCELLED, Fate.ITEM_REJECTED):
                self.tomorrow.append((one.fate, entered.id))
        return prepaid

    def _enter(self, one: Planned) -> Saved | Submitted:
        if one.quote is not Quote.NONE:
            accepted = self._quote(one)
            if accepted is not None:
                ordered = sales.order_from_quotation(accepted, **self.stage.acting(REP))
                return self._count(ordered, one.requested_on)
        draft = self._draft(one)
        if one.fate is Fate.INCOMPLETE:
            self.stage.counts["drafts"] += 1
            return sales.save_order(draft, **self.stage.acting(REP))
        entered = sales.enter_order(draft, **self.stage.acting(REP))
        self.stage.counts["deliveries"] += len(entered.deliveries)
        return self._count(entered, one.requested_on)

    def _draft(self, one: Planned) -> OrderDraft:
        return OrderDraft(
            customer=self.customers[one.store_key],
            order_type=ORDER_TYPES.get(one.fate, "standard"),
            requested_on=None if one.fate is Fate.INCOMPLETE else one.requested_on,
            customer_reference=f"PO-{one.key}",
            shipping_condition="EXPRESS" if one.dice % EVERY_FROM_COLUMBUS == 1 else "",
            lines=self._lines(one),
        )

    def _lines(self, one: Planned) -> tuple[LineDraft, ...]:
        """Some orders ask for the goods that Columbus keeps from there."""
        there = COLUMBUS_PRODUCTS if one.dice % EVERY_FROM_COLUMBUS == 0 else ()
        return tuple(
            LineDraft(product=number, quantity=quantity, site="COL" if number in there else None)
            for number, quantity in one.lines
        )

    def _quote(self, one: Planned) -> int | None:
        """Make the quotation before an order; return its id where it was accepted."""
        draft = QuotationDraft(
            customer=self.customers[one.store_key],
            requested_on=one.requested_on,
            customer_reference=f"RFQ-{one.key}",
            valid_to_on=one.on + timedelta(days=QUOTATION_DAYS),
            probability=70,
            lines=self._lines(one),
        )
        quotation_id = sales.save_quotation(draft, **self.stage.acting(SELLER)).id
        self.stage.counts["quotations"] += 1
        if one.quote is not Quote.DRAFT:
            sales.send_quotation(quotation_id, **self.stage.acting(SELLER))
        if one.quote is Quote.REJECTED:
            sales.reject_quotation(quotation_id, reason="delivery time too long", **self.stage.acting(SELLER))
        if one.quote is Quote.ACCEPTED:
            sales.accept_quotation(quotation_id, **self.stage.acting(SELLER))
            return quotation_id
        return None

    def _count(self, entered: Submitted, wanted: date) -> Submitted:
        counts = self.stage.counts
        counts["orders"] += 1
        counts["lines"] += len(entered.lines)
        counts["short lines"] += sum(1 for line in entered.lines if line.short)
        counts["late lines"] += sum(1 for line in entered.lines if not line.short and _is_late(line, wanted))
        counts["credit blocks"] += any("credit" in reason.lower() for reason in entered.blocks)
        return entered

    def _change_yesterdays(self, waiting: list[tuple[Fate, int]]) -> None:
        for fate, order_id in waiting:
            if fate is Fate.CANCELLED:
                sales.cancel_order(order_id, reason="ordered by mistake", **self.stage.acting(REP))
            else:
                sales.reject_item(order_id, 10, reason="customer no longer wants it", **self.stage.acting(REP))
            self.stage.counts[fate] += 1

    def follow_up(self, today: date) -> None:
        """Decide on credit blocks of earlier days, and let old quotations expire."""
        for blocked in credits.blocked_documents(limit=BLOCKS_SEEN):
            if blocked.ref.kind == "order" and self.stage.place("block", blocked.block_id) % EVERY_STAYS_BLOCKED:
                credit.release_block(blocked.block_id, reason="payment promised", **self.stage.acting(CREDIT))
                self.stage.counts["credit releases"] += 1
        sales.expire_quotations(today, by=self.stage.people[REP], clock=self.stage.clock)


def _is_late(line: LineAnswer, wanted: date) -> bool:
    return any(confirmed.delivery_on > wanted for confirmed in line.schedule)
