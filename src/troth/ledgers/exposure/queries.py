"""What payers owe or will owe: in all, by document, and by age."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Sum

from troth.ledgers.exposure.keys import ExposureKey, Part
from troth.ledgers.exposure.models import Balance, Group, Posting
from troth.platform import sql
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

AGES = (0, 30, 60, 90)
"""The limits of the ageing buckets in days overdue: not due, 1 to 30, 31 to 60, 61 to 90, more."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Minor units of the company's currency."""

    open_orders: int = 0
    open_deliveries: int = 0
    open_invoices: int = 0
    deposits: int = 0

    @property
    def total(self) -> int:
        return self.open_orders + self.open_deliveries + self.open_invoices - self.deposits


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for a document in a part."""

    company_id: int
    party_id: int
    document: DocumentRef
    part: Part
    amount: int
    due_on: date | None

    def overdue_days(self, today: date) -> int:
        return max((today - self.due_on).days, 0) if self.due_on is not None else 0


@dataclass(frozen=True, slots=True)
class Ageing:
    """Open invoices of a payer: `amounts` by the buckets of `AGES`, the last for what is older still."""

    party_id: int
    amounts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.amounts)


def exposure(company_id: int, party_id: int) -> Exposure:
    """What a payer owes and will owe a company. A first look: to decide, lock the key and read the balance."""
    row = Balance.objects.filter(company_id=company_id, party_id=party_id)
    values = row.values_list("open_orders", "open_deliveries", "open_invoices", "deposits").first()
    return Exposure(*values) if values else Exposure()


def exposures(accounts: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Exposure]:
    """The exposure of many payers by (company, party), in one statement; payers without any are left out."""
    wanted = set(accounts)
    rows = Balance.objects.filter(
        company_id__in={company for company, _ in wanted}, party_id__in={party for _, party in wanted}
    ).values_list("company_id", "party_id", "open_orders", "open_deliveries", "open_invoices", "deposits")
    return {(row[0], row[1]): Exposure(*row[2:]) for row in rows if (row[0], row[1]) in wanted}


def group(company_id: int, root: int) -> Exposure:
    """What all owe who count under a party. A first look."""
    row = Group.objects.filter(company_id=company_id, party_id=root)
    values = row.values_list("open_orders", "open_deliveries", "open_invoices", "deposits").first()
    return Exposure(*values) if values else Exposure()


def groups_of_heads(accounts: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Exposure]:
    """What the groups owe that these payers, by (company, party), head; those who head none are left out."""
    wanted = set(accounts)
    own = Balance.objects.filter(company_id=OuterRef("company_id"), party_id=OuterRef("party_id"))
    rows = Group.objects.filter(
        Exists(own.filter(root=OuterRef("party_id"))),
        company_id__in={company for company, _ in wanted},
        party_id__in={party for _, party in wanted},
    ).values_list("company_id", "party_id", "open_orders", "open_deliveries", "open_invoices", "deposits")
    return {(row[0], row[1]): Exposure(*row[2:]) for row in rows if (row[0], row[1]) in wanted}


def root_of(company_id: int, party_id: int) -> int:
    """Under whom a payer counts with others; 0: under nobody."""
    found = Balance.objects.filter(company_id=company_id, party_id=party_id).values_list("root", flat=True).first()
    return found or 0


def with_their_groups(keys: Iterable[ExposureKey]) -> list[ExposureKey]:
    """These payers, each with all who count with it; in one statement."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return []
    rows = [(key.company_id, key.party_id) for key in wanted]
    with_clause, source, parameters = sql.relation("k", {"company_id": "int", "party_id": "int"}, rows)
    found = sql.fetch(
        f"{with_clause} SELECT m.company_id, m.party_id FROM {source} JOIN exposure_balance b"
        " ON b.company_id = k.company_id AND b.party_id = k.party_id AND b.root <> 0"
        " JOIN exposure_balance m ON m.company_id = b.company_id AND m.root = b.root AND m.root <> 0"
        " ORDER BY m.company_id, m.party_id",
        parameters,
    )
    return list(dict.fromkeys([*wanted, *(ExposureKey(*row) for row in found)]))


def by_document(company_id: int, party_id: int) -> list[Standing]:
    """All that still stands, by document and part."""
    return _standing(company_id=company_id, party_id=party_id)


