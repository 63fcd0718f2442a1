"""Transaction codes: what people who come from another system type to get to a screen.

Each code stands here once, with the screen that does its job. A code whose screen is not built yet is not in the table,
so that the command bar never offers what it cannot open. With a number behind it a code opens the document itself:
`VA02 4711` changes order 4711, `CO09 BK-100` shows when that product is available.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from troth.platform.web.values import Text


@dataclass(frozen=True, slots=True)
class Code:
    """`query` narrows the screen; `kind` and `opens` say which document's page a number behind the code opens;
    `asks` is the screen's parameter that takes what is typed behind the code."""

    code: str
    label: Text
    route: str
    query: str = ""
    kind: str = ""
    opens: str = ""
    asks: str = ""

    @property
    def url(self) -> str:
        return reverse(self.route) + (f"?{self.query}" if self.query else "")


CODES = (
    Code("VA01", _("Create an order"), "sales:order-create"),
    Code("VA02", _("Change an order"), "sales:orders", kind="order", opens="sales:order-change"),
    Code("VA03", _("Show an order"), "sales:orders", kind="order", opens="sales:order"),
    Code("VA21", _("Create a quotation"), "sales:quotation-create"),
    Code("V.14", _("Blocks"), "web:blocks", asks="q"),
    Code("MMBE", _("Stock overview"), "promising:stock-overview", asks="product"),
    Code("MB1B", _("Transfer posting"), "supply:stock", "type=unrestricted", asks="product"),
    Code("QA11", _("Usage decision"), "supply:lots", asks="q"),
    Code("QA32", _("Change an inspection lot"), "supply:lots", kind="inspection_lot", opens="supply:lot-change"),
    Code("QA33", _("Inspection lots"), "supply:lots", kind="inspection_lot", opens="supply:lot"),
    Code("CO09", _("Availability overview"), "promising:availability", asks="product"),
    Code("VB01", _("Create a listing or an exclusion"), "masterdata:listings-create"),
    Code("VB03", _("Listings and exclusions"), "masterdata:listings-list", asks="product"),
    Code("VB11", _("Create a substitution"), "masterdata:substitutions-create"),
    Code("VB13", _("Substitutions"), "masterdata:substitutions-list", asks="product"),
    Code("VOV01", _("Create an availability rule"), "masterdata:availability-rules-create"),
    Code("VOV03", _("Availability rules"), "masterdata:availability-rules-list", asks="product"),
    Code("VBN1", _("Create free goods"), "masterdata:free-goods-create"),
    Code("VBN3", _("Free goods"), "masterdata:free-goods-list", asks="product"),
    Code("V_RA", _("Backorder runs"), "backorders:runs", asks="q"),
    Code("V_V2", _("Backorder variants"), "backorders:variants", asks="q"),
    Code("CO06", _("Decide on backorder runs"), "backorders:runs", "state=simulated"),
    Code("MSC3N", _("Batches"), "masterdata:batches-list", asks="q"),
    Code("VL01", _("Create a delivery for an order"), "shipping:due", kind="order", opens="sales:order"),
    Code("VL04", _("Due for delivery"), "shipping:due"),
    Code("VL10", _("Due for delivery today"), "shipping:due", "horizon=0"),
    Code("VL16", _("Deliveries"), "shipping:deliveries", kind="delivery", opens="shipping:delivery"),
    Code("VL19", _("Post goods issue"), "shipping:deliveries", "state=picked", "delivery", "shipping:delivery"),
    Code("VLPOD", _("Proof of delivery"), "shipping:proofs", kind="delivery", opens="shipping:delivery-prove"),
    Code("VT01", _("Create a shipment"), "shipping:shipment-create"),
    Code("VT11", _("Plan incomplete shipments"), "shipping:shipments", "incomplete=1"),
    Code("VT16", _("Shipments"), "shipping:shipments", kind="shipment", opens="shipping:shipment"),
    Code(
        "LT03", _("Transfer order for a delivery"), "shipping:deliveries", "state=open",
        "delivery", "shipping:delivery",
    ),
    Code(
        "LT12", _("Confirm a transfer order"), "shipping:transfer_orders", "state=open",
        "transfer_order", "shipping:transfer-confirm",
    ),
    Code("LT25", _("Confirm picked deliveries"), "shipping:transfer_orders", "state=open"),
    Code(
        "LT31", _("Print a picking list"), "shipping:transfer_orders", "state=open",
        "transfer_order", "shipping:transfer_order",
    ),
    Code(
        "LT43", _("Transfer orders for a shipment"), "shipping:shipments", "incomplete=1",
        "shipment", "shipping:shipment",
    ),
    Code(
        "VL71", _("Pack and print the papers of a delivery"), "shipping:packing",
        kind="delivery", opens="shipping:delivery-pack",
    ),
    Code("VF01", _("Create invoices"), "billing:due"),
)  # fmt: skip
"""The codes of the order management process whose screens there are."""

BY_CODE = {code.code: code for code in CODES}
assert len(BY_CODE) == len(CODES)
