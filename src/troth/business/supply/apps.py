from django.apps import AppConfig


class SupplyConfig(AppConfig):
    name = "troth.business.supply"
    label = "supply"
    verbose_name = "Supply"
    default_auto_field = "django.db.models.BigAutoField"
