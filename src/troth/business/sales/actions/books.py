"""Taking an order into the books: credit, promise, fulfilment, blocks, each once, under locks taken in one go.

| step | posts |
| --- | --- |
| credit claim | exposure: open orders, by the gross value |
| promise | availability: demand on each material date |
| open lines | fulfilment: what is ordered, and what of a quotation is thereby referenced |
| blocks | credit, delivery on entry, what is incomplete |
"""

from collections.abc import Iterable, Sequence

from troth.business.credit import actions as credit
from troth.business.credit.rules import Outcome, Point, Verdict
from troth.business.promising import actions as promising
from troth.business.promising.actions import lapsing
from troth.business.promising.rules.wish import Promise, Wish
from troth.business.sales.actions.document import (
    LINE_KIND,
    ORDER_KIND,
    QUOTATION_KIND,
    QUOTATION_LINE_KIND,
    Document,
)
from troth.business.sales.rules import quoting
from troth.business.sales.rules.completeness import Missing, Step
from troth.business.sales.rules.lines import Line
from troth.kernel.errors import Sentence
from troth.ledgers.exposure.keys import ExposureKey
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import FulfilmentKey, Measure
from troth.platform import blocks
from troth.platform.actors import SYSTEM, Actor
from troth.platform.blocks import Block, BlockKind, BlockScope
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import BalanceKey, Held

INCOMPLETE = "incomplete: "
"""How the reason of a block begins that falls when what is missing is entered."""


def credit_key(document: Document) -> ExposureKey:
    return credit.key(document.header.company_id, document.header.payer_id)


def line_key(line: Line) -> FulfilmentKey:
    return FulfilmentKey(LINE_KIND, line.id)


def quoted_keys(lines: Iterable[Line]) -> tuple[FulfilmentKey, ...]:
    """The balances of the quotation lines that these lines refer to."""
    return tuple(
        FulfilmentKey(QUOTATION_LINE_KIND, line.reference_line_id)
        for line in lines
        if line.reference_kind == QUOTATION_KIND and line.reference_line_id is not None
    )


def keys(document: Document, wanted: Sequence[Wish]) -> tuple[BalanceKey, ...]:
    """All balances that taking the order into the books needs."""
    return (credit_key(document), *promising.keys(wanted), *quoted_keys(document.standing))


def confirms_nothing(document: Document, *, is_blocked: bool) -> bool:
    """Whether a block keeps the goods of a new order from being confirmed: the order type's policy."""
    return is_blocked and document.terms.order_type.on_credit_block == "unconfirm"


def holds_for_a_time(document: Document) -> bool:
    """Whether the order's type keeps for a time what is confirmed on it while it waits under a block."""
    return document.terms.order_type.on_credit_block == "hold"


def keeps_unconfirmed(document: Document, standing: Iterable[Block], *, sets_credit: bool = False) -> bool:
    """Whether blocks keep the order from being confirmed: one of the confirmation, or by its type one of others.

    `sets_credit`: a credit block is being set. An order whose goods were kept for a time, which has passed, is not
    confirmed again before its block is released.
    """
    found = list(standing)
    if any(block.scope is BlockScope.CONFIRMATION for block in found):
        return True
    is_blocked = sets_credit or any(block.kind in lapsing.WAITS_FOR for block in found)
    return confirms_nothing(document, is_blocked=is_blocked) or (is_blocked and _has_lapsed(document))


def _has_lapsed(document: Document) -> bool:
    if not holds_for_a_time(document):
        return False
    found = lapsing.kept(ORDER_KIND, [document.ref.id]).get(document.ref.id)
    return found is not None and found.is_lapsed


def claim(held: Held, document: Document, amount: int, *, is_new: bool = False, by: Actor, clock: Clock) -> Verdict:
    """Let the order claim `amount` of credit (company's currency): what of it is not in a delivery.

    What follows where the check is not passed is said by the rules of credit: a warning, a refusal (`CreditRefuses`),
    or a block that stops the delivery.
    """
    point = Point.ORDER_CREATE if is_new else Point.ORDER_CHANGE
    return _warned(document, credit.claim(held, _claim(document, amount, point, is_new=is_new), by=by, clock=clock))


def claim_new(held: Held, documents: Sequence[Document], *, by: Actor, clock: Clock) -> list[Verdict]:
    """Let new orders, of which nothing stands yet, each claim its gross value, in their order."""
    claimed = [_claim(one, one.gross_of_company, Point.ORDER_CREATE, is_new=True) for one in documents]
    found = credit.claim_all(held, claimed, by=by, clock=clock)
    return [_warned(*pair) for pair in zip(documents, found, strict=True)]


def _warned(document: Document, verdict: Verdict) -> Verdict:
    """Say a warning with the answer."""
    if verdict.warns:
        customer = document.terms.customer
        document.warnings += verdict.sentences(customer.company_currency_decimals, customer.company_currency)
    return verdict


