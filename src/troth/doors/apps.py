from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "troth.doors"
    label = "doors"

    def ready(self) -> None:
        from troth.doors.web import places

        places.connect()
