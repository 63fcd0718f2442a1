"""Payments received and the invoices they clear."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from troth.platform.indexes import ListIndex


class Payment(models.Model):
    """Money received from a payer, in minor units. `state`: posted, reversed."""

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    number = models.CharField(_("number"), max_length=20, unique=True)
    state = models.CharField(_("state"), max_length=12, default="posted", db_default="posted")
    payer = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+")
    received_on = models.DateField(_("received on"))
    currency = models.ForeignKey("reference.Currency", on_delete=models.RESTRICT, related_name="+")
    amount = models.BigIntegerField(_("amount"))
    reference = models.CharField(_("reference"), max_length=140, blank=True, default="", db_default="")
    made_by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="receivables_payment_positive")]
        # The sorts of the list of payments.
        indexes = [
            ListIndex(fields=["received_on", "id"], name="receivables_payment_received"),
            ListIndex(fields=["amount", "id"], name="receivables_payment_amount"),
        ]


class Clearing(models.Model):
    """`amount` of a payment set against an invoice, `discount` granted with it; a correction reverses it."""

    payment = models.ForeignKey(Payment, on_delete=models.RESTRICT, related_name="clearings")
    invoice_id = models.BigIntegerField()
    invoice_number = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    discount = models.BigIntegerField(default=0, db_default=0)
    at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0, discount__gte=0), name="receivables_clearing_amounts")
        ]
        indexes = [models.Index(fields=["invoice_id"], name="receivables_clearing_invoice")]
