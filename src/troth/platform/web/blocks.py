"""The pages of blocks: all that stand (V.14), set one, release one or many, and what became of a document's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.kernel.errors import NotFound, Sentence
from troth.platform import blocking, documents, permissions
from troth.platform.actors import Actor
from troth.platform.blocking import Facts, Narrowing
from troth.platform.blocks import Block, BlockKind, BlockScope
from troth.platform.documents import DocumentRef
from troth.platform.models import BlockRow
from troth.platform.web import formats, history, keyset
from troth.platform.web.acts import AskPage, MassAsk, Outcome, Reason, bulk, clocked, step
from troth.platform.web.columns import Column, Filter, table_of
from troth.platform.web.documents import TABLE, Tab, register_everywhere
from troth.platform.web.keyset import Page
from troth.platform.web.language import worded
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.tallies import tally
from troth.platform.web.values import Empty, Link, Party, Status, Step, Text, Waiting

KINDS: Final[dict[BlockKind, Text]] = {
    BlockKind.CREDIT: _("Credit"),
    BlockKind.DELIVERY: _("Delivery"),
    BlockKind.CUSTOMER_SERVICE: _("Customer service"),
    BlockKind.QUALITY: _("Quality"),
    BlockKind.BILLING: _("Billing"),
}
"""Whose business a block is."""
SCOPES: Final[dict[BlockScope, Text]] = {
    BlockScope.CONFIRMATION: _("confirmation and all after it"),
    BlockScope.DELIVERY: _("delivery and goods issue"),
    BlockScope.GOODS_ISSUE: _("goods issue"),
    BlockScope.BILLING: _("billing"),
}
"""What a block stops."""
AGES: Final = (("1", _("over a day")), ("3", _("over 3 days")), ("7", _("over a week")), ("30", _("over 30 days")))
SORTS = {"-since": ("-set_at", "-id"), "document": ("document_number", "id"), "-document": ("-document_number", "-id")}
OWN_PAGE, NAMED = "web:block-release", 8
"""The page that releases one; so many are named before they are released, of more their number is told."""
STANDS, RELEASED = Status(_("Stands"), "stopped"), Status(_("Released"), "done")


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    document: str
    customer: Party | None
    kind: str
    scope: str
    reason: str
    set_by: str
    since: date
    next_on: date | None
    releases: str
    url: str


def narrowing(query: ListQuery, now: Any) -> Narrowing:
    age = query.filters.get("age")
    return Narrowing(
        kind=query.filters.get("kind", ""),
        scope=query.filters.get("scope", ""),
        customer=query.filters.get("customer", ""),
        words=query.search,
        set_before=now - timedelta(days=int(age)) if age else None,
        releasable=query.filters.get("mine", False),
    )


def rows_of(found: Sequence[BlockRow], actor: Actor) -> list[Row]:
    """The blocks as the list shows them; three statements, and a few more for each kind of document."""
    known = facts_of(found)
    names = history.names_of(row.set_by_id for row in found)
    return [_row(row, known.get((row.document_kind, row.document_id)), names, actor) for row in found]


def facts_of(found: Iterable[BlockRow]) -> dict[tuple[str, int], Facts]:
    """Whose documents these are, and what comes next for each."""
    ids: dict[str, list[int]] = {}
    for row in found:
        ids.setdefault(row.document_kind, []).append(row.document_id)
    subjects = blocking.subjects()
    return {
        (kind, key): facts
        for kind, keys in ids.items()
        if kind in subjects
        for key, facts in subjects[kind].facts(keys).items()
    }


def _row(row: BlockRow, facts: Facts | None, names: dict[int | None, str], actor: Actor) -> Row:
    ref = DocumentRef(row.document_kind, row.document_id, row.document_number)
    opened = documents.opened_by(ref, actor)
    return Row(
        row.pk, titled(ref), Party(facts.party_name, facts.party_number) if facts else None,
        str(KINDS[BlockKind(row.kind)]), str(SCOPES[BlockScope(row.scope)]), worded(row.reason),
        names.get(row.set_by_id, "–"), timezone.localtime(row.set_at).date(), facts.next_on if facts else None,
        whose(row, actor), reverse(opened.url_name, args=[ref.id]) if opened else "",
    )  # fmt: skip


def titled(ref: DocumentRef) -> str:
    """A document as people name it: "Order SO-4711"."""
    title = next((str(kind.title) for kind in documents.kinds() if kind.code == ref.kind), ref.kind)
    return f"{title[:1].upper()}{title[1:]} {ref.number}"


def whose(row: BlockRow, actor: Actor) -> str:
    """Who may release the block; whether the reader may, where they have the right."""
    releases = blocking.RULES[BlockKind(row.kind)].releases
    if not actor.may(releases, company_id=row.company_id):
        return ", ".join(sorted(str(permissions.ROLES[role]) for role in permissions.PERMISSIONS[releases]))
    return gettext("somebody else: it is your own") if blocking.is_own(row, actor) else gettext("you")


class BlockList(ListPage):
    title = _("Blocks")
    lead = _("What stops orders and deliveries, the longest first, and who may release it.")
    permission = "platform.view_block"
    columns = (
        Column("document", _("Document"), sort=True),
        Column("customer", _("Customer"), "party"),
        Column("kind", _("Kind")),
        Column("scope", _("Stops")),
        Column("reason", _("Reason"), wide=True, wrap=True),
        Column("set_by", _("Set by"), offered=True),
        Column("since", _("Since"), "date", sort=True),
        Column("next_on", _("Next date"), "date", offered=True),
        Column("releases", _("Released by"), wrap=True),
    )
    filters = (
        Filter("kind", _("Kind"), "choice", tuple((str(kind), word) for kind, word in KINDS.items())),
        Filter("scope", _("Stops"), "choice", tuple((str(scope), word) for scope, word in SCOPES.items())),
        Filter("customer", _("Customer"), "text"),
        Filter("age", _("Age"), "choice", AGES),
        Filter("mine", _("I may release it"), "flag"),
    )
    tabs = (
        Link(_("All"), "/blocks/"),
        Link(_("Mine to release"), "/blocks/?mine=1"),
        Link(_("Over a week"), "/blocks/?age=7"),
    )
    bulk = (
        bulk(_("Release"), _("Release %(count)s blocks"), "web:blocks-release", single=_("Release the block")),
    )  # fmt: skip
    search_label = _("Document or reason")
    empty = Empty(_("Nothing is blocked"), _("A block of an order or a delivery stands here until it is released."))
    row_key = staticmethod(lambda row: row.id)
    row_url = staticmethod(lambda row: row.url)

    def rows(self, query: ListQuery) -> Page:
        now = self.request.clock.now()  # type: ignore[attr-defined]
        found = blocking.standing(query.actor, narrowing(query, now))
        order = SORTS.get(query.sort, ("set_at", "id"))
        page = keyset.page(found, order, query.after, query.limit, count=query.count)
        return replace(page, rows=rows_of(page.rows, query.actor))


def way_to_release(block: Block, actor: Actor) -> Step | None:
    """The page that releases a block of a document, for who may; a credit block's figures are there for more."""
    page = blocking.page_of(block.kind)
    if blocking.may_release(block, actor):
        return step(actor, _("Release"), page, block.id, method="get", company_id=block.company_id)
    if page == OWN_PAGE:
        return None
    return step(actor, _("See the figures"), page, block.id, method="get", company_id=block.company_id)


