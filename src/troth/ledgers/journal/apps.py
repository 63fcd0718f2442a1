from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "troth.ledgers.journal"
    label = "journal"
    verbose_name = "Journal ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.ledgers.journal import checks  # noqa: F401 - registers its checks
