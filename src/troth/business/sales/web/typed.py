"""What a browser sends of an entry page while one types: its head and its rows as they stand, good or bad.

    {"head": {"customer": "ALPHA", …}, "lines": [{"product": "HELMET", "quantity": "3", …}, …], "document": 4711}

Nothing is refused here but what no page of ours sends; what is wrong in a row is for the rules to say.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from troth.business.sales.actions import check
from troth.business.sales.actions.check import Before
from troth.business.sales.forms import HEAD_FIELDS, LINE_VALUES, OrderForm, QuotationForm, entered
from troth.business.sales.rules import sources
from troth.business.sales.rules.drafts import LINES_MAX, LineDraft, OrderDraft, QuotationDraft
from troth.business.sales.rules.refusals import TooManyLines, WrongEntry
from troth.kernel.errors import BusinessError, Refusals, Sentence
from troth.kernel.plain_numbers import MAX, Figure
from troth.platform.actors import Actor
from troth.platform.web.formats import UnclearFigure, figure_read

LONGEST = {
    "product": 40, "quantity": 30, "unit": 10, "requested_on": 40, "site": 20, "item_category": 20, "alternatives": 60,
    "batch": 40, "location": 10, "valuation": 20, "delivery_mode": 10, "text": 500,
}  # fmt: skip
LEAST_LONGEST = 30
COUNTED = ("delivery_days", "delivery_group", "lateness_days_max", "deliveries_max")
NO_NUMBER = -1
"""What stands for text where a number belongs: no field allows it."""
USUAL = frozenset({"partial", "false"})
"""What stands in the choices of an untouched row."""
FORMS: Mapping[str, tuple[type[OrderForm] | type[QuotationForm], type[OrderDraft]]] = {
    "order": (OrderForm, OrderDraft),
    "quotation": (QuotationForm, QuotationDraft),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """The draft of the rows that have a product and a quantity; `rows` are their places on the screen, from 1.

    `unfinished` are the places of rows in which one of the two is still to be typed, with what is there;
    `unclear` those of rows with a figure that could be read in two ways.
    """

    draft: OrderDraft
    rows: tuple[int, ...]
    unfinished: Mapping[int, Mapping[str, str]]
    unclear: Mapping[int, UnclearFigure]
    before: Before | None
    version: int | None
    key: str

    def shown(self, row: int | None) -> int | None:
        """The place on the screen of a row of the draft."""
        return None if row is None or not 1 <= row <= len(self.rows) else self.rows[row - 1]


def read(request: HttpRequest, kind: str, key: int | None, *, by: Actor) -> Typed:
    """Read a request of the page. Refuses a head that its form refuses, each field by name."""
    sent = _sent(request)
    before = check.before(kind, key, by=by) if key is not None else None
    head = _head(kind, sent["head"])
    lines = [_texts(line) for line in sent["lines"]]
    ready = {row: line for row, line in enumerate(lines, 1) if line.get("product") and line.get("quantity")}
    unfinished = {row: line for row, line in enumerate(lines, 1) if row not in ready and any(_filled(line))}
    drafts, unclear = _drafts(ready, before)
    draft = FORMS[kind][1](lines=tuple(drafts.values()), source_system=sources.PAGE, **entered(head))
    version = sent.get("version") if isinstance(sent.get("version"), int) else None
    return Typed(draft, tuple(drafts), unfinished, unclear, before, version, str(sent.get("key", "")))


def _sent(request: HttpRequest) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
    except ValueError:
        sent = None
    if not isinstance(sent, dict) or not isinstance(sent.get("head"), dict) or not isinstance(sent.get("lines"), list):
        raise WrongEntry("The page sent something that is no entry. Load it again.")
    if len(sent["lines"]) > LINES_MAX:
        most = Figure(str(LINES_MAX))
        raise TooManyLines(
            Sentence("The page has more than %(most)s rows. Split the order into several.", most=most), field="lines"
        )
    return sent


def _head(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    form = FORMS[kind][0](values)
    if form.is_valid():
        return {name: value for name, value in form.cleaned_data.items() if name != "version"}
    raise Refusals(
        [
            WrongEntry(str(sentence), field=name if name in HEAD_FIELDS or name in form.fields else None)
            for name, sentences in form.errors.items()
            for sentence in sentences
        ]
    )


def _texts(line: Any) -> dict[str, str]:
    if not isinstance(line, dict):
        raise WrongEntry("The page sent a row that is none. Load it again.")
    said = {str(name): str(value).strip() for name, value in line.items() if value is not None}
    return {name: value for name, value in said.items() if value or name in LINE_VALUES}


def _filled(line: Mapping[str, str]) -> list[str]:
    return [value for name, value in line.items() if name != "line_number" and value and value not in USUAL]


def _drafts(
    ready: Mapping[int, Mapping[str, str]], before: Before | None
) -> tuple[dict[int, LineDraft], dict[int, UnclearFigure]]:
    """The rows as the actions take them, and the refusals of those with an unclear figure."""
    drafts, unclear = {}, {}
    for row, line in ready.items():
        try:
            drafts[row] = _line(line, before)
        except UnclearFigure as error:
            unclear[row] = error
    return drafts, unclear


def _figure(line: Mapping[str, str], name: str) -> str:
    try:
        return figure_read(line.get(name, ""))
    except UnclearFigure as error:
        error.field = name if name in (*LONGEST, "min_shipment") else "manual_conditions"
        raise


def _line(line: Mapping[str, str], before: Before | None) -> LineDraft:
    """A row as the actions take it; what is longer than its field allows is cut, and then refused as unknown."""
    number = whole(line.get("line_number"))
    was = before.lines.get(number) if before and number is not None else None
    shown, price = (_figure(line, name) for name in ("price_shown", "manual_conditions"))
    read = {**line, "quantity": _figure(line, "quantity")}
    least = _figure(line, "min_shipment")[:LEAST_LONGEST]
    texts = {name: read.get(name, "")[: most + 1] for name, most in LONGEST.items()}
    counted = {name: _counted(line[name]) for name in COUNTED if name in line}
    said = {name: value(counted.get(name, line[name])) for name, value in LINE_VALUES.items() if name in line}
    return LineDraft(
        **texts,  # type: ignore[arg-type]
        **{**counted, **said},
        line_number=number,
        goes_on=number,
        min_shipment=least,
        manual_conditions=check.agreed(was, shown, price),
    )


def _counted(text: str) -> int | None:
    """A number; what is none is one that no field allows, so that it is refused where it stands."""
    number = whole(text)
    return NO_NUMBER if number is None and text else number


def whole(text: str | None) -> int | None:
    """A number of plain digits that the books can hold, else None."""
    if not text or not (text.isascii() and text.isdigit()) or len(text) >= len(str(MAX)):
        return None
    return int(text)


def refusals_of(error: BusinessError) -> tuple[BusinessError, ...]:
    return tuple(getattr(error, "refusals", (error,)))