def waiting(actor: Actor, _today: date) -> Waiting:
    """How many blocks wait for the actor, for the home."""
    return tally(blocking.standing(actor, Narrowing(releasable=True)), "set_at__date")


def all_standing(actor: Actor, _today: date) -> Waiting:
    """How many blocks stand, for who watches over them."""
    return tally(blocking.standing(actor), "set_at__date")


class MassRelease(MassAsk):
    permission = "platform.release_block"
    list_route = "web:blocks"

    def about(self, actor: Any, ids: Sequence[int]) -> None:
        found = blocking.standing(actor).filter(pk__in=ids).order_by("set_at", "id")
        count, named = len(ids), list(found[: NAMED + 1])
        self.title = ngettext("Release %(count)s block", "Release %(count)s blocks", count) % {"count": count}
        self.submit_label = self.title
        self.sentence = _("Each is released by itself; what cannot be is told with its reason.")
        lines = [f"{row.document}: {row.scope}, {row.reason}" for row in rows_of(named[:NAMED], actor)]
        self.consequences = [*lines, gettext("and more")] if len(named) > NAMED else lines

    def do(self, actor: Any, ids: Sequence[int], given: dict[str, Any]) -> Iterable[Outcome]:
        acting = clocked(self.request, actor)
        return [_outcome(one, actor) for one in blocking.release_blocks(ids, reason=given["reason"], **acting)]


