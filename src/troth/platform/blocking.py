"""Blocks by hand: who may set and release which kind, on which documents, one by one or many at once.

Each kind is somebody's business, and a permission of its own says whose (`RULES`). A document takes blocks of the steps
that are still to come (`Subject`); what a block must undo at once, such as what is confirmed, its app does under the
same locks. A kind whose business asks for more than a release brings its own action (`released_by`): credit does.

    release_blocks([7, 8], reason="drawing came", by=by, clock=clock)      each in a transaction of its own
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol

from django.apps import apps
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from troth.kernel.errors import BusinessError, InvalidInput, NotFound, Sentence
from troth.platform import blocks, documents, locks, permissions
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.blocks import Block, BlockKind, BlockScope, NotStanding
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.platform.models import BlockRow

REASON_MAX = 80
MOST_AT_ONCE = 1_000


class WrongBlock(InvalidInput):
    """This document takes no such block: its step is done, or it never comes to it."""

    code = "wrong_block"


@dataclass(frozen=True, slots=True)
class Rule:
    """The permissions to set a kind of block by hand (empty: nobody does) and to release it."""

    sets: str
    releases: str


RULES: Final[dict[BlockKind, Rule]] = {
    BlockKind.CREDIT: Rule("", "credit.release_block"),
    BlockKind.DELIVERY: Rule("platform.set_delivery_block", "platform.release_delivery_block"),
    BlockKind.CUSTOMER_SERVICE: Rule("platform.set_service_block", "platform.release_service_block"),
    BlockKind.QUALITY: Rule("platform.set_quality_block", "platform.release_quality_block"),
    BlockKind.BILLING: Rule("platform.set_billing_block", "platform.release_billing_block"),
}
"""A credit block is set by the check that found it, so that its figures stand behind it."""


@dataclass(frozen=True, slots=True)
class Blockable:
    """A document that is held, as far as its blocks go. `scopes` are the steps that are still to come."""

    ref: DocumentRef
    company_id: int
    scopes: tuple[BlockScope, ...]
    entered_by_id: int | None = None
    last_raised_by_id: int | None = None
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Whose document it is, and the next day that a block of it may cost."""

    party_name: str
    party_number: str
    next_on: date | None


class Subject(Protocol):
    """What an app tells of its documents that take blocks."""

    @property
    def scopes(self) -> tuple[BlockScope, ...]:
        """The steps that documents of this kind have."""

    def hold(self, document_id: int, *, by: Actor) -> tuple[Held, Blockable]:
        """Lock the document with all that stands in its way to the blocked step."""

    def set_upon(self, held: Held, document_id: int, scope: BlockScope, *, by: Actor, clock: Clock) -> None:
        """Undo what the block forbids."""

    def facts(self, ids: Sequence[int]) -> Mapping[int, Facts]:
        """By id; a few statements for all."""

    def of_customer(self, word: str) -> QuerySet[Any]:
        """The documents of customers with the word in their name, or as their number."""


_subjects: dict[str, Subject] = {}
_releasers: dict[BlockKind, Callable[..., Any]] = {}
_pages: dict[BlockKind, str] = {}


def released_by(kind: BlockKind, release: Callable[..., Any], *, page: str) -> None:
    """Have this kind released by an action of its own, (block_id, *, reason, by, clock), and on a page of its own."""
    _releasers[kind], _pages[kind] = release, page


def register(kind: str, subject: Subject) -> None:
    """Let documents of this kind take blocks by hand."""
    _subjects[kind] = subject


def subjects() -> Mapping[str, Subject]:
    return _subjects


def page_of(kind: BlockKind) -> str:
    """The route of the page that releases a block of this kind, by its id."""
    return _pages.get(kind, "web:block-release")


def may_release(block: Block | BlockRow, actor: Actor) -> bool:
    """Whether the actor has the right, and neither entered the document nor last raised it, as the block knows it."""
    rule = RULES[BlockKind(block.kind)]
    return not is_own(block, actor) and actor.may(rule.releases, company_id=block.company_id)


def is_own(block: Block | BlockRow, actor: Actor) -> bool:
    """Whether the actor entered the blocked document or last raised it."""
    return actor.user_id is not None and actor.user_id in (block.entered_by_id, block.last_raised_by_id)


