"""What is held for the quotations that an order takes from goes over to it, in the transaction of the order.

The quotation is locked, then its holds, then the keys: so nobody holds more of it, orders from it or sweeps its holds
meanwhile. What was held of a line is let go for the order, which is promised then; what the order did not take of it is
held on as long as before. An order that would get less than was held for it is refused, and the holds stay. What had
expired is asked for like anything else, and the answer says so.
"""

from collections.abc import Iterable, Mapping, Sequence

from troth.business.promising.actions import held_for
from troth.business.promising.actions.taking import Taking, last_expired, take_from
from troth.business.promising.rules.wish import Promise, Wish
from troth.business.sales.actions.displaced import Displaced, Told
from troth.business.sales.actions.document import QUOTATION_KIND, Document, wishes
from troth.business.sales.models import Quotation
from troth.business.sales.rules import refusals
from troth.business.sales.rules.lines import Line
from troth.business.sales.states import OrderState
from troth.kernel.errors import Sentence
from troth.platform.actors import SYSTEM, Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held


def ordered(held: Held, document: Document, *, by: Actor, clock: Clock) -> Displaced | None:
    """What is held for the quoted lines of an order that is taken into the books; None where nothing is.

    Costs nothing where the order refers to no quotation.
    """
    quoted = _quoted(document.standing)
    taken: dict[int, int] = {}
    for line in quoted:
        taken[line.reference_line_id or 0] = taken.get(line.reference_line_id or 0, 0) + line.base_quantity
    if not quoted:
        return None
    taking = _taking(held, document, quoted, taken)

    def promised(document: Document, promise: Promise) -> None:
        if taking is not None:
            _refuse_less(taking, document, promise)
            taking.keep_rest(document.ref.id, by=by, clock=clock)
        _warn_of_expired(document, quoted, clock)

    return _displaced(taking, promised, by=by, clock=clock)


def raised(held: Held, before: Document, after: Document, *, by: Actor, clock: Clock) -> Displaced | None:
    """What is held for the quoted lines of which an order in the books is to take more; None where nothing is."""
    if before.status.state != OrderState.SUBMITTED:
        return None
    was = {line.id: line.base_quantity for line in before.standing}
    risen = [line for line in _quoted(after.standing) if line.base_quantity > was.get(line.id, 0)]
    taken = {line.reference_line_id or 0: line.base_quantity - was.get(line.id, 0) for line in risen}
    taking = _taking(held, after, risen, taken) if risen else None
    if taking is None:
        return None

    def promised(document: Document, promise: Promise) -> None:
        taking.keep_rest(document.ref.id, by=by, clock=clock)

    return _displaced(taking, promised, by=by, clock=clock)


def _quoted(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.reference_kind == QUOTATION_KIND and line.reference_line_id is not None]


def _quotations(quoted: Iterable[Line]) -> list[int]:
    return sorted({line.reference_id for line in quoted if line.reference_id is not None})


def _taking(held: Held, document: Document, quoted: Sequence[Line], taken: Mapping[int, int]) -> Taking | None:
    ids = _quotations(quoted)
    if others := [one for one in ids if not held.holds(Quotation(pk=one))]:
        held.hold(Quotation, *others, by=SYSTEM)
    taking = take_from(held, QUOTATION_KIND, ids, taken)
    if taking is not None and taking.parted:
        parted = [line for line in quoted if line.reference_line_id in taking.parted]
        taking.hold_on(_asked_on(document, parted))
    return taking


def _asked_on(document: Document, quoted: Sequence[Line]) -> list[Wish]:
    """What the lines want of firm supply, as wishes of the quoted lines."""
    numbered = [line._replace(id=line.reference_line_id or 0) for line in quoted]
    return [wish._replace(scope=wish.scope.on_firm_supply) for wish in wishes(document, numbered)]


def _displaced(taking: Taking | None, promised: Told, *, by: Actor, clock: Clock) -> Displaced:
    def let_go(order_id: int) -> None:
        if taking is not None:
            taking.let_go(by=by, clock=clock)

    return Displaced(taking.keys if taking else (), let_go, promised, lambda: taking is not None and taking.is_live)


def _refuse_less(taking: Taking, document: Document, promise: Promise) -> None:
    """Refuse an order that loses goods which were held for it."""
    short = []
    for line in _quoted(document.standing):
        found = promise.lines.get(line.id)
        if found is None:
            continue
        least = min(taking.held_of(line.reference_line_id or 0, found.wish), line.base_quantity)
        packing = found.wish.packing
        if found.confirmed < (packing.packages.down(least) if packing else least):
            short.append(line.line_number)
    if short:
        raise refusals.HeldForOthers(
            Sentence(
                "Less than is held of item %(lines)s would be confirmed: supply has slipped, or rules have changed "
                "since it was held. Nothing was ordered, and the goods stay held. Release them and order what there is."
            ),
            lines=", ".join(str(number) for number in short),
        )


def _warn_of_expired(document: Document, quoted: Sequence[Line], clock: Clock) -> None:
    numbers = {line.reference_line_id or 0: line.line_number for line in quoted}
    over = last_expired(QUOTATION_KIND, _quotations(quoted), numbers, clock)
    if over:
        document.warnings.append(
            Sentence(
                "What was held of item %(lines)s has expired. It was checked anew.",
                lines=", ".join(str(numbers[one]) for one in sorted(over)),
            )
        )


def let_go(held: Held, quotation_ids: Sequence[int], reason: str, *, by: Actor, clock: Clock) -> None:
    """Release what is held for quotations that are locked: they are open no longer."""
    if holds := held_for.lock(held, QUOTATION_KIND, quotation_ids):
        held_for.release(held, holds, reason, by=by, clock=clock)
