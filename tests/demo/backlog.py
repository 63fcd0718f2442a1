"""A planner shares the backlog of Adventure Works out anew; `docs/scenarios/backorder-run.md` tells it.

Each step is done by the person whose job it is, through the actions that pages and API call, and returns what a person
would read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from troth.business.backorders import queries, screens, words
from troth.business.backorders.actions import decide, simulate, working
from troth.business.backorders.models import Change, Run
from troth.business.sales import actions as sales
from troth.business.sales import queries as orders
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt
from troth.doors.demo import printing
from troth.doors.demo.dates import next_working_day
from troth.doors.demo.organisation import BOTHELL
from troth.doors.demo.play.script import STORE_OF_CM_1
from troth.doors.demo.play.stage import Stage
from troth.kernel.errors import BusinessError
from troth.reference import queries as reference

HELMET, VARIANT = "HL-U509", "Important customers first"
PLANNER, COLLEAGUE = "production_scheduler", "operations_team"


@dataclass
class Backlog:
    """The steps; `run` is the simulation that was made last."""

    stage: Stage
    order_id: int = 0
    run_id: int = 0

    def order(self, quantity: int) -> str:
        """Rita enters the order of a large store."""
        wanted = next_working_day(self.stage.dates.today + timedelta(days=60))
        draft = OrderDraft(
            customer=self.stage.stores()[STORE_OF_CM_1], requested_on=wanted,
            lines=(LineDraft(product=HELMET, quantity=quantity),),
        )  # fmt: skip
        entered = sales.enter_order(draft, **self.stage.acting("representative"))
        self.order_id = entered.id
        return self.promised()

    def promised(self) -> str:
        """What the store has of its order."""
        view = orders.order(self.order_id, by=self.stage.people["representative"])
        [line] = view.lines
        short = line.line.base_quantity - sum(one.quantity for one, _ in line.promise.schedules)
        confirmed = printing.promise(line, None)[:-1]
        return "\n".join([f"{view.document.sold_to.name}: {printing.quantity(line, short)} not confirmed", *confirmed])

    def simulate(self) -> str:
        variant = queries.variants(self._planner).get(name=VARIANT)
        self.run_id = simulate.simulate(variant.pk, **self.stage.acting(PLANNER)).id
        return self.result()

    def repeat(self) -> str:
        """The same variant once more, beside the run that was applied."""
        applied, told = self.run_id, self.simulate()
        self.run_id = applied
        return told

    def result(self) -> str:
        """The run as its page tells it: the sums, and each change with who took what."""
        run = self._run()
        state = str(words.STATES[run.state].word)
        lines = [f"{VARIANT} · {state} · {run.lines} lines, {run.better} better, {run.worse} worse"]
        changes = queries.changes(self._planner, run.pk).order_by("-gained", "document_number")
        lines += printing.table(map(_told, changes))
        return "\n".join(lines)

    def why(self, customer: str) -> str:
        """The rule behind the change of a store, as its page says it."""
        [change] = queries.changes(self._planner, self.run_id).filter(customer__name=customer)
        return words.rule_of(change, self._run())

    def receipt(self, quantity: int, days: int) -> str:
        """Paul enters a production receipt."""
        due = next_working_day(self.stage.dates.today + timedelta(days=days))
        [product] = reference.products_by_number([HELMET]).values()
        site_id = self.stage.sites[BOTHELL]
        supply.expect_receipt(
            ExpectedReceipt(self.stage.company_id, "production", "WO-HELMETS", product.id, site_id, due, quantity),
            **self.stage.acting(PLANNER),
        )
        return f"{quantity} more are finished on {printing.day(due)}"

    def approve(self, role: str = PLANNER) -> str:
        return self._tried(lambda: decide.approve_run(self.run_id, **self.stage.acting(role)))

    def discard(self) -> str:
        return self._tried(lambda: decide.discard_run(self.run_id, **self.stage.acting(PLANNER)))

    def apply(self) -> str:
        decide.apply_run(self.run_id, **self.stage.acting(PLANNER))
        working.go_on(self.run_id, clock=self.stage.clock)
        return str(words.STATES[self._run().state].word)

    def undo(self) -> str:
        undoing = decide.undo_run(self.run_id, **self.stage.acting(PLANNER))
        working.go_on(undoing.id, clock=self.stage.clock)
        restored, kept = queries.restored(Run.objects.get(pk=undoing.id))
        return f"{words.STATES[self._run().state].word}: {restored} restored, {kept} left as they are"

    @property
    def _planner(self) -> Any:
        return self.stage.people[PLANNER]

    def _run(self) -> Run:
        return queries.run_of(self._planner, self.run_id)

    def _tried(self, act: Callable[[], None]) -> str:
        try:
            act()
        except BusinessError as refused:
            return f"Refused: {refused}"
        return str(words.STATES[self._run().state].word)


def _told(change: Change) -> Iterable[object]:
    unit = screens.unit_of(change)
    taken = ", ".join(
        f"{one.quantity} taken by {one.other.customer.name}" for one in queries.takers(change) if one.other
    )
    return (
        change.customer.name, str(words.STRATEGIES[change.strategy]), screens.told(change.old, unit), "->",
        screens.told(change.new, unit), screens.moves(change), taken,
    )  # fmt: skip
