"""A product that is planned collectively: its forecast keeps goods for those who will order, and an order meets it.

The logo cap is in an availability group of its own, whose scope for orders counts forecast. Nearly all of what is free
is forecast for a day that is too far away for the order to be a part of it.
"""

from datetime import timedelta

from troth.business.masterdata import actions as masterdata
from troth.business.promising import queries as promising
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions import Foreseen
from troth.doors.demo.dates import next_working_day
from troth.doors.demo.offering import BIKE_STORE, WANTED_IN_DAYS
from troth.doors.demo.organisation import BOTHELL
from troth.doors.demo.play.stage import Stage
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event, written
from troth.reference import queries as reference

CAP = "CA-1098"
GROUP = "collective"
FORECAST_IN_DAYS, LEFT, ORDERED = 60, 6, 24


def write_forecast(stage: Stage) -> str:
    """Write scope, group and forecast, and enter one order that meets it; return its number."""
    today, acting = stage.dates.today, stage.acting("master_data")
    demand = written(STANDARD[Event.ORDER].demand | {Category.FORECAST})
    supplied = written(STANDARD[Event.ORDER].supply)
    scope = {"code": GROUP, "name": "Orders, with forecast", "supply": supplied, "demand": demand}
    masterdata.maintain_customizing("checking_scopes", scope, **acting)
    scopes = {f"{event}_scope": str(event) for event in Event} | {"order_scope": GROUP}
    group = {"code": GROUP, "name": "Planned collectively", **scopes}
    masterdata.maintain_customizing("availability_groups", group, **acting)
    product = reference.products_by_number([CAP])[CAP]
    masterdata.import_products([{"number": CAP, "availability_group": GROUP}], **acting)
    [site_id] = [site.id for site in reference.sites() if site.code == BOTHELL]
    free = promising.free({product.id: site_id}, today)[product.id].now
    foreseen = [Foreseen(product.id, site_id, today + timedelta(days=FORECAST_IN_DAYS), max(free - LEFT, 0))]
    supply.set_forecast(foreseen, reason="Plan of the season", **stage.acting("production_scheduler"))
    draft = OrderDraft(
        customer=stage.stores()[BIKE_STORE],
        requested_on=next_working_day(today + timedelta(days=WANTED_IN_DAYS)),
        customer_reference="MEETS-A-FORECAST",
        lines=(LineDraft(product=CAP, quantity=ORDERED),),
    )
    return sales.enter_order(draft, **stage.acting("representative")).number