def standing_of(company_id: int, party_id: int, document: DocumentRef, part: Part) -> int:
    """What stands in a part for one document; what the payer had before is not read."""
    found = Posting.objects.filter(
        balance__company_id=company_id,
        balance__party_id=party_id,
        source_kind=document.kind,
        source_id=document.id,
        part=part,
    )
    return int(found.aggregate(standing=Sum("amount"))["standing"] or 0)


def standing_for_each(held: Held, key: ExposureKey, refs: Iterable[DocumentRef]) -> dict[DocumentRef, dict[Part, int]]:
    """What stands for each of these documents of a payer that is held, by part, in one statement."""
    wanted = {(ref.kind, ref.id): ref for ref in refs}
    if not wanted:
        return {}
    with_clause, source, parameters = sql.relation("k", {"kind": "text", "id": "int"}, list(wanted))
    rows = sql.fetch(
        f"{with_clause} SELECT k.kind, k.id, p.part, CAST(SUM(p.amount) AS bigint) FROM {source}"
        " JOIN exposure_posting p ON p.balance_id = %s AND p.source_kind = k.kind AND p.source_id = k.id"
        " GROUP BY k.kind, k.id, p.part HAVING SUM(p.amount) <> 0",
        [*parameters, held.balance(key).id],
    )
    found: dict[DocumentRef, dict[Part, int]] = {ref: {} for ref in wanted.values()}
    for kind, document_id, part, amount in rows:
        found[wanted[kind, document_id]][Part(part)] = amount
    return found


@dataclass(frozen=True, slots=True)
class Overdue:
    """What of the open invoices is overdue, and the day on which the oldest of it was due."""

    amount: int = 0
    oldest_on: date | None = None


def overdue(held: Held, key: ExposureKey, *, today: date) -> Overdue:
    """What is overdue, from the days of the balance that is held, however many invoices there are."""
    [(amount, oldest_on)] = sql.fetch(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS bigint), MIN(CASE WHEN amount > 0 THEN due_on END) FROM exposure_day"
        " WHERE balance_id = %s AND due_on < %s AND amount <> 0",
        [held.balance(key).id, today],
    )
    return Overdue(amount, date.fromisoformat(oldest_on) if isinstance(oldest_on, str) else oldest_on)


def open_invoices(company_id: int, *, party_id: int | None = None) -> list[Standing]:
    """Invoices that are not paid in full, the longest due first."""
    chosen = {"party_id": party_id} if party_id is not None else {}
    rows = _standing(company_id=company_id, part=Part.OPEN_INVOICES, **chosen)
    return sorted(rows, key=lambda row: (row.due_on or date.max, row.document))


def ageing(company_id: int, *, today: date) -> list[Ageing]:
    """Open invoices of each payer by how long they are overdue."""
    sums: dict[int, list[int]] = {}
    for row in open_invoices(company_id):
        bucket = sum(row.overdue_days(today) > limit for limit in AGES)
        sums.setdefault(row.party_id, [0] * (len(AGES) + 1))[bucket] += row.amount
    return [Ageing(party_id, tuple(amounts)) for party_id, amounts in sorted(sums.items())]


def standing_for(kind: str, part: Part) -> dict[int, int]:
    """What stands in a part for all documents of a kind, by document id."""
    rows = Posting.objects.filter(source_kind=kind, part=part).values_list("source_id").annotate(standing=Sum("amount"))
    return {document_id: amount for document_id, amount in rows.order_by("source_id") if amount}


def _standing(*, part: Part | None = None, **account: int) -> list[Standing]:
    query = Posting.objects.filter(**{f"balance__{name}": value for name, value in account.items()})
    if part is not None:
        query = query.filter(part=part)
    rows = (
        query.values_list("balance__company_id", "balance__party_id", "source_kind", "source_id", "part", "due_on")
        .annotate(standing=Sum("amount"))
        .exclude(standing=0)
        .order_by("source_kind", "source_id", "part", "due_on")
    )
    return [
        Standing(company_id, party_id, DocumentRef(kind, document_id), Part(part_name), amount, due_on)
        for company_id, party_id, kind, document_id, part_name, due_on, amount in rows
    ]
