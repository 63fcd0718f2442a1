from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "troth.doors"
    label = "doors"
