"""The table: each permission and the roles that have it. One line each; a new action adds a line here."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REP, SALES, COORD = "representative", "salesperson", "new_product_coordinator"
SCHED, QUALITY, TRANSPORT = "production_scheduler", "quality_coordinator", "transport_coordinator"
CLERK, SUPER, OPS = "warehouse_clerk", "warehouse_supervisor", "operations_team"
CREDIT, BILL, CASH = "credit_manager", "billing_clerk", "receivables_clerk"
MASTER, ADMIN, AUDIT = "master_data", "administrator", "auditor"

ROLES: Final[dict[str, str | Promise]] = {
    REP: _("customer service representative"),
    SALES: _("salesperson"),
    COORD: _("new product coordinator"),
    SCHED: _("production scheduler"),
    QUALITY: _("quality coordinator"),
    TRANSPORT: _("transport coordinator"),
    CLERK: _("warehouse clerk"),
    SUPER: _("warehouse supervisor"),
    OPS: _("operations team"),
    CREDIT: _("credit manager"),
    BILL: _("billing clerk"),
    CASH: _("receivables clerk"),
    MASTER: _("master data"),
    ADMIN: _("administrator"),
    AUDIT: _("auditor"),
}
"""The roles by code; the names are what people read."""


def _who(*roles: str) -> frozenset[str]:
    return frozenset(roles)


_TRADE = _who(REP, SALES, COORD, SCHED, QUALITY, TRANSPORT, CLERK, SUPER, OPS, CREDIT, BILL, CASH, MASTER, AUDIT)
"""Everybody but the administrator, who gives out rights and sees no business."""
_ORDERS = _who(REP, SALES, OPS)
_ENTRY = _who(REP, OPS)
_YARD = _who(TRANSPORT, SUPER)
_STORE = _who(CLERK, SUPER)
_DESKS = _ENTRY | _YARD | _STORE
"""Customer service blocks an order's delivery, and whoever takes the order on to the yard unblocks it."""
_PLAN = _who(SCHED, OPS)
"""Those who share goods out anew."""
_QUOTAS = _PLAN | {MASTER}
_PROOF = _who(REP, TRANSPORT, OPS)

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    # platform
    "platform.view_user": _who(ADMIN, AUDIT),
    "platform.view_event": _who(ADMIN, AUDIT),
    "platform.view_job": _who(ADMIN, AUDIT, OPS),
    "platform.view_request": _TRADE,
    "platform.administer": _who(ADMIN),
    "platform.manage_users": _who(ADMIN),
    "platform.add_user": _who(ADMIN),
    "platform.set_password": _who(ADMIN),
    "platform.deactivate_user": _who(ADMIN),
    "platform.grant_role": _who(ADMIN),
    "platform.revoke_role": _who(ADMIN),
    "platform.make_token": _who(ADMIN),
    "platform.revoke_token": _who(ADMIN),
    "platform.retry_outbox": _who(ADMIN, OPS),
    "platform.ask": _TRADE - {AUDIT},
    "platform.ask_about": _TRADE - {AUDIT},
    "platform.escalate": _who(),
    "platform.acknowledge": _TRADE - {AUDIT},
    "platform.answer": _TRADE - {AUDIT},
    "platform.withdraw": _TRADE - {AUDIT},
    "platform.expire": _who(),
    "platform.view_issue": _TRADE,
    "platform.open_issue": _TRADE - {AUDIT},
    "platform.change_issue": _TRADE - {AUDIT},
    "platform.close_issue": _TRADE - {AUDIT},
    "platform.view_block": _TRADE,
    "platform.set_block": _DESKS | {QUALITY, BILL},
    "platform.set_delivery_block": _DESKS,
    "platform.set_service_block": _ENTRY,
    "platform.set_quality_block": _who(QUALITY),
    "platform.set_billing_block": _ENTRY | {BILL},
    "platform.release_block": _DESKS | {QUALITY, BILL, CREDIT},
    "platform.release_delivery_block": _DESKS,
    "platform.release_service_block": _ENTRY,
    "platform.release_quality_block": _who(QUALITY),
    "platform.release_billing_block": _ENTRY | {BILL},
    "platform.print_paper": _TRADE - {AUDIT},
    "platform.send_paper": _TRADE - {AUDIT},
    "platform.mail_paper": _who(),
    # master data
    "masterdata.view_customer": _TRADE,
    "masterdata.view_product": _TRADE,
    "masterdata.view_batch": _TRADE,
    "masterdata.view_price": _who(REP, SALES, COORD, OPS, CREDIT, BILL, CASH, MASTER, AUDIT),
    "masterdata.view_cost": _who(OPS, BILL, MASTER, AUDIT),
    "masterdata.view_customizing": _who(OPS, MASTER, ADMIN, AUDIT),
    "masterdata.maintain_customer": _who(MASTER),
    "masterdata.maintain_agreed_product": _who(MASTER),
    "masterdata.maintain_offering": _who(MASTER),
    "masterdata.view_credit_check": _who(REP, SALES, OPS, CREDIT, CASH, MASTER, AUDIT),
    "masterdata.maintain_credit_check": _who(CREDIT, MASTER),
    "masterdata.maintain_product": _who(MASTER, COORD),
    "masterdata.maintain_batch": _who(MASTER, QUALITY, SUPER),
    "masterdata.maintain_price": _who(MASTER),
    "masterdata.maintain_customizing": _who(MASTER),
    "masterdata.import_customers": _who(MASTER),
    "masterdata.import_products": _who(MASTER),
    "masterdata.import_prices": _who(MASTER),
    "masterdata.import_table": _who(MASTER),
    "masterdata.import_stock": _who(MASTER),
    # sales
    "sales.view_order": _TRADE,
    "sales.view_quotation": _who(REP, SALES, COORD, OPS, CREDIT, BILL, AUDIT),
    "sales.save_quotation": _ORDERS,
    "sales.change_quotation_texts": _ORDERS,
    "sales.send_quotation": _ORDERS,
    "sales.accept_quotation": _ORDERS,
    "sales.reject_quotation": _ORDERS,
    "sales.revise_quotation": _ORDERS,
    "sales.save_order": _ENTRY,
    "sales.set_price": _who(SALES, OPS),
    "sales.submit_order": _ENTRY,
    "sales.order_from_hold": _ENTRY,
    "sales.enter_order": _ENTRY,
    "sales.enter_group": _ENTRY,
    "sales.copy_order": _ENTRY,
    "sales.order_from_quotation": _ENTRY,
    "sales.resume_order": _who(OPS),
    "sales.repromise_order": _who(OPS),
    "sales.promise_anew": _ENTRY,
    "sales.take_new_dates": _ENTRY,
    "sales.keep_old_dates": _ENTRY,
    "sales.settle_new_dates": _who(),
    "sales.expire_quotations": _ORDERS,
    "sales.change_order": _ENTRY,
    "sales.cancel_order": _ENTRY,
    "sales.reject_for_credit": _who(CREDIT),
    "sales.reject_item": _ENTRY,
    "sales.allocate_stock": _ENTRY,
    "sales.release_allocation": _ENTRY,
    "sales.print_papers": _ORDERS,
    "sales.release_block": _ENTRY,
    "sales.set_block": _ENTRY,
    "shipping.amend_order": _ENTRY,
    "shipping.preview_amendment": _ENTRY,
    # promising
    "promising.view_availability": _TRADE,
    "promising.view_hold": _TRADE,
    "promising.hold_goods": _ORDERS,
    "promising.extend_hold": _ORDERS,
    "promising.release_hold": _ORDERS,
    "promising.expire_holds": _who(),
    "promising.give_way": _who(),
    "promising.simulate": _who(REP, SALES, COORD, SCHED, OPS),
    # backorders
    "backorders.view_run": _who(REP, SALES, COORD, SCHED, OPS, AUDIT),
    "backorders.save_variant": _PLAN,
    "backorders.import_variants": _PLAN,
    "backorders.put_away_variant": _PLAN,
    "backorders.start_run": _PLAN,
    "backorders.begin_parts": _who(),
    "backorders.keep_part": _who(),
    "backorders.finish_simulation": _who(),
    "backorders.fail_run": _who(),
    "backorders.approve_run": _PLAN,
    "backorders.discard_run": _PLAN,
    "backorders.apply_run": _PLAN,
    "backorders.undo_run": _PLAN,
    "backorders.apply_keys": _who(),
    "backorders.undo_keys": _who(),
    "backorders.tell_of_changes": _who(),
    "backorders.finish_run": _who(),
    "backorders.set_due": _who(),
    # quotas
    "quotas.view_quota": _TRADE,
    "quotas.save_procedure": _QUOTAS,
    "quotas.save_sequence": _QUOTAS,
    "quotas.set_targets": _QUOTAS,
    "quotas.retire_cell": _QUOTAS,
    "quotas.restore_cell": _QUOTAS,
    "quotas.close_sequence": _QUOTAS,
    "quotas.reopen_sequence": _QUOTAS,
    "quotas.save_protection": _QUOTAS,
    "quotas.import_table": _QUOTAS,
    # pricing
    "pricing.simulate": _who(REP, SALES, COORD, OPS, BILL, MASTER),
    # credit
    "credit.view_account": _who(REP, SALES, OPS, CREDIT, BILL, CASH, AUDIT),
    "credit.release_block": _who(CREDIT),
    "credit.release_goods_issue": _who(CREDIT),
    "credit.set_limit": _who(CREDIT),
    # supply
    "supply.view_stock": _TRADE,
    "supply.view_purchase_order": _who(REP, OPS, SCHED, QUALITY, CLERK, SUPER, MASTER, AUDIT),
    "supply.receive_goods": _STORE,
    "supply.reverse_receipt": _who(SUPER),
    "supply.move_stock": _STORE,
    "supply.adjust_stock": _who(SUPER),
    "supply.transfer_stock": _who(SUPER, QUALITY),
    "supply.reverse_transfer": _who(SUPER, QUALITY),
    "supply.maintain_purchase_order": _who(OPS, MASTER),
    "supply.expect_receipt": _who(OPS, MASTER, SCHED),
    "supply.expect_receipts": _who(OPS, MASTER, SCHED),
    "supply.change_receipt": _who(OPS, MASTER, SCHED),
    "supply.cancel_receipt": _who(OPS, MASTER, SCHED),
    "supply.view_forecast": _who(REP, SALES, SCHED, SUPER, OPS, MASTER, AUDIT),
    "supply.set_forecast": _who(OPS, MASTER, SCHED),
    "supply.review_shortages": _who(OPS, SCHED),
    "supply.load_opening_stock": _who(MASTER),
    "supply.import_purchase_orders": _who(OPS, MASTER),
    # production
    "production.view_order": _who(REP, OPS, SCHED, QUALITY, SUPER, MASTER, AUDIT),
    "production.maintain_order": _who(SCHED),
    "production.report_receipt": _who(SCHED, SUPER),
    "production.reverse_receipt": _who(SCHED, SUPER),
    # shipping
    "shipping.view_delivery": _TRADE,
    "shipping.view_shipment": _TRADE,
    "shipping.view_transfer_order": _TRADE,
    "shipping.create_delivery": _YARD | {OPS},
    "shipping.create_deliveries": _YARD | {OPS},
    "shipping.change_delivery": _YARD | {OPS},
    "shipping.cancel_delivery": _YARD | {OPS},
    "shipping.create_shipment": _YARD,
    "shipping.assign_delivery": _YARD,
    "shipping.unassign_delivery": _YARD,
    "shipping.cancel_shipment": _YARD,
    "shipping.load_shipment": _YARD | _STORE,
    "shipping.unload_shipment": _YARD | _STORE,
    "shipping.depart_shipment": _YARD,
    "shipping.recall_shipment": _YARD,
    "shipping.create_transfer_order": _STORE,
    "shipping.cancel_transfer_order": _STORE,
    "shipping.confirm_pick": _STORE,
    "shipping.confirm_all": _STORE,
    "shipping.undo_pick": _who(SUPER),
    "shipping.pack": _STORE,
    "shipping.pack_all": _STORE,
    "shipping.unpack": _STORE,
    "shipping.post_goods_issue": _YARD | _STORE,
    "shipping.reverse_goods_issue": _who(SUPER),
    "shipping.prove_delivery": _PROOF,
    "shipping.prove_as_shipped": _PROOF,
    "shipping.withdraw_proof": _PROOF,
    "shipping.print_papers": _YARD | _STORE | {OPS},
    # billing
    "billing.view_invoice": _who(REP, SALES, OPS, CREDIT, BILL, CASH, AUDIT),
    "billing.create_invoices": _who(BILL),
    "billing.cancel_invoice": _who(BILL),
    "billing.print_papers": _who(REP, OPS, BILL),
    "billing.view_journal": _who(BILL, CASH, AUDIT),
    # receivables
    "receivables.view_payment": _who(CREDIT, BILL, CASH, AUDIT),
    "receivables.view_open_item": _who(REP, SALES, OPS, CREDIT, BILL, CASH, AUDIT),
    "receivables.post_payment": _who(CASH),
    "receivables.clear": _who(CASH),
    "receivables.reset_clearing": _who(CASH),
    "receivables.reverse_payment": _who(CASH),
}
"""Permission -> roles."""

assert all(roles <= ROLES.keys() for roles in PERMISSIONS.values())
