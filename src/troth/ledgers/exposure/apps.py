from django.apps import AppConfig


class ExposureConfig(AppConfig):
    name = "troth.ledgers.exposure"
    label = "exposure"
    verbose_name = "Exposure ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.ledgers.exposure import checks  # noqa: F401 - registers its checks
