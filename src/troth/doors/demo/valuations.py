"""A product that is valuated separately: a bike that is sold new and refurbished, and an order of both.

| type | lies in Bothell | is expected | ordered |
| --- | --- | --- | --- |
| NEW, the usual one | 12 | | 4, by a line that names no type |
| REFURB | 2 | 5 in twelve days | 4: two at once, two when the receipt comes, though new ones lie there |
"""

from datetime import timedelta

from troth.business.masterdata import actions as masterdata
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt, OpeningStock
from troth.doors.demo.dates import next_working_day
from troth.doors.demo.offering import BIKE_STORE, WANTED_IN_DAYS
from troth.doors.demo.organisation import BOTHELL, COMPANY
from troth.doors.demo.play.stage import Stage
from troth.reference import queries as reference

BIKE = "BK-DEMO-RF"
PRODUCT = {
    "number": BIKE, "name": "Road Demo Bike", "base_unit": "EA", "category": "Bikes", "subcategory": "Road Bikes",
    "weight_g": 9_500, "volume_ml": 120_000, "standard_cost": 34_400, "lead_days": 10, "site": BOTHELL,
}  # fmt: skip
NEW, REFURBISHED = "NEW", "REFURB"
TYPES = ({"code": NEW, "name": "New", "is_default": "yes"}, {"code": REFURBISHED, "name": "Refurbished"})
PRICE = "540.00"
LYING = {NEW: 12, REFURBISHED: 2}
COMING, COMING_IN_DAYS = 5, 12
LINES = (LineDraft(product=BIKE, quantity=4, valuation=REFURBISHED), LineDraft(product=BIKE, quantity=4))


def write_valuation(stage: Stage) -> str:
    """Write the product, its types and goods of both, and enter one order of them; return its number."""
    today = stage.dates.today
    masterdata.import_products([PRODUCT], **stage.acting("master_data"))
    price = {
        "company": COMPANY[0], "code": "LIST", "kind": "price", "product": BIKE, "currency": "USD", "amount": PRICE,
        "valid_from_on": today,
    }  # fmt: skip
    masterdata.import_prices([price], **stage.acting("master_data"))
    types = [{"product": BIKE, **one} for one in TYPES]
    masterdata.import_table("valuation_types", types, **stage.acting("master_data"))
    product = reference.products_by_number([BIKE])[BIKE]
    site_id = stage.sites[BOTHELL]
    place = reference.bins(site_id)[0]
    goods = [OpeningStock(product.id, place.id, quantity, valuation=code) for code, quantity in LYING.items()]
    supply.load_opening_stock(goods, **stage.acting("master_data"))
    due_on = next_working_day(today + timedelta(days=COMING_IN_DAYS))
    receipt = ExpectedReceipt(
        stage.company_id, "production", "REFURBISHING", product.id, site_id, due_on, COMING, valuation=REFURBISHED
    )
    supply.expect_receipt(receipt, **stage.acting("production_scheduler"))
    wanted = next_working_day(today + timedelta(days=WANTED_IN_DAYS))
    draft = OrderDraft(
        customer=stage.stores()[BIKE_STORE], requested_on=wanted, customer_reference="NEW-AND-REFURBISHED", lines=LINES
    )
    return sales.enter_order(draft, **stage.acting("representative")).number
