from django.apps import AppConfig


class PromisingConfig(AppConfig):
    name = "troth.business.promising"
    label = "promising"
    verbose_name = "Promising"
    default_auto_field = "django.db.models.BigAutoField"
