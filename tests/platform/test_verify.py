"""`troth verify`: each check holds on good books and sees one broken row."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection

from troth.platform import numbering, platform_checks, seals, sql, triggers, verify
from troth.platform.models import BlockRow, Event, Idempotency, NumberRange, Outbox
from troth.platform.numbering import Used
from troth.platform.verify import Check, Count, Finding

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(monkeypatch):
    """One good row of everything that is checked."""
    event = Event.objects.create(
        company_id=1, at=AT, kind="test.seen", document_kind="order", document_id=1, document_number="1", facts={},
        changes={},
    )  # fmt: skip
    Outbox.objects.create(event=event, subscriber="it")
    seals.seal_all()
    Idempotency.objects.create(owner="1", key="k", action="a", payload_hash="h", answer="1")
    BlockRow.objects.create(
        company_id=1, document_kind="order", document_id=1, document_number="1", kind="credit", scope="delivery",
        reason="limit", set_at=AT, entered_by_id=1, last_raised_by_id=2,
    )  # fmt: skip
    NumberRange.objects.create(company_id=1, series="invoice", year=2026, last=2)
    used = [Used(1, 2026, 1), Used(1, 2026, 2)]
    monkeypatch.setattr(numbering, "_gapless", {"invoice": lambda: used})
    return used


@contextmanager
def unguarded():
    """Write what no constraint would allow; the constraints are back before the next test."""
    if connection.vendor == "postgresql":
        sql.fetch("SET session_replication_role = replica")
    else:
        sql.fetch("PRAGMA foreign_keys = OFF")
        sql.fetch("PRAGMA ignore_check_constraints = ON")
    triggers.lift()
    try:
        yield
    finally:
        if connection.vendor == "postgresql":
            sql.fetch("SET session_replication_role = DEFAULT")
        else:
            sql.fetch("PRAGMA ignore_check_constraints = OFF")
            sql.fetch("PRAGMA foreign_keys = ON")


def broken():
    """Of the platform's own checks: what apps check of their rows is not in these books."""
    found = verify.run([check.name for check in platform_checks.CHECKS])
    return {result.name.removeprefix("platform: ") for result in found if not result.holds}


def test_good_books_hold_and_every_check_has_looked_at_something(books):
    results = verify.run([check.name for check in platform_checks.CHECKS])
    assert [result.name for result in results if not result.holds or not result.count_checked] == []
    assert len(results) == len(platform_checks.CHECKS)


def test_an_outbox_row_without_its_event_is_found(books):
    with unguarded():
        sql.fetch("UPDATE platform_outbox SET event_id = 0")
        assert "outbox" in broken()
        sql.fetch("DELETE FROM platform_outbox")


def test_a_missing_trigger_is_found(books):
    assert "triggers" not in broken()
    triggers.lift()
    assert "triggers" in broken()
    triggers.restore()
    assert "triggers" not in broken()


def test_a_changed_event_is_found(books):
    triggers.lift()
    sql.fetch("UPDATE platform_event SET kind = 'test.unseen'")
    assert "seal chain" in broken()


def test_a_deleted_event_is_found(books):
    Outbox.objects.all().delete()
    with unguarded():
        sql.fetch("DELETE FROM platform_event")
        assert "sealed events" in broken()
        sql.fetch("DELETE FROM platform_seal")


def test_an_event_that_was_slipped_in_behind_the_seal_is_found(books):
    Event.objects.create(
        id=Event.objects.get().pk - 1, company_id=1, at=AT, kind="test.slipped", document_kind="order", document_id=1,
        document_number="1", facts={}, changes={},
    )  # fmt: skip
    assert broken() == {"seals kept up"}


def test_a_block_that_was_released_by_its_own_person_is_found(books):
    released = "released_at = set_at, release_reason = 'paid'"
    with without_check():
        sql.fetch(f"UPDATE platform_block SET released_by_id = last_raised_by_id, {released}")
        assert broken() == {"own blocks"}
        sql.fetch("DELETE FROM platform_block")


@contextmanager
def without_check():
    """The table of blocks without its CHECK."""
    [check] = [c for c in BlockRow._meta.constraints if c.name == "platform_block_released_by_another"]
    if connection.vendor == "sqlite":
        with unguarded():
            triggers.restore()
            yield
        return
    with connection.schema_editor() as editor:
        editor.remove_constraint(BlockRow, check)
    try:
        yield
    finally:
        sql.fetch("DELETE FROM platform_block")
        with connection.schema_editor() as editor:
            editor.add_constraint(BlockRow, check)


def test_a_block_released_without_a_reason_is_found(books):
    sql.fetch("UPDATE platform_block SET released_at = set_at")
    assert broken() == {"blocks"}


@contextmanager
def without_unique(model):
    """A table without its unique constraint."""
    constraint = model._meta.constraints[0]
    model._meta.constraints.remove(constraint)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        model._meta.constraints.append(constraint)
        model.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


def test_a_client_key_that_was_answered_twice_is_found(books):
    with without_unique(Idempotency):
        Idempotency.objects.create(owner="1", key="k", action="a", payload_hash="h", answer="2")
        assert broken() == {"client keys"}


def test_a_number_range_that_exists_twice_is_found(books):
    with without_unique(NumberRange):
        NumberRange.objects.create(company_id=1, series="invoice", year=2026, last=2)
        assert broken() == {"number ranges"}


@pytest.mark.parametrize("numbers", [(1,), (1, 1, 2), (1, 2, 3), (2,)])
def test_a_gap_a_double_and_a_number_never_drawn_are_found(books, numbers):
    assert broken() == set()
    books[:] = [Used(1, 2026, number) for number in numbers]
    assert broken() == {"gapless numbers"}


def test_a_result_counts_all_findings_and_prints_its_count():
    check = Check("test: many", "All is well.", lambda: [Count(200), *[Finding("One is not.")] * 150])
    result = verify.run_one(check)
    assert (result.count_checked, result.broken, len(result.findings)) == (200, 150, verify.FINDINGS_MAX)
    assert verify.lines([result])[:2] == [
        "test: many: BROKEN in 150 (200 checked). All is well.",
        "    One is not.",
    ]
