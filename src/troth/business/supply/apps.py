from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupplyConfig(AppConfig):
    name = "troth.business.supply"
    label = "supply"
    verbose_name = "Supply"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.supply import checks, jobs  # noqa: F401 - they register themselves
        from troth.platform.documents import Kind, register

        register(
            Kind(
                "receipt", _("receipt"), _("receipts"), "supply.Receipt", "supply:receipt", "supply.view_purchase_order"
            )
        )
        register(
            Kind(
                "inspection_lot", _("inspection lot"), _("inspection lots"), "supply.InspectionLot", "supply:lot",
                "supply.view_lot",
            )
        )  # fmt: skip
