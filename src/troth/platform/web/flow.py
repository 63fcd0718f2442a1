"""The picture of a document flow: documents left to right, with what passed from one to the next.

A document stands one column right of the last document that leads to it, so every arrow points right. Within a column
the order follows the neighbours on the left, which keeps arrows from crossing. Drawn on the server, in attributes only,
so it needs no script and no inline style.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from troth.platform.web import formats
from troth.platform.web.markup import html, joined
from troth.platform.web.values import Money, Quantity, Status, Text

NODE_WIDTH, NODE_HEIGHT = 156, 88
COLUMN_GAP, ROW_GAP = 68, 24
MARGIN = 4


@dataclass(frozen=True, slots=True)
class Node:
    """A document. `key` is unique in the picture; `kind` is what it is called, `number` what people call it."""

    key: str
    kind: Text
    number: str
    status: Status
    on: date | None = None
    url: str = ""
    current: bool = False
    worth: Money | None = None

    @property
    def value(self) -> str:
        """What the document is worth, with its currency; empty where it has no price."""
        return f"{formats.money(self.worth.minor, self.worth.currency)} {self.worth.currency}" if self.worth else ""


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    quantity: Quantity | None = None
    label: Text = ""

    @property
    def words(self) -> str:
        if self.quantity is None:
            return str(self.label)
        return f"{formats.number(self.quantity.value, self.quantity.decimals)} {self.quantity.unit}".strip()


@dataclass(frozen=True, slots=True)
class Flow:
    nodes: Sequence[Node]
    edges: Sequence[Edge]

    def node(self, key: str) -> Node:
        return next(node for node in self.nodes if node.key == key)

    @property
    def steps(self) -> list[tuple[Node, Edge, Node]]:
        """The picture in words: from, what, to."""
        return [(self.node(edge.source), edge, self.node(edge.target)) for edge in self.edges]


@dataclass(frozen=True, slots=True)
class Spot:
    x: int
    y: int


def columns(flow: Flow) -> list[list[str]]:
    """The keys by column, top to bottom. A flow that runs in a circle is a fault of the books."""
    known = [node.key for node in flow.nodes]
    before: dict[str, list[str]] = {key: [] for key in known}
    for edge in flow.edges:
        before[edge.target].append(edge.source)
    column: dict[str, int] = {}
    waiting = list(known)
    while waiting:
        ready = [key for key in waiting if all(source in column for source in before[key])]
        assert ready, "the document flow runs in a circle"
        for key in ready:
            column[key] = max((column[source] + 1 for source in before[key]), default=0)
        waiting = [key for key in waiting if key not in column]
    placed: list[list[str]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for key in known:
        placed[column[key]].append(key)
    for left, right in pairwise(placed):
        rank = {key: n for n, key in enumerate(left)}
        right.sort(key=lambda key, rank=rank: _middle([rank[s] for s in before[key] if s in rank]))  # type: ignore[misc]
    return placed


def _middle(ranks: list[int]) -> float:
    return sum(ranks) / len(ranks) if ranks else 0.0


def spots(flow: Flow) -> dict[str, Spot]:
    """Where each document's box begins, in pixels. Short columns are centred."""
    placed = columns(flow)
    tallest = max((len(column) for column in placed), default=0)
    step = NODE_HEIGHT + ROW_GAP
    return {
        key: Spot(MARGIN + x * (NODE_WIDTH + COLUMN_GAP), MARGIN + y * step + (tallest - len(column)) * step // 2)
        for x, column in enumerate(placed)
        for y, key in enumerate(column)
    }


def svg(flow: Flow) -> SafeString:
    at = spots(flow)
    width = max((spot.x for spot in at.values()), default=0) + NODE_WIDTH + MARGIN
    height = max((spot.y for spot in at.values()), default=0) + NODE_HEIGHT + MARGIN
    edges = joined("{}", ((_edge(edge, at[edge.source], at[edge.target]),) for edge in flow.edges))
    nodes = joined("{}", ((_node(node, at[node.key]),) for node in flow.nodes))
    return html(
        '<svg class="flow" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="group" aria-label="{label}">'
        "{marker}{e}{n}</svg>",
        w=width,
        h=height,
        label=gettext("Document flow"),
        marker=_MARKER,
        e=edges,
        n=nodes,
    )


_MARKER = mark_safe(
    '<defs><marker id="flow-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 0 L8 4 L0 8 z" class="flow-head"/></marker></defs>'
)


def _edge(edge: Edge, source: Spot, target: Spot) -> SafeString:
    x1, y1 = source.x + NODE_WIDTH, source.y + NODE_HEIGHT // 2
    x2, y2 = target.x - 2, target.y + NODE_HEIGHT // 2
    bend = COLUMN_GAP // 2
    line = html(
        '<path class="flow-line" marker-end="url(#flow-arrow)" d="M{} {} C{} {} {} {} {} {}"/>',
        x1,
        y1,
        x1 + bend,
        y1,
        x2 - bend,
        y2,
        x2,
        y2,
    )
    words = edge.words
    if not words:
        return line
    # Near the target, where arrows that began together have parted; above the line, so that neither hides the other.
    x, y = x2 - COLUMN_GAP // 2 + 2, y2 + 16 if y2 > y1 else y2 - 7
    return html(
        '<g>{}<text class="flow-quantity" x="{}" y="{}" text-anchor="middle">{}</text></g>', line, x, y, _cut(words, 14)
    )


def _node(node: Node, at: Spot) -> SafeString:
    current = " flow-current" if node.current else ""
    box = html(
        '<g class="flow-node flow-{}{}"><title>{}</title>'
        '<rect x="{}" y="{}" width="{}" height="{}" rx="6"/>'
        '<rect class="flow-tone" x="{}" y="{}" width="3" height="{}" rx="1.5"/>'
        '<text class="flow-kind" x="{tx}" y="{}">{}</text>'
        '<text class="flow-day" x="{end}" y="{}" text-anchor="end">{}</text>'
        '<text class="flow-number" x="{tx}" y="{}">{}</text>'
        '<text class="flow-status" x="{tx}" y="{}">{}</text>'
        '<text class="flow-value" x="{tx}" y="{}">{}</text></g>',
        node.status.tone,
        current,
        ", ".join(filter(None, (f"{node.kind} {node.number}", str(node.status.word), node.value))),
        at.x,
        at.y,
        NODE_WIDTH,
        NODE_HEIGHT,
        at.x + 8,
        at.y + 10,
        NODE_HEIGHT - 20,
        at.y + 21,
        _cut(node.kind, 12 if node.on else 20),
        at.y + 21,
        formats.short_day(node.on) if node.on else "",
        at.y + 41,
        _cut(node.number, 15),
        at.y + 60,
        _cut(str(node.status.word), 20),
        at.y + 77,
        _cut(node.value, 20),
        tx=at.x + 18,
        end=at.x + NODE_WIDTH - 10,
    )
    return html('<a href="{}">{}</a>', node.url, box) if node.url and not node.current else box


def _cut(words: Text, length: int) -> str:
    text = str(words)
    return text if len(text) <= length else text[: length - 1] + "…"
