"""An answered promise is on disk, and nobody waits for a lock for ever: the settings as the database sees them."""

import pytest
from django.db import connection


def _asked(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_the_database_keeps_what_it_answered():
    if connection.vendor == "sqlite":
        assert (_asked("PRAGMA journal_mode"), _asked("PRAGMA synchronous")) == ("wal", "2")
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        assert _asked("PRAGMA busy_timeout") == "20000"
    else:
        assert _asked("SHOW transaction_isolation") == "read committed"
        assert _asked("SHOW lock_timeout") == "3s"
        assert connection.settings_dict["CONN_MAX_AGE"] == 600
