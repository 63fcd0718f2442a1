from django.apps import AppConfig


class MasterdataConfig(AppConfig):
    name = "troth.business.masterdata"
    label = "masterdata"
    verbose_name = "Master data"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.masterdata import store

        store.connect()
