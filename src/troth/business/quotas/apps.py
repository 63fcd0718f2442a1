from django.apps import AppConfig


class QuotasConfig(AppConfig):
    name = "troth.business.quotas"
    label = "quotas"
    verbose_name = "Quotas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.quotas import checks  # noqa: F401 - registers its checks
