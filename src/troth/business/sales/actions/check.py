"""What would become of an order or quotation as it stands on the screen: the same rules, on books that are supposed.

Rows are counted from 1. What is wrong in some rows does not keep the others from their answer: those rows are left out
and come back as refusals, each with its row and field. Nothing is written and nothing is held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from troth.business.credit.rules import Verdict
from troth.business.masterdata.queries import Occasion
from troth.business.promising import actions as promising
from troth.business.promising.actions import SUPPOSED
from troth.business.promising.rules.wish import LinePromise, Promise, Wish
from troth.business.sales import store
from troth.business.sales.actions import alternatives, as_in_books, books, save
from troth.business.sales.actions.document import ORDER_KIND, Document, in_company_currency, needs_wish, wishes
from troth.business.sales.actions.proposals import Proposal, proposals
from troth.business.sales.models import Order, Quotation
from troth.business.sales.rules import lots
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, QuotationDraft
from troth.business.sales.rules.lines import Header, Line
from troth.business.sales.states import OrderState
from troth.kernel.errors import BusinessError, NotFound, Sentence
from troth.kernel.money import format_money
from troth.ledgers.exposure import queries as exposure
from troth.ledgers.exposure.keys import Part
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Overlay

READINGS = 3
"""How often a draft is read: with all rows, without those that cannot be read, without those that cannot be priced."""


@dataclass(frozen=True, slots=True)
class Before:
    """The document as it is in the books, and its lines by number; a draft is in no books."""

    ref: DocumentRef
    header: Header
    lines: Mapping[int, Line]
    gross: int
    is_submitted: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """The document as it would be. `promises` by line number, which of a main line is its row; `document` is None where
    its header cannot be read. `proposals`: what rules that ask first would let serve a line, by its number."""

    document: Document | None
    refused: tuple[BusinessError, ...]
    promises: Mapping[int, LinePromise] = field(default_factory=dict)
    credit: Verdict | None = None
    proposals: Mapping[int, tuple[Proposal, ...]] = field(default_factory=dict)


def before(kind: str, document_id: int, *, by: Actor) -> Before:
    """The document that is being changed. `NotFound` if it is not there or not the actor's to see."""
    model, table = (Order, store.ORDER) if kind == ORDER_KIND else (Quotation, store.QUOTATION)
    found = model.objects.filter(pk=document_id).first()
    if found is None or not by.sees(found.company_id):
        raise NotFound(Sentence("There is no %(kind)s %(id)s that you may see."), kind=kind, id=document_id)
    lines = {line.line_number: line for line in store.lines(table, document_id)}
    in_books = kind == ORDER_KIND and found.state != OrderState.DRAFT
    return Before(DocumentRef(kind, found.pk, found.number), store.header(found), lines, found.gross, in_books)


def check_document(
    draft: OrderDraft,
    *,
    changes: Before | None = None,
    occasion: Occasion = Occasion.ENTRY,
    by: Actor,
    clock: Clock,
) -> Checked:
    """Read, determine, price, promise and weigh a draft on supposed books; rows of `draft.lines` count from 1.

    `occasion`: on which rules are asked of a draft that is in no books.
    """
    document, refused = _readable(dated(draft), changes, by=by, clock=clock)
    if document is None:
        return Checked(None, refused)
    return weigh(draft, document, refused, changes, occasion=occasion, by=by, clock=clock)


