"""What if, of a whole order or quotation: all its lines together on supposed books. No lock, no trace.

Whoever has such documents says how one is read (`register_whole`): what its lines want, in its own scopes, on its own
ways and by its own limits, which of them hold goods already, and what rules name for them. What the document holds is
free for it. A line that falls short asks its rules on the same books, after the lines before it took theirs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from troth.business.masterdata import queries as masterdata
from troth.business.promising import queries
from troth.business.promising.actions import held_for
from troth.business.promising.actions.changes import HOLD_KIND
from troth.business.promising.actions.confirm import simulate
from troth.business.promising.actions.suppose import Answer, Supposed, entries_of, raised_of
from troth.business.promising.actions.what_rules import planned_of
from troth.business.promising.rules import Wish
from troth.business.promising.rules.alternatives import Asked, Planned
from troth.kernel.errors import BusinessError, NotFound, Sentence
from troth.platform import documents
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef


@dataclass(frozen=True, slots=True)
class Whole:
    """A document as it would be promised: the wishes of its lines. Those of an order in the books are `standing`; what
    `holds` (line ids) hold for it is free for it. `asked` by line id is what rules name, of as much as is open."""

    document: DocumentRef
    wishes: tuple[Wish, ...]
    is_standing: bool = False
    holds: tuple[int, ...] = ()
    asked: Mapping[int, Asked] = field(default_factory=dict)


class Documents(Protocol):
    """How documents of a kind are found and read whole."""

    def find(self, number: str) -> int | None:
        """The id of the document of a number."""

    def read(self, document_id: int, *, by: Actor, clock: Clock) -> Whole:
        """The document; refuses one of which nothing is to be delivered."""


_readers: dict[str, Documents] = {}


def register_whole(kind: str, reader: Documents) -> None:
    """Say how documents of a kind are read whole."""
    _readers[kind] = reader


def whole(kind: str, document_id: int, *, by: Actor, clock: Clock) -> Whole:
    """One document. `NotFound` where the actor may not see it, or may not simulate at a site that it is served from."""
    documents.refuse_unseen(kind, document_id, by=by)
    found = _readers[kind].read(document_id, by=by, clock=clock)
    if documents.opened_by(found.document, by) is None or not all(_may(wish, by) for wish in found.wishes):
        raise NotFound(Sentence("There is no %(kind)s %(id)s that you may see."), kind=kind, id=document_id)
    return found


def whole_named(number: str, *, by: Actor, clock: Clock) -> Whole:
    """The document of a number, of whatever kind. `NotFound` else."""
    for kind, reader in _readers.items():
        if (document_id := reader.find(number)) is not None:
            return whole(kind, document_id, by=by, clock=clock)
    raise NotFound(Sentence("There is no order or quotation %(number)s that you may see."), number=number)


def _may(wish: Wish, by: Actor) -> bool:
    return by.may("promising.simulate", company_id=wish.company_id, site_id=wish.site_id)


def check_whole(one: Whole, supposed: Iterable[Supposed] = (), *, clock: Clock) -> list[Answer]:
    """What each line would be promised, in their order, all of them together; a refusal is the answer of each."""
    moved = list(supposed)
    entries, raised = entries_of(moved, masterdata.snapshot().valuations), raised_of(moved)
    try:
        books = held_for.books_without(one.holds, one.wishes, clock) if one.holds else None
        found = simulate(
            one.wishes, clock=clock, anew=True, books=books, supposed=entries, raised=raised, in_place=bool(one.holds)
        ).lines  # fmt: skip
    except BusinessError as refusal:
        return [refusal] * len(one.wishes)
    return [found[wish.line_id] for wish in one.wishes]


def ask_rules_of(one: Whole, supposed: Iterable[Supposed] = (), *, clock: Clock) -> list[Planned | None]:
    """What rules would let serve each line, in their order; None where none holds for it, or nothing can be tried."""
    if not any(each.alternatives for each in one.asked.values()):
        return [None] * len(one.wishes)
    moved = list(supposed)
    entries, raised = entries_of(moved, masterdata.snapshot().valuations), raised_of(moved)
    lets_go = [(HOLD_KIND, line_id) for line_id in one.holds]
    if one.is_standing:
        lets_go += [(one.document.kind, wish.line_id) for wish in one.wishes]
    places = [wish.line_id for wish in one.wishes if wish.line_id in one.asked]
    planned = planned_of([one.asked[line_id] for line_id in places], lets_go, entries, raised, clock)
    found = dict(zip(places, planned, strict=True))
    return [
        found.get(wish.line_id) if wish.line_id in one.asked and one.asked[wish.line_id].alternatives else None
        for wish in one.wishes
    ]


def stands_of(one: Whole) -> Mapping[int, queries.PromisedLine]:
    """What is promised on its lines now; nothing of one that is in no books."""
    if not one.is_standing:
        return {}
    return queries.promise(one.document.kind, [wish.line_id for wish in one.wishes])
