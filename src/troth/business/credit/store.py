"""Raw SQL of credit: the limit, read under the lock of the exposure, and the record of what was found past it."""

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
    held.balance(key)
    rows = sql.fetch(
        'SELECT COALESCE(a.id, 0), a."limit", u.code, u.decimals FROM reference_company c'
        " JOIN reference_currency u ON u.code = c.currency_id"
        " LEFT JOIN credit_creditaccount a ON a.company_id = c.id AND a.party_id = %s AND a.is_active WHERE c.id = %s",
        [key.party_id, key.company_id],
    )
    return Account(*rows[0])


def write_excess(account_id: int, ref: DocumentRef, verdict: Verdict, at: datetime) -> None:
    parts = verdict.exposure
    amounts = (parts.open_orders, parts.open_deliveries, parts.open_invoices, parts.deposits)
    sql.insert("credit_excess", _EXCESS, [(account_id, ref.kind, ref.id, verdict.amount, verdict.limit, *amounts, at)])
