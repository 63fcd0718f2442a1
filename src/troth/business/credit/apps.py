from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "troth.business.credit"
    label = "credit"
    verbose_name = "Credit"
    default_auto_field = "django.db.models.BigAutoField"
