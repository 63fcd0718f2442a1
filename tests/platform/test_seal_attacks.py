"""Two hundred attacks on the sealed history, drawn from a seed: whatever is done to it, `troth verify` finds it."""

import random
from datetime import UTC, datetime

import pytest
from django.db import transaction

from tests.platform.test_seals import happen
from troth.platform import seals, sql, triggers, verify
from troth.platform.actors import SYSTEM
from troth.platform.models import Event, Seal

EVENTS, ATTACKS_EACH, SEED = 30, 40, 3
CHECKS = ("platform: seal chain", "platform: seals kept up", "platform: sealed events")
FORGED = {
    "kind": "test.never",
    "document_kind": "invoice",
    "document_id": 999,
    "document_number": "999",
    "at": datetime(2020, 1, 1, tzinfo=UTC),
    "actor_id": 77,
    "facts": {"ü": 2},
    "changes": {"price": [1, 2]},
}


def edit(draw, links):
    field = draw.choice(sorted(FORGED))
    Event.objects.filter(pk=draw.choice(links).event_id).update(**{field: FORGED[field]})


def delete(draw, links):
    """An event, its link, or both, from the middle: a cut tail shows only against the head kept outside."""
    link = draw.choice(links[:-1])
    what = draw.choice(("event", "link", "both"))
    if what != "event":
        sql.fetch("DELETE FROM platform_seal WHERE id = %s", (link.pk,))
    if what != "link":
        sql.fetch("DELETE FROM platform_event WHERE id = %s", (link.event_id,))


def insert(draw, links):
    """An event that never was, with a link that is right for itself; all later links move on by one place."""
    place = draw.randrange(len(links) - 1)
    forged = Event.objects.create(company_id=1, **FORGED)
    [row] = sql.fetch(f"SELECT {seals._COLUMNS} FROM platform_event e WHERE e.id = %s", (forged.pk,))
    for link in reversed(links[place + 1 :]):
        Seal.objects.filter(pk=link.pk).update(position=link.position + 1)
    chained = seals.link(links[place].chain_hash, row)
    Seal.objects.create(company_id=1, position=links[place].position + 1, event=forged, chain_hash=chained)


def reorder(draw, links):
    """Two links change places."""
    first, second = draw.sample(links, 2)
    for link, position in ((first, 10**6), (second, first.position), (first, second.position)):
        Seal.objects.filter(pk=link.pk).update(position=position)


def swap(draw, links):
    """Two events change what they tell."""
    first, second = Event.objects.filter(pk__in=[link.event_id for link in draw.sample(links, 2)])
    for event, other in ((first, second), (second, first)):
        Event.objects.filter(pk=event.pk).update(
            document_id=other.document_id, document_number=other.document_number
        )  # fmt: skip


def found():
    return sum(result.broken for result in verify.run(CHECKS))


@pytest.fixture
def history(db, clock):
    for number in range(1, EVENTS + 1):
        happen(number, by=SYSTEM, clock=clock)
    assert seals.seal_all() == EVENTS
    triggers.lift()


@pytest.mark.parametrize("attack", [edit, delete, insert, reorder, swap])
def test_every_attack_on_the_sealed_history_is_found(history, attack):
    draw = random.Random(f"{SEED}/{attack.__name__}")
    links = list(Seal.objects.order_by("position"))
    unseen = []
    assert found() == 0
    for number in range(ATTACKS_EACH):
        with transaction.atomic():
            attack(draw, links)
            unseen += [] if found() else [number]
            transaction.set_rollback(True)
    assert unseen == []
    assert found() == 0
