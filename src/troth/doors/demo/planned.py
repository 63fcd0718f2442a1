"""A bike that is planned and not made yet: what planning has proposed, what it has fixed, and an order of both.

| planned | due in | ordered |
| --- | --- | --- |
| 6, firm | twelve days | 6, on firm supply |
| 10, proposed | nineteen days | 3, on planned supply, because the bike's group has a scope that counts it |

Besides a requisition of its frame, which counts for nobody.
"""

from datetime import date, timedelta

from troth.business.masterdata import actions as masterdata
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions.plan_named import NamedPlan, read_plan
from troth.doors.demo.dates import next_working_day
from troth.doors.demo.offering import BIKE_STORE, WANTED_IN_DAYS
from troth.doors.demo.organisation import BOTHELL, COMPANY
from troth.doors.demo.play.stage import Stage
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event, written

BIKE, FRAME = "BK-DEMO-PL", "FR-T67U-58"
GROUP = "planned"
PRODUCT = {
    "number": BIKE, "name": "Touring Demo Bike", "base_unit": "EA", "category": "Bikes", "subcategory": "Touring Bikes",
    "weight_g": 12_500, "volume_ml": 120_000, "standard_cost": 41_200, "lead_days": 30, "site": BOTHELL,
    "availability_group": GROUP,
}  # fmt: skip
PRICE = "720.00"
ORDERED = 9


def write_plan(stage: Stage) -> str:
    """Write the bike, the scope that counts plans, and the plan; enter one order of it, and return its number."""
    today, acting = stage.dates.today, stage.acting("master_data")
    standard = STANDARD[Event.ORDER]
    scope = {
        "code": GROUP, "name": "Orders, with planned supply", "demand": written(standard.demand),
        "supply": written(standard.supply | {Category.PLANNED}),
    }  # fmt: skip
    masterdata.maintain_customizing("checking_scopes", scope, **acting)
    scopes = {f"{event}_scope": str(event) for event in Event} | {"order_scope": GROUP}
    masterdata.maintain_customizing("availability_groups", {"code": GROUP, "name": "Planned ahead", **scopes}, **acting)
    masterdata.import_products([PRODUCT], **acting)
    price = {
        "company": COMPANY[0], "code": "LIST", "kind": "price", "product": BIKE, "currency": "USD", "amount": PRICE,
        "valid_from_on": today,
    }  # fmt: skip
    masterdata.import_prices([price], **acting)
    plan = read_plan(_plan(today))
    supply.plan_supply(plan, reason="Plan of the season", **stage.acting("production_scheduler"))
    draft = OrderDraft(
        customer=stage.stores()[BIKE_STORE],
        requested_on=next_working_day(today + timedelta(days=WANTED_IN_DAYS)),
        customer_reference="ON-THE-PLAN",
        lines=(LineDraft(product=BIKE, quantity=ORDERED),),
    )
    return sales.enter_order(draft, **stage.acting("representative")).number


def _plan(today: date) -> list[NamedPlan]:
    def planned(kind: str, number: str, product: str, days: int, quantity: int, is_firm: bool = False) -> NamedPlan:
        due_on = next_working_day(today + timedelta(days=days))
        return NamedPlan(
            kind=kind, number=number, product=product, site=BOTHELL, due_on=due_on, quantity=str(quantity),
            is_firm=is_firm,
        )  # fmt: skip

    return [
        planned("planned", "PLAN-1", BIKE, 12, 6, is_firm=True),
        planned("planned", "PLAN-2", BIKE, 19, 10),
        planned("requisition", "PLAN-3", FRAME, 10, 16),
    ]
