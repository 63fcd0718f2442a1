from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "troth.business.billing"
    label = "billing"
    verbose_name = "Billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.billing import checks, papers, subscribers  # noqa: F401 - they register themselves
        from troth.platform.documents import Kind, register

        register(
            Kind(
                "invoice",
                "Invoice",
                "Invoices",
                "billing.Invoice",
                "billing:invoice",
                "billing.view_invoice",
                gapless=True,
            )
        )