def settable(actor: Actor, *, company_id: int | None = None) -> tuple[BlockKind, ...]:
    """The kinds that the actor may set."""
    return tuple(kind for kind, rule in RULES.items() if rule.sets and actor.may(rule.sets, company_id=company_id))


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which of the standing blocks are meant; what is empty narrows nothing.

    `words` begin the document's number or stand in the reason. `releasable`: those that the actor may release.
    """

    kind: str = ""
    scope: str = ""
    customer: str = ""
    words: str = ""
    set_before: datetime | None = None
    releasable: bool = False


ALL = Narrowing()


def standing(by: Actor, narrowing: Narrowing = ALL) -> QuerySet[BlockRow]:
    """The blocks that stand on documents the actor may see."""
    found = documents.within(BlockRow.objects.filter(released_at=None), by.reach)
    for kind, model in documents.with_site() if by.reach is not None else ():
        near = documents.within(model._default_manager.filter(pk=OuterRef("document_id")), by.reach)
        found = found.filter(~Q(document_kind=kind.code) | Q(Exists(near)))
    for field in ("kind", "scope"):
        if chosen := getattr(narrowing, field):
            found = found.filter(**{field: chosen})
    for word in narrowing.words.split():
        found = found.filter(Q(document_number__istartswith=word) | Q(reason__icontains=word))
    if narrowing.set_before is not None:
        found = found.filter(set_at__lte=narrowing.set_before)
    if narrowing.customer:
        found = found.filter(_of_customer(narrowing.customer))
    return found.filter(_releasable(by)) if narrowing.releasable else found


def _of_customer(word: str) -> Q:
    """Asked of each standing block, so that it costs what stands and not what the customer ever ordered."""
    either = Q(pk__in=())
    for kind, subject in _subjects.items():
        either |= Q(document_kind=kind) & Q(Exists(subject.of_customer(word).filter(pk=OuterRef("document_id"))))
    return either


def _releasable(by: Actor) -> Q:
    either = Q(pk__in=())
    for kind, rule in RULES.items():
        if by.may(rule.releases):
            either |= Q(kind=kind) & _where(by, rule.releases)
    return either & ~Q(entered_by_id=by.user_id) & ~Q(last_raised_by_id=by.user_id) if by.user_id else either


def _where(by: Actor, permission: str) -> Q:
    roles = permissions.PERMISSIONS[permission]
    companies = {grant.company_id for grant in by.grants if grant.role in roles}
    return Q() if by.is_system or None in companies else Q(company_id__in=companies)


@dataclass(frozen=True, slots=True)
class BlockSet:
    block_id: int
    document_kind: str
    document_id: int
    document_number: str


@action
def set_block(
    document_kind: str, document_id: int, kind: str, scope: str, *, reason: str, by: Actor, clock: Clock
) -> BlockSet:
    """Stop a step of a document, with a reason. A block of the kind and step that stands already stays as it is."""
    subject = _subject(document_kind)
    held, document = subject.hold(document_id, by=by)
    block = put(held, document, kind, scope, reason=reason, by=by, clock=clock)
    subject.set_upon(held, document_id, block.scope, by=by, clock=clock)
    return BlockSet(block.id, document_kind, document_id, document.ref.number)


def put(held: Held, document: Blockable, kind: str, scope: str, *, reason: str, by: Actor, clock: Clock) -> Block:
    """Inner verb: set a block on a held document. Who sets it on a document of their own may take it back."""
    known = [one for one in RULES if RULES[one].sets]
    if kind not in known:
        said = Sentence("Choose one of %(known)s as the kind of the block.", known=", ".join(known))
        raise WrongBlock(said, field="kind")
    if scope not in document.scopes:
        raise _wrong_scope(document)
    permissions.require(
        by, RULES[BlockKind(kind)].sets, company_id=document.company_id, site_id=document.site_id
    )  # fmt: skip
    return blocks.set_block(
        held,
        document.ref,
        BlockKind(kind),
        BlockScope(scope),
        company_id=document.company_id,
        reason=reason_given(reason),
        entered_by_id=_other(document.entered_by_id, by),
        last_raised_by_id=_other(document.last_raised_by_id, by),
        by=by,
        clock=clock,
    )


def _other(user_id: int | None, by: Actor) -> int | None:
    return None if user_id == by.user_id else user_id


def _wrong_scope(document: Blockable) -> WrongBlock:
    if not document.scopes:
        said = Sentence("No step of %(document)s is still to come that a block could stop.")
        return WrongBlock(said, field="scope", document=document.ref.number)
    known = ", ".join(document.scopes)
    said = Sentence("Choose one of %(known)s to block.", known=known)
    return WrongBlock(said, field="scope")


def reason_given(reason: str) -> str:
    """The reason, or a refusal that asks for one."""
    given = reason.strip()
    if not given or len(given) > REASON_MAX:
        raise InvalidInput(Sentence("Say why, in at most %(most)s characters.", most=REASON_MAX), field="reason")
    return given


@dataclass(frozen=True, slots=True)
class BlockReleased:
    block_id: int
    document_kind: str
    document_id: int
    document_number: str


@action
def release_block(block_id: int, *, reason: str, by: Actor, clock: Clock) -> BlockReleased:
    """Release a block of any kind that has no action of its own.

    `NotStanding` where somebody was quicker, `OwnBlock` for who entered or last raised the document.
    """
    row = seen(block_id, by=by)
    if BlockKind(row.kind) in _releasers:
        said = Sentence("A block of the kind %(kind)s has its own way to be released.", kind=row.kind)
        raise WrongBlock(said, field="block")
    held, site_id = _hold(row, by=by)
    return lift(held, row, reason=reason, site_id=site_id, by=by, clock=clock)


def lift(
    held: Held, row: BlockRow, *, reason: str, site_id: int | None = None, by: Actor, clock: Clock
) -> BlockReleased:
    """Inner verb: release a block of a held document."""
    releases = RULES[BlockKind(row.kind)].releases
    permissions.require(by, releases, company_id=row.company_id, site_id=site_id)
    block = blocks.release(held, row.pk, reason=reason_given(reason), by=by, clock=clock)
    return BlockReleased(block.id, block.ref.kind, block.ref.id, block.ref.number)


def _hold(row: BlockRow, *, by: Actor) -> tuple[Held, int | None]:
    if row.document_kind in _subjects:
        held, document = _subjects[row.document_kind].hold(row.document_id, by=by)
        return held, document.site_id
    model: type[Model] = apps.get_model(documents.kind_named(row.document_kind).model)
    found, held = locks.hold(model, row.document_id, by=by)
    return held, getattr(found, "site_id", None)


def seen(block_id: int, *, by: Actor) -> BlockRow:
    """The block, standing or released, if the actor may see its document's company."""
    row = BlockRow.objects.filter(pk=block_id).first()
    if row is None or not by.sees(row.company_id):
        raise NotStanding("This block does not stand any more.", block=block_id)
    return row


