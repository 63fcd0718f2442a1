"""Raw SQL of credit: the limit, read under the lock of the exposure, and the record of what was found past it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from troth.business.credit.rules import Verdict
from troth.ledgers.exposure.keys import ExposureKey
from troth.platform import sql
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
}


@dataclass(frozen=True, slots=True)
class Account:
    """`limit` None: not checked. The currency is the company's."""

    id: int
    limit: int | None
    currency: str
    decimals: int


def account(held: Held, key: ExposureKey) -> Account:
    """The credit account of a key; a payer without one is not checked."""
    return accounts(held, [key])[key]


def accounts(held: Held, keys: Iterable[ExposureKey]) -> dict[ExposureKey, Account]:
    """The credit accounts of keys, in one statement."""
    wanted = list(dict.fromkeys(keys))
    held.require(wanted)
    with_clause, source, parameters = sql.relation(
        "k", {"company_id": "int", "party_id": "int"}, [(key.company_id, key.party_id) for key in wanted]
    )
    rows = sql.fetch(
        f'{with_clause} SELECT c.id, k.party_id, COALESCE(a.id, 0), a."limit", u.code, u.decimals FROM {source}'
        " JOIN reference_company c ON c.id = k.company_id JOIN reference_currency u ON u.code = c.currency_id"
        " LEFT JOIN credit_creditaccount a ON a.company_id = c.id AND a.party_id = k.party_id AND a.is_active",
        parameters,
    )
    return {ExposureKey(row[0], row[1]): Account(*row[2:]) for row in rows}


def write_excess(account_id: int, ref: DocumentRef, verdict: Verdict, at: datetime) -> None:
    parts = verdict.exposure
    amounts = (parts.open_orders, parts.open_deliveries, parts.open_invoices, parts.deposits)
    sql.insert("credit_excess", _EXCESS, [(account_id, ref.kind, ref.id, verdict.amount, verdict.limit, *amounts, at)])
