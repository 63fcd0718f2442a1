"""How far lines have come, and which documents follow from which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from troth.ledgers.fulfilment.keys import BillingBasis, Measure
from troth.ledgers.fulfilment.models import Balance
from troth.platform import documents, sql
from troth.platform.documents import DocumentRef

MOST_DOCUMENTS = 500
"""A flow shows no more documents than this."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a line has come; quantities in smallest units, for invoices minor units."""

    ordered: int = 0
    referenced: int = 0
    delivered: int = 0
    picked: int = 0
    issued: int = 0
    billed: int = 0
    paid: int = 0
    returned: int = 0
    lost: int = 0
    tolerance: int = 0
    billing_basis: str = BillingBasis.ISSUED

    @property
    def open_to_deliver(self) -> int:
        return max(self.ordered - self.delivered, 0)

    @property
    def open_to_bill(self) -> int:
        """What may be billed as things stand."""
        if self.billing_basis == BillingBasis.ISSUED:
            return self.issued - self.lost - self.billed
        return max(self.ordered - self.billed, 0) if self.billing_basis == BillingBasis.ORDERED else 0


@dataclass(frozen=True, slots=True)
class Edge:
    """What went from a document to another, summed over the postings of a measure; 0 when it was reversed."""

    origin: DocumentRef
    target: DocumentRef
    measure: Measure
    quantity: int
    value: int


@dataclass(frozen=True, slots=True)
class Node:
    document: DocumentRef
    title: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The documents before and after one, itself among them; `complete` is false where more were cut off."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    complete: bool


def progress(kind: str, line_ids: Sequence[int]) -> dict[int, Progress]:
    """How far the lines have come, by line id; lines that were never opened are left out."""
    if not line_ids:
        return {}
    with_clause, relation, parameters = sql.relation("l", {"line_id": "int"}, [(line_id,) for line_id in line_ids])
    columns = ", ".join(f"b.{measure}" for measure in Measure)
    rows = sql.fetch(
        f"{with_clause} SELECT b.line_id, {columns}, b.tolerance, b.billing_basis FROM fulfilment_balance b"
        f" JOIN {relation} ON b.line_id = l.line_id WHERE b.kind = %s",
        [*parameters, kind],
    )
    return {line_id: Progress(*row) for line_id, *row in rows}


def progress_of_groups(kind: str, group_of: Mapping[int, int]) -> dict[tuple[int, str], Progress]:
    """How far the lines of each group have come together, by (group, billing basis); `group_of` has the line ids.

    Summed by the database: a list shows one word for ten lines.
    """
    if not group_of:
        return {}
    with_clause, relation, parameters = sql.relation("l", {"line_id": "int", "part": "int"}, list(group_of.items()))
    sums = ", ".join(f"CAST(SUM(b.{measure}) AS bigint)" for measure in Measure)
    rows = sql.fetch(
        f"{with_clause} SELECT l.part, {sums}, MAX(b.tolerance), b.billing_basis FROM fulfilment_balance b"
        f" JOIN {relation} ON b.line_id = l.line_id WHERE b.kind = %s GROUP BY l.part, b.billing_basis",
        [*parameters, kind],
    )
    return {(group, row[-1]): Progress(*row) for group, *row in rows}


def posted_from(kind: str, measure: Measure, document_ids: Sequence[int] | None = None) -> dict[tuple[int, int], int]:
    """The quantity of a measure that was posted from documents of a kind, by (document id, line id); zeros left out.

    None asks for all documents of the kind.
    """
    return _posted("document", kind, measure, document_ids)


def posted_to(kind: str, measure: Measure, document_ids: Sequence[int] | None = None) -> dict[tuple[int, int], int]:
    """The quantity of a measure that was posted to documents of a kind, by (document id, line id); zeros left out."""
    return _posted("source", kind, measure, document_ids)


def _posted(side: str, kind: str, measure: Measure, document_ids: Sequence[int] | None) -> dict[tuple[int, int], int]:
    with_clause, join = "", ""
    parameters: list[Any] = []
    if document_ids is not None:
        wanted = [(one,) for one in dict.fromkeys(document_ids)]
        if not wanted:
            return {}
        with_clause, relation, parameters = sql.relation("d", {"id": "int"}, wanted)
        join = f"JOIN {relation} ON p.{side}_id = d.id"
    rows = sql.fetch(
        f"{with_clause} SELECT p.{side}_id, b.line_id, CAST(SUM(p.quantity) AS bigint) FROM fulfilment_posting p {join}"
        f" JOIN fulfilment_balance b ON b.id = p.balance_id WHERE p.{side}_kind = %s AND p.measure = %s"
        f" GROUP BY p.{side}_id, b.line_id HAVING SUM(p.quantity) <> 0",
        [*parameters, kind, str(measure)],
    )
    return {(document_id, line_id): quantity for document_id, line_id, quantity in rows}


def successors(ref: DocumentRef, measure: Measure | None = None) -> list[Edge]:
    """What went from a document to others, in the order the first of it was posted."""
    return [edge for edge in _edges([ref], forward=True) if measure in (None, edge.measure)]


def predecessors(ref: DocumentRef, measure: Measure | None = None) -> list[Edge]:
    """What came to a document from others."""
    return [edge for edge in _edges([ref], forward=False) if measure in (None, edge.measure)]


def followers(refs: Sequence[DocumentRef]) -> list[DocumentRef]:
    """What followed from any of these documents in one step or two, in two statements."""
    return list(dict.fromkeys(one for found in followers_of(refs).values() for one in found))


def followers_of(refs: Sequence[DocumentRef]) -> dict[DocumentRef, list[DocumentRef]]:
    """What followed from each of these documents in one step or two, in two statements for all of them."""
    first = _targets(refs)
    then = _targets(list(dict.fromkeys(one for found in first.values() for one in found)))
    return {
        ref: list(dict.fromkeys([*found, *(later for one in found for later in then.get(one, ()))]))
        for ref, found in first.items()
    }


