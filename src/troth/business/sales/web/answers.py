"""What the entry page is told of each row and of the whole, in words and figures of the person's language.

| of a row | says |
| --- | --- |
| product, name, unit, units | what the product is, and in which units it may be ordered |
| net, price | the value of the row, and that of one base unit |
| agreed | how it is to be confirmed, where that is not the usual way |
| tone, promise, short, why | what is confirmed for when, what is not, and the reason in one sentence |
| missing | what it lacks, and what that holds back |
| problems | what is wrong in it, by field, with what would be right where that is known |
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.credit.rules import Outcome
from troth.business.masterdata.queries import ProductTerms
from troth.business.pricing.rules import Kind, TraceLine
from troth.business.promising.rules.wish import LinePromise
from troth.business.sales.actions.check import Checked
from troth.business.sales.actions.document import Document, needs_wish
from troth.business.sales.line_words import agreed_of
from troth.business.sales.rules.completeness import Missing, Step
from troth.business.sales.rules.lines import Line
from troth.business.sales.web import confirmed, sub_items
from troth.business.sales.web.typed import Typed
from troth.kernel.errors import BusinessError
from troth.platform.actors import Actor
from troth.platform.web import formats
from troth.platform.web.language import worded
from troth.platform.web.values import Text

SENDING = "sending"
HOLDS_BACK: Mapping[str, Text] = {
    Step.CONFIRMATION: _("confirmation"),
    Step.DELIVERY: _("delivery"),
    Step.BILLING: _("billing"),
    SENDING: _("sending"),
}
STOPS: Mapping[str, frozenset[str]] = {
    "order": frozenset({Step.CONFIRMATION}),
    "quotation": frozenset({SENDING, Step.BILLING}),
}
"""What has to be there before the document can go on."""
GRAMS, MILLILITRES = 1000, 1000


def answer(typed: Typed, checked: Checked, *, kind: str, by: Actor) -> dict[str, Any]:
    """All that the page shows of what was typed."""
    document = checked.document
    rows: dict[int, dict[str, Any]] = {row: {"row": row} for row in (*typed.rows, *typed.unfinished, *typed.unclear)}
    for line in document.lines if document else ():
        row = typed.shown(line.line_number if line.main_line is None else line.main_line)
        assert row is not None
        if line.main_line is None:
            rows[row] |= _row(document, line, checked.promises.get(line.line_number))  # type: ignore[arg-type]
            rows[row] |= sub_items.proposed(document, checked.proposals.get(line.line_number, ()))  # type: ignore[arg-type]
        else:
            promise = _dated(document, line, checked.promises.get(line.line_number))  # type: ignore[arg-type]
            rows[row].setdefault("subs", []).append(sub_items.told(document, line, promise))  # type: ignore[arg-type]
    lacks = _lacks(typed, document, kind) if document else []
    for one in lacks:
        if one["row"] is not None:
            rows[one["row"]].setdefault("missing", []).append(one)
    wrong = [problem(error, typed.shown(error.row)) for error in checked.refused]
    wrong += [problem(error, row) for row, error in typed.unclear.items()]
    for one in wrong:
        if one["row"] is not None:
            rows[one["row"]].setdefault("problems", []).append(one)
    return {
        "lines": list(rows.values()),
        "problems": [one for one in wrong if one["row"] is None],
        "missing": lacks,
        "head": _head(document) if document else None,
        "totals": _totals(document) if document else None,
        "credit": _credit(checked, by=by) if document and checked.credit else None,
        "submit": _submit(checked, lacks, wrong, kind) if document else None,
    }


def problem(error: BusinessError, row: int | None) -> dict[str, Any]:
    """A refusal as the page marks it; `offer` is what to put into the field instead, where the rule knows it."""
    return {"row": row, "field": error.field, "sentence": worded(error.message), "offer": error.facts.get("offer")}


def _row(document: Document, line: Line, promised: LinePromise | None) -> dict[str, Any]:
    product = document.terms.product(line.product_id)
    found = product_words(document.terms.product(line.asked.get("product", line.product_id)))
    if line.line_number in document.unpriced:
        found |= {"net": "", "price": ""}
    else:
        decimals = document.terms.customer.currency_decimals
        found |= {"net": formats.number(line.net, decimals), "price": _price(line, product, decimals)}
    if agreed := agreed_of(line):
        found["agreed"] = ", ".join(agreed)
    return found | _dated(document, line, promised) | sub_items.beside(document, line)


def _dated(document: Document, line: Line, promised: LinePromise | None) -> dict[str, Any]:
    if promised is not None:
        return _promise(promised)
    words = gettext("no date yet") if needs_wish(document, line) else gettext("not kept in stock")
    return {"tone": "draft", "promise": words, "why": ""}


def product_words(product: ProductTerms) -> dict[str, Any]:
    """What a row says of its product."""
    units = [product.base_unit.code, *(one.unit.code for one in product.conversions)]
    return {
        "product": product.number,
        "name": product.name,
        "unit": product.base_unit.code,
        "units": units,
        "customer_number": product.customer_number,
    }


def _price(line: Line, product: ProductTerms, decimals: int) -> str:
    """What one base unit comes to, discounts and freight included."""
    one = 10**product.base_unit.decimals
    return formats.number(round(line.net * one / line.base_quantity), decimals) if line.base_quantity else ""


def _promise(promised: LinePromise) -> dict[str, Any]:
    decimals, unit = promised.wish.decimals, promised.wish.unit

    def amount(quantity: int) -> str:
        return f"{formats.number(quantity, decimals)} {unit}"

    dates = [f"{amount(one.quantity)} · {_day(one.delivery_on)}" for one in promised.schedules]
    late = not promised.is_on_time
    tone = "done" if not late else ("waiting" if promised.confirmed else "stopped")
    if len(dates) == 1 and not promised.short:
        dates = [_day(promised.schedules[0].delivery_on)]
    short = gettext("%(quantity)s short") % {"quantity": amount(promised.short)} if promised.short else ""
    parts = [*dates, short] if short else dates
    return {"tone": tone, "promise": ", ".join(parts), "short": short, "why": worded(promised.sentence)}


def _day(on: date) -> str:
    return _day_in(on, timezone.localdate(), formats.style())


@lru_cache(maxsize=1024)
def _day_in(on: date, today: date, _of: formats.Style) -> str:
    """Many rows share few days, and writing out a day takes as long as promising a row."""
    return formats.day(on, today)


def _lacks(typed: Typed, document: Document, kind: str) -> list[dict[str, Any]]:
    """What is missing, each with the step it holds back and the field to jump to."""
    main = {line.line_number: line.main_line or line.line_number for line in document.lines}
    wanting = [one for one in document.missing if one.field == "requested_on"]
    for_all = document.header.requested_on is None and len(wanting) > 1
    counted = [one for one in document.missing if _counts(one, typed, kind)]
    found = [_lack(typed, one, kind, main) for one in counted if not (for_all and one.field == "requested_on")]
    if for_all and kind == "order":
        words = gettext("%(count)s rows lack a wished date. Enter one in the head for all of them.")
        found.insert(0, _said(None, "requested_on", words % {"count": len(wanting)}, Step.CONFIRMATION))
    if kind == "quotation" and not getattr(typed.draft, "valid_to_on", None):
        found.insert(0, _said(None, "valid_to_on", gettext("Enter the last day of validity."), SENDING))
    step = Step.CONFIRMATION if kind == "order" else SENDING
    for row, line in sorted(typed.unfinished.items()):
        if "product" in line:
            said = gettext("Row %(row)s lacks a quantity. Enter it.") % {"row": row}
            found.append(_said(row, "quantity", said, step))
        elif "quantity" in line:
            said = gettext("Row %(row)s lacks a product. Enter it.") % {"row": row}
            found.append(_said(row, "product", said, step))
    return found


def _counts(one: Missing, typed: Typed, kind: str) -> bool:
    if one.field == "lines" and typed.unfinished:
        return False
    return kind == "order" or one.field in ("price", "lines", "quantity")


def _lack(typed: Typed, one: Missing, kind: str, main: Mapping[int, int]) -> dict[str, Any]:
    """What is missing of a sub-item stands at the row of its main line."""
    row = typed.shown(main.get(one.line_number or 0, one.line_number))
    line = gettext("Line %(line)s") % {"line": one.line_number}
    place = gettext("Row %(row)s") % {"row": row}
    sentence = worded(one.sentence) if row is None else worded(one.sentence).replace(line, place, 1)
    step = SENDING if kind == "quotation" and one.field == "lines" else one.holds_back
    offer = formats.figure_shown(one.offer) if one.field == "quantity" else one.offer
    return _said(row, one.field, sentence, step) | {"offer": offer}


def _said(row: int | None, name: str, sentence: str, step: str) -> dict[str, Any]:
    return {"row": row, "field": name, "sentence": sentence, "step": step, "holds_back": str(HOLDS_BACK[step])}


def _head(document: Document) -> dict[str, Any]:
    customer = document.terms.customer
    where = " ".join(part for part in (customer.ship_to_country, customer.ship_to_region) if part)
    return {
        "customer": customer.number,
        "name": customer.name,
        "ship_to": f"{customer.ship_to_name}, {where}" if where else customer.ship_to_name,
        "terms": customer.payment_terms,
        "currency": customer.currency,
        "wished": formats.day(document.header.requested_on) if document.header.requested_on else "",
    }


def _totals(document: Document) -> dict[str, Any]:
    decimals, currency = document.terms.customer.currency_decimals, document.terms.customer.currency
    net, _tax, gross = document.totals
    standing = document.standing
    weight, volume = sum(line.weight_g for line in standing), sum(line.volume_ml for line in standing)
    return {
        "lines": sum(line.main_line is None for line in standing),
        "net": formats.number(net, decimals),
        "taxes": [{"name": name, "amount": formats.number(amount, decimals)} for name, amount in _taxes(standing)],
        "gross": formats.number(gross, decimals),
        "currency": currency,
        "weight": f"{formats.number(round(weight * 10 / GRAMS), 1)} kg",
        "volume": f"{formats.number(round(volume * 10 / MILLILITRES), 1)} l",
    }


def _taxes(lines: Iterable[Line]) -> list[tuple[str, int]]:
    """The taxes by name and rate."""
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for line in lines:
        for row in map(TraceLine._make, line.price_trace):
            if row.kind == Kind.TAX:
                sums[row.condition, row.rate] += row.amount
    return [(f"{name} {rate / 100:g} %", amount) for (name, rate), amount in sorted(sums.items())]


def _credit(checked: Checked, *, by: Actor) -> dict[str, str]:
    """The verdict in words; amounts only for those who may see the account."""
    document, verdict = checked.document, checked.credit
    assert document is not None
    assert verdict is not None
    customer = document.terms.customer
    tone = "done" if verdict.passes else "stopped"
    if verdict.passes:
        words = gettext("Credit is not limited") if verdict.limit is None else gettext("Credit within limit")
    elif verdict.outcome is Outcome.WARN:
        tone, words = "waiting", gettext("Credit does not pass: a warning")
    elif verdict.outcome is Outcome.ERROR:
        words = gettext("Credit does not let it go on: it stays as it is")
    elif verdict.within_limit:
        words = gettext("Credit does not pass: delivery waits for a credit manager")
    else:
        words = gettext("Past the credit limit: delivery waits for a credit manager")
    told = ""
    if by.may("credit.view_account", company_id=customer.company_id):
        told = worded(verdict.sentence(customer.company_currency_decimals, customer.company_currency))
    return {"tone": tone, "words": words, "sentence": told}


def _submit(checked: Checked, lacks: list[dict[str, Any]], wrong: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """What the button will do, in its own words; `stops` where nothing would be submitted."""
    document = checked.document
    assert document is not None
    stopping = len(wrong) + sum(one["step"] in STOPS[kind] for one in lacks)
    if stopping:
        words = ngettext("%(count)s entry to mend first", "%(count)s entries to mend first", stopping)
        return {"stops": True, "words": words % {"count": stopping}}
    promises = checked.promises
    parts = confirmed.in_words(
        (
            confirmed.Line(line.line_number, line.main_line, bool(one and one.short), one.delivery_on if one else None)
            for line, one in ((line, promises.get(line.line_number)) for line in document.standing)
        ),
        formats.short_day,
    )
    if (
        kind == "order"
        and checked.credit is not None
        and (checked.credit.limit is not None or not checked.credit.passes)
    ):
        parts.append(gettext("credit within limit") if checked.credit.passes else gettext("past credit limit"))
    return {"stops": False, "words": ", ".join(parts)}
