"""The journal as a list: one row for each posting, page by page; the export of it balances."""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q
from django.urls import reverse

from troth.ledgers.journal.models import Account, Entry, Posting
from troth.platform import documents
from troth.platform.actors import Actor
from troth.platform.web import keyset
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.values import Link, Money


@dataclass(frozen=True, slots=True)
class JournalRow:
    """Debit and credit in the company's currency; `document` in the document's own."""

    id: int
    entry: str
    on: date
    text: str
    source: Link | None
    account: str
    name: str
    debit: Money | None
    credit: Money | None
    document: Money


def rows(query: ListQuery) -> Page:
    """Filters: `on` (a pair of dates), `account`; the newest entries first, an entry's postings together."""
    found = Posting.objects.select_related("entry__company", "balance")
    if query.actor.company_ids is not None:
        found = found.filter(entry__company_id__in=query.actor.company_ids)
    first, last = query.filters.get("on") or (None, None)
    found = found.filter(**{"entry__on__gte": first} if first else {}, **{"entry__on__lte": last} if last else {})
    if account := query.filters.get("account"):
        found = found.filter(balance__account=account)
    if query.search:
        found = found.filter(Q(entry__text__icontains=query.search) | Q(balance__account=query.search))
    page = keyset.page(found, ("-id",), query.after, query.limit, count=query.count)
    names = dict(
        Account.objects.filter(code__in={row.balance.account for row in page.rows}).values_list("code", "name")
    )
    numbers = documents.numbers({(row.entry.source_kind, row.entry.source_id) for row in page.rows})
    return replace(page, rows=[_row(row, names, _source(row.entry, numbers, query.actor)) for row in page.rows])


def _row(one: Posting, names: dict[str, str], source: Link | None) -> JournalRow:
    entry, currency = one.entry, one.entry.company.currency_id
    amount = Money(abs(one.amount), currency)
    return JournalRow(
        one.pk, str(entry.pk), entry.on, entry.text, source,
        one.balance.account, names.get(one.balance.account, ""), amount if one.amount >= 0 else None,
        amount if one.amount < 0 else None, Money(one.document_amount, one.document_currency),
    )  # fmt: skip


def _source(entry: Entry, numbers: dict[tuple[str, int], str], actor: Actor) -> Link | None:
    number = numbers.get((entry.source_kind, entry.source_id))
    if number is None:
        return None
    kind = documents.kind(entry.source_kind)
    url = reverse(kind.url_name, args=[entry.source_id]) if actor.may(kind.permission) else ""
    return Link(f"{str(kind.title).capitalize()} {number}", url)


def accounts() -> list[tuple[str, str]]:
    """The accounts for a filter."""
    return [
        (code, f"{code} {name}")
        for code, name in Account.objects.order_by("code").values_list("code", "name").distinct()
    ]