def _targets(refs: Sequence[DocumentRef]) -> dict[DocumentRef, list[DocumentRef]]:
    found: dict[DocumentRef, list[DocumentRef]] = {}
    for edge in _edges(refs, forward=True) if refs else ():
        found.setdefault(edge.origin, []).append(edge.target)
    return found


def flow(ref: DocumentRef) -> Flow:
    """All documents that led to this one and all that followed from it, one statement a generation and direction.

    What followed from its predecessors beside it (a sister delivery of the same order) is not part of its flow.
    """
    seen = {ref: None}
    edges: dict[Edge, None] = {}
    complete = True
    for forward in (False, True):
        front = [ref]
        visited = {ref}
        while front:
            found = _edges(front, forward=forward)
            edges |= dict.fromkeys(found)
            reached = dict.fromkeys(edge.target if forward else edge.origin for edge in found)
            front = [document for document in reached if document not in visited]
            if len(seen) + len(front) > MOST_DOCUMENTS:
                front, complete = front[: max(MOST_DOCUMENTS - len(seen), 0)], False
            visited |= set(front)
            seen |= dict.fromkeys(front)
    kept = tuple(edge for edge in edges if edge.origin in seen and edge.target in seen)
    return Flow(tuple(Node(document, _title(document.kind)) for document in seen), kept, complete)


def _edges(refs: Sequence[DocumentRef], *, forward: bool) -> list[Edge]:
    near, far = ("document", "source") if forward else ("source", "document")
    with_clause, relation, parameters = sql.relation(
        "d", {"kind": "text", "id": "int"}, [(ref.kind, ref.id) for ref in refs]
    )
    rows = sql.fetch(
        f"{with_clause} SELECT p.document_kind, p.document_id, p.source_kind, p.source_id, p.measure,"
        " CAST(SUM(p.quantity) AS bigint), CAST(SUM(p.value) AS bigint)"
        f" FROM fulfilment_posting p JOIN {relation} ON p.{near}_kind = d.kind AND p.{near}_id = d.id"
        f" WHERE NOT (p.{near}_kind = p.{far}_kind AND p.{near}_id = p.{far}_id)"
        " GROUP BY p.document_kind, p.document_id, p.source_kind, p.source_id, p.measure ORDER BY MIN(p.id)",
        parameters,
    )
    return [
        Edge(DocumentRef(from_kind, from_id), DocumentRef(to_kind, to_id), Measure(measure), quantity, value)
        for from_kind, from_id, to_kind, to_id, measure, quantity, value in rows
    ]


LineKey = tuple[str, int]
"""The kind of a line and its id."""


def passed(edges: Sequence[Edge]) -> dict[Edge, dict[LineKey, int]]:
    """The quantity of each line that went along these edges, in smallest units, in one statement."""
    if not edges:
        return {}
    origins = dict.fromkeys((edge.origin.kind, edge.origin.id) for edge in edges)
    with_clause, relation, parameters = sql.relation("d", {"kind": "text", "id": "int"}, list(origins))
    rows = sql.fetch(
        f"{with_clause} SELECT p.document_kind, p.document_id, p.source_kind, p.source_id, p.measure, b.kind,"
        f" b.line_id, CAST(SUM(p.quantity) AS bigint) FROM fulfilment_posting p JOIN {relation}"
        " ON p.document_kind = d.kind AND p.document_id = d.id JOIN fulfilment_balance b ON b.id = p.balance_id"
        " GROUP BY p.document_kind, p.document_id, p.source_kind, p.source_id, p.measure, b.kind, b.line_id"
        " HAVING SUM(p.quantity) <> 0",
        parameters,
    )
    wanted = {(edge.origin, edge.target, edge.measure): edge for edge in edges}
    found: dict[Edge, dict[LineKey, int]] = {}
    for from_kind, from_id, to_kind, to_id, measure, kind, line_id, quantity in rows:
        edge = wanted.get((DocumentRef(from_kind, from_id), DocumentRef(to_kind, to_id), Measure(measure)))
        if edge is not None:
            found.setdefault(edge, {})[kind, line_id] = quantity
    return found


def _title(kind: str) -> str:
    known = {registered.code: registered.title for registered in documents.kinds()}
    return str(known.get(kind, kind))


def unpaid_invoices() -> QuerySet[Any, int]:
    """The ids of invoices that are not paid in full, as a subquery; what is paid is not read."""
    return Balance.objects.filter(kind="invoice", paid__lt=F("ordered")).values_list("line_id", flat=True)


def to_bill(basis: BillingBasis, *, after: int = 0, limit: int = 5_000) -> list[int]:
    """Ids of order lines of this billing basis with something not yet billed, in order, from after an id on."""
    return list(billed_of_waiting(basis, after=after, limit=limit))


def billed_of_waiting(basis: BillingBasis, *, after: int = 0, limit: int = 5_000) -> dict[int, int]:
    """The same lines with what of each is billed already.

    The condition is word for word that of the index `fulfilment_to_bill`: SQLite compares the words.
    """
    most = "issued - lost" if basis is BillingBasis.ISSUED else "ordered"
    rows = sql.fetch(
        "SELECT line_id, billed FROM fulfilment_balance WHERE kind = 'order_line' AND line_id > %s"
        " AND ((billed < (issued - lost) AND billing_basis = 'issued')"
        " OR (billed < ordered AND billing_basis = 'ordered'))"
        f" AND billing_basis = %s AND billed < {most} ORDER BY line_id LIMIT %s",
        [after, basis.value, limit],
    )
    return dict(rows)