def weigh(
    draft: OrderDraft,
    document: Document,
    refused: tuple[BusinessError, ...] = (),
    changes: Before | None = None,
    *,
    occasion: Occasion = Occasion.ENTRY,
    by: Actor,
    clock: Clock,
) -> Checked:
    """Let rules serve a document that was read, promise it and weigh it on supposed books.

    `refused` is what could not be read of it.
    """
    read = None
    try:
        read = _serve(draft, document, changes, occasion, clock=clock)
    except BusinessError as error:
        refused = (*refused, error)
    if changes is not None and changes.is_submitted:
        document.lines = _priced_before(draft, document, changes)
        rows = {line.line_number: line for line in document.lines}
        document.agreed = frozenset(
            row for row, line in rows.items() if lots.stays(_was_line(draft, changes, line), line)
        )
    overlay = Overlay()
    verdict = None if isinstance(draft, QuotationDraft) else _credit(overlay, document, changes, by=by, clock=clock)
    is_blocked = bool(document.terms.order_type.delivery_block_reason) or (verdict is not None and verdict.sets_block)
    nothing = books.confirms_nothing(document, is_blocked=is_blocked)
    try:
        wanted, numbers = _wanted(draft, document, changes, clock=clock)
        if read is not None:
            found = promising.simulate_on(read, wanted, clock=clock, blocked=nothing)
        else:
            found = promising.simulate(wanted, clock=clock, blocked=nothing)
        promise = Promise({numbers[line_id]: one for line_id, one in found.lines.items()})
    except BusinessError as error:
        refused, promise = (*refused, error), Promise({})
    offered = {} if nothing else proposals(document, promise.lines, standing=_standing(changes), clock=clock)
    return Checked(document, refused, promise.lines, verdict, offered)


def _standing(changes: Before | None) -> list[int]:
    """The ids of the lines whose goods an order in the books holds."""
    if changes is None or not changes.is_submitted:
        return []
    return [line.id for line in changes.lines.values() if line.stands]


def _serve(
    draft: OrderDraft, document: Document, changes: Before | None, occasion: Occasion, *, clock: Clock
) -> Overlay | None:
    """Let rules say what serves each row; rows of an order in the books that ask the same are served as they are.

    Returns the books that were read for it and are as they were; None for an order in the books.
    """
    if changes is None or not changes.is_submitted:
        return alternatives.supposed(document, occasion=occasion, clock=clock)
    standing = tuple(line for line in changes.lines.values() if line.stands)
    as_in_books.serve(document, lambda row: _was(draft, changes, row), standing, clock=clock)
    return None


def dated(draft: OrderDraft) -> OrderDraft:
    """A quotation's agreed delivery time counts for the rows that name none."""
    if not isinstance(draft, QuotationDraft) or draft.delivery_days is None:
        return draft
    days = draft.delivery_days
    lines = (replace(line, delivery_days=line.delivery_days or days) for line in draft.lines)
    return replace(draft, lines=tuple(lines))


def _readable(
    draft: OrderDraft, changes: Before | None, *, by: Actor, clock: Clock
) -> tuple[Document | None, tuple[BusinessError, ...]]:
    """The document of the rows that can be read, and what was refused of the others."""
    kept, before = _renumbered(draft, changes), changes.header if changes else None
    rows = {row: _numbered(line, row) for row, line in enumerate(draft.lines, start=1)}
    refused: list[BusinessError] = []
    for _ in range(READINGS):
        numbers = list(rows)
        try:
            readable = replace(draft, lines=tuple(rows.values()))
            return save.read(readable, kept=kept, before=before, by=by, clock=clock), tuple(refused)
        except BusinessError as error:
            found = getattr(error, "refusals", (error,))
            for one in found:
                one.row = numbers[one.row - 1] if one.row is not None else None
            refused += found
            bad = {one.row for one in found if one.row is not None}
            if not bad:
                return None, tuple(refused)
            rows = {row: line for row, line in rows.items() if row not in bad}
    return None, tuple(refused)


def _numbered(line: LineDraft, row: int) -> LineDraft:
    return replace(line, line_number=row, goes_on=None if line.goes_on is None else row)


def _renumbered(draft: OrderDraft, changes: Before | None) -> tuple[Line, ...]:
    """The lines that the rows stand for, numbered as the rows are."""
    if changes is None:
        return ()
    found = ((row, _was(draft, changes, row)) for row in range(1, len(draft.lines) + 1))
    return tuple(was._replace(line_number=row) for row, was in found if was is not None)


