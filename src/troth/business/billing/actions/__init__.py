"""Make invoices and take them back."""

from troth.business.billing.actions.cancel import Cancelled, cancel_invoice
from troth.business.billing.actions.create import Invoiced, InvoiceMade, create_invoices

__all__ = ["Cancelled", "InvoiceMade", "Invoiced", "cancel_invoice", "create_invoices"]
