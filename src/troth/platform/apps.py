import sqlite3
from datetime import UTC

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.dateparse import parse_datetime


def _instant(stored: bytes) -> object:
    """SQLite keeps instants as text without a zone; they are UTC."""
    at = parse_datetime(stored.decode())
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


class PlatformConfig(AppConfig):
    name = "troth.platform"
    label = "platform"
    verbose_name = "Platform"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # So that `sql.fetch` answers aware instants on both databases; Django leaves aware values as they are.
        sqlite3.register_converter("datetime", _instant)
        from troth.platform import finding, middleware, platform_checks, statistics, traces, triggers

        post_migrate.connect(triggers.restore_after_migrate, dispatch_uid="troth.platform.triggers")
        post_migrate.connect(finding.index_after_migrate, dispatch_uid="troth.platform.finding")
        post_migrate.connect(statistics.refresh_after_migrate, dispatch_uid="troth.platform.statistics")
        middleware.connect()
        platform_checks.register_all()
        traces.start()
