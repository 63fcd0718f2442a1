"""Quotations: priced offers that hold nothing. Demand comes with the order that is made from one.

Sending a quotation opens its lines in the fulfilment ledger, where orders note what they take of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from troth.business.sales import store
from troth.business.sales.actions import alternatives, held_goods, save, texts
from troth.business.sales.actions import terms as reading
from troth.business.sales.actions.answers import Saved
from troth.business.sales.actions.change import reason_given
from troth.business.sales.actions.document import QUOTATION_KIND, QUOTATION_LINE_KIND, Document
from troth.business.sales.models import Quotation
from troth.business.sales.rules import quoting, refusals
from troth.business.sales.rules.changes import differences
from troth.business.sales.rules.drafts import QuotationDraft, parse_date
from troth.business.sales.rules.texts import Texts, check, overlaid
from troth.business.sales.states import QUOTATION, QuotationState
from troth.kernel.errors import Sentence
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import BillingBasis, FulfilmentKey
from troth.platform import events, locks, numbering
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference

Extra = dict[str, tuple[str, Any]]
"""Header columns that only quotations have, with their values."""

ENDS = {
    QuotationState.REJECTED: Sentence("The quotation was rejected."),
    QuotationState.EXPIRED: Sentence("The quotation has expired."),
    QuotationState.SUPERSEDED: Sentence("The quotation was revised."),
}
"""Why what is held for a quotation is let go: it can be ordered from no longer."""


@action
def save_quotation(
    draft: QuotationDraft,
    *,
    quotation_id: int | None = None,
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> Saved:
    """Write a quotation, or write a draft anew. It is priced, and holds neither goods nor credit."""
    if quotation_id is None:
        document, extra = _read(draft, by=by, clock=clock)
        [number] = numbering.draw("quotation", company_id=save.SEQUENCE_COMPANY)
        _insert(document, extra, f"QT-{number:06d}")
    else:
        quotation, _ = _hold(quotation_id, expected_version, by=by)
        _refuse_unless_draft(quotation)
        document, extra = _read(draft, before=quotation, by=by, clock=clock)
        _replace(document, extra, quotation)
    save.record(document, "sales.quotation_saved", by=by, clock=clock)
    return save.saved(document)


@action
def send_quotation(quotation_id: int, *, expected_version: int | None = None, by: Actor, clock: Clock) -> Saved:
    """Send a quotation to the customer: it is valid from now on and cannot be changed, only revised."""
    quotation, held = _hold(quotation_id, expected_version, by=by)
    state = QUOTATION.step(quotation.state, "send")
    lines = store.lines(store.QUOTATION, quotation.pk)
    if quotation.valid_to_on is None:
        raise refusals.ValidityMissing(
            Sentence("Quotation %(number)s has no last day of validity. Enter one."),
            number=quotation.number,
            field="valid_to_on",
        )
    quoting.refuse_expired(quotation.number, valid_to_on=quotation.valid_to_on, today=_today(quotation, clock))
    quoting.refuse_unpriced(quotation.number, lines, _priced_categories())
    ref = ref_of(quotation)
    fulfilment.open_lines(
        held,
        [
            fulfilment.NewLine(
                FulfilmentKey(QUOTATION_LINE_KIND, line.id),
                ref,
                line.base_quantity,
                line.net,
                billing_basis=BillingBasis.NONE,
            )
            for line in lines
        ],
        at=clock.now(),
    )
    return _move(held, quotation, state, "sales.quotation_sent", by=by, clock=clock)


@action
def accept_quotation(quotation_id: int, *, expected_version: int | None = None, by: Actor, clock: Clock) -> Saved:
    """Note that the customer accepts; refused once the quotation is no longer valid."""
    quotation, held = _hold(quotation_id, expected_version, by=by)
    state = QUOTATION.step(quotation.state, "accept")
    quoting.refuse_expired(quotation.number, valid_to_on=quotation.valid_to_on, today=_today(quotation, clock))
    return accept(held, quotation, state, by=by, clock=clock)


def accept(held: Held, quotation: Quotation, state: QuotationState, *, by: Actor, clock: Clock) -> Saved:
    """Accept inside the action of whoever calls, such as an order from a quotation that was only sent."""
    return _move(held, quotation, state, "sales.quotation_accepted", by=by, clock=clock)


@action
def reject_quotation(
    quotation_id: int, *, reason: str, expected_version: int | None = None, by: Actor, clock: Clock
) -> Saved:
    """Note that the customer declines, and why."""
    given = reason_given(reason)
    quotation, held = _hold(quotation_id, expected_version, by=by)
    state = QUOTATION.step(quotation.state, "reject")
    quotation.answer_reason = given
    return _move(held, quotation, state, "sales.quotation_rejected", by=by, clock=clock, facts={"reason": given})


@action
def revise_quotation(
    quotation_id: int, draft: QuotationDraft, *, expected_version: int | None = None, by: Actor, clock: Clock
) -> Saved:
    """Put a new revision in the place of a quotation; the old one is superseded and can no longer be ordered from."""
    quotation, held = _hold(quotation_id, expected_version, by=by)
    state = QUOTATION.step(quotation.state, "revise")
    document, extra = _read(draft, before=quotation, by=by, clock=clock)
    revision = quotation.revision + 1
    first = quotation.number.rsplit("/", 1)[0]
    extra |= {"revises_id": ("int", quotation.pk), "revision": ("int", revision)}
    _insert(document, extra, f"{first}/{revision}")
    _move(held, quotation, state, "sales.quotation_superseded", by=by, clock=clock, facts={"by": document.ref.number})
    save.record(document, "sales.quotation_saved", by=by, clock=clock, facts={"revises": quotation.number})
    return save.saved(document)


@action
def change_quotation_texts(
    quotation_id: int,
    header: Texts,
    lines: Mapping[int, Texts],
    *,
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> Saved:
    """Change texts of a draft, by line number on its lines; what is not named stays, an empty text is taken out."""
    quotation, _ = _hold(quotation_id, expected_version, by=by)
    _refuse_unless_draft(quotation)
    before = store.header(quotation)
    quoted = store.lines(store.QUOTATION, quotation.pk)
    terms = reading.for_order(before, {line.product_id for line in quoted})
    for number, entered in lines.items():
        check(entered, terms.state.text_kinds, on_items=True, row=number)
        if number not in {line.line_number for line in quoted}:
            raise refusals.UnknownLine(
                Sentence("Quotation %(quotation)s has no line %(line)s.", quotation=quotation.number, line=number),
                row=number,
            )
    changed = before._replace(texts=texts.of_header(terms, header, before=before))
    worded = [line._replace(texts=overlaid(line.texts, lines.get(line.line_number))) for line in quoted]
    status = store.status(quotation, version=quotation.version + 1)
    document = Document(ref_of(quotation), changed, status, tuple(worded), terms)
    store.update(store.QUOTATION, quotation.pk, changed, status, {})
    store.update_lines(store.QUOTATION, [new for new, old in zip(worded, quoted, strict=True) if new != old])
    found = differences(before, changed)
    for new, old in zip(worded, quoted, strict=True):
        found |= {f"{new.line_number}.{name}": pair for name, pair in differences(old, new).items()}
    save.record(document, "sales.quotation_texts_changed", by=by, clock=clock, changes=found)
    return save.saved(document)


@dataclass(frozen=True, slots=True)
class Expired:
    """The numbers of the quotations that expired."""

    numbers: tuple[str, ...]


@action
def expire_quotations(
    today: date, *, company_id: int | None = None, limit: int = 500, by: Actor, clock: Clock
) -> Expired:
    """Expire quotations that were valid to a day before `today`, at most `limit` of them; run again for more.

    Of all companies, or of the one whose today it is.
    """
    query = Quotation.objects.filter(state=QuotationState.SENT, valid_to_on__lt=today).order_by("pk")
    if company_id is not None:
        query = query.filter(company_id=company_id)
    ids = tuple(query.values_list("pk", flat=True)[:limit])
    held = locks.begin()
    numbers = []
    sent = [one for one in held.hold(Quotation, *ids, by=by) if one.state == QuotationState.SENT] if ids else []
    held_goods.let_go(held, [one.pk for one in sent], ENDS[QuotationState.EXPIRED], by=by, clock=clock)
    for quotation in sent:
        state = QUOTATION.step(quotation.state, "expire")
        _move(held, quotation, state, "sales.quotation_expired", by=by, clock=clock)
        numbers.append(quotation.number)
    return Expired(tuple(numbers))


def _refuse_unless_draft(quotation: Quotation) -> None:
    if quotation.state != QuotationState.DRAFT:
        raise refusals.NotADraft(
            Sentence("Quotation %(number)s is %(state)s; only a draft can be changed. Revise it instead."),
            number=quotation.number,
            state=quotation.state,
        )


def ref_of(quotation: Quotation) -> DocumentRef:
    return DocumentRef(QUOTATION_KIND, quotation.pk, quotation.number)


def _hold(quotation_id: int, expected_version: int | None, *, by: Actor) -> tuple[Quotation, Held]:
    quotation, held = locks.hold(Quotation, quotation_id, by=by)
    locks.refuse_if_changed(quotation, expected_version)
    return quotation, held


def _read(draft: QuotationDraft, *, before: Quotation | None = None, by: Actor, clock: Clock) -> tuple[Document, Extra]:
    """Read a draft; an agreed delivery time stays a time and does not become a date before there is an order.

    `before` is the quotation that it takes the place of, as it was held.
    """
    header = store.header(before) if before is not None else None
    kept = store.lines(store.QUOTATION, before.pk) if before is not None else ()
    undated = replace(draft, lines=tuple(replace(line, delivery_days=None) for line in draft.lines))
    document = save.read(undated, kept=kept, before=header, by=by, clock=clock)
    mains = [line.line_number for line in document.lines if line.main_line is None]
    days = {number: entered.delivery_days for number, entered in zip(mains, draft.lines, strict=True)}
    document.lines = tuple(
        line._replace(delivery_days=days[line.main_line or line.line_number]) for line in document.lines
    )
    document.ref = DocumentRef(QUOTATION_KIND, 0)
    alternatives.supposed(document, clock=clock)
    today = clock.today(document.terms.customer.time_zone)
    if draft.delivery_days is not None and not 0 <= draft.delivery_days <= 1000:
        raise refusals.WrongEntry("Enter a delivery time from 0 to 1000 working days.", field="delivery_days")
    valid_to_on = parse_date(draft.valid_to_on, today=today, name="valid_to_on")
    return document, {"valid_to_on": ("date", valid_to_on), "delivery_days": ("int", draft.delivery_days)}


def _insert(document: Document, extra: Extra, number: str) -> None:
    document.status = document.with_totals(number=number, state=QuotationState.DRAFT)
    extra = {"revision": ("int", 1), **extra}
    quotation_id, document.lines = store.insert(
        store.QUOTATION, document.header, document.status, document.lines, extra
    )
    document.ref = DocumentRef(QUOTATION_KIND, quotation_id, number)


def _replace(document: Document, extra: Extra, quotation: Quotation) -> None:
    document.ref = ref_of(quotation)
    document.status = document.with_totals(
        number=quotation.number,
        entered_by_id=quotation.entered_by_id,
        entered_at=quotation.entered_at,
        version=quotation.version + 1,
    )
    store.update(store.QUOTATION, quotation.pk, document.header, document.status, extra)
    store.delete_lines(store.QUOTATION, quotation.pk)
    document.lines = store.insert_lines(store.QUOTATION, quotation.pk, document.lines)


def _move(
    held: Held,
    quotation: Quotation,
    state: QuotationState,
    event: str,
    *,
    by: Actor,
    clock: Clock,
    facts: Mapping[str, Any] | None = None,
) -> Saved:
    """Give a quotation its new state; one that cannot be ordered from any more lets go of what is held for it."""
    if state in ENDS and state != QuotationState.EXPIRED:
        held_goods.let_go(held, [quotation.pk], ENDS[state], by=by, clock=clock)
    before, quotation.state, quotation.version = quotation.state, state, quotation.version + 1
    quotation.save(update_fields=["state", "version", "answer_reason"])
    events.record(
        event,
        ref_of(quotation),
        company_id=quotation.company_id,
        by=by,
        at=clock.now(),
        facts=facts,
        changes={"state": (before, str(state))},
    )
    return Saved(
        quotation.pk, quotation.number, quotation.version, str(state), quotation.net, quotation.tax, quotation.gross
    )


def _today(quotation: Quotation, clock: Clock) -> date:
    return clock.today(reference.company(quotation.company_id).time_zone)


def _priced_categories() -> frozenset[int]:
    from troth.business.masterdata import queries as masterdata

    return frozenset(category.id for category in masterdata.item_categories().values() if category.is_priced)
