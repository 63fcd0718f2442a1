"""Writes that wait for each other: nothing is lost, nothing is late, nothing outlives a rollback."""

import pytest
from django.db import DatabaseError, transaction

from troth.platform import sql
from troth.platform.models import NumberRange

pytestmark = pytest.mark.django_db(transaction=True)

COLUMNS = {"company_id": "int", "series": "text", "year": "int", "last": "int"}


def put(series, last=1):
    sql.insert("platform_numberrange", COLUMNS, [(1, series, 0, last)])


def put_and_fail(series):
    put(series)
    raise ZeroDivisionError


def put_all(*names):
    for name in names:
        put(name)


def series():
    return sorted(NumberRange.objects.values_list("series", flat=True))


def test_what_waits_is_written_when_the_block_ends():
    with transaction.atomic(), sql.gathered():
        put("a")
        put("b")
    assert series() == ["a", "b"]


def test_a_read_finds_what_was_written_before_it():
    with transaction.atomic(), sql.gathered():
        put("a", last=7)
        assert sql.fetch("SELECT last FROM platform_numberrange WHERE series = %s", ["a"]) == [(7,)]
        put("b")
        assert series() == ["a", "b"]


def test_a_rollback_takes_what_waited_with_it():
    with pytest.raises(ZeroDivisionError), transaction.atomic(), sql.gathered():
        put_and_fail("a")
    assert series() == []


def test_a_savepoint_takes_back_only_what_was_written_inside_it():
    with transaction.atomic(), sql.gathered():
        put("a")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            put_and_fail("b")
        put("c")
    assert series() == ["a", "c"]


def test_a_write_that_the_database_refuses_ends_the_transaction():
    with pytest.raises(DatabaseError), transaction.atomic(), sql.gathered():
        put_all("a", "a", "b")
    assert series() == []


@pytest.mark.parametrize("text", ['quote " here', "back\\slash", "comma, brace {}", "NULL", "None", "", "ünïcode"])
def test_texts_arrive_as_they_are(text):
    with transaction.atomic():
        put(text[:40])
        put("other")
    assert text in series()
