from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "troth.business.credit"
    label = "credit"
    verbose_name = "Credit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.business.credit.actions import release_block
        from troth.platform import blocking
        from troth.platform.blocks import BlockKind

        blocking.released_by(BlockKind.CREDIT, release_block, page="credit:block-release")
