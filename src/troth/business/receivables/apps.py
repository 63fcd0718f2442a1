from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceivablesConfig(AppConfig):
    name = "troth.business.receivables"
    label = "receivables"
    verbose_name = "Receivables"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.receivables import checks  # noqa: F401 - registers its checks
        from troth.platform import finding
        from troth.platform.documents import Kind, register

        register(
            Kind(
                "payment",
                _("Payment"),
                _("Payments"),
                "receivables.Payment",
                "receivables:payment",
                "receivables.view_payment",
            )
        )
        finding.register(
            finding.Searched("receivables_payment", "number"),
            finding.Searched("receivables_payment", "reference"),
        )
