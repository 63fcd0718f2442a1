from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    name = "troth.business.receivables"
    label = "receivables"
    verbose_name = "Receivables"
    default_auto_field = "django.db.models.BigAutoField"
