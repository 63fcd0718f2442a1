from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    name = "troth.business.sales"
    label = "sales"
    verbose_name = "Sales"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.promising.actions import register_wishes
        from troth.business.sales import checks, handoffs, jobs, papers, subscribers  # noqa: F401 - they register themselves
        from troth.business.sales.actions.blocking import OrderBlocks
        from troth.business.sales.actions.wanted import OrderWishes
        from troth.platform import blocking, documents, finding
        from troth.platform.documents import Kind

        documents.register(
            Kind(
                "quotation",
                _("quotation"),
                _("quotations"),
                "sales.Quotation",
                "sales:quotation",
                "sales.view_quotation",
            )
        )
        documents.register(Kind("order", _("order"), _("orders"), "sales.Order", "sales:order", "sales.view_order"))
        handoffs.declare()
        register_wishes("order", OrderWishes())
        blocking.register("order", OrderBlocks())
        finding.register(
            finding.Searched("sales_order", "number"),
            finding.Searched("sales_order", "customer_reference", "NOT (customer_reference = '')"),
        )
