"""What a change confirmation shows: each line beside what the last confirmation said of it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from troth.business.sales.papers.letter import WORDS
from troth.platform.models import Printing
from troth.platform.printing import wording
from troth.platform.printing.contents import Content, Rich, Row

STRUCK = "struck"


def against(content: Content, before: Printing) -> Content:
    """The content with its rows marked: new, changed, and at their place those that are gone."""
    old = {str(row["cells"][0]): row for row in json.loads(before.content)["rows"] if row["tone"] != STRUCK}
    rows = [_marked(row, old.get(str(row.cells[0]))) for row in content.rows]
    here = {str(row.cells[0]) for row in rows}
    rows += [_gone(row) for number, row in old.items() if number not in here]
    return replace(content, rows=tuple(sorted(rows, key=lambda row: int(str(row.cells[0])))))


def _marked(row: Row, old: Mapping[str, Any] | None) -> Row:
    if old is None:
        return replace(row, tone="new")
    return row if _cells(old) == row.cells else replace(row, tone="changed")


def _gone(old: Mapping[str, Any]) -> Row:
    return Row(_cells(old), tone=STRUCK)


def _cells(old: Mapping[str, Any]) -> tuple[str | Rich, ...]:
    return tuple(
        cell if isinstance(cell, str) else Rich(cell["head"], tuple(cell["lines"])) for cell in old["cells"]
    )  # fmt: skip


def day_of(before: Printing, content: Content) -> str:
    """The day of the last confirmation, as the reader writes it."""
    return wording.speaker(content.language, WORDS).day(before.printed_at.date())
