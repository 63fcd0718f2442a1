from django.apps import AppConfig


class MasterdataConfig(AppConfig):
    name = "troth.business.masterdata"
    label = "masterdata"
    verbose_name = "Master data"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from troth.business.masterdata import checks, store  # noqa: F401 - registers its checks
        from troth.platform.web import areas

        store.connect()
        areas.register(
            areas.Area(
                "customers", _("Customers"), "masterdata:customers-list", "masterdata.view_customer", "customer", 700
            )
        )
        areas.register(
            areas.Area("products", _("Products"), "masterdata:products-list", "masterdata.view_product", "product", 710)
        )
        areas.register(
            areas.Area("batches", _("Batches"), "masterdata:batches-list", "masterdata.view_batch", "stock", 715)
        )
        areas.register(
            areas.Area("prices", _("Prices"), "masterdata:prices-list", "masterdata.view_price", "price", 720)
        )
        areas.register(
            areas.Area(
                "scopes",
                _("Scopes of check"),
                "masterdata:checking-scopes-list",
                "masterdata.view_customizing",
                "availability",
                725,
            )
        )
        areas.register(
            areas.Area("files", _("Files"), "masterdata:files", "masterdata.view_customizing", "export", 730)
        )
