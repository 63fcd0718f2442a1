from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "troth.ledgers.stock"
    label = "stock"
    verbose_name = "Stock ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.ledgers.stock import checks  # noqa: F401 - registers its checks
