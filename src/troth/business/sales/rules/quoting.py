"""What may be ordered of a quotation, and when."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from troth.business.sales.rules import refusals
from troth.business.sales.rules.lines import Line
from troth.business.sales.states import ORDERABLE
from troth.kernel.errors import Sentence


def refuse_unless_orderable(number: str, state: str, *, valid_to_on: date | None, today: date) -> None:
    """Refuse an order from a quotation that is not open for it, or no longer valid on the day."""
    if state not in ORDERABLE:
        raise refusals.QuotationNotOrderable(
            Sentence(
                "Quotation %(number)s is %(state)s. An order is made from one that was sent or "
                "accepted: send it first, or revise it."
            ),
            number=number,
            state=state,
        )
    refuse_expired(number, valid_to_on=valid_to_on, today=today)


def refuse_expired(number: str, *, valid_to_on: date | None, today: date) -> None:
    if valid_to_on is not None and today > valid_to_on:
        raise refusals.QuotationExpired(
            Sentence("Quotation %(number)s was valid to %(valid_to_on)s. Revise it with a later date."),
            number=number,
            valid_to_on=str(valid_to_on),
        )


def ends_at(valid_to_on: date, time_zone: str) -> datetime:
    """The instant from which a quotation is no longer valid: the end of its last day, where its company is."""
    return datetime.combine(valid_to_on + timedelta(days=1), time(), ZoneInfo(time_zone))


def open_quantity(*, quoted: int, referenced: int) -> int:
    """What of a quotation line has not been ordered, in smallest units."""
    return max(quoted - referenced, 0)


def refuse_more_than_quoted(line_number: int, quantity: int, *, quoted: int, referenced: int) -> None:
    """Refuse to refer to more of a quotation line than was quoted; a fall is always possible."""
    if quantity > 0 and referenced + quantity > quoted:
        raise refusals.MoreThanQuoted(
            Sentence(
                "Line %(line_number)s takes more than is left of the quotation. Order what is left, "
                "and enter the rest as a line of its own."
            ),
            line_number=line_number,
            quoted=quoted,
            referenced=referenced,
            quantity=quantity,
        )


def refuse_unpriced(number: str, lines: Sequence[Line], priced_categories: frozenset[int]) -> None:
    """Refuse to send a quotation without lines, or with a line that should have a price and has none."""
    unpriced = [
        line.line_number for line in lines if line.item_category_id in priced_categories and not line.price_trace
    ]
    if unpriced or not lines:
        what = Sentence("a price for line %(line)s", line=unpriced[0]) if unpriced else Sentence("at least one line")
        raise refusals.QuotationIncomplete(
            Sentence("Quotation %(number)s lacks %(what)s. Enter it, then send it.", number=number, what=what),
            number=number,
            lines=unpriced,
        )
