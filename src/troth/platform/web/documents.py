"""The document page: one page kind for quotations, orders, deliveries, invoices and all that follow.

A view returns a `Document` (what stands in the head) and the tabs; each tab draws one template with its own context and
is asked only when it is opened. Upper apps add tabs to lower pages by `register_tab`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views import View

from troth.platform import actions
from troth.platform.web.access import Actor, demand
from troth.platform.web.values import Block, Link, Money, Party, PromiseLine, Quantity, Status, Step, Text, Trace


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value in the head: text, a date, Money, Quantity, Party or Link."""

    label: Text
    value: Any

    @property
    def kind(self) -> str:
        kinds = {Money: "money", Quantity: "quantity", Party: "party", Link: "link", Status: "status"}
        if isinstance(self.value, date):
            return "date"
        return kinds.get(type(self.value), "text")


@dataclass(frozen=True, slots=True)
class Document:
    """What the head shows. `next_step` is the one primary button; `steps` go into the menu."""

    kind: Text
    number: str
    status: Status
    party: Party | None = None
    total: Money | None = None
    facts: Sequence[Fact] = ()
    next_step: Step | None = None
    steps: Sequence[Step] = ()
    blocks: Sequence[Block] = ()
    crumbs: Sequence[Link] = ()
    party_label: Text = ""
    total_label: Text = ""


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One dated quantity of an item: what was wished, and beside it what is confirmed."""

    wished_on: date | None
    wished: Quantity | None
    promise: PromiseLine | None


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A confirmed quantity with every date on its way; its transport is planned from `planning_on` on."""

    confirmed: Quantity | None
    basis: Status | None
    material_on: date | None = None
    planning_on: date | None = None
    loading_on: date | None = None
    goods_issue_on: date | None = None
    delivery_on: date | None = None
    delivered: Quantity | None = None


@dataclass(frozen=True, slots=True)
class PromisedItem:
    """An item's wish, and beside it what is confirmed; `why` says why these dates, in one sentence, and
    `why_url` leads to all that is known of it."""

    number: str
    product: Party
    wished: Quantity
    wished_on: date | None
    lines: Sequence[DatedLine] = ()
    short: Quantity | None = None
    why: Text = ""
    why_url: str = ""


@dataclass(frozen=True, slots=True)
class Available:
    """What could come of a line as of now, what not, and what of it is `held`."""

    lines: Sequence[PromiseLine]
    short: Quantity | None = None
    held: Text = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a document. `price` is for one price unit; `trace` explains the value, where it is known."""

    number: str
    product: Party
    ordered: Quantity
    status: Status
    price: Money | None = None
    value: Money | Trace | None = None
    schedule: Sequence[ScheduleLine] = ()
    note: Text = ""
    steps: Sequence[Step] = ()
    available: Available | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """`context` is called only when the tab is open. Ready templates: see `ITEMS`, `FLOW`, `HISTORY` and `PAPERS`."""

    key: str
    label: Text
    template: str
    context: Callable[[], Mapping[str, Any]]
    count: int | None = None


ITEMS = "web/document/items.html"  # items: Sequence[Item], total: Money | Trace
PROMISE = "web/document/promise.html"  # items: Sequence[Item]
FLOW = "web/document/flow.html"  # flow: Flow
PAPERS = "web/document/papers.html"  # papers: Sequence[Paper]
HISTORY = "web/document/history.html"  # changes: Sequence[Change]
DATES = "web/document/dates.html"  # promised: Sequence[PromisedItem]
TABLE = "web/document/table.html"  # table: columns and rows of cells; empty: Empty


@dataclass(frozen=True, slots=True)
class PaperVersion:
    """A printing of a paper: its file to open and to keep, who made it, and the mails it went out with, by address."""

    number: int
    url: str
    download_url: str
    made_at: datetime
    who: str
    reason: str = ""
    mails: Sequence[tuple[str, Status]] = ()
    send: Step | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the document; `url` opens its newest version, `step` prints it."""

    title: Text
    url: str = ""
    made_on: date | None = None
    status: Status | None = None
    step: Step | None = None
    versions: Sequence[PaperVersion] = ()


TabMaker = Callable[[Actor, Any], Tab | None]
_tabs: dict[str, list[TabMaker]] = {}


def register_tab(document_kind: str, maker: TabMaker) -> None:
    """Add a tab to every page of a document kind. The maker gets the actor and the key and may return None."""
    _tabs.setdefault(document_kind, []).append(maker)


AnyTabMaker = Callable[[Actor, str, Any], Tab | None]
_everywhere: list[AnyTabMaker] = []


def register_everywhere(maker: AnyTabMaker) -> None:
    """Add a tab to the pages of all kinds. The maker gets the actor, the kind and the key and may return None."""
    _everywhere.append(maker)


def added_tabs(actor: Actor, kind: str, key: Any) -> list[Tab]:
    """What others add to a page of this kind."""
    found = [maker(actor, key) for maker in _tabs.get(kind, ())]
    found += [maker(actor, kind, key) for maker in _everywhere]
    return [tab for tab in found if tab is not None]


Offer = Callable[[Actor, Any], Step | None]
_offers: dict[str, list[tuple[Offer, bool]]] = {}


def register_offer(document_kind: str, offer: Offer, *, aside: bool = False) -> None:
    """Offer a step of an upper app on every page of a document kind; None where it does not apply.

    It becomes the primary button where the document has no next step of its own, else an entry of the menu; with
    `aside` it is an entry of the menu always.
    """
    _offers.setdefault(document_kind, []).append((offer, aside))


def _with_offers(document: Document, offers: Sequence[tuple[Offer, bool]], actor: Actor, key: Any) -> Document:
    found = [(step, aside) for offer, aside in offers if (step := offer(actor, key)) is not None]
    first = next((one for one in found if not one[1]), None)
    if first is not None and document.next_step is None:
        found.remove(first)
        document = replace(document, next_step=first[0])
    return replace(document, steps=(*(step for step, _ in found), *document.steps))


class DocumentPage(View):
    """Subclasses give `document` and `tabs`; both get the actor and the key from the address."""

    http_method_names = ("get", "head", "options")

    permission: str = ""
    document_kind: str = ""
    template_name: str = "web/document.html"

    def document(self, actor: Actor, key: Any) -> Document:
        raise AssertionError("a document page needs `document`")

    def tabs(self, actor: Actor, key: Any) -> Sequence[Tab]:
        raise AssertionError("a document page needs `tabs`")

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        with actions.reading():
            return self._answer(request, key)

    def _answer(self, request: HttpRequest, key: Any) -> HttpResponse:
        actor = demand(request, self.permission)
        tabs = [*self.tabs(actor, key), *added_tabs(actor, self.document_kind, key)]
        opened = next((tab for tab in tabs if tab.key == request.GET.get("tab")), tabs[0])
        partial = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "tab-region"
        context = {"tabs": tabs, "opened": opened, "partial": partial, **opened.context()}
        if not partial:
            document = _with_offers(self.document(actor, key), _offers.get(self.document_kind, ()), actor, key)
            context |= {"document": document, "title": f"{document.kind} {document.number}", "crumbs": document.crumbs}
        answer = render(request, "web/document/tabs.html" if partial else self.template_name, context)
        patch_vary_headers(answer, ("HX-Request",))
        return answer
