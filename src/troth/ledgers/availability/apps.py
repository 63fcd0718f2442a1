from django.apps import AppConfig


class AvailabilityConfig(AppConfig):
    name = "troth.ledgers.availability"
    label = "availability"
    verbose_name = "Availability ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.ledgers.availability import checks, gauges  # noqa: F401 - register themselves
