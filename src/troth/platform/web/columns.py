"""Columns and filters: what a list shows, declared once for the page, the export and the master-data screens."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from troth.kernel.plain_numbers import Unreadable, read_steps
from troth.platform.web import formats, parts
from troth.platform.web.markup import html
from troth.platform.web.values import Link, Money, Party, Quantity, Status, Text

Kind = Literal["text", "quantity", "money", "date", "status", "link", "party", "number", "ageing"]
FilterKind = Literal["choice", "date_range", "amount_range", "text", "flag"]
RANGES = ("date_range", "amount_range")
AMOUNT_DECIMALS = 3
RIGHT = ("quantity", "money", "number", "ageing")


@dataclass(frozen=True, slots=True)
class Column:
    """`value` reads the cell from a row; without it the row's key or attribute of the column's name is taken.

    A cell of kind quantity is a Quantity, money a Money, status a Status, link a Link, party a Party; the others are
    plain. Where there is no day, a cell of kind date may be words that say so. `sort` says whether the source can sort
    by the key. `wide` gives the column what room is left, `wrap` shows long texts whole. `offered` is shown only to
    who chooses it.
    """

    key: str
    label: Text
    kind: Kind = "text"
    align: Literal["", "left", "right"] = ""
    sort: bool = False
    value: Callable[[Any], Any] | None = None
    wide: bool = False
    offered: bool = False
    wrap: bool = False

    @property
    def side(self) -> str:
        return self.align or ("right" if self.kind in RIGHT else "left")

    @property
    def look(self) -> str:
        """The classes of its cells."""
        return f"{self.side} kind-{self.kind}{' wide' if self.wide else ''}{' wrap' if self.wrap else ''}"

    def of(self, row: Any) -> Any:
        if self.value is not None:
            return self.value(row)
        return row.get(self.key) if isinstance(row, Mapping) else getattr(row, self.key)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value in one column. `url` is set on the first cell of a row that opens."""

    column: Column
    value: Any
    url: str = ""

    def html(self, today: date | None = None) -> SafeString:
        if not self.url:
            return draw(self.column.kind, self.value, today)
        # A link of its own cannot stand inside the row's: browsers take it out and leave that one without a name.
        is_link = self.column.kind == "link" and bool(self.value)
        shown = draw("text", self.value.label) if is_link else draw(self.column.kind, self.value, today)
        return html('<a class="row-link" href="{}">{}</a>', self.url, shown)


def draw(kind: str, value: Any, today: date | None = None) -> SafeString:
    """The cell's HTML. Nothing is shown as a dash, so that an empty cell is not mistaken for one still loading."""
    if value is None or value == "":
        return parts.NOTHING
    match kind:
        case "quantity":
            return parts.quantity(value.value, value.decimals, value.unit)
        case "money":
            return parts.money(value.minor, value.currency)
        case "date" if not isinstance(value, str):
            return parts.day(value, today)
        case "status":
            return parts.status_chip(value)
        case "link":
            return html('<a href="{}">{}</a>', value.url, value.label)
        case "party":
            return parts.party(value)
        case "number":
            return html('<span class="figure">{}</span>', formats.number(value))
        case "ageing":
            return parts.ageing(value)
        case _:
            return html('<span class="text" title="{}">{}</span>', value, value)


def exported_labels(column: Column) -> list[str]:
    """A quantity and an amount fill two columns of a file: the figure, and its unit or currency."""
    if column.kind == "quantity":
        return [str(column.label), gettext("%(column)s unit") % {"column": column.label}]
    if column.kind == "money":
        return [str(column.label), gettext("%(column)s currency") % {"column": column.label}]
    return [str(column.label)]


def table_of(columns: Sequence[Column], rows: Iterable[Any]) -> dict[str, Any]:
    """Rows as the `grid` tag and the ready table tab draw them."""
    return {"columns": columns, "rows": [[Cell(column, column.of(row)) for column in columns] for row in rows]}


Exported = str | int | Decimal | date
"""What a file's cell holds; a CSV writes it as text, a workbook as what it is."""


def exported(column: Column, value: Any) -> list[Exported]:
    """The cell for a file: exact figures, dates, names without links."""
    if value is None:
        return [""] * (2 if column.kind in ("quantity", "money") else 1)
    match value:
        case Quantity():
            return [Decimal(formats.plain(value.value, value.decimals)), value.unit]
        case Money():
            return [Decimal(formats.plain(value.minor, formats.currency_decimals(value.currency))), value.currency]
        case Status():
            return [str(value.word)]
        case Link():
            return [str(value.label)]
        case Party():
            return [f"{value.number} {value.name}".strip()]
        case datetime():
            return [value.isoformat()]
        case date():
            return [value]
        case bool():
            return [gettext("yes") if value else gettext("no")]
        case int():
            return [value]
        case _:
            return [str(value)]


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice takes `choices`, or a callable that gives them when the page is drawn.

    `unchosen` says what the list shows while none is chosen, where that is not all.
    """

    key: str
    label: Text
    kind: FilterKind = "text"
    choices: Sequence[tuple[Text, Text]] | Callable[[], Sequence[tuple[Text, Text]]] = field(default=())
    unchosen: Text = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{self.key}_from", f"{self.key}_until") if self.kind in RANGES else (self.key,)

    def options(self) -> list[tuple[str, str]]:
        return [(str(v), str(w)) for v, w in (self.choices() if callable(self.choices) else self.choices)]

    def read(self, parameters: Mapping[str, str]) -> Any:
        """The chosen value: text, True for a flag, a pair of dates or of decimals for a range.

        None where nothing valid was chosen.
        """
        if self.kind in RANGES:
            read = _date if self.kind == "date_range" else _amount
            chosen = tuple(read(parameters.get(name, "")) for name in self.names)
            return chosen if any(one is not None for one in chosen) else None
        raw = parameters.get(self.key, "").strip()
        if self.kind == "flag":
            return True if raw == "1" else None
        if self.kind == "choice":
            return raw if raw in dict(self.options()) else None
        return raw or None

    def words(self, value: Any) -> str:
        """The value as a chip says it."""
        if self.kind == "flag":
            return ""
        if self.kind == "choice":
            return dict(self.options())[value]
        if self.kind in RANGES:
            first, last = (None if one is None else self._limit(one) for one in value)
            if first and last:
                return f"{first} – {last}"
            return gettext("from %(day)s") % {"day": first} if first else gettext("until %(day)s") % {"day": last}
        return str(value)

    def _limit(self, one: Any) -> str:
        return formats.day(one) if self.kind == "date_range" else formats.decimal(one)


def _date(text: str) -> date | None:
    """A date from the address bar; a day that does not exist counts as not chosen."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def _amount(text: str) -> Decimal | None:
    """An amount from the address bar, as its reader writes it; what is no amount counts as not chosen.

    A comma that parts no thousands is a decimal sign to everybody here: addresses go from one reader to another.
    """
    if not text.strip():
        return None
    try:
        plain = formats.figure_read(text).replace(",", ".")
        return Decimal(read_steps(plain, AMOUNT_DECIMALS)).scaleb(-AMOUNT_DECIMALS)
    except (Unreadable, formats.UnclearFigure):
        return None
