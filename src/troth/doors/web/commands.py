"""What the command bar finds besides things: screens by code and name, new documents, and verbs on a document.

Everything is offered only to those who may open it: the right to a route stands in `permissions/routes.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from troth.doors.web import things
from troth.doors.web.codes import BY_CODE, CODES, Code
from troth.platform import blocking, documents
from troth.platform.blocks import BlockKind
from troth.platform.models import BlockRow
from troth.platform.web import areas
from troth.platform.web.access import Actor, allowed
from troth.platform.web.blocks import KINDS
from troth.platform.web.search import Hit
from troth.platform.web.values import Text

ACTIONS, SCREENS = _("Actions"), _("Screens")


@dataclass(frozen=True, slots=True)
class Task:
    """Something to begin; `also` are other words that people say for it.

    What is done to the rows of a list opens the list; `permission` is then the action's own.
    """

    label: Text
    route: str
    also: Text = ""
    query: str = ""
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """Something to do to one document, typed as a verb and its number."""

    label: Text
    kind: str
    route: str


TASKS = (
    Task(_("New order"), "sales:order-create", _("create enter take")),
    Task(_("New quotation"), "sales:quotation-create", _("create quote offer")),
    Task(_("Run the backorders"), "backorders:variants", _("simulate reschedule distribute share out")),
    Task(_("New variant"), "backorders:variant-create", _("create backorder")),
    Task(_("Create deliveries"), "shipping:due", _("new delivery")),
    Task(_("New shipment"), "shipping:shipment-create", _("create plan truck load")),
    Task(_("Confirm picks"), "shipping:transfer_orders", _("transfer order"), "state=open", "shipping.confirm_pick"),
    Task(_("Pick with a hand-held"), "shipping:picking", _("scan bar code fetch")),
    Task(
        _("Set quotas"),
        "quotas:quota-procedures-list",
        _("contingent target plan"),
        "",
        "quotas.set_targets",
    ),
    Task(
        _("Keep supply for customers"),
        "quotas:supply-protections-list",
        _("protect reserve group"),
        "",
        "quotas.save_protection",
    ),
    Task(_("Try a quota"), "promising:quota-try", _("check contingent")),
    Task(_("Pack"), "shipping:packing", _("packing handling unit carton label")),
    Task(_("Post goods issue"), "shipping:deliveries", _("ship leave"), "state=picked", "shipping.post_goods_issue"),
    Task(_("Record proofs of delivery"), "shipping:proofs", _("arrived signed pod"), "", "shipping.prove_delivery"),
    Task(_("Release credit blocks"), "credit:blocked", _("unblock reject decide"), "", "credit.release_block"),
    Task(_("Release blocks"), "web:blocks", _("unblock blocked orders"), "mine=1", "platform.release_block"),
    Task(_("Create invoices"), "billing:due", _("new bill")),
    Task(_("New payment"), "receivables:payment-create", _("create post money received")),
    Task(_("Enter forecasts"), "supply:forecast-set", _("plan demand expected")),
    Task(
        _("Release goods from inspection"),
        "supply:lots",
        _("quality usage decision"),
        "",
        "supply.decide_usage",
    ),
    Task(_("Block goods"), "supply:stock", _("transfer posting"), "type=unrestricted", "supply.transfer_stock"),
    Task(_("New receipt"), "supply:receipt-create", _("create expect purchase production")),
    Task(_("Enter a plan"), "supply:plan", _("planned order purchase requisition planning run")),
    Task(_("New customer"), "masterdata:customers-create", _("create")),
    Task(_("New product"), "masterdata:products-create", _("create")),
    Task(_("New price"), "masterdata:prices-create", _("create condition")),
    Task(_("Add a person"), "people:add", _("new user create")),
)

VERBS = (
    Verb(_("Change"), "order", "sales:order-change"),
    Verb(pgettext_lazy("document", "Cancel"), "order", "sales:order-cancel"),
    Verb(pgettext_lazy("document", "Block"), "order", "sales:order-block"),
    Verb(_("Change"), "quotation", "sales:quotation-change"),
    Verb(_("Reject"), "quotation", "sales:quotation-reject"),
    Verb(_("Order from"), "quotation", "sales:quotation-order"),
    Verb(_("Change"), "delivery", "shipping:delivery-change"),
    Verb(pgettext_lazy("document", "Block"), "delivery", "shipping:delivery-block"),
    Verb(_("Pack"), "delivery", "shipping:delivery-pack"),
    Verb(_("Assign"), "delivery", "shipping:delivery-assign"),
    Verb(pgettext_lazy("document", "Cancel"), "delivery", "shipping:delivery-cancel"),
    Verb(_("Prove"), "delivery", "shipping:delivery-prove"),
    Verb(_("Reverse"), "delivery", "shipping:delivery-reverse"),
    Verb(_("Assign"), "shipment", "shipping:shipment-assign"),
    Verb(pgettext_lazy("document", "Cancel"), "shipment", "shipping:shipment-cancel"),
    Verb(_("Confirm"), "transfer_order", "shipping:transfer-confirm"),
    Verb(pgettext_lazy("document", "Cancel"), "transfer_order", "shipping:transfer-cancel"),
    Verb(pgettext_lazy("document", "Cancel"), "invoice", "billing:invoice-cancel"),
    Verb(_("Clear"), "payment", "receivables:payment-clear"),
    Verb(_("Reverse"), "payment", "receivables:payment-reverse"),
    Verb(_("Receive"), "receipt", "supply:receive"),
    Verb(_("Change"), "receipt", "supply:receipt-change"),
    Verb(_("Convert"), "receipt", "supply:receipt-convert"),
)


def find_codes(actor: Actor, words: str) -> list[Hit]:
    """The code that was typed, with what stands behind it; else the codes that begin so."""
    first, _space, rest = words.partition(" ")
    code = BY_CODE.get(first.upper())
    if code is None:
        return [] if rest else [_screen(one) for one in _open_to(actor) if one.code.startswith(first.upper())]
    if not allowed(actor, code.route):
        return []
    return _behind(actor, code, rest.strip()) if rest.strip() else [_screen(code, exact=True)]


def _open_to(actor: Actor) -> list[Code]:
    return [code for code in CODES if allowed(actor, code.route)]


def _screen(code: Code, *, exact: bool = False) -> Hit:
    return Hit(SCREENS, code.label, code.url, code.code, exact)


def _behind(actor: Actor, code: Code, rest: str) -> list[Hit]:
    if code.asks:
        url = f"{code.url}{'&' if code.query else '?'}{things.parameter(code.asks, rest)}"
        return [Hit(SCREENS, f"{code.label}: {rest}", url, code.code, exact=True)]
    if not code.opens or not allowed(actor, code.opens):
        return []
    found = things.numbered(actor, documents.kind(code.kind), rest)
    return [
        Hit(SCREENS, f"{code.label}: {one.number}", reverse(code.opens, args=[one.key]), code.code, one.exact)
        for one in found
    ]


def find_screens(actor: Actor, words: str) -> list[Hit]:
    """Areas of the rail, and codes, by the words of their names."""
    named = [
        Hit(SCREENS, area.label, reverse(area.url_name))
        for area in areas.open_to(actor.may)
        if _says(f"{area.label}", words)
    ]
    known = {str(hit.label) for hit in named}
    coded = [_screen(code) for code in _open_to(actor) if _says(f"{code.label}", words)]
    return named + [hit for hit in coded if str(hit.label) not in known]


def find_tasks(actor: Actor, words: str) -> list[Hit]:
    """What the person may begin: "new order", "release"."""
    return [
        Hit(ACTIONS, task.label, _task_url(task))
        for task in TASKS
        if _may(actor, task) and _says(f"{task.label} {task.also}", words)
    ]


def _may(actor: Actor, task: Task) -> bool:
    return allowed(actor, task.route) and (not task.permission or actor.may(task.permission))


def _task_url(task: Task) -> str:
    return reverse(task.route) + (f"?{task.query}" if task.query else "")


def find_verbs(actor: Actor, words: str) -> list[Hit]:
    """A verb and a number: "cancel SO-000401", "release 401"."""
    verb, _space, number = words.rpartition(" ")
    if not verb or not any(letter.isdigit() for letter in number):
        return []
    hits = []
    for one in VERBS:
        if _says(f"{one.label}", verb) and allowed(actor, one.route):
            found = things.numbered(actor, documents.kind(one.kind), number)
            hits += [
                Hit(ACTIONS, f"{one.label} {row.number}", reverse(one.route, args=[row.key]), _title(one.kind))
                for row in found
            ]
    return hits + _releases(actor, verb, number)


def _title(kind: str) -> str:
    return str(documents.kind(kind).title)


def _releases(actor: Actor, verb: str, number: str) -> list[Hit]:
    """The standing blocks of an order, each with the page that releases it."""
    word = gettext("Release")
    if not _says(word, verb):
        return []
    return [
        Hit(ACTIONS, f"{word} {order.number}", url, kind)
        for order in things.numbered(actor, documents.kind("order"), number)
        for kind, url in _standing(actor, order.key)
    ]


def _standing(actor: Any, order_id: int) -> Iterator[tuple[str, str]]:
    """The kind of each block of an order that the actor may release, and where."""
    for block in BlockRow.objects.filter(document_kind="order", document_id=order_id, released_at=None):
        if blocking.may_release(block, actor):
            yield str(KINDS[BlockKind(block.kind)]), reverse(blocking.page_of(BlockKind(block.kind)), args=[block.pk])


def _says(text: str, words: str) -> bool:
    """Whether each typed word begins a word of the text."""
    said = text.casefold().split()
    return all(any(one.startswith(word) for one in said) for word in words.casefold().split())