def may_be_refused(document: Document) -> bool:
    """Whether a rule of credit could keep this order a draft."""
    return any(
        one.outcome == Outcome.ERROR and one.point == Point.ORDER_CREATE for one in document.terms.state.credit_checks
    )


def _claim(document: Document, amount: int, point: Point, *, is_new: bool) -> credit.Claim:
    return credit.Claim(
        credit_key(document),
        document.ref,
        amount,
        document.terms.order_type.checks_credit,
        document.header.company_id,
        document.status.entered_by_id,
        document.status.last_raised_by_id,
        is_new,
        point,
        document.terms.order_type.id,
        document.terms.state.credit_checks,
    )


def open_lines(held: Held, opened: Sequence[tuple[Document, Sequence[Line]]], *, clock: Clock) -> None:
    """Open lines of documents in the fulfilment ledger, and note what they take of quotations."""
    fulfilment.open_lines(held, [one for pair in opened for one in _new_lines(*pair)], at=clock.now())
    for document, lines in opened:
        refer(held, document, [(line, line.base_quantity, line.net) for line in lines], clock=clock)


def _new_lines(document: Document, lines: Sequence[Line]) -> list[fulfilment.NewLine]:
    categories = document.terms.categories
    return [
        fulfilment.NewLine(
            line_key(line),
            document.ref,
            line.base_quantity,
            line.net,
            line.tolerance,
            categories[line.item_category_id].billing_basis,
        )
        for line in lines
    ]


def post_ordered(held: Held, document: Document, changes: Sequence[tuple[Line, int, int]], *, clock: Clock) -> None:
    """Post by how much the ordered quantity and value of lines rise (or fall); the lines must be held."""
    entries = [
        fulfilment.Entry(line_key(line), document.ref, Measure.ORDERED, quantity, value, document.ref, line.id)
        for line, quantity, value in changes
        if quantity or value
    ]
    fulfilment.post(held, entries, at=clock.now())
    refer(held, document, changes, clock=clock)


def refer(held: Held, document: Document, changes: Sequence[tuple[Line, int, int]], *, clock: Clock) -> None:
    """Post by how much more (or less) of the quotation lines is ordered. Refuses more than was quoted."""
    entries = []
    for line, quantity, value in changes:
        if line.reference_kind != QUOTATION_KIND or line.reference_line_id is None or not (quantity or value):
            continue
        key = FulfilmentKey(QUOTATION_LINE_KIND, line.reference_line_id)
        balance = held.balance(key)
        quoting.refuse_more_than_quoted(
            line.line_number, quantity, quoted=balance.ordered, referenced=balance.referenced
        )
        origin = DocumentRef(QUOTATION_KIND, line.reference_id or 0)
        entries.append(fulfilment.Entry(key, origin, Measure.REFERENCED, quantity, value, document.ref, line.id))
    if entries:
        fulfilment.post(held, entries, at=clock.now())


def confirm(held: Held, wanted: Sequence[Wish], *, nothing: bool, in_place: bool, clock: Clock) -> Promise:
    return promising.confirm(held, wanted, clock=clock, blocked=nothing, in_place=in_place)


def set_blocks(held: Held, document: Document, *, is_new: bool, by: Actor, clock: Clock) -> tuple[str, ...]:
    """Set the blocks that follow from the order type and from what is missing; return their reasons."""
    wanted: list[tuple[BlockKind, BlockScope, str]] = []
    entry_block = document.terms.order_type.delivery_block_reason
    if is_new and entry_block:
        wanted.append((BlockKind.DELIVERY, BlockScope.DELIVERY, entry_block))
    lacks = document.missing
    for step, scope in ((Step.DELIVERY, BlockScope.DELIVERY), (Step.BILLING, BlockScope.BILLING)):
        held_back = [one for one in lacks if one.holds_back is step]
        if held_back:
            wanted.append((BlockKind.CUSTOMER_SERVICE, scope, INCOMPLETE + _names(held_back)))
    for kind, scope, reason in wanted:
        blocks.set_block(
            held,
            document.ref,
            kind,
            scope,
            company_id=document.header.company_id,
            reason=reason,
            entered_by_id=document.status.entered_by_id,
            last_raised_by_id=document.status.last_raised_by_id,
            by=by,
            clock=clock,
        )
    return tuple(reason for _, _, reason in wanted)


def lift_completed(held: Held, document: Document, *, clock: Clock) -> None:
    """Lift the blocks for what was missing and is there now."""
    still = {step for step in (Step.DELIVERY, Step.BILLING) if document.lacks(step)}
    for block in blocks.standing([document.ref]):
        if block.reason.startswith(INCOMPLETE) and Step(block.scope) not in still:
            blocks.release(
                held, block.id, reason=Sentence("What was missing has been entered."), by=SYSTEM, clock=clock
            )


def _names(found: Sequence[Missing]) -> str:
    words = [one.field if one.line_number is None else f"{one.field} of line {one.line_number}" for one in found]
    return ", ".join(words).replace("_", " ")[:200]
