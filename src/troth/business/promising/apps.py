from django.apps import AppConfig


class PromisingConfig(AppConfig):
    name = "troth.business.promising"
    label = "promising"
    verbose_name = "Promising"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.promising import checks  # noqa: F401 - registers its checks
