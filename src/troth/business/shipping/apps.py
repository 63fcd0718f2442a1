from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShippingConfig(AppConfig):
    name = "troth.business.shipping"
    label = "shipping"
    verbose_name = _("Shipping")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.credit.actions import ranked_by
        from troth.business.sales.actions import deliver_at_once_by
        from troth.business.shipping import checks, papers  # noqa: F401 - registers its checks and papers
        from troth.business.shipping.actions.blocking import DeliveryBlocks
        from troth.business.shipping.actions.ranks import ranks
        from troth.business.shipping.actions.rush import deliver_at_once
        from troth.business.shipping.store import claims
        from troth.business.supply.actions import register_claims
        from troth.platform import blocking, documents, finding

        register_claims(claims)
        blocking.register("delivery", DeliveryBlocks())
        ranked_by("delivery", ranks)
        deliver_at_once_by(deliver_at_once)

        for code, title, plural, model in (
            ("delivery", _("delivery"), _("deliveries"), "shipping.Delivery"),
            ("shipment", _("shipment"), _("shipments"), "shipping.Shipment"),
            ("transfer_order", _("transfer order"), _("transfer orders"), "shipping.TransferOrder"),
        ):
            documents.register(documents.Kind(code, title, plural, model, f"shipping:{code}", f"shipping.view_{code}"))
        finding.register(finding.Searched("shipping_delivery", "number"))
