"""A quotation that held its goods; `docs/scenarios/held-quotation.md` tells it.

Each step is done by the person whose job it is, through the actions that pages and API call, and returns what a person
would read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from troth.business.promising import held
from troth.business.sales import actions as sales
from troth.business.sales import queries as orders
from troth.business.sales.actions.quoted import quoted_availability
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, QuotationDraft
from troth.doors.demo import printing
from troth.doors.demo.dates import next_working_day
from troth.doors.demo.play.script import STORE_OF_CM_1
from troth.doors.demo.play.stage import Stage
from troth.kernel.errors import BusinessError
from troth.kernel.quantity import format_quantity

HELMET, REPRESENTATIVE = "HL-U509", "representative"
WANTED_IN_DAYS, VALID_DAYS = 10, 30


@dataclass
class HeldQuotation:
    """The steps; `quotation_id` is Rita's quotation."""

    stage: Stage
    quotation_id: int = 0

    def quote(self, quantity: int) -> str:
        draft = QuotationDraft(
            customer=self.stage.stores()[STORE_OF_CM_1], requested_on=self._wanted,
            valid_to_on=self.stage.dates.today + timedelta(days=VALID_DAYS),
            lines=(LineDraft(product=HELMET, quantity=quantity),),
        )  # fmt: skip
        saved = sales.save_quotation(draft, **self.stage.acting(REPRESENTATIVE))
        self.quotation_id = saved.id
        sales.send_quotation(saved.id, **self.stage.acting(REPRESENTATIVE))
        view = orders.quotation(saved.id, by=self._rita)
        return (
            f"{view.document.sold_to.name}: {view.document.state}, valid to {printing.day(view.document.valid_to_on)}"
        )

    def available(self) -> str:
        """The column of the items that says what could come now."""
        checked = quoted_availability(self.quotation_id, **self.stage.acting(REPRESENTATIVE))
        [promise] = checked.promises.values()
        told = [f"{one.quantity} arrive {printing.day(one.delivery_on)}, {one.basis}" for one in promise.schedules]
        return "\n".join([*told, f"{promise.short} not available"] if promise.short else told)

    def hold(self, days: int) -> str:
        sales.hold_quoted_goods(self.quotation_id, self._in(days), **self.stage.acting(REPRESENTATIVE))
        return self.what_is_held()

    def extend(self, days: int) -> str:
        try:
            sales.extend_quoted_holds(self.quotation_id, self._in(days), **self.stage.acting(REPRESENTATIVE))
        except BusinessError as refused:
            return f"Refused: {refused}"
        return self.what_is_held()

    def what_is_held(self) -> str:
        """The tab of held goods."""
        found = held.holds_for("quotation", [self.quotation_id], self.stage.clock.now())
        return "\n".join(
            f"item {item.line_number}: {format_quantity(item.held, item.decimals)} {item.unit} {one.state}"
            f" until {one.expires_at:%a %d %b %Y}"
            for one in found
            for item in one.items
        )

    def another(self, quantity: int) -> str:
        """An order of another store for the same helmets, as soon as they can come."""
        others = [number for key, number in self.stage.stores().items() if key != STORE_OF_CM_1]
        draft = OrderDraft(
            customer=others[0], requested_on=self._wanted, lines=(LineDraft(product=HELMET, quantity=quantity),)
        )
        return self._promised(sales.enter_order(draft, **self.stage.acting(REPRESENTATIVE)).id)

    def order(self, quantities: Mapping[int, str] | None = None) -> str:
        """The order of the quotation, or of a part of it."""
        entered = sales.order_from_quotation(
            self.quotation_id, quantities=quantities, **self.stage.acting(REPRESENTATIVE)
        )
        return "\n".join([self._promised(entered.id), *map(str, entered.warnings)])

    def wait(self, days: int) -> str:
        self.stage.curtain = self.stage.clock.at = self._in(days)
        return f"It is {self.stage.clock.at:%a %d %b %Y}"

    def _promised(self, order_id: int) -> str:
        view = orders.order(order_id, by=self._rita)
        [line] = view.lines
        short = line.promise.short
        at_once = [one for one, _ in line.promise.schedules if one.delivery_on <= self._wanted]
        rows = [f"{sum(one.quantity for one in at_once)} as wished"]
        rows += [f"{one.quantity} arrive {printing.day(one.delivery_on)}, {one.basis}"
                 for one, _ in line.promise.schedules if one not in at_once]  # fmt: skip
        return f"{view.document.sold_to.name}: " + "; ".join([*rows, f"{short} not confirmed"] if short else rows)

    @property
    def _rita(self):
        return self.stage.people[REPRESENTATIVE]

    @property
    def _wanted(self):
        return next_working_day(self.stage.dates.today + timedelta(days=WANTED_IN_DAYS))

    def _in(self, days: int) -> datetime:
        return self.stage.clock.at + timedelta(days=days)
