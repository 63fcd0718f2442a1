"""Credit accounts: the limit of a payer with a company."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from troth.reference.models import Masters


class CreditAccount(Masters):
    """`limit` in minor units of the company's currency; without one the exposure is not checked. What is guaranteed (a
    letter of credit, an insurance) does not count against it. `dunning_level` is the highest of its open items. What
    belongs to a `parent`, and what belongs to that, shares the limit of the topmost of them (the root)."""

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    party = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+")
    limit = models.BigIntegerField(_("limit in minor units"), null=True, blank=True)
    risk_class = models.CharField(_("risk class"), max_length=10, blank=True, default="")
    guaranteed = models.BigIntegerField(_("guaranteed, in minor units"), default=0, db_default=0)
    dunning_level = models.PositiveSmallIntegerField(_("dunning level"), default=0, db_default=0)
    review_on = models.DateField(_("to be reviewed by"), null=True, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, blank=True, related_name="members", verbose_name=_("belongs to")
    )

    class Meta:
        verbose_name = _("credit account")
        verbose_name_plural = _("credit accounts")
        constraints = [
            models.UniqueConstraint(fields=["company", "party"], name="credit_account_once"),
            models.CheckConstraint(condition=Q(limit=None) | Q(limit__gte=0), name="credit_limit_not_negative"),
            models.CheckConstraint(condition=Q(guaranteed__gte=0), name="credit_guaranteed_not_negative"),
        ]


class Waiting(models.Model):
    """A document under a credit block that a check set: on whose exposure it is judged again, and by the rule of which
    point. `passes_at`: since when it would pass, where that alone does not release it. Gone with the block. Who keeps
    a document blocked (`kept_by_id`) releases it by hand."""

    block_id = models.BigIntegerField(primary_key=True)
    company_id = models.BigIntegerField()
    party_id = models.BigIntegerField()
    document_kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    point = models.CharField(max_length=20)
    passes_at = models.DateTimeField(null=True)
    kept_by_id = models.BigIntegerField(null=True)
    kept_at = models.DateTimeField(null=True)
    kept_reason = models.CharField(max_length=80, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["company_id", "party_id"], name="credit_waiting_payer"),
            models.Index(fields=["document_kind", "document_id"], name="credit_waiting_document"),
        ]


class Approval(models.Model):
    """How far the release of a credit block goes, where the credit manager said so: up to which value the document may
    be raised (minor units of the company's currency), and until which day it holds. Written with the release."""

    block_id = models.BigIntegerField(primary_key=True)
    document_kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    up_to = models.BigIntegerField(null=True)
    until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["document_kind", "document_id"], name="credit_approval_document")]
        constraints = [
            models.CheckConstraint(
                condition=Q(up_to__isnull=False) | Q(until__isnull=False), name="credit_approval_says"
            )
        ]


class Excess(models.Model):
    """What a check found that was not passed, and what followed: the exposure as it was then, the rule, and a sentence
    for each criterion. Never changed, never deleted (triggers)."""

    account = models.ForeignKey(CreditAccount, on_delete=models.RESTRICT, related_name="+")
    document_kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    limit = models.BigIntegerField(null=True)
    open_orders = models.BigIntegerField()
    open_deliveries = models.BigIntegerField()
    open_invoices = models.BigIntegerField()
    deposits = models.BigIntegerField()
    at = models.DateTimeField()
    point = models.CharField(max_length=20, default="order_create", db_default="order_create")
    outcome = models.CharField(max_length=10, default="block", db_default="block")
    rule = models.CharField(max_length=60, default="", db_default="")
    excess = models.BigIntegerField(null=True)
    sentences = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["document_kind", "document_id", "id"], name="credit_excess_document")]


class Rating(Masters):
    """What an outside source said of a payer on a day: a score in its own words, and the limit that it advises, in
    minor units of the company's currency. What is said later of another day stands beside it; the newest day counts."""

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    party = models.ForeignKey("reference.Party", on_delete=models.RESTRICT, related_name="+")
    source = models.CharField(_("source"), max_length=40)
    rated_on = models.DateField(_("rated on"))
    score = models.CharField(_("score"), max_length=20, blank=True, default="")
    advised_limit = models.BigIntegerField(_("advised limit in minor units"), null=True, blank=True)
    good_until = models.DateField(_("good until"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("credit rating")
        verbose_name_plural = _("credit ratings")
        constraints = [
            models.UniqueConstraint(fields=["company", "party", "source", "rated_on"], name="credit_rating_once"),
            models.CheckConstraint(
                condition=Q(advised_limit=None) | Q(advised_limit__gte=0), name="credit_rating_advice_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(good_until=None) | Q(good_until__gte=models.F("rated_on")), name="credit_rating_good_after"
            ),
        ]
