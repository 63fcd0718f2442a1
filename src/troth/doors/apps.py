from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "troth.doors"
    label = "doors"

    def ready(self) -> None:
        from troth.doors.web import places
        from troth.platform import issues
        from troth.platform.documents import Kind

        places.connect()
        customer = Kind(
            "customer", "customer", "customers", "masterdata.Customer", "customer", "masterdata.view_customer",
            number_field="party__number",
        )  # fmt: skip
        issues.accept(customer)
