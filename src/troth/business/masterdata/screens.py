"""What pages of documents show of master data: their texts by kind."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries import snapshot
from troth.business.masterdata.queries.texts import Texts
from troth.platform.web.columns import Cell, Column
from troth.platform.web.values import Empty

_COLUMNS = (Column("place", _("Item")), Column("kind", _("Text")), Column("text", _("Reads"), wide=True))
_EMPTY = Empty(
    _("No texts"), _("Documents begin with the standard texts of their customer and products, kept in the master data.")
)


def text_table(header: Texts, items: Iterable[tuple[int, Texts]]) -> dict[str, Any]:
    """The texts of a document, those of the header first; `items` are line numbers with their texts."""
    kinds = snapshot().text_kinds
    placed = [(gettext("Header"), header), *((str(number), texts) for number, texts in items)]
    rows = [
        {"place": place, "kind": kinds[code].name if code in kinds else code, "text": text}
        for place, texts in placed
        for code, text in texts.items()
    ]
    cells = [[Cell(column, column.of(row)) for column in _COLUMNS] for row in rows]
    return {"table": {"columns": _COLUMNS, "rows": cells}, "empty": _EMPTY}
