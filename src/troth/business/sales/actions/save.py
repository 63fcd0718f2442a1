"""Keeping a draft: an order that is written but not in the books. It holds nothing and may be incomplete."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from troth.business.sales import store
from troth.business.sales.actions import batches, locations, offering, prices, terms, texts, valuations
from troth.business.sales.actions.answers import Saved
from troth.business.sales.actions.document import ORDER_KIND, Document, ref_of
from troth.business.sales.actions.terms import Terms
from troth.business.sales.models import Order
from troth.business.sales.rules import determination, family, refusals
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, parse_lines
from troth.business.sales.rules.going_on import going_on
from troth.business.sales.rules.lines import Header, Line
from troth.business.sales.states import OrderState
from troth.kernel.errors import BusinessError, Refusals, Sentence
from troth.platform import events, locks, numbering
from troth.platform.actions import action, require
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef

SEQUENCE_COMPANY = 0
"""Order numbers are one series for all companies."""


@action
def save_order(
    draft: OrderDraft,
    *,
    order_id: int | None = None,
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> Saved:
    """Write a draft, or write it anew. What is wrong is refused; what is missing is listed and may stay so.

    With `order_id` the draft takes the place of all that the order said before; only a draft can be replaced.
    """
    if order_id is None:
        document = read(draft, by=by, clock=clock)
        write_new(document, {})
        record(document, "sales.order_saved", by=by, clock=clock)
        return saved(document)
    order, _ = locks.hold(Order, order_id, by=by)
    refuse_unless_draft(order)
    locks.refuse_if_changed(order, expected_version)
    before = store.header(order)
    document = read(draft, kept=store.lines(store.ORDER, order_id), before=before, by=by, clock=clock)
    _replace(document, order)
    changes = _differences(before, document.header)
    record(document, "sales.order_saved", by=by, clock=clock, changes=changes)
    return saved(document)


def read(
    draft: OrderDraft, *, kept: Iterable[Line] = (), before: Header | None = None, by: Actor, clock: Clock
) -> Document:
    """Read, determine and price a draft: an order that is not written yet. Refuses all that is wrong in it.

    `before` and `kept` are the header and lines that it takes the place of: prices agreed by hand on them may stay,
    and their texts do where the draft does not name others.
    """
    known = terms.for_draft(draft)
    require(by, company_id=known.customer.company_id)
    today = clock.today(known.customer.time_zone)
    named = terms.named(draft, known, today=today)
    header = determination.header(draft, named, customer=known.customer, order_type=known.order_type, entered_on=today)
    header = header._replace(
        texts=texts.of_header(known, draft.texts, before=before),
        source_system=before.source_system if before is not None else header.source_system,
    )
    known = terms.with_ship_to(known, header.ship_to_id)
    kept = tuple(kept)
    asked = [family.as_asked(line) for line in kept if line.main_line is None]
    lines = texts.kept(determined(draft.lines, header, known, clock=clock), draft.lines, asked)
    if before is not None:
        lines = going_on(lines, draft.lines, asked, header=header, before=before)
    lines = valuations.settled(offering.offered(lines, header, known, today=today), known)
    if before is not None:
        lines = prices.still_quoted(lines, kept, header=header, before=before)
    prices.require_manual_pricing(lines, by=by, company_id=header.company_id, kept=kept)
    priced, unpriced = prices.price(header, lines, known)
    status = new_status(by=by, clock=clock)
    document = Document(DocumentRef(ORDER_KIND, 0), header, status, priced, known, unpriced)
    _warn(document)
    return document


def new_status(*, by: Actor, clock: Clock) -> store.Status:
    """A draft that this person enters now; it gets its number when it is written."""
    return store.Status(
        number="",
        state=OrderState.DRAFT,
        entered_by_id=by.user_id,
        entered_at=clock.now(),
        last_raised_by_id=by.user_id,
    )


def determined(
    drafts: tuple[LineDraft, ...], header: Header, known: Terms, *, stands: Collection[int] = (), clock: Clock
) -> tuple[Line, ...]:
    """Read lines and determine what they leave open. Refuses what is wrong in any of them, all at once.

    `stands` are products that may stay, whatever the customer may order by now.
    """
    today = clock.today(known.customer.time_zone)
    lines, wrong = [], []
    rows: dict[int, Line] = {}
    choices = known.choices(header)
    facts = replace(known.known, replaced=offering.replaced(known, today))
    for row, read_line in enumerate(parse_lines(drafts, facts, today=today), start=1):
        try:
            line = determination.line(read_line, header, choices, row=row)
            conditions = read_line.draft.manual_conditions and prices.agreed(
                read_line.draft,
                base_decimals=read_line.product.base_unit.decimals,
                currency_decimals=known.customer.currency_decimals,
                row=row,
            )
            words = texts.of_line(known, read_line.draft.texts, line.product_id, row=row)
            if conditions or words:
                line = line._replace(manual_conditions=conditions, texts=words)
        except BusinessError as refused:
            wrong.append(refused)
            continue
        site = known.state.sites.get(line.site_id) if line.site_id is not None else None
        if site is not None and not site.is_active:
            closed = Sentence("Site %(site)s is closed. Choose another site.", site=site.code)
            wrong.append(refusals.ClosedSite(closed, row=row, field="site", site=site.code))
        lines.append(line)
        rows[row] = line
    wrong += offering.not_offered(rows, known, stands=stands, today=today)
    wrong += batches.refused(lines, known)
    wrong += locations.refused(lines, known)
    if wrong:
        raise Refusals(wrong)
    return tuple(lines)


def write_new(document: Document, extra: Mapping[str, tuple[str, Any]]) -> None:
    """Give the document its number and write it: two statements and one for the number."""
    write_all([document], extra)


def write_all(documents: Sequence[Document], extra: Mapping[str, tuple[str, Any]]) -> None:
    """`write_new` for many, in no more statements."""
    numbers = numbering.draw("order", company_id=SEQUENCE_COMPANY, count=len(documents))
    for document, number in zip(documents, numbers, strict=True):
        document.status = document.with_totals(number=f"SO-{number:06d}")
    rows = [(document.header, document.status, document.lines) for document in documents]
    for document, (order_id, lines) in zip(documents, store.insert_all(store.ORDER, rows, extra), strict=True):
        document.lines = lines
        document.ref = DocumentRef(ORDER_KIND, order_id, document.status.number)


def _replace(document: Document, order: Order) -> None:
    document.ref = ref_of(order)
    document.status = document.with_totals(
        number=order.number,
        entered_by_id=order.entered_by_id,
        entered_at=order.entered_at,
        version=order.version + 1,
    )
    store.update(store.ORDER, order.pk, document.header, document.status, {})
    store.delete_lines(store.ORDER, order.pk)
    document.lines = store.insert_lines(store.ORDER, order.pk, document.lines)


def write_lines(document: Document) -> None:
    """Write the lines of a document that is there: those that have an id anew, the others as new ones."""
    store.update_lines(store.ORDER, [line for line in document.lines if line.id])
    new = store.insert_lines(store.ORDER, document.ref.id, [line for line in document.lines if not line.id])
    written = {line.line_number: line for line in new}
    document.lines = tuple(written.get(line.line_number, line) for line in document.lines)


def refuse_unless_draft(order: Order) -> None:
    if order.state != OrderState.DRAFT:
        raise refusals.NotADraft(
            Sentence("Order %(number)s is %(state)s; only a draft can be replaced. Change the order instead."),
            number=order.number,
            state=order.state,
        )


def _warn(document: Document) -> None:
    header = document.header
    other = store.reference_used(header.customer_id, header.customer_reference)
    if other:
        document.warnings.append(same_reference(other, header.customer_reference))


def same_reference(other: str, reference: str) -> str:
    return Sentence(
        "Order %(number)s has the same customer's order number %(reference)s.", number=other, reference=reference
    )


def record(
    document: Document,
    kind: str,
    *,
    by: Actor,
    clock: Clock,
    facts: Mapping[str, Any] | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    """Note what happened to the order, with its warnings, and whether its papers go out by mail by themselves."""
    noted: dict[str, Any] = {"warnings": document.warnings} if document.warnings else {}
    if document.terms.customer.mails_papers and document.terms.order_type.mails_papers:
        noted["by_mail"] = True
    events.record(
        kind,
        document.ref,
        company_id=document.header.company_id,
        by=by,
        at=clock.now(),
        facts={**noted, **(facts or {})},
        changes=changes,
    )


def saved(document: Document) -> Saved:
    status = document.status
    return Saved(
        document.ref.id,
        status.number,
        status.version,
        str(status.state),
        status.net,
        status.tax,
        status.gross,
        document.missing,
        tuple(document.warnings),
    )


def _differences(before: Header, after: Header) -> Mapping[str, tuple[Any, Any]]:
    from troth.business.sales.rules.changes import differences

    return differences(before, after)
