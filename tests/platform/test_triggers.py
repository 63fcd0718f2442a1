"""Append-only tables stay so, even after a table was rebuilt."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from troth.platform import triggers
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.models import Event


@pytest.fixture
def event(db):
    return Event.objects.create(
        company_id=1, at=SYSTEM_CLOCK.now(), kind="test.seen", document_kind="order", document_id=1,
        document_number="1", facts={}, changes={}, actor_id=SYSTEM.user_id,
    )  # fmt: skip


def test_an_event_cannot_be_changed(event):
    with pytest.raises(IntegrityError, match="append-only: update is refused"), transaction.atomic():
        Event.objects.update(kind="test.unseen")
    assert Event.objects.get().kind == "test.seen"


def test_an_event_cannot_be_deleted(event):
    with pytest.raises(IntegrityError, match="append-only: delete is refused"), transaction.atomic():
        Event.objects.filter(pk=event.pk).delete()
    assert Event.objects.count() == 1


def test_an_event_can_be_changed_without_the_trigger(event):
    triggers.lift()
    Event.objects.update(kind="test.unseen")
    assert Event.objects.get().kind == "test.unseen"


def test_declared_are_the_tables_that_migrations_name():
    assert {"platform_event", "platform_seal"} <= set(triggers.declared())


@pytest.mark.django_db(transaction=True)
def test_migrate_puts_back_the_triggers_that_a_table_rebuild_dropped():
    kind = Event._meta.get_field("kind")
    if connection.vendor == "sqlite":
        with connection.schema_editor() as editor:
            editor._remake_table(Event, alter_fields=[(kind, kind)])
    else:
        triggers.lift()
    assert "platform_event_refuses_update" in triggers.missing()
    call_command("migrate", verbosity=0)
    assert triggers.missing() == []
