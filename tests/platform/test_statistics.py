"""SQLite knows how large its tables are after a migration that made one anew, and every night."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from troth.platform import schedule, sql, statistics


class Platform:
    label = "platform"


def known() -> bool:
    """Whether the database knows something of the people's table; PostgreSQL sees to it by itself."""
    if connection.vendor != "sqlite":
        return True
    there = sql.fetch("SELECT COUNT(*) FROM sqlite_master WHERE name = 'sqlite_stat1'") == [(1,)]
    return there and sql.fetch("SELECT COUNT(*) FROM sqlite_stat1 WHERE tbl = 'platform_user'") != [(0,)]


def forget() -> None:
    statistics.refresh()
    if connection.vendor == "sqlite":
        sql.fetch("DELETE FROM sqlite_stat1 WHERE tbl = 'platform_user'")


@pytest.fixture
def person(db):
    return get_user_model().objects.create_user("rita")


def test_sizes_are_known_after_a_migration_and_not_looked_at_without_one(person):
    forget()
    statistics.refresh_after_migrate(using="default", app_config=Platform, plan=[])
    assert known() == (connection.vendor != "sqlite")
    statistics.refresh_after_migrate(using="default", app_config=Platform, plan=["a migration"])
    assert known()


def test_sizes_are_looked_at_every_night(person):
    [nightly] = [one for one in schedule.scheduled() if one.name == "look at table sizes"]
    forget()
    nightly.task.call()
    assert known()
