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