def _priced_before(draft: OrderDraft, document: Document, changes: Before) -> tuple[Line, ...]:
    """Lines of an order in the books keep their prices where nothing that matters to the price has changed."""
    return tuple(_as_before(line, _was_line(draft, changes, line)) for line in document.lines)


def _as_before(line: Line, was: Line | None) -> Line:
    if was is None or _bargain(line) != _bargain(was):
        return line
    return line._replace(net=was.net, tax=was.tax, gross=was.gross, price_trace=was.price_trace)


def _bargain(line: Line) -> tuple[object, ...]:
    return line.product_id, line.base_quantity, line.item_category_id, [dict(one) for one in line.manual_conditions]


def _was_line(draft: OrderDraft, changes: Before | None, line: Line) -> Line | None:
    """The line of the books that this one goes on from; a sub-item that of the same main line that is the same."""
    if line.main_line is None:
        return _was(draft, changes, line.line_number)
    main = _was(draft, changes, line.main_line)
    if main is None or changes is None:
        return None
    if line.id:
        return next(one for one in changes.lines.values() if one.id == line.id)
    alike = (line.role, line.product_id, line.site_id)
    subs = (one for one in changes.lines.values() if one.main_line == main.line_number and one.stands)
    return next((one for one in subs if (one.role, one.product_id, one.site_id) == alike), None)


def _was(draft: OrderDraft, changes: Before | None, row: int) -> Line | None:
    number = draft.lines[row - 1].line_number
    return changes.lines.get(number) if changes and number is not None else None


def _wanted(
    draft: OrderDraft, document: Document, changes: Before | None, *, clock: Clock
) -> tuple[Sequence[Wish], Mapping[int, int]]:
    """What the lines want of promising, and their numbers by the ids under which they do.

    Those of an order in the books want as its lines, all others as nobody's yet. A row without a date asks for nothing
    in an order; in a quotation it asks what could come at once.
    """
    today = clock.today(document.terms.customer.time_zone)
    supposed = today if isinstance(draft, QuotationDraft) else None
    ready = []
    for line in document.standing:
        wished = line.requested_on or supposed
        if wished is None or line.site_id is None or not needs_wish(document, line):
            continue
        was = _was_line(draft, changes, line) if changes and changes.is_submitted else None
        ready.append(line._replace(id=was.id if was else -line.line_number, requested_on=wished))
    ref = changes.ref if changes and changes.is_submitted else SUPPOSED
    wanted = [wish._replace(document=ref) for wish in wishes(document, ready)]
    return wanted, {line.id: line.line_number for line in ready}


def _credit(overlay: Overlay, document: Document, changes: Before | None, *, by: Actor, clock: Clock) -> Verdict:
    """The verdict on what the order would claim; what has gone on to deliveries and invoices is claimed there."""
    key = books.credit_key(document)
    overlay.take(key)
    amount = document.gross_of_company
    if changes is not None and changes.is_submitted:
        still = exposure.standing_of(key.company_id, key.party_id, changes.ref, Part.OPEN_ORDERS)
        amount = max(amount - in_company_currency(document, changes.gross) + still, 0)
        document.ref = changes.ref
    return books.claim(overlay, document, amount, is_new=changes is None, by=by, clock=clock)


def price_by_hand(line: Line, base_decimals: int, currency_decimals: int) -> str:
    """The price of one base unit that was agreed by hand; nothing where it was agreed for another quantity."""
    for entry in line.manual_conditions:
        if entry.get("kind") == "price" and entry.get("per_quantity", 1) == 10**base_decimals:
            amount = entry.get("amount")
            return "" if amount is None else format_money(amount, currency_decimals)
    return ""


def agreed(line: Line | None, shown: str, entered: str) -> tuple[Mapping[str, object], ...]:
    """The conditions by hand of a row: those that its line has, and the price that was entered instead of `shown`."""
    kept: tuple[Mapping[str, object], ...] = tuple(line.manual_conditions) if line else ()
    if entered != shown:
        kept = tuple(one for one in kept if one.get("kind") != "price")
        kept += ({"kind": "price", "price": entered},) if entered else ()
    return kept
