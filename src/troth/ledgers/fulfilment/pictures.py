"""The picture of a document flow, both ways from one document, out of the postings that are the flow.

A document's own app says how its boxes look (`register`): number, state and day, read for many at once. The quantity on
an arrow is that of the furthest measure that went along it, where all its lines are in one unit; else their number.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import ngettext

from troth.ledgers.fulfilment import queries
from troth.ledgers.fulfilment.keys import Measure
from troth.platform import documents
from troth.platform.documents import DocumentRef
from troth.platform.web.access import Actor
from troth.platform.web.flow import Edge, Flow, Node
from troth.platform.web.values import Money, Quantity, Status
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Face:
    """How a document looks in the picture; `worth` is its gross value, where it has prices."""

    number: str
    status: Status
    on: date | None = None
    worth: Money | None = None


Faces = Callable[[Sequence[int]], Mapping[int, Face]]
_faces: dict[str, Faces] = {}
Unit = tuple[int, str]
Products = Callable[[Sequence[int]], Mapping[int, int]]
_products: dict[str, Products] = {}

WORTH = tuple(Measure)
MONEY = (Measure.ORDERED, Measure.PAID)
"""What an arrow says of these is an amount, not pieces: an invoice is taken back by what it ordered, and is paid."""
"""A later measure says more about an arrow than an earlier one."""


def register(kind: str, faces: Faces) -> None:
    """Have the boxes of a kind of document drawn by `faces`: ids to what is shown."""
    _faces[kind] = faces


def register_lines(kind: str, products: Products) -> None:
    """Have the quantities of a kind of line told in the unit of its product: `products` answers line ids with those."""
    _products[kind] = products


def faces(kind: str, ids: Sequence[int]) -> Mapping[int, Face]:
    """How these documents of a kind look; none where nobody said."""
    return _faces[kind](ids) if kind in _faces and ids else {}


def picture(ref: DocumentRef, actor: Actor) -> Flow:
    """All documents before and after this one, with what passed between them. Links only where the actor may go."""
    found = queries.flow(ref)
    by_kind: dict[str, list[int]] = {}
    for node in found.nodes:
        by_kind.setdefault(node.document.kind, []).append(node.document.id)
    known = {
        (kind, key): face for kind, ids in by_kind.items() if kind in _faces for key, face in _faces[kind](ids).items()
    }
    kept = {
        one.document: known[one.document.kind, one.document.id]
        for one in found.nodes
        if (one.document.kind, one.document.id) in known
    }
    nodes = [_node(document, face, actor, is_current=document == ref) for document, face in kept.items()]
    return Flow(nodes, _edges([edge for edge in found.edges if edge.origin in kept and edge.target in kept]))


def _node(document: DocumentRef, face: Face, actor: Actor, *, is_current: bool) -> Node:
    kind = documents.kind(document.kind)
    url = reverse(kind.url_name, args=[document.id]) if actor.may(kind.permission) else ""
    title = str(kind.title).capitalize()
    return Node(_key(document), title, face.number, face.status, face.on, url, is_current, face.worth)


def _edges(found: Sequence[queries.Edge]) -> list[Edge]:
    chosen = _furthest(found)
    passed = queries.passed([edge for edge in chosen if edge.measure not in MONEY])
    units = _units({line for lines in passed.values() for line in lines})
    return [_edge(edge, passed.get(edge, {}), units) for edge in chosen]


def _furthest(found: Sequence[queries.Edge]) -> list[queries.Edge]:
    best: dict[tuple[str, str], queries.Edge] = {}
    for edge in found:
        way = _key(edge.origin), _key(edge.target)
        if edge.quantity and (way not in best or WORTH.index(edge.measure) > WORTH.index(best[way].measure)):
            best[way] = edge
    return [
        edge
        for (origin, target), edge in best.items()
        if (target, origin) not in best or WORTH.index(edge.measure) >= WORTH.index(best[target, origin].measure)
    ]


def _edge(edge: queries.Edge, lines: Mapping[queries.LineKey, int], units: Mapping[queries.LineKey, Unit]) -> Edge:
    """The arrow with the quantity that passed; where lines are in several units, with how many they are."""
    way = _key(edge.origin), _key(edge.target)
    found = {units.get(line) for line in lines}
    unit = found.pop() if len(found) == 1 else None
    if unit is not None:
        return Edge(*way, Quantity(sum(lines.values()), *unit))
    words = ngettext("%(count)s line", "%(count)s lines", len(lines)) % {"count": len(lines)}
    return Edge(*way, label=words if lines else "")


def _units(lines: Collection[queries.LineKey]) -> dict[queries.LineKey, Unit]:
    """The decimals and the name of each line's base unit; nothing for kinds that nobody registered."""
    products = {
        (kind, line_id): product_id
        for kind, tell in _products.items()
        if (ids := sorted(line_id for known, line_id in lines if known == kind))
        for line_id, product_id in tell(ids).items()
    }
    rows = reference.products(set(products.values())) if products else {}
    return {line: (rows[one].decimals, rows[one].base_unit) for line, one in products.items()}


def _key(document: DocumentRef) -> str:
    return f"{document.kind}:{document.id}"
