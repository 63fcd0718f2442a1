"""What quotations and orders say on paper: head, items with prices and dates, totals, terms, texts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troth.business.masterdata import queries as masterdata
from troth.business.pricing import papers as prices
from troth.business.sales.queries import DocumentView, LineView
from troth.business.sales.rules.family import FREE
from troth.platform.printing import wording
from troth.platform.printing.contents import Column, Content, Pair, Rich, Row
from troth.platform.printing.wording import Speaker
from troth.reference import letters
from troth.reference.letters import Address

WORDS = Path(__file__).parent / "words.toml"

SaysMore = Callable[[LineView, Speaker], Iterable[str]]
"""What a paper says below a line: its dates, or why it is not delivered."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A document on its way to paper: its parties' addresses, and the language of who ordered."""

    view: DocumentView
    speak: Speaker
    sold_to: Address
    ship_to: Address
    home: str

    @property
    def document(self) -> Any:
        return self.view.document

    @property
    def currency(self) -> str:
        return str(self.document.currency_id)


def letter_of(view: DocumentView) -> Letter:
    document = view.document
    parties = letters.addresses([document.sold_to_id, document.ship_to_id])
    sold_to = parties[document.sold_to_id]
    speak = wording.speaker(sold_to.language, WORDS)
    home = letters.home_of(document.company_id)
    return Letter(view, speak, sold_to, parties[document.ship_to_id], home)


def content(
    letter: Letter, title: str, *, facts: Sequence[Pair], opening: str, closing: str, lines: Sequence[LineView],
    says_more: SaysMore, is_priced: bool = True,
) -> Content:  # fmt: skip
    """The paper: these lines, with their totals where they have prices."""
    speak, document = letter.speak, letter.document
    trace = [prices.taxed(one.line.net, one.line.tax, one.trace) for one in lines]
    return Content(
        language=speak.language,
        title=speak(title),
        number=letter.view.ref.number,
        page=speak("page", page="{page}", pages="{pages}"),
        sender=letters.sender(document.company_id, speak),
        address=letter.sold_to.lines(letter.home, speak),
        facts=tuple(pair for pair in (*facts, *_shared_facts(letter)) if pair[1]),
        opening=(opening,),
        columns=_columns(letter, is_priced),
        rows=_rows(letter, lines, says_more, is_priced),
        totals=prices.totals(trace, letter.currency, speak) if is_priced else (),
        terms=_terms(letter) if is_priced else (),
        closing=tuple(word for word in (*(_texts(document.texts) if is_priced else ()), closing) if word),
        size=letters.paper_size(letter.sold_to.country),
    )


def _shared_facts(letter: Letter) -> tuple[Pair, ...]:
    document, speak = letter.document, letter.speak
    return (
        (speak("customer"), letter.sold_to.number),
        (speak("your_order"), document.customer_reference),
        (speak("your_contact"), document.contact),
        (speak("wanted_on"), speak.day(document.requested_on)),
    )


def _columns(letter: Letter, is_priced: bool) -> tuple[Column, ...]:
    speak = letter.speak
    goods = (Column(speak("item"), "right"), Column(speak("product"), width="1fr"), Column(speak("quantity"), "right"))
    if not is_priced:
        return goods
    return (*goods, Column(speak("price"), "right"), Column(speak("net_of", currency=letter.currency), "right"))


def _rows(letter: Letter, lines: Sequence[LineView], says_more: SaysMore, is_priced: bool) -> tuple[Row, ...]:
    terms = masterdata.product_terms(
        {one.line.product_id for one in lines}, customer_id=letter.document.customer_id
    )  # fmt: skip
    return tuple(_row(letter, one, terms[one.line.product_id].customer_number, says_more, is_priced) for one in lines)


def _row(letter: Letter, one: LineView, theirs: str, says_more: SaysMore, is_priced: bool) -> Row:
    speak, line = letter.speak, one.line
    changes = prices.changes_of(one.trace, letter.currency, speak) if is_priced else ()
    first = (one.product_number, speak("your_number", number=theirs) if theirs else "", ", ".join(changes))
    said = (
        " · ".join(word for word in first if word),
        *_other(one, speak),
        *_texts(line.texts),
        *says_more(one, speak),
    )
    goods = (
        str(line.line_number),
        Rich(one.product_name, tuple(word for word in said if word)),
        speak.quantity(line.quantity, one.unit_decimals, line.unit_id),
    )
    if not is_priced:
        return Row(goods)
    price = prices.price_of(one.trace, one.base_decimals, one.base_unit, letter.currency, speak)
    return Row((*goods, price, speak.money(line.net, letter.currency)))


def _other(one: LineView, speak: Speaker) -> tuple[str, ...]:
    """That an item is free, and, where that is wanted, in place of what it is delivered."""
    words = [speak("free_with", item=str(one.line.main_line))] if one.line.role == FREE else []
    if one.asked is not None and one.asked.is_other_product and one.asked.is_printed:
        words.append(speak("instead_of", product=f"{one.asked.number} {one.asked.name}"))
        words += [one.asked.why] if one.asked.why else []
    return tuple(words)


def _texts(texts: dict[str, str]) -> tuple[str, ...]:
    """The texts that are for the customer: those that later papers carry as well."""
    kinds = masterdata.snapshot().text_kinds
    shown = {code for on in ("delivery", "invoice") for code in masterdata.passed_on(texts, kinds, on)}
    return tuple(text for code, text in texts.items() if code in shown)


def _terms(letter: Letter) -> tuple[Pair, ...]:
    document, speak = letter.document, letter.speak
    place = f"{document.incoterm} {document.incoterm_place}".strip()
    elsewhere = letter.ship_to.line(letter.home, speak) if document.ship_to_id != document.sold_to_id else ""
    found = (
        (speak("terms_of_payment"), payment(document.payment_terms_id, speak)),
        (speak("terms_of_delivery"), place),
        (speak("goods_to"), elsewhere),
    )
    return tuple(pair for pair in found if pair[1])


def payment(terms_id: int, speak: Speaker) -> str:
    """The terms of payment, before there is a date to count from."""
    terms = masterdata.payment_terms([terms_id])[terms_id]
    words = [speak("pay_within", days=str(terms.due_days)) if terms.due_days else speak("pay_at_once")]
    if terms.discount_basis_points:
        percent = speak.percent(terms.discount_basis_points)
        words.append(speak("pay_discount_within", days=str(terms.discount_days), percent=percent))
    return " ".join(words)


def dates_of(one: LineView, speak: Speaker) -> list[str]:
    """When a line arrives: one day, or each part with its day; what is not confirmed says so."""
    promise = one.promise
    if promise is None or promise.is_withdrawn:
        return []
    confirmed = [(schedule.quantity, schedule.delivery_on) for schedule, _ in promise.schedules]
    if not confirmed:
        return [speak("not_confirmed")]
    if len(confirmed) == 1 and not promise.short:
        return [speak("arrives", day=speak.day(confirmed[0][1]))]

    def amount(quantity: int) -> str:
        return speak.quantity(quantity, one.base_decimals, one.base_unit)

    parts = [speak("arrives_part", quantity=amount(quantity), day=speak.day(on)) for quantity, on in confirmed]
    if promise.short:
        parts.append(speak("not_confirmed_part", quantity=amount(promise.short)))
    return parts
