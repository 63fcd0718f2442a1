from django.apps import AppConfig


class QuotaConfig(AppConfig):
    name = "troth.ledgers.quota"
    label = "quota"
    verbose_name = "Quota ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.ledgers.quota import checks  # noqa: F401 - registers its checks
