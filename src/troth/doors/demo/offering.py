"""What may be ordered, what is sold instead, what is free with it, and who serves what is short: records and an order.

| kept | for | at work in |
| --- | --- | --- |
| an exclusion | Mountain-200 Silver, 46, and small stores | a row that names it is refused |
| a list | a camping store, which may order clothing and accessories alone | the same |
| a substitution by itself | Road-650 Black, 44, which is not sold any more: Road-750 Black, 44 | the order |
| a substitution that is proposed | mountain bottle cages: those for road bikes | while one types |
| free goods within what is ordered, on top of it | of 12 bottles one; with a Road-750 Black, 48, a bottle | the order |
| a rule by itself | accessories from Columbus, but not for small stores | the order |
| rules that ask first | black helmets, and Road-750 Black, 44: others | while one types; the order takes helmets |
"""

from datetime import timedelta
from functools import partial
from typing import Any

from troth.business.masterdata import actions as masterdata
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.doors.demo.dates import next_working_day
from troth.doors.demo.organisation import BOTHELL, COLUMBUS, COMPANY
from troth.doors.demo.play.stage import Stage

CAMPING_STORE, BIKE_STORE = "626", "1350"
HELMET, ROAD_44, OLD_ROAD_44, ROAD_48 = "HL-U509", "BK-R19B-44", "BK-R50B-44", "BK-R19B-48"
BOTTLE, CAGES = "WB-H098", "BC-M005"
RECORDS: dict[str, tuple[dict[str, Any], ...]] = {
    "listings": (
        {
            "kind": "excluded",
            "customer_group": "small",
            "product": "BK-M68S-46",
            "reason": "kept for stores with a workshop",
        },
        {"kind": "listed", "customer": CAMPING_STORE, "product_category": "Clothing", "reason": "sells no bikes"},
        {"kind": "listed", "customer": CAMPING_STORE, "product_category": "Accessories", "reason": "sells no bikes"},
    ),
    "substitutions": (
        {"product": OLD_ROAD_44, "substitute": ROAD_44, "mode": "automatic", "reason": "successor"},
        {"product": CAGES, "substitute": "BC-R205", "mode": "proposed", "reason": "fits both"},
    ),
    "free_goods": (
        {"product": BOTTLE, "kind": "inclusive", "per_quantity": 12, "free_quantity": 1, "reason": "one of a dozen"},
        {
            "product": ROAD_48,
            "kind": "exclusive",
            "per_quantity": 1,
            "free_quantity": 1,
            "free_product": BOTTLE,
            "reason": "a bottle with each",
        },
    ),
    "availability_rules": (
        {
            "code": "COLUMBUS",
            "name": "Columbus helps out",
            "rank": 20,
            "product_category": "Accessories",
            "reason": "sent from Columbus",
        },
        {
            "code": "NOTSMALL",
            "name": "Columbus does not send to small stores",
            "kind": "exclusive",
            "rank": 30,
            "customer_group": "small",
        },
        {
            "code": "HELMETS",
            "name": "Another colour of helmet",
            "rank": 10,
            "product": HELMET,
            "mode": "proposed",
            "reason": "another colour",
        },
        {
            "code": "ROAD44",
            "name": "Another size of Road-750",
            "rank": 10,
            "product": ROAD_44,
            "mode": "proposed",
            "building": "full",
            "picking": "pick_one",
            "result": "inline",
            "price_of": "substitute",
            "reason": "another size",
        },
    ),
    "availability_rule_steps": (
        {"rule": "COLUMBUS", "position": 1, "site": COLUMBUS},
        {"rule": "NOTSMALL", "position": 1, "site": COLUMBUS},
        {"rule": "HELMETS", "position": 1, "product": "HL-U509-B"},
        {"rule": "HELMETS", "position": 2, "product": "HL-U509-R"},
        {"rule": "HELMETS", "position": 3, "product": "HL-U509-B", "site": COLUMBUS},
        {"rule": "ROAD44", "position": 1, "product": ROAD_48},
        {"rule": "ROAD44", "position": 2, "product": "BK-R19B-58"},
    ),
}
"""Rows as their files have them; a customer is named by the source's key, and all hold from today on."""
DATED = ("listings", "substitutions", "free_goods", "availability_rules")
LINES = (
    LineDraft(product=HELMET, quantity=40, alternatives=f"HL-U509-B@{BOTHELL}"),
    LineDraft(product=OLD_ROAD_44, quantity=1),
    LineDraft(product=ROAD_48, quantity=2),
    LineDraft(product=BOTTLE, quantity=24),
    LineDraft(product=CAGES, quantity=20),
)
WANTED_IN_DAYS = 14


def write_offering(stage: Stage) -> str:
    """Write the records, and enter one order in which most of them are at work; return its number."""
    stores = stage.stores()
    for table, rows in RECORDS.items():
        dated = {"valid_from_on": stage.dates.today.isoformat()} if table in DATED else {}
        for values in rows:
            named = {"customer": f"{COMPANY[0]}/{stores[values['customer']]}"} if "customer" in values else {}
            free = {"item_category": "free"} if table == "free_goods" else {}
            write = partial(masterdata.maintain_offering, table, {**dated, **free, **values, **named})
            write(**stage.acting("master_data"))
    wanted = next_working_day(stage.dates.today + timedelta(days=WANTED_IN_DAYS))
    draft = OrderDraft(
        customer=stores[BIKE_STORE], requested_on=wanted, customer_reference="GOODS-BY-RULE", lines=LINES
    )
    return sales.enter_order(draft, **stage.acting("representative")).number
