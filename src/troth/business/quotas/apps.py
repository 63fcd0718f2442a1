from django.apps import AppConfig


class QuotasConfig(AppConfig):
    name = "troth.business.quotas"
    label = "quotas"
    verbose_name = "Quotas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from troth.business.masterdata import imports
        from troth.business.quotas import checks, tables  # noqa: F401 - registers its checks
        from troth.platform.web import areas

        for kind in tables.KINDS:
            imports.register(kind)
        areas.register(
            areas.Area("quotas", _("Quotas"), "quotas:quota-procedures-list", "quotas.view_quota", "list", 726)
        )
