"""Invoices. An invoice is never changed: a cancellation is an invoice of its own that takes it back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from troth.platform.indexes import ListIndex


class Invoice(models.Model):
    """`kind`: invoice or cancellation (its amounts are negative). Money in minor units of the currency."""

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+", db_index=False)
    number = models.CharField(_("number"), max_length=20)
    year = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=12, default="invoice")
    cancels = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="cancelled_by"
    )
    sold_to = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+", db_index=False)
    bill_to = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+", db_index=False)
    payer = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+")
    invoiced_on = models.DateField(_("invoice date"))
    due_on = models.DateField(_("due"))
    currency = models.ForeignKey("reference.Currency", on_delete=models.RESTRICT, related_name="+", db_index=False)
    payment_terms = models.ForeignKey(
        "masterdata.PaymentTerms", on_delete=models.RESTRICT, related_name="+", db_index=False
    )
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    gross = models.BigIntegerField()
    texts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    made_by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="billing_invoice_number"),
            models.UniqueConstraint(fields=["company", "year", "position"], name="billing_invoice_position"),
            models.CheckConstraint(
                condition=Q(kind="invoice", cancels=None) | Q(kind="cancellation", cancels__isnull=False),
                name="billing_invoice_kind",
            ),
        ]
        # The sorts of the list of invoices.
        indexes = [
            ListIndex(fields=["invoiced_on", "id"], name="billing_invoice_invoiced"),
            ListIndex(fields=["due_on", "id"], name="billing_invoice_due"),
            ListIndex(fields=["gross", "id"], name="billing_invoice_gross"),
        ]


class InvoiceLine(models.Model):
    invoice = models.ForeignKey(Invoice, on_delete=models.RESTRICT, related_name="lines", db_index=False)
    line_number = models.PositiveIntegerField()
    order_id = models.BigIntegerField()
    order_number = models.CharField(max_length=20)
    order_line_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField(null=True)
    delivery_line_id = models.BigIntegerField(null=True)
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+", db_index=False)
    description = models.CharField(max_length=200)
    quantity = models.BigIntegerField()
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    gross = models.BigIntegerField()
    tax_name = models.CharField(max_length=60, default="", db_default="")
    tax_basis_points = models.PositiveIntegerField(default=0, db_default=0)
    texts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "line_number"], name="billing_invoice_line_once")]
        indexes = [
            models.Index(fields=["order_line_id"], name="billing_line_order_line"),
            models.Index(fields=["delivery_line_id"], name="billing_line_delivery_line"),
        ]
