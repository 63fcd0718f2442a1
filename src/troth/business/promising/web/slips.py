"""Supply that slipped, and what became of each promise that hung on it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import measures, screens
from troth.business.promising.measures import Told
from troth.business.promising.models import Reaction
from troth.business.promising.web.earlier import arriving
from troth.kernel.calendars import date_of
from troth.kernel.errors import Sentence
from troth.ledgers.availability.ahead import Cover
from troth.platform import documents as kinds
from troth.platform.documents import DocumentRef
from troth.platform.web import formats, keyset
from troth.platform.web.columns import Column, Filter
from troth.platform.web.keyset import Page
from troth.platform.web.language import recorded, worded
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.ranges import between
from troth.platform.web.values import Empty, Link, Party, Quantity, Status

OF_RECEIPT = (
    Sentence("receipt %(number)s was changed"),
    Sentence("receipt %(number)s was cancelled"),
    Sentence("receipt %(number)s came"),
    Sentence("goods of receipt %(number)s were taken back"),
)
recorded(
    *OF_RECEIPT,
    Sentence("plan: %(reason)s"),
    Sentence("%(number)s became %(other)s"),
    Sentence("count: %(reason)s"),
    Sentence("batch %(numbers)s has expired"),
    Sentence("batch %(number)s can be used until further notice"),
    Sentence("batch %(number)s can be used until %(day)s"),
    Sentence("inspection lot %(number)s is released on another day"),
    Sentence("stock was blocked: %(reason)s"),
    Sentence("stock went into inspection: %(reason)s"),
    Sentence("stock was sent away: %(reason)s"),
    Sentence("stock was released: %(reason)s"),
    Sentence("stock was unblocked: %(reason)s"),
    Sentence("stock was placed: %(reason)s"),
    Sentence("a transfer posting was reversed: %(reason)s"),
    Sentence("stock was moved from bin %(one)s to bin %(other)s"),
    Sentence("delivery %(number)s left before its day"),
    Sentence("more was issued with delivery %(number)s than was promised"),
    Sentence("delivery %(number)s gave back what it had taken"),
    Sentence("receipts are overdue"),
    Sentence("supply does not cover what is promised"),
)
POLICIES = {
    "repromise": Status(_("Promised anew"), "going"),
    "ask": Status(_("Asked first"), "waiting"),
    "keep": Status(_("Kept and reported"), "waiting"),
    "hold": Status(_("Hold gave way"), "stopped"),
}
COVERS = {
    Cover.FIRM: _("Firm supply"),
    Cover.PLANNED: _("Planned supply"),
    Cover.UNRELEASED: _("Goods not released"),
}
SLIPPED = {True: Status(_("Not covered"), "waiting"), False: Status(_("Worked off"), "done")}


def slips(query: ListQuery) -> Page:
    """What slipped, the last first, with how many promises hung on it."""
    found = measures.slips(query.actor).annotate(promises=Count("reactions"))
    found = found.filter(between("opened_at__date", query.filters.get("opened_on")))
    if site := query.filters.get("site"):
        found = found.filter(balance__site__code__iexact=site)
    if receipt := query.filters.get("receipt"):
        found = found.filter(cause__in=[one.pattern % {"number": receipt} for one in OF_RECEIPT])
    if cover := query.filters.get("cover"):
        found = found.filter(cover=cover)
    if query.filters.get("hung"):
        found = found.filter(reactions__isnull=False)
    if words := query.search:
        found = found.filter(cause__icontains=words) | found.filter(balance__product__number__iexact=words)
    page = keyset.page(found, ("-id",), query.after, query.limit, count=query.count)
    still = measures.open_among([one.pk for one in page.rows])
    numbers = kinds.numbers((one.source_kind, one.source_id) for one in page.rows if one.source_kind)
    return replace(page, rows=[_slip(one, one.pk in still, numbers, query.actor) for one in page.rows])


def _slip(one: Any, is_open: bool, numbers: dict[tuple[str, int], str], actor: Any) -> dict[str, Any]:
    unit = one.balance.product.base_unit
    ref = DocumentRef(one.source_kind, one.source_id or 0, numbers.get((one.source_kind, one.source_id), ""))
    return {
        "id": one.pk,
        "opened_on": one.opened_at.date(),
        "cause": worded(one.cause),
        "document": screens.link_of(ref, actor) if ref.number else None,
        "product": Party(one.balance.product.name, one.balance.product.number),
        "site": one.balance.site.code,
        "on": one.on,
        "quantity": Quantity(one.quantity, unit.decimals, unit.code),
        "cover": COVERS[Cover(one.cover)],
        "promises": one.promises,
        "status": SLIPPED[is_open],
    }


class SlipList(ListPage):
    title = _("Supply that slipped")
    lead = _(
        "Each time a receipt, a count, a block or an expiry left promises uncovered. A row opens what became of them."
    )
    permission = "promising.view_availability"
    columns = (
        Column("opened_on", _("Day"), "date"),
        Column("cause", _("Because"), wide=True, wrap=True),
        Column("document", _("Document"), "link", offered=True),
        Column("product", _("Product"), "party"),
        Column("site", _("Site")),
        Column("on", _("Short from"), "date"),
        Column("quantity", _("Short"), "quantity"),
        Column("cover", _("Promised on")),
        Column("promises", _("Promises"), "number"),
        Column("status", _("Status"), "status"),
    )
    filters = (
        Filter("opened_on", _("Day"), "date_range"),
        Filter("site", _("Site"), "text"),
        Filter("receipt", _("Receipt"), "text"),
        Filter("cover", _("Promised on"), "choice", tuple((str(key), word) for key, word in COVERS.items())),
        Filter("hung", _("With promises"), "flag"),
    )
    search_label = _("Receipt, cause or number of a product")
    file_name = "slips"
    empty = Empty(
        _("No supply has slipped"),
        _("When it does, the promises that hung on it are listed here with what became of them."),
    )
    source = staticmethod(slips)
    row_key = staticmethod(lambda row: row["id"])
    row_url = staticmethod(lambda row: f"{reverse('promising:reactions')}?slip={row['id']}")


def reactions(query: ListQuery) -> Page:
    """What became of promises, the last first."""
    found = measures.reactions(query.actor).filter(between("at__date", query.filters.get("at")))
    if (slip := query.filters.get("slip", "")) and slip.isdecimal():
        found = found.filter(shortage_id=int(slip))
    if policy := query.filters.get("policy"):
        found = found.filter(policy=policy)
    if words := query.search:
        found = found.filter(requirement__document_number__istartswith=words)
    page = keyset.page(found, ("-id",), query.after, query.limit, count=query.count)
    told = measures.told(page.rows)
    return replace(page, rows=[_reaction(one, told.get(one.pk, ()), query.actor) for one in page.rows])


def _reaction(one: Reaction, told: Sequence[Told], actor: Any) -> dict[str, Any]:
    wanted = one.requirement
    product = wanted.product
    unit = (product.base_unit.decimals, product.base_unit_id)
    ref = DocumentRef(wanted.document_kind, wanted.document_id, wanted.document_number)
    return {
        "id": one.pk,
        "document": screens.link_of(ref, actor) or Link(wanted.document_number, ""),
        "party": wanted.party.name if wanted.party else "",
        "product": product.number,
        "cause": worded(one.shortage.cause),
        "at": one.at.date(),
        "was": arriving(_read(one.before), unit),
        "now": _now(one, unit),
        "policy": POLICIES[one.policy],
        "told": "; ".join(_said(each) for each in told),
        "url": reverse("promising:promise", args=[wanted.pk]),
    }


def _read(dates: Iterable[Sequence[int]]) -> list[tuple[int, date]]:
    return [(quantity, date_of(day)) for quantity, day in dates]


def _now(one: Reaction, unit: tuple[int, str]) -> str:
    if one.after is not None:
        return arriving(_read(one.after), unit) or gettext("not confirmed")
    if one.policy == "ask" and one.decided_at is None:
        return gettext("not decided yet")
    return gettext("as before")


def _said(told: Told) -> str:
    facts = {"who": told.who, "at": formats.instant(told.at)}
    return (
        gettext("%(who)s by mail, %(at)s") % facts if told.by_mail else gettext("%(who)s by an issue, %(at)s") % facts
    )


class ReactionList(ListPage):
    title = _("What became of promises")
    lead = _("Promises whose supply slipped: the dates before and after, by which policy, and who was told when.")
    permission = "promising.view_availability"
    columns = (
        Column("document", _("Document"), "link"),
        Column("at", _("Day"), "date", offered=True),
        Column("party", _("Customer")),
        Column("product", _("Product")),
        Column("cause", _("Because"), wrap=True),
        Column("was", _("Promised until then"), wide=True, wrap=True),
        Column("now", _("Promised since"), wide=True, wrap=True),
        Column("policy", _("Policy"), "status"),
        Column("told", _("Told"), wide=True, wrap=True),
    )
    filters = (
        Filter("slip", _("Slip"), "text"),
        Filter("policy", _("Policy"), "choice", tuple((key, one.word) for key, one in POLICIES.items())),
        Filter("at", _("Day"), "date_range"),
    )
    routes = ((_("Supply that slipped"), "promising:slips"),)
    search_label = _("Order or hold")
    file_name = "reactions"
    empty = Empty(
        _("No promise hung on it"),
        _("Promises are listed here once their supply has slipped and the job has looked at them."),
    )
    source = staticmethod(reactions)
    row_key = staticmethod(lambda row: row["id"])
    row_url = staticmethod(lambda row: row["url"])
