"""The paper of an invoice and of its cancellation: what stands on it, in the language of who is billed."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from troth.business.billing import queries
from troth.business.billing.queries import InvoiceView
from troth.business.masterdata import queries as masterdata
from troth.business.pricing import papers as prices
from troth.business.pricing.papers import Taxed
from troth.business.sales import queries as sales
from troth.business.sales.queries import OrderLineRow
from troth.business.shipping import queries as shipping
from troth.business.shipping.queries import SentRow
from troth.kernel.money import Rounding, round_ratio
from troth.platform.actors import SYSTEM
from troth.platform.printing import papers, wording
from troth.platform.printing.contents import Column, Content, Loaded, Pair, Rich, Row
from troth.platform.printing.papers import Paper
from troth.platform.printing.wording import Speaker
from troth.reference import letters

WORDS = Path(__file__).parent / "words.toml"
CODE = "invoice"
NAMED_MAX = 3
WHOLE = 10_000
"""A hundred percent in basis points."""


def load(invoice_id: int) -> Loaded:
    """The invoice as it was made: nothing on it changes any more."""
    view = queries.invoice(invoice_id, by=SYSTEM)
    speak = wording.speaker(view.bill_to.language, WORDS)
    home = letters.home_of(view.row.company_id)
    bill_to = letters.addresses([view.bill_to.pk])[view.bill_to.pk]
    deliveries = shipping.sent({line.delivery_id for line in view.lines if line.delivery_id})
    kind = "invoice" if view.row.kind == "invoice" else "cancellation"
    content = Content(
        language=speak.language,
        title=speak(kind),
        number=view.row.number,
        page=speak("page", page="{page}", pages="{pages}"),
        sender=letters.sender(view.row.company_id, speak),
        address=bill_to.lines(home, speak),
        facts=_facts(view, deliveries, speak),
        opening=(_opening(view, kind, bool(deliveries), speak),),
        columns=_columns(view.row.currency, speak),
        rows=_rows(view, deliveries, speak),
        totals=prices.totals(
            (Taxed(line.net, line.tax, line.tax_name, line.tax_basis_points) for line in view.lines),
            view.row.currency,
            speak,
        ),
        terms=_terms(view, speak) if kind == "invoice" else (),
        closing=(*view.texts.values(), speak(f"closing_{kind}", number=view.row.number)),
        size=letters.paper_size(bill_to.country),
    )
    name = f"{speak(kind)}-{view.row.number}"
    return Loaded(
        ref=view.ref, company_id=view.row.company_id, content=content, name=name, email=bill_to.email, mark="issued"
    )


def _facts(view: InvoiceView, deliveries: dict[int, SentRow], speak: Speaker) -> tuple[Pair, ...]:
    row = view.row
    orders = dict.fromkeys(line.order_number for line in view.lines)
    theirs = dict.fromkeys(sales.references(line.order_id for line in view.lines).values())
    cancels = view.cancels.number if view.cancels else ""
    found = (
        (speak("invoice_date" if row.kind == "invoice" else "cancellation_date"), speak.day(row.invoiced_on)),
        (speak("cancels"), cancels),
        (speak("customer"), view.sold_to.number),
        (speak("order"), _some(orders, speak)),
        (speak("your_order"), _some(theirs, speak)),
        (speak("delivery"), _some(dict.fromkeys(one.number for one in deliveries.values()), speak)),
        (speak("delivered_on"), _some(_days(deliveries, speak), speak)),
        (speak("due_on"), speak.day(row.due_on) if row.kind == "invoice" else ""),
    )
    return tuple(pair for pair in found if pair[1])


def _days(deliveries: dict[int, SentRow], speak: Speaker) -> Iterable[str]:
    days = sorted({one.issued_on for one in deliveries.values() if one.issued_on is not None})
    return [speak.day(on) for on in days]


def _some(words: Iterable[str], speak: Speaker) -> str:
    """The first of them, and how many more."""
    found = list(words)
    if len(found) <= NAMED_MAX:
        return ", ".join(found)
    return speak("more", first=found[0], count=str(len(found) - 1))


def _opening(view: InvoiceView, kind: str, is_delivered: bool, speak: Speaker) -> str:
    if kind == "cancellation":
        assert view.cancels is not None
        before = queries.invoice(view.cancels.id, by=SYSTEM)
        return speak("opening_cancellation", number=before.row.number, day=speak.day(before.row.invoiced_on))
    return speak("opening_invoice" if is_delivered else "opening_order")


def _columns(currency: str, speak: Speaker) -> tuple[Column, ...]:
    return (
        Column(speak("item"), "right"),
        Column(speak("product"), width="1fr"),
        Column(speak("quantity"), "right"),
        Column(speak("price"), "right"),
        Column(speak("tax"), "right"),
        Column(speak("net_of", currency=currency), "right"),
    )


def _rows(view: InvoiceView, deliveries: dict[int, SentRow], speak: Speaker) -> tuple[Row, ...]:
    ordered = sales.order_lines([line.order_line_id for line in view.lines])
    sources = {line.id: _source(line, deliveries.get(line.delivery_id or 0), speak) for line in view.lines}
    is_mixed = len(set(sources.values())) > 1
    return tuple(
        _row(line, ordered.get(line.order_line_id), sources[line.id] if is_mixed else "", view.row.currency, speak)
        for line in view.lines
    )


def _source(line: Any, sent: SentRow | None, speak: Speaker) -> str:
    """Where a line comes from; said only where not all come from one and the same."""
    order = speak("order_line", order=line.order_number)
    if sent is None:
        return order
    return f"{order} · " + speak("delivery_line", delivery=sent.number, day=speak.day(sent.issued_on))


def _row(line: Any, ordered: OrderLineRow | None, source: str, currency: str, speak: Speaker) -> Row:
    product, unit = line.product, line.product.base_unit
    trace = ordered.trace if ordered else ()
    quiet = tuple(word for word in (product.number, source, *line.texts.values()) if word)
    rate = speak.percent(line.tax_basis_points) if line.tax_basis_points else "–"
    return Row(
        (
            str(line.line_number),
            Rich(
                line.description.removeprefix(f"{product.number} "),
                quiet,
            ),
            speak.quantity(line.quantity, unit.decimals, unit.code),
            prices.price_of(trace, unit.decimals, unit.code, currency, speak),
            rate,
            speak.money(line.net, currency),
        )
    )


def _terms(view: InvoiceView, speak: Speaker) -> tuple[Pair, ...]:
    """By when what is to be paid, with the discount in money."""
    row, terms = view.row, masterdata.payment_terms([view.payment_terms_id])[view.payment_terms_id]
    words = [speak("pay_until", day=speak.day(row.due_on))]
    if terms.discount_basis_points:
        until: date = row.invoiced_on + timedelta(days=terms.discount_days)
        amount = row.gross - round_ratio(row.gross * terms.discount_basis_points, WHOLE, Rounding.HALF_UP)
        words.append(
            speak(
                "pay_discount",
                day=speak.day(until),
                percent=speak.percent(terms.discount_basis_points),
                amount=speak.money(amount, row.currency),
                currency=row.currency,
            )
        )
    return ((speak("payment"), " ".join(words)),)


def mail(loaded: Loaded) -> tuple[str, str]:
    """The mail that goes with an invoice."""
    view = queries.invoice(loaded.ref.id, by=SYSTEM)
    speak = wording.speaker(loaded.content.language, WORDS)
    row, sender = view.row, loaded.content.sender.name
    subject = speak("mail_subject", title=loaded.content.title, number=row.number)
    if view.cancels is not None:
        return subject, speak("mail_cancellation", number=row.number, cancelled=view.cancels.number, sender=sender)
    total = f"{speak.money(row.gross, row.currency)} {row.currency}"
    return subject, speak("mail_invoice", number=row.number, total=total, day=speak.day(row.due_on), sender=sender)


papers.register(
    Paper(
        code=CODE,
        title=_("Invoice"),
        document_kind="invoice",
        load=load,
        view="billing.view_invoice",
        print="billing.print_papers",
        mail=mail,
        marks=lambda ids: dict.fromkeys(ids, "issued"),
    )
)
