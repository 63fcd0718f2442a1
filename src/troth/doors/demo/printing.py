"""Documents as text: what `troth demo` prints of CM-1, and what `docs/scenarios/cm-1.md` compares."""

from collections.abc import Iterable, Sequence
from datetime import date

from troth.business.pricing.rules import Kind, TraceLine
from troth.business.promising.queries import Explanation
from troth.business.sales.queries import DocumentView, LineView
from troth.kernel.money import format_money
from troth.kernel.quantity import format_quantity
from troth.ledgers.fulfilment.queries import Flow
from troth.ledgers.journal.queries import EntryRow

DECIMALS = 2
GRAMS_PER_KG, ML_PER_LITRE = 1_000, 1_000


def day(on: date | None) -> str:
    return f"{on:%a %d %b %Y}" if on else "no day"


def money(cents: int, currency: str = "") -> str:
    """Dollars, euros: two decimals."""
    return format_money(cents, DECIMALS, currency)


def table(rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> list[str]:
    """Columns side by side, two spaces apart; the columns of `right` are set to the right."""
    texts = [[str(cell) for cell in row] for row in rows]
    if not texts:
        return []
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in texts
    ]


def quantity(view: LineView, steps: int) -> str:
    return f"{format_quantity(steps, view.base_decimals)} {view.base_unit}"


def sales_document(view: DocumentView, title: str) -> list[str]:
    """Head, lines and totals of a quotation or order."""
    document = view.document
    lines = [
        f"{title} {view.ref.number} · {document.state} · entered {day(document.entered_on)}",
        f"  for {document.sold_to.number} {document.sold_to.name}; goods to {document.ship_to.name},"
        f" {document.ship_to.city}; wanted {day(document.requested_on)}",
    ]
    lines += table(
        (
            (
                one.line.line_number,
                one.product_number,
                one.product_name,
                quantity(one, one.line.base_quantity),
                money(one.line.net),
            )
            for one in view.lines
        ),
        right=(3, 4),
    )
    lines.append(
        f"  net {money(document.net)}, tax {money(document.tax)}, gross {money(document.gross, document.currency_id)}"
    )
    return lines


def price_trace(view: LineView) -> list[str]:
    """How the value of a line came about; the amounts sum to net and tax."""
    head = f"  Price of line {view.line.line_number}, {quantity(view, view.line.base_quantity)} {view.product_number}:"
    rows = [("  " + one.kind, one.condition, _rate(one), money(one.amount), one.source) for one in view.trace]
    return [head, *table(rows, right=(3,))]


def _rate(one: TraceLine) -> str:
    if not one.per:
        scale = f" from {one.scale}" if one.scale else ""
        return f"{money(one.rate)} %{scale} of {money(one.base)}"
    if one.kind == Kind.FREIGHT:
        return f"{money(one.rate)} a kg on {one.base:,} g"
    return f"{money(one.rate)} each" if one.per == 1 else f"{money(one.rate)} for {one.per}"


def promise(view: LineView, explained: Explanation | None) -> list[str]:
    """The schedule lines of an order line, and the sentence why."""
    if view.promise is None:
        return [f"  {view.line.line_number}  nothing is promised"]
    rows = [
        (
            view.line.line_number if position == 0 else "",
            quantity(view, schedule.quantity),
            f"goods {day(schedule.material_on)}",
            f"leave {day(schedule.goods_issue_on)}",
            f"arrive {day(schedule.delivery_on)}",
            schedule.basis,
        )
        for position, (schedule, _) in enumerate(view.promise.schedules)
    ]
    return [*table(rows, right=(1,)), f"      {explained.sentence}" if explained else ""]


def journal(entries: Iterable[EntryRow]) -> list[str]:
    """Entries with debits positive and credits negative."""
    lines = []
    for entry in entries:
        lines.append(f"  {day(entry.on)}  {entry.text}")
        lines += ["  " + line for line in table(((one.account, money(one.amount)) for one in entry.lines), right=(1,))]
    return lines


def flow(found: Flow, numbers: dict[tuple[str, int], str]) -> list[str]:
    """What went from each document to the next, in the order of the documents."""
    rows = [
        (
            f"{edge.origin.kind} {numbers.get((edge.origin.kind, edge.origin.id), edge.origin.id)}",
            f"→ {edge.target.kind} {numbers.get((edge.target.kind, edge.target.id), edge.target.id)}",
            str(edge.measure),
        )
        for edge in found.edges
        if edge.origin != edge.target
    ]
    return table(dict.fromkeys(rows))
