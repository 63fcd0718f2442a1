from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "troth.platform"
    label = "platform"
