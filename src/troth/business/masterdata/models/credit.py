"""Rules of credit: where credit is checked, for whom, against what, and what follows."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from troth.reference.models import Masters


class CreditCheck(Masters):
    """For which check it holds (what is empty holds for all), what is looked at, and what follows where that is passed.

    What is empty among the criteria is not looked at. Amounts are minor units of the company's currency.
    """

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    point = models.CharField(
        _("checked when"),
        max_length=20,
        choices=[
            ("order_create", _("an order is entered")),
            ("order_change", _("an order is changed")),
            ("delivery_create", _("a delivery is made")),
            ("delivery_change", _("a delivery is raised")),
            ("goods_issue", _("the goods leave")),
        ],
    )
    risk_class = models.CharField(_("risk class"), max_length=10, blank=True, default="")
    order_type = models.ForeignKey(
        "masterdata.OrderType", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(
        _("what follows"),
        max_length=10,
        choices=[
            ("none", _("nothing is checked")),
            ("warn", _("a warning")),
            ("error", _("it does not go on")),
            ("block", _("a block")),
        ],
    )
    checks_limit = models.BooleanField(_("exposure against the limit"), default=True)
    max_document_value = models.BigIntegerField(_("largest value of a document"), null=True, blank=True)
    max_dunning_level = models.PositiveSmallIntegerField(_("highest dunning level"), null=True, blank=True)
    checks_review = models.BooleanField(_("the day of review has passed"), default=False)

    max_overdue_percent = models.PositiveSmallIntegerField(
        _("largest share of invoices overdue, in percent"), null=True, blank=True
    )
    max_overdue_days = models.PositiveSmallIntegerField(_("oldest open item, in days overdue"), null=True, blank=True)
    max_open_documents = models.PositiveIntegerField(_("largest number of open documents"), null=True, blank=True)

    automatic_release = models.BooleanField(_("released once it passes"), default=True, db_default=True)

    class Meta:
        verbose_name = _("credit check")
        verbose_name_plural = _("credit checks")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "point", "risk_class", "order_type"],
                condition=Q(order_type__isnull=False),
                name="masterdata_credit_check_once",
            ),
            models.UniqueConstraint(
                fields=["company", "point", "risk_class"],
                condition=Q(order_type=None),
                name="masterdata_credit_check_for_all_once",
            ),
            models.CheckConstraint(
                condition=~Q(point="goods_issue", outcome__in=["warn", "error"]),
                name="masterdata_credit_check_at_issue_blocks",
            ),
            models.CheckConstraint(
                condition=Q(max_document_value=None) | Q(max_document_value__gt=0),
                name="masterdata_credit_check_value_positive",
            ),
            models.CheckConstraint(
                condition=Q(max_overdue_percent=None) | Q(max_overdue_percent__lt=100),
                name="masterdata_credit_check_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_point_display()}: {self.get_outcome_display()}"