def _outcome(one: blocking.Result, actor: Actor) -> Outcome:
    ref = DocumentRef(one.document_kind, one.document_id, one.document_number)
    opened = documents.opened_by(ref, actor)
    url = reverse(opened.url_name, args=[ref.id]) if opened else ""
    label = titled(ref) if one.document_kind else gettext("Block %(id)s") % {"id": one.block_id}
    sentence = gettext("The block is released.") if one.is_released else worded(one.reason)
    return Outcome(label, sentence, url, one.is_released)


class Release(AskPage):
    """Release one block. A kind that has a page of its own is released there."""

    permission = "platform.release_block"
    submit_label = _("Release")
    danger = False

    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        row = blocking.seen(captured["key"], by=request.actor)  # type: ignore[attr-defined]
        page = blocking.page_of(BlockKind(row.kind))
        if page != OWN_PAGE:
            return HttpResponseRedirect(reverse(page, args=[row.pk]))
        return super().dispatch(request, *args, **captured)

    def ask(self, actor: Any, key: Any) -> None:
        row = blocking.seen(key, by=actor)
        if row.released_at is not None:
            raise NotFound(Sentence("The block of %(document)s does not stand any more."), document=row.document_number)
        [shown] = rows_of([row], actor)
        self.number = row.document_number
        self.title = gettext("Release the block of %(number)s") % {"number": self.number}
        self.sentence = worded(row.reason)
        self.cancel_url = shown.url or reverse("web:blocks")
        self.consequences = [
            gettext("It stops: %(scope)s.") % {"scope": shown.scope},
            gettext("Set by %(who)s on %(day)s.") % {"who": shown.set_by, "day": formats.day(shown.since)},
            gettext("Released by: %(who)s.") % {"who": shown.releases},
        ]
        self.crumbs = (Link(_("Blocks"), reverse("web:blocks")), Link(shown.document, self.cancel_url))

    def submit(self, actor: Any, form: Any, rows: Any) -> str | HttpResponse:
        acting = clocked(self.request, actor)
        blocking.release_block(self.kwargs["key"], reason=form.cleaned_data["reason"], **acting)
        return self.done(gettext("Block of %(number)s released.") % {"number": self.number}, self.cancel_url)


