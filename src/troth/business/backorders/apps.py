from django.apps import AppConfig


class BackordersConfig(AppConfig):
    name = "troth.business.backorders"
    label = "backorders"
    verbose_name = "Backorders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.backorders import checks, jobs  # noqa: F401 - they register themselves
