from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    name = "troth.business.sales"
    label = "sales"
    verbose_name = "Sales"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.credit.actions import kept_by, ranked_by
        from troth.business.promising.actions import register_rules, register_whole, register_wishes
        from troth.business.promising.actions.lapsing import kept
        from troth.business.sales import checks, handoffs, held_checks, jobs, papers, subscribers  # noqa: F401 - they register themselves
        from troth.business.sales.actions import what_if
        from troth.business.sales.actions.blocking import OrderBlocks
        from troth.business.sales.actions.ranks import ranks
        from troth.business.sales.actions.wanted import OrderWishes
        from troth.business.sales.actions.whole import WholeOrders, WholeQuotations
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
        register_wishes("order", OrderWishes(), changed_at="sales:order-change")
        register_whole("order", WholeOrders())
        register_whole("quotation", WholeQuotations())
        register_rules(what_if.ruled)
        blocking.register("order", OrderBlocks())
        ranked_by("order", ranks)
        kept_by("order", lambda ids: kept("order", ids))
        finding.register(
            finding.Searched("sales_order", "number"),
            finding.Searched("sales_order", "customer_reference", "NOT (customer_reference = '')"),
        )
