"""Confirmations that are kept for a time only: those of a document that waits under a block.

They stand like any others until then. From that moment on they hold nothing, whether or not the sweep has come: whoever
promises goods of one of their keys takes back what has lapsed on it first, under the same lock, as with holds. The key
says from when on it is worth a look (`AvailabilityBalance.lapses`), so it costs nothing where nothing is kept so.

What no longer waits never lapses: a release in time keeps the goods, even while nobody has noted it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.db.models import Min

from troth.business.promising import store
from troth.business.promising.actions import places, quotas
from troth.business.promising.actions.changes import demand_of, fluid
from troth.business.promising.models import Keeping, Requirement
from troth.business.promising.rules import Wish
from troth.business.promising.states import Cause
from troth.business.promising.store import Standing
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import blocks, sql
from troth.platform.blocks import BlockKind
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

WAITS_FOR = frozenset({BlockKind.CREDIT, BlockKind.DELIVERY})
"""The kinds of blocks under which confirmations are kept, given up, or not made, as the document's type says."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Until when the confirmations of a document are kept, and whether they were given up since."""

    until: datetime
    is_lapsed: bool


def kept(kind: str, ids: Collection[int]) -> dict[int, Kept]:
    """Of these documents those whose confirmations are, or were, kept for a time; by id."""
    rows = Keeping.objects.filter(document_kind=kind, document_id__in=list(ids))
    return {row.document_id: Kept(row.until, row.lapsed_at is not None) for row in rows}


def keep_until(held: Held, ref: DocumentRef, until: datetime) -> Kept:
    """Keep what is confirmed on a held document until then; if that was noted before, it stays as it was.

    The keys of what it is promised must be held.
    """
    assert held.writes
    row, _made = Keeping.objects.get_or_create(
        document_kind=ref.kind, document_id=ref.id, defaults={"document_number": ref.number, "until": until}
    )
    if row.lapsed_at is None:
        _mark(held, ref, row.until)
    return Kept(row.until, row.lapsed_at is not None)


def _mark(held: Held, ref: DocumentRef, until: datetime) -> None:
    drawn_on = Requirement.objects.filter(document_kind=ref.kind, document_id=ref.id, open_quantity__gt=0)
    keys = {AvailabilityKey(*row) for row in drawn_on.values_list("product_id", "site_id", "segment")}
    at = ceil(until.timestamp())
    known = {key: held.balance(key).lapses for key in keys.intersection(held.keys())}
    availability.mark_lapses(held, {key: min(at, before or at) for key, before in known.items()})


def end_keeping(held: Held, ref: DocumentRef) -> bool:
    """A held document waits no more, so that what is confirmed on it stands without an end; whether it was kept."""
    assert held.writes
    return bool(Keeping.objects.filter(document_kind=ref.kind, document_id=ref.id).delete()[0])


def note_lapsed(held: Held, ref: DocumentRef, *, clock: Clock) -> None:
    """Note that the confirmations of a held document were given up."""
    assert held.writes
    Keeping.objects.filter(document_kind=ref.kind, document_id=ref.id).update(lapsed_at=clock.now())


def due(kind: str, clock: Clock, *, limit: int = 500) -> list[int]:
    """The documents of a kind whose time has passed and of which nobody has noted it; the first first, by id."""
    rows = Keeping.objects.filter(document_kind=kind, lapsed_at=None, until__lte=clock.now()).order_by("until", "pk")
    return list(rows.values_list("document_id", flat=True)[:limit])


def is_due(held: Held, key: AvailabilityKey, clock: Clock) -> bool:
    """Whether something on a held key may have lapsed. Costs no statement."""
    lapses = held.balance(key).lapses
    return bool(0 < lapses <= clock.now().timestamp())


def free_lapsed(
    held: Held, keys: Iterable[AvailabilityKey], *, sparing: Iterable[Wish] = (), clock: Clock
) -> None:  # fmt: skip
    """Take back what has lapsed on held keys that are due; `sparing` what stands for the documents of these wishes."""
    at, among = clock.now(), set(keys)
    rows = Keeping.objects.filter(lapsed_at=None)
    found = [DocumentRef(*row) for row in rows.filter(until__lte=at).values_list("document_kind", "document_id")]
    own = {(wish.document.kind, wish.document.id) for wish in sparing}
    lapsed = [one for one in _standing(_waiting(found)) if one.key in among]
    spared = {one.id for one in lapsed if (one.document.kind, one.document.id) in own}
    _give_up(held, [one for one in lapsed if one.id not in spared], at)
    among -= {one.key for one in lapsed if one.id in spared}
    next_one = rows.filter(until__gt=at).aggregate(Min("until"))["until__min"]
    # The next of all is no later than the next of a key, and needs no look at who draws on it.
    availability.mark_lapses(held, dict.fromkeys(among, ceil(next_one.timestamp()) if next_one else 0))


def _waiting(refs: Sequence[DocumentRef]) -> list[DocumentRef]:
    """Those that still wait under a block."""
    standing = {(one.ref.kind, one.ref.id) for one in blocks.standing(refs) if one.kind in WAITS_FOR}
    return [ref for ref in refs if (ref.kind, ref.id) in standing]


def _standing(refs: Sequence[DocumentRef]) -> list[Standing]:
    """What is promised on them that may be given up: open, and not tied to stock."""
    found: list[Standing] = []
    for kind in sorted({ref.kind for ref in refs}):
        ids = [ref.id for ref in refs if ref.kind == kind]
        lines = Requirement.objects.filter(document_kind=kind, document_id__in=ids, open_quantity__gt=0)
        found += store.standing(kind, sorted(lines.values_list("line_id", flat=True))).values()
    return [one for one in found if any(line.open for line in fluid(one))]


def _give_up(held: Held, found: Sequence[Standing], at: datetime) -> None:
    """Free what is promised; the wish stays open. What it consumes of quotas that are not held, the sweep frees."""
    entries = [one for each in found for one in demand_of(each, sign=1) if one.key == each.key]
    availability.post(held, entries, at=at)
    quotas.free(held, found, quotas.held_keys(held), at=at)
    if held.writes and found:
        store.keep_past(found, Cause.EXPIRED, at)
        store.cut_schedules(line for one in found for line in fluid(one))
        sql.update(
            "promising_requirement",
            "id",
            {"confirmed_quantity": "int", "explanation": "json", "promised_at": "at", "cause": "text"},
            [(one.id, one.delivered + one.allocated, '{"held": "blocked"}', at, str(Cause.EXPIRED)) for one in found],
        )
    places.level(held, [(one.key, one.document) for one in found if one.segment], at=at)
