from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "troth.business.billing"
    label = "billing"
    verbose_name = "Billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.billing import checks, papers, subscribers  # noqa: F401 - they register themselves
        from troth.platform import finding
        from troth.platform.documents import Kind, register

        register(
            Kind(
                "invoice",
                _("Invoice"),
                _("Invoices"),
                "billing.Invoice",
                "billing:invoice",
                "billing.view_invoice",
                gapless=True,
            )
        )
        finding.register(finding.Searched("billing_invoice", "number"))
