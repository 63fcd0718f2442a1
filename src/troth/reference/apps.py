from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "troth.reference"
    label = "reference"
    verbose_name = "Reference"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.platform import finding, requests
        from troth.reference.handoffs import SiteTimes

        requests.keep_times_by(SiteTimes())

        finding.register(
            finding.Searched("reference_party", "name"),
            finding.Searched("reference_party", "number"),
        )
