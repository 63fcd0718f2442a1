"""What stands on a paper, as words: whoever reads it needs neither the catalogue nor the books any more.

A loader makes a `Content` from the app's queries, with every figure and date already in the reader's locale. It is kept
as canonical JSON with the printing, so the paper can be made again, byte for byte, when everything around has changed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from troth.platform.documents import DocumentRef
from troth.platform.printing import fitting

Pair = tuple[str, str]
"""A label and its value."""

# What `layout/parts.typ` sets the items in: points between the margins, and sizes of letters with their weight.
ROOM = {"a4": 467.7, "us-letter": 484.4}
CELL, HEAD, LABEL = (9.0, 400), (9.0, 600), (8.0, 600)
BELOW = 8.0
PADDING = 8.0


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose letter it is. `mark` is an SVG; `foot` are the columns at the foot of each page, by line."""

    name: str
    return_line: str
    lines: tuple[str, ...] = ()
    foot: tuple[tuple[str, ...], ...] = ()
    tagline: str = ""
    mark: str = ""
    accent: str = "#1f4e79"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the items: `align` left or right, `width` "auto", "1fr" or "20mm"."""

    label: str
    align: str = "left"
    width: str = "auto"


@dataclass(frozen=True, slots=True)
class Rich:
    """A cell with a bold line and quiet ones below it."""

    head: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the items. `tone`: "" or "struck" (not delivered any more), "new" and "changed" are shaded."""

    cells: tuple[str | Rich, ...]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A paper. `page` is the pattern of the page count, with {page} and {pages}; `more` is for a layout of its own."""

    language: str
    title: str
    number: str
    page: str
    sender: Sender
    address: tuple[str, ...]
    facts: tuple[Pair, ...]
    opening: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    totals: tuple[Total, ...] = ()
    terms: tuple[Pair, ...] = ()
    closing: tuple[str, ...] = ()
    size: str = "a4"
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A content with what the record of its printing needs. `mark` is another after every change that matters.

    `email` is where the paper goes by mail, where that is known; `name` is the file's, without its ending.
    """

    ref: DocumentRef
    company_id: int
    content: Content
    name: str
    site_id: int | None = None
    email: str = ""
    mark: str = ""


def mark_of(content: Content) -> str:
    """The mark of a paper that has none of its own: the same as long as the same stands on it.

    The letterhead is left out: a new telephone number makes no order another.
    """
    words = asdict(content)
    words.pop("sender")
    return hash_of(words)


def hash_of(words: Any) -> str:
    """The hash of anything that JSON can hold: a mark of a paper's own."""
    return hashlib.sha256(_canonical(words).encode()).hexdigest()


def _canonical(words: Any) -> str:
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def frozen(content: Content, *, made_at: datetime, version: int = 1, banner: Sequence[str] = ()) -> str:
    """The paper as it is kept with its printing: what its layout is given."""
    made = made_at.astimezone(UTC)
    instant = [made.year, made.month, made.day, made.hour, made.minute, made.second]
    more = {"made": instant, "version": version, "banner": list(banner), "fit": fit(content)}
    return _canonical({**asdict(content), **more})


def fit(content: Content) -> dict[str, Any]:
    """The columns of the items in points, and the quiet lines in each row; None where the layout has to try."""
    columns = [_column(content, place) if one.width == "auto" else None for place, one in enumerate(content.columns)]
    rich = [place for place, one in enumerate(content.columns) if one.width.endswith("fr")]
    fixed = [one for one in columns if one is not None]
    room = None
    if len(rich) == 1 and len(fixed) == len(columns) - 1 and content.size in ROOM:
        room = ROOM[content.size] - sum(fixed) - PADDING
    heads = [_in_row(row.cells[rich[0]]) if len(rich) == 1 else ("", ()) for row in content.rows]
    return {"columns": columns, "lines": fitting.lines_of(heads, room, HEAD, BELOW)}


def _column(content: Content, place: int) -> float | None:
    cells = [row.cells[place] for row in content.rows]
    texts = [(cell, *CELL) for cell in cells if isinstance(cell, str)]
    if len(texts) < len(cells):
        return None
    needed = fitting.widest([*texts, (content.columns[place].label, *LABEL)])
    return None if needed is None else round(needed + PADDING, 1)


def _in_row(cell: str | Rich) -> tuple[str, Sequence[str]]:
    return (cell, ()) if isinstance(cell, str) else (cell.head, cell.lines)