class BlockForm(Reason):
    scope = forms.ChoiceField(label=_("Stops"))
    kind = forms.ChoiceField(label=_("Kind"), help_text=_("Says who releases it."))
    field_order = ("scope", "kind", "reason")

    def __init__(self, *args: Any, scopes: Sequence[BlockScope], kinds: Sequence[BlockKind], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["scope"].choices = [(str(one), SCOPES[one]) for one in scopes]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [(str(one), _kind_choice(one)) for one in kinds]  # type: ignore[attr-defined]


def _kind_choice(kind: BlockKind) -> str:
    roles = permissions.PERMISSIONS[blocking.RULES[kind].releases]
    return f"{KINDS[kind]}: {', '.join(sorted(str(permissions.ROLES[role]) for role in roles))}"


class BlockAsk(AskPage):
    """Block a document of the kind `document_kind`."""

    permission = "platform.set_block"
    form_class = BlockForm
    document_kind = ""
    submit_label = _("Set the block")
    sentence = _("The step waits until somebody releases the block.")
    danger = False

    def ask(self, actor: Any, key: Any) -> None:
        kind = documents.kind(self.document_kind)
        ref, self.company_id = documents.seen(kind, key, by=actor)
        self.number = ref.number
        self.title = gettext("Block %(document)s") % {"document": titled(ref)}
        self.cancel_url = reverse(kind.url_name, args=[key])
        self.crumbs = (Link(titled(ref), self.cancel_url),)

    def form_arguments(self) -> dict[str, Any]:
        actor = self.request.actor  # type: ignore[attr-defined]
        scopes = blocking.subjects()[self.document_kind].scopes
        return {"scopes": scopes, "kinds": blocking.settable(actor, company_id=self.company_id)}

    def submit(self, actor: Any, form: Any, rows: Any) -> str | HttpResponse:
        given, key = form.cleaned_data, self.kwargs["key"]
        acting = clocked(self.request, actor)
        made = blocking.set_block(
            self.document_kind, key, given["kind"], given["scope"], reason=given["reason"], **acting
        )
        row = blocking.seen(made.block_id, by=actor)
        undo = step(actor, _("Undo"), "web:block-release", row.pk, method="get")
        said = gettext("%(number)s is blocked.") % {"number": self.number}
        return self.done(said, self.cancel_url, undo if blocking.may_release(row, actor) else None)


HISTORY = (
    Column("status", _("Status"), "status"),
    Column("scope", _("Stops")),
    Column("kind", _("Kind")),
    Column("reason", _("Reason"), wide=True, wrap=True),
    Column("set", _("Set"), wrap=True),
    Column("released", _("Released"), wrap=True),
    Column("why", _("Why released"), wrap=True),
    Column("way", _("Release"), "link", "right"),
)
NONE_YET = Empty(_("Never blocked"), _("What is blocked here, and who released it, is kept."))


def _panel(actor: Actor, kind: str, key: int) -> dict[str, Any]:
    found = list(BlockRow.objects.filter(document_kind=kind, document_id=key).order_by("-set_at", "-id"))
    names = history.names_of(who for row in found for who in (row.set_by_id, row.released_by_id))
    rows = [_told(row, names, actor) for row in found]
    return {"table": table_of(HISTORY, rows), "empty": NONE_YET}


def _told(row: BlockRow, names: dict[int | None, str], actor: Actor) -> dict[str, Any]:
    way = None
    if row.released_at is None and blocking.may_release(row, actor):
        way = Link(_("Release"), reverse(blocking.page_of(BlockKind(row.kind)), args=[row.pk]))
    return {
        "status": STANDS if row.released_at is None else RELEASED,
        "scope": SCOPES[BlockScope(row.scope)],
        "kind": KINDS[BlockKind(row.kind)],
        "reason": worded(row.reason),
        "set": _who_when(names.get(row.set_by_id, "–"), row.set_at),
        "released": "" if row.released_at is None else _who_when(names.get(row.released_by_id, "–"), row.released_at),
        "why": worded(row.release_reason),
        "way": way,
    }


def _who_when(who: str, at: Any) -> str:
    return f"{who}, {formats.instant(at)}"


def _tab(actor: Any, kind: str, key: Any) -> Tab | None:
    if kind not in blocking.subjects() or not actor.may("platform.view_block"):
        return None
    return Tab("blocks", _("Blocks"), TABLE, lambda: _panel(actor, kind, int(key)))


register_everywhere(_tab)
