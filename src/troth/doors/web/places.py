"""The rail, in its order, whose each area is, and what the command bar in the top bar finds."""

from django.utils.translation import gettext_lazy as _

from troth.doors.web.commands import find_codes, find_screens, find_tasks, find_verbs
from troth.doors.web.help import help_of
from troth.doors.web.inbox import inbox_of
from troth.doors.web.sites import place_of
from troth.doors.web.things import find_documents, find_masters
from troth.platform.web import areas, frame, search
from troth.platform.web.areas import Area

AREAS = (
    Area("home", _("Home"), "home", "", "home", 0),
    Area("quotations", _("Quotations"), "sales:quotations", "sales.view_quotation", "quotation", 100),
    Area("orders", _("Orders"), "sales:orders", "sales.view_order", "order", 110),
    Area(
        "availability", _("Availability"), "promising:availability", "promising.view_availability", "availability", 200
    ),
    Area("holds", _("Holds"), "promising:holds", "promising.view_hold", "availability", 205),
    Area("backorders", _("Backorders"), "backorders:runs", "backorders.view_run", "desk", 206),
    Area("kept", _("Promise kept"), "promising:kept", "promising.view_availability", "list", 207),
    Area("stock", _("Stock"), "supply:stock", "supply.view_stock", "stock", 210),
    Area("receipts", _("Receipts"), "supply:receipts", "supply.view_purchase_order", "sourcing", 220),
    Area("issues", _("Issues"), "web:issues", "platform.view_issue", "info", 150),
    Area("blocks", _("Blocks"), "web:blocks", "platform.view_block", "block", 290),
    Area("requests", _("Hand-offs"), "web:requests", "platform.view_request", "inbox", 155),
    Area("blocked", _("Credit blocks"), "credit:blocked", "credit.release_block", "block", 300),
    Area("credit", _("Credit accounts"), "credit:accounts", "credit.view_account", "credit", 310),
    Area("due", _("Due for delivery"), "shipping:due", "shipping.create_deliveries", "desk", 400),
    Area("deliveries", _("Deliveries"), "shipping:deliveries", "shipping.view_delivery", "parcel", 410),
    Area("proofs", _("Proof of delivery"), "shipping:proofs", "shipping.prove_delivery", "parcel", 415),
    Area("shipments", _("Shipments"), "shipping:shipments", "shipping.view_shipment", "truck", 420),
    Area("handheld", _("Picking"), "shipping:picking", "shipping.confirm_pick", "pick", 425),
    Area("packing", _("Packing"), "shipping:packing", "shipping.pack", "stock", 427),
    Area("picking", _("Transfer orders"), "shipping:transfer_orders", "shipping.view_transfer_order", "pick", 430),
    Area("billing", _("Due for billing"), "billing:due", "billing.create_invoices", "desk", 500),
    Area("invoices", _("Invoices"), "billing:invoices", "billing.view_invoice", "invoice", 510),
    Area("open", _("Open items"), "receivables:open", "receivables.view_open_item", "billing", 520),
    Area("payments", _("Payments"), "receivables:payments", "receivables.view_payment", "payment", 530),
    Area("journal", _("Journal"), "billing:journal", "billing.view_journal", "list", 540),
    Area("people", _("People"), "people:list", "platform.view_user", "people", 800),
    Area("tables", _("Tables"), "admin:index", "masterdata.view_customizing", "settings", 810),
)
WORK = {
    "quotations": ("sales.save_quotation",),
    "orders": ("sales.save_order", "sales.set_price"),
    "availability": ("promising.simulate",),
    "holds": ("promising.hold_goods",),
    "backorders": ("backorders.start_run",),
    "kept": ("backorders.start_run",),
    "stock": ("supply.move_stock", "supply.expect_receipt", "masterdata.maintain_batch"),
    "receipts": ("supply.expect_receipt", "supply.receive_goods"),
    "blocks": ("platform.release_block",),
    "requests": ("platform.answer",),
    "credit": ("credit.set_limit", "receivables.post_payment"),
    "deliveries": ("shipping.change_delivery", "shipping.post_goods_issue"),
    "shipments": ("shipping.load_shipment",),
    "picking": ("shipping.create_transfer_order",),
    "invoices": ("billing.create_invoices", "receivables.post_payment"),
    "open": ("receivables.post_payment", "credit.set_limit"),
    "payments": ("receivables.post_payment",),
    "journal": ("billing.create_invoices", "receivables.post_payment"),
    "tables": ("masterdata.maintain_customizing",),
    "customers": (
        "masterdata.maintain_customer",
        "sales.save_quotation",
        "credit.set_limit",
        "receivables.post_payment",
    ),
    "products": ("masterdata.maintain_product", "masterdata.maintain_batch", "sales.save_quotation"),
    "batches": ("masterdata.maintain_batch",),
    "prices": ("masterdata.maintain_price", "sales.set_price"),
    "quotas": ("quotas.set_targets",),
    "scopes": ("masterdata.maintain_customizing",),
    "files": ("masterdata.maintain_customizing",),
}
"""Who has something to do where; others, who only look, find the area folded away."""
FINDERS = (find_codes, find_verbs, find_tasks, find_documents, find_screens, find_masters)
"""In this order their hits are shown."""


def connect() -> None:
    """Register areas, finders, and what stands in the bar."""
    for area in AREAS:
        areas.register(area)
    for key, work in WORK.items():
        areas.belongs(key, *work)
    for finder in FINDERS:
        search.register(finder)
    frame.register_place(place_of)
    frame.register_inbox(inbox_of)
    frame.register_help(help_of)
