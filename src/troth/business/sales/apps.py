from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "troth.business.sales"
    label = "sales"
    verbose_name = "Sales"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.sales import checks, jobs, papers, subscribers  # noqa: F401 - they register themselves
        from troth.platform import documents
        from troth.platform.documents import Kind

        documents.register(
            Kind("quotation", "quotation", "quotations", "sales.Quotation", "sales:quotation", "sales.view_quotation")
        )
        documents.register(Kind("order", "order", "orders", "sales.Order", "sales:order", "sales.view_order"))
