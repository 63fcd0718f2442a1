"""Raw SQL of credit: the limit, read under the lock of the exposure, and the record of what was found past it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from troth.business.credit.models import CreditAccount
from troth.business.credit.rules import Group, Payer, Point, Verdict
from troth.ledgers.exposure.keys import ExposureKey
from troth.platform import sql
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

_EXCESS = {
    "account_id": "int",
    "document_kind": "text",
    "document_id": "int",
    "amount": "int",
    '"limit"': "int",
    "open_orders": "int",
    "open_deliveries": "int",
    "open_invoices": "int",
    "deposits": "int",
    "at": "at",
    "point": "text",
    "outcome": "text",
    "rule": "text",
    "excess": "int",
    "sentences": "json",
}


@dataclass(frozen=True, slots=True)
class Account:
    """What is kept of a payer; `id` 0 and no limit where nothing is kept. The currency is the company's."""

    id: int
    risk_class: str
    payer: Payer
    currency: str
    decimals: int


def account(held: Held, key: ExposureKey, *, clock: Clock) -> Account:
    """The credit account of a key; a payer without one is not checked."""
    return accounts(held, [key], clock=clock)[key]


def accounts(held: Held, keys: Iterable[ExposureKey], *, clock: Clock) -> dict[ExposureKey, Account]:
    """The credit accounts of keys, in one statement."""
    wanted = list(dict.fromkeys(keys))
    held.require(wanted)
    with_clause, source, parameters = sql.relation(
        "k", {"company_id": "int", "party_id": "int"}, [(key.company_id, key.party_id) for key in wanted]
    )
    rows = sql.fetch(
        f"{with_clause} SELECT c.id, k.party_id, COALESCE(a.id, 0), COALESCE(a.risk_class, ''),"
        ' a."limit", COALESCE(a.guaranteed, 0), COALESCE(a.dunning_level, 0), a.review_on,'
        f" c.time_zone, u.code, u.decimals FROM {source}"
        " JOIN reference_company c ON c.id = k.company_id JOIN reference_currency u ON u.code = c.currency_id"
        " LEFT JOIN credit_creditaccount a ON a.company_id = c.id AND a.party_id = k.party_id AND a.is_active",
        parameters,
    )
    groups = _groups(held, wanted)
    return {(key := ExposureKey(row[0], row[1])): _account(row[2:], groups.get(key), clock) for row in rows}


def _groups(held: Held, keys: Iterable[ExposureKey]) -> dict[ExposureKey, Group]:
    """Whose limit they share, in one statement; none where nobody shares one."""
    roots = {key: root for key in keys if (root := held.balance(key).root)}
    if not roots:
        return {}
    with_clause, source, parameters = sql.relation(
        "k", {"company_id": "int", "party_id": "int"}, list({(key.company_id, root) for key, root in roots.items()})
    )
    rows = sql.fetch(
        f'{with_clause} SELECT k.company_id, k.party_id, p.number, a."limit", a.guaranteed FROM {source}'
        " JOIN reference_party p ON p.id = k.party_id JOIN credit_creditaccount a ON a.company_id = k.company_id"
        " AND a.party_id = k.party_id AND a.is_active",
        parameters,
    )
    heads = {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}
    return {
        key: Group(*heads[key.company_id, root], root == key.party_id)
        for key, root in roots.items()
        if (key.company_id, root) in heads
    }


def _account(row: Sequence[Any], group: Group | None, clock: Clock) -> Account:
    account_id, risk_class, limit, guaranteed, dunning_level, review_on, time_zone, currency, decimals = row
    on = date.fromisoformat(review_on) if isinstance(review_on, str) else review_on
    payer = Payer(limit, guaranteed, dunning_level, on, clock.today(time_zone), group=group)
    return Account(account_id, risk_class, payer, currency, decimals)


@dataclass(frozen=True, slots=True)
class Checked:
    """A document that was checked, where, and on which payer's account."""

    key: ExposureKey
    account: Account
    ref: DocumentRef
    point: Point


def write_finding(one: Checked, verdict: Verdict, at: datetime) -> None:
    """Keep what a check found on a document; the exposure of its payer is held."""
    account, ref = one.account, one.ref
    parts = verdict.exposure
    amounts = (parts.open_orders, parts.open_deliveries, parts.open_invoices, parts.deposits)
    sentences = [str(one) for one in verdict.sentences(account.decimals, account.currency)]
    row = (
        account.id or _opened(one.key), ref.kind, ref.id, verdict.amount, verdict.limit, *amounts, at,
        str(one.point), str(verdict.outcome),
        verdict.rule, verdict.worst_excess, json.dumps(sentences),
    )  # fmt: skip
    sql.insert("credit_excess", _EXCESS, [row])


def _opened(key: ExposureKey) -> int:
    """An account without a limit, so that what was found of a payer without one has its place."""
    row, _made = CreditAccount.objects.get_or_create(company_id=key.company_id, party_id=key.party_id)
    return int(row.pk)
