"""What the pages of credit list: the accounts with what they owe, and the documents that wait for a decision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.credit import queries
from troth.business.credit.models import CreditAccount
from troth.ledgers.exposure import queries as exposure
from troth.platform import requests
from troth.platform.actors import Actor
from troth.platform.blocks import BlockKind
from troth.platform.models import BlockRow, RequestRow
from troth.platform.web import formats, history, keyset
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.tallies import tally
from troth.platform.web.values import Money, Party, Status, Waiting

history.words(
    {
        "credit.limit_set": _("Limit set"),
        "credit.goods_issue_released": _("Goods issue released"),
        "credit.exposure_fell": _("Exposure fell"),
        "credit.judged_again": _("Judged again"),
        "credit.block_kept": _("Kept blocked"),
        "credit.rated": _("Rating received"),
        "credit.approved": _("Released within bounds"),
    }
)


@dataclass(frozen=True, slots=True)
class AccountRow:
    company_id: int
    party_id: int
    number: str
    party: Party
    limit: Money | None
    orders: Money
    deliveries: Money
    invoices: Money
    deposits: Money
    free: Money | None
    parent: str
    status: Status


@dataclass(frozen=True, slots=True)
class BlockedRow:
    id: int
    number: str
    party: Party
    amount: Money
    exposure: Money
    limit: Money | None
    excess: Money
    days: int
    set_on: date
    goods: str
    proposal: str


def accounts(query: ListQuery) -> Page:
    found = CreditAccount.objects.select_related("party", "company", "parent__party").filter(is_active=True)
    if query.actor.company_ids is not None:
        found = found.filter(company_id__in=query.actor.company_ids)
    for word in query.search.split():
        found = found.filter(Q(party__number__icontains=word) | Q(party__name__icontains=word))
    if query.filters.get("unlimited"):
        found = found.filter(limit=None)
    orders = {"limit": ("limit",), "-limit": ("-limit",), "-party": ("-party__name",)}
    page = keyset.page(found, orders.get(query.sort, ("party__name",)), query.after, query.limit, count=query.count)
    places = [(one.company_id, one.party_id) for one in page.rows]
    owed, shared = exposure.exposures(places), exposure.groups_of_heads(places)
    rows = [_account(one, owed.get(place), shared.get(place)) for one, place in zip(page.rows, places, strict=True)]
    return replace(page, rows=rows)


def _account(one: CreditAccount, owed: exposure.Exposure | None, shared: exposure.Exposure | None) -> AccountRow:
    """What is free of the limit of one that heads a group is what its group leaves of it."""
    owed, currency = owed or exposure.Exposure(), one.company.currency_id
    counted = (shared or owed).total
    free = None if one.limit is None else Money(one.limit + one.guaranteed - counted, currency)
    return AccountRow(
        one.company_id, one.party_id, one.party.number, Party(one.party.name),
        None if one.limit is None else Money(one.limit, currency), Money(owed.open_orders, currency),
        Money(owed.open_deliveries, currency), Money(owed.open_invoices, currency), Money(owed.deposits, currency),
        free, one.parent.party.number if one.parent else "", status(one.limit, counted - one.guaranteed),
    )  # fmt: skip


def status(limit: int | None, owed: int) -> Status:
    if limit is None:
        return Status(gettext("Not checked"), "draft")
    return Status(gettext("Past the limit"), "stopped") if owed > limit else Status(gettext("In the limit"), "done")


def blocked(query: ListQuery) -> Page:
    found = BlockRow.objects.filter(kind=BlockKind.CREDIT, released_at=None)
    if query.actor.company_ids is not None:
        found = found.filter(company_id__in=query.actor.company_ids)
    if query.search:
        found = found.filter(document_number__icontains=query.search)
    page = keyset.page(found, ("set_at",), query.after, query.limit, count=query.count)
    return replace(page, rows=_blocked(page.rows))


def _blocked(rows: Sequence[BlockRow]) -> list[BlockedRow]:
    if not rows:
        return []
    wanted = {row.pk for row in rows}
    documents = queries.blocked_documents(after_id=min(wanted) - 1, limit=max(wanted) - min(wanted) + 1)
    return [_blocked_row(one) for one in documents if one.block_id in wanted]


def _blocked_row(one: queries.BlockedDocument) -> BlockedRow:
    return BlockedRow(
        one.block_id, one.ref.number, Party(one.party_name, one.party_number), Money(one.amount, one.currency),
        Money(one.exposure.total, one.currency), None if one.limit is None else Money(one.limit, one.currency),
        Money(one.excess, one.currency), (timezone.now() - one.set_at).days, timezone.localtime(one.set_at).date(),
        goods(one), proposal(one),
    )  # fmt: skip


def goods(one: queries.BlockedDocument) -> str:
    """Until when its goods are kept, or that they are kept no longer."""
    if one.goods is None:
        return ""
    return gettext("kept no longer") if one.goods.is_lapsed else formats.instant(one.goods.until)


def proposal(one: queries.BlockedDocument) -> str:
    """What is known for the decision: it is kept, it would pass now, or nothing new."""
    if one.kept_by_id is not None:
        return gettext("Kept: %(reason)s") % {"reason": one.kept_reason}
    if one.passes_at is not None:
        return gettext("Passes now: release it")
    return _asked(one.asked_back)


def _asked(one: RequestRow | None) -> str:
    if one is None:
        return ""
    if one.state in requests.OPEN:
        return gettext("Asked back: %(question)s") % {"question": one.question}
    return gettext("Answered: %(answer)s") % {"answer": one.answer or one.reason}


def blocked_document(actor: Actor, block_id: int) -> queries.BlockedDocument | None:
    """The standing credit block of this id with its facts, if the actor may see it."""
    found = queries.blocked_documents(after_id=block_id - 1, limit=1)
    return next((one for one in found if one.block_id == block_id and actor.sees(one.company_id)), None)


def waiting(actor: Actor) -> Waiting:
    """How many documents wait for a credit manager, and since when."""
    found = BlockRow.objects.filter(kind=BlockKind.CREDIT, released_at=None)
    if actor.company_ids is not None:
        found = found.filter(company_id__in=actor.company_ids)
    return tally(found, "set_at__date")