def releasing(block_id: int, *, by: Actor) -> Callable[..., Any]:
    """The action that releases this block: `releasing(7, by=by)(7, reason=…, by=by, clock=clock)`."""
    return _releasers.get(BlockKind(seen(block_id, by=by).kind), release_block)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a block in a mass release: released, or `code` and `reason` of the refusal."""

    block_id: int
    document_kind: str
    document_id: int
    document_number: str
    is_released: bool
    code: str = ""
    reason: str = ""


def release_blocks(block_ids: Sequence[int], *, reason: str, by: Actor, clock: Clock) -> tuple[Result, ...]:
    """Release many blocks for one reason, each in its own transaction; what is refused does not stop the others."""
    given = reason_given(reason)
    ids = list(dict.fromkeys(block_ids))[:MOST_AT_ONCE]
    rows = {row.pk: row for row in BlockRow.objects.filter(pk__in=ids) if by.sees(row.company_id)}
    return tuple(_try(block_id, rows.get(block_id), given, by, clock) for block_id in ids)


def _try(block_id: int, row: BlockRow | None, reason: str, by: Actor, clock: Clock) -> Result:
    of = ("", 0, "") if row is None else (row.document_kind, row.document_id, row.document_number)
    try:
        releasing(block_id, by=by)(block_id, reason=reason, by=by, clock=clock)
    except BusinessError as refusal:
        return Result(block_id, *of, is_released=False, code=refusal.code, reason=refusal.message)
    return Result(block_id, *of, is_released=True)


def _subject(document_kind: str) -> Subject:
    if document_kind not in _subjects:
        known = ", ".join(sorted(_subjects))
        said = Sentence("Blocks stand on one of: %(known)s.", known=known)
        raise NotFound(said, kind=document_kind)
    return _subjects[document_kind]
