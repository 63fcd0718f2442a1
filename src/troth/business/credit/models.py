"""Credit accounts: the limit of a payer with a company."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from troth.reference.models import Masters


class CreditAccount(Masters):
    """`limit` in minor units of the company's currency; without one the customer is not checked."""

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    party = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+")
    limit = models.BigIntegerField(_("limit in minor units"), null=True, blank=True)
    risk_class = models.CharField(_("risk class"), max_length=10, blank=True, default="")

    class Meta:
        verbose_name = _("credit account")
        verbose_name_plural = _("credit accounts")
        constraints = [
            models.UniqueConstraint(fields=["company", "party"], name="credit_account_once"),
            models.CheckConstraint(condition=Q(limit=None) | Q(limit__gte=0), name="credit_limit_not_negative"),
        ]


class Excess(models.Model):
    """Why a document was blocked: the exposure as the check found it. Never changed, never deleted (triggers)."""

    account = models.ForeignKey(CreditAccount, on_delete=models.RESTRICT, related_name="+")
    document_kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    limit = models.BigIntegerField()
    open_orders = models.BigIntegerField()
    open_deliveries = models.BigIntegerField()
    open_invoices = models.BigIntegerField()
    deposits = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["document_kind", "document_id", "id"], name="credit_excess_document")]
