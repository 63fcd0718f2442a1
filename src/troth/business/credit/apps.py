from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "troth.business.credit"
    label = "credit"
    verbose_name = "Credit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.credit import checks, handoffs, jobs, subscribers, tables  # noqa: F401 - they register themselves
        from troth.business.credit.actions import release_block
        from troth.business.credit.actions.fallen import note_falls
        from troth.business.masterdata import imports
        from troth.platform import actions, blocking
        from troth.platform.blocks import BlockKind

        handoffs.declare()
        imports.register(tables.ACCOUNTS)
        imports.register(tables.RATINGS)
        actions.at_the_end(note_falls)
        blocking.released_by(BlockKind.CREDIT, release_block, page="credit:block-release")
