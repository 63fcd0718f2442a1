"""What a company needs and the source does not say: the house itself, its calendars, terms, document types, accounts.

| invented | as |
| --- | --- |
| one site, Bothell | the source keeps all its stock in one place; the demo company calls it so too |
| working week | Monday to Friday, on the road Saturday as well; holidays are added in the table `calendar_days` |
| terms | 30 days net |
| ways | one route for each ship method, five days on the road; express, deluxe, overnight and cargo on demand |
| tables of accounts | those of the demo company |
"""

from collections.abc import Mapping, Sequence
from typing import Any

from troth.doors.demo.dates import ZONE
from troth.doors.demo.organisation import ACCOUNTS, BOTHELL, COMPANY, REVENUE_BY_CATEGORY

CODE, NAME = COMPANY
CURRENCY, COUNTRY = "USD", "US"
SITE = BOTHELL
WEEK, ROAD = "WEEK", "ROAD"
TERMS = "N30"
TRANSIT_DAYS = 5
"""The source's orders are due five days after they are shipped."""
GROUND = "1"
"""The ship method of internet sales."""

Rows = Sequence[Mapping[str, Any]]

CALENDARS: Rows = (
    {"code": WEEK, "name": "Monday to Friday", "open_weekdays": "1111100"},
    {"code": ROAD, "name": "Monday to Saturday", "open_weekdays": "1111110"},
)
COMPANIES: Rows = ({"code": CODE, "name": NAME, "currency": CURRENCY, "country": COUNTRY, "time_zone": ZONE},)
SITES: Rows = ({"company": CODE, "code": SITE, "name": "Bothell plant", "time_zone": ZONE, "calendar": WEEK},)
PAYMENT_TERMS: Rows = ({"code": TERMS, "name": "30 days net", "due_days": 30},)
SHIPPING_POINTS: Rows = ({"site": SITE, "code": f"{SITE}1", "name": "Dock 1"},)
ITEM_CATEGORIES: Rows = ({"code": "standard", "name": "Standard, billed by delivery"},)
ORDER_TYPES: Rows = ({"code": "standard", "name": "Standard order", "item_category": "standard"},)
ROUTE_DETERMINATIONS: Rows = (
    {"site": SITE, "shipping_condition": "", "route": f"SHIP-{GROUND}"},
    *({"site": SITE, "shipping_condition": f"SHIP-{key}", "route": f"SHIP-{key}"} for key in "2345"),
)
ACCOUNT_DETERMINATIONS: Rows = (
    *({"company": CODE, "posting_key": key, "account": account} for key, account in ACCOUNTS.items()),
    *(
        {"company": CODE, "posting_key": "revenue", "product_category": category, "account": account}
        for category, account in REVENUE_BY_CATEGORY.items()
    ),
)
