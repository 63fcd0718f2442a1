from django.apps import AppConfig


class CapacityConfig(AppConfig):
    name = "troth.ledgers.capacity"
    label = "capacity"
    verbose_name = "Capacity ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.ledgers.capacity import checks  # noqa: F401 - registers its checks
