from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromisingConfig(AppConfig):
    name = "troth.business.promising"
    label = "promising"
    verbose_name = "Promising"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.promising import checks, checks_planned, jobs  # noqa: F401 - they register themselves
        from troth.business.promising.actions import affected, planned
        from troth.business.promising.actions.counting import count_promises
        from troth.business.quotas.actions import promised
        from troth.business.supply.actions.affected import register_affected
        from troth.ledgers.availability.ahead import register_promised
        from troth.platform.documents import Kind, register

        register_affected(affected)
        register_promised(planned.promised_on)
        promised.register(count_promises)
        register(Kind("hold", _("hold"), _("holds"), "promising.Hold", "promising:hold", "promising.view_hold"))
