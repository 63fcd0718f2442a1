from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    name = "troth.ledgers.fulfilment"
    label = "fulfilment"
    verbose_name = "Fulfilment ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.ledgers.fulfilment import checks  # noqa: F401 - registers its checks
