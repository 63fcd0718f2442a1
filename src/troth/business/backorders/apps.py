from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackordersConfig(AppConfig):
    name = "troth.business.backorders"
    label = "backorders"
    verbose_name = "Backorders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.backorders import checks, jobs, tables  # noqa: F401 - they register themselves
        from troth.business.masterdata import imports
        from troth.platform.documents import Kind, register

        imports.register(tables.VARIANTS)
        register(
            Kind(
                "backorder_run", _("backorder run"), _("backorder runs"), "backorders.Run", "backorders:run",
                "backorders.view_run",
            )
        )  # fmt: skip
