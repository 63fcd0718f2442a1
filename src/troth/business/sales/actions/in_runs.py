"""Rules asked in a run over the backorders, for lines that it leaves short or late: supposed, served, taken back.

What is asked, and how other goods come to serve a line, is what happens where a promise breaks (`asking`). Here it is
told beforehand, on the books as the run would leave them, and done later only where it comes to the same: the same
goods, quantities and days. It is only told where no day sees less of the line than the run gave it, and some day sees
more, counted in what was ordered. Lines that come together with others stay with their own goods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from troth.business.masterdata.queries import Occasion
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions.alternatives import Prepare, plan, wish_of
from troth.business.promising.queries import PromisedLine
from troth.business.promising.rules import LinePromise, Wish, group_of
from troth.business.promising.rules.alternatives import ORDERED, Planned
from troth.business.promising.states import UNSECURED, Cause
from troth.business.sales.actions import alternatives, asking, save
from troth.business.sales.actions.document import ORDER_KIND, Document, load, needs_wish, wishes
from troth.business.sales.actions.hanging import Dates, is_better
from troth.business.sales.actions.naming import rules_of
from troth.business.sales.actions.revise import NOT_ANY_MORE
from troth.business.sales.actions.settle import change_keys, settle
from troth.business.sales.models import Order
from troth.business.sales.rules import family
from troth.business.sales.rules.lines import Line
from troth.business.sales.rules.served import Goods, Row, Served, by_day, said
from troth.business.sales.states import OrderState
from troth.kernel.calendars import date_of
from troth.kernel.errors import BusinessError
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held, Overlay

BACK = "sales.order_served_as_ordered"


class _Otherwise(Exception):
    """It comes to something else than was told."""


class _Worse(Exception):
    """The line would have less of its own goods on some day than the run had left it."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a run gives a line: `was` is confirmed before the run, `own` is what the run itself leaves it of its goods.

    `facts` are kept with the event of the order.
    """

    line_id: int
    was: Sequence[Row]
    own: Sequence[Row]
    served: Served
    facts: Mapping[str, Any]


def read(order_id: int) -> Document:
    """An order as it stands, for who only asks."""
    return load(Order.objects.get(pk=order_id))


def opened(held: Held, order_id: int, *, by: Actor) -> Document:
    """An order, held with what is held already."""
    [order] = held.hold(Order, order_id, by=by)
    return load(order)


def suppose(
    document: Document, line_id: int, own: Sequence[Row], books: Overlay, let_go: Prepare, *, clock: Clock
) -> Served | None:
    """What other goods would serve of a line by a rule, better than `own`; it is taken from the books.

    `books` are those that the run would leave, `let_go` takes back on them what the line has. None where no rule that
    is meant for runs holds, or nothing is better: then the books are not to be used again.
    """
    line = _asked_line(document, line_id)
    if line is None:
        return None
    question = asking.about_lines(document, [line], Occasion.RUN).question
    if question is None:
        return None
    [planned] = plan(question.asked, clock=clock, books=books, prepare=let_go)
    if planned.is_as_ordered:
        return None
    wanted = [wish_of(planned.asked, part) for part in planned.parts]
    promise = promising.simulate(wanted, clock=clock, books=books)
    rows = [_supposed(promise.lines[wish.line_id]) for wish in wanted]
    code = question.asks[line.line_number].ruled.rule.code
    found = Served(code, _goods(document, planned, rows), said(line))
    return found if is_better({line_id: _told(own)}, {line_id: _told(found.arrives)}) else None


def _asked_line(document: Document, line_id: int) -> Line | None:
    """The line, if rules may be asked about it at all."""
    line = next((line for line in document.standing if line.id == line_id), None)
    if document.status.state != OrderState.SUBMITTED or line is None or not needs_wish(document, line):
        return None
    [wish] = wishes(document, [line])
    return line if group_of(wish) is None and rules_of(document, line, None) else None


def _supposed(promise: LinePromise) -> tuple[Row, ...]:
    found = (
        (one.quantity, one.dates.material_available, one.dates.delivery, str(one.basis)) for one in promise.schedules
    )
    return tuple(sorted(found, key=lambda row: row[1]))


def _goods(document: Document, planned: Planned, rows: Sequence[tuple[Row, ...]]) -> tuple[Goods, ...]:
    terms = document.terms
    found = []
    for part, own in zip(planned.parts, rows, strict=True):
        wish = wish_of(planned.asked, part)
        rule = "" if part.place == ORDERED else planned.asked.alternatives[part.place - 1].rule
        product, site = terms.product(wish.product_id), terms.state.sites[wish.site_id]
        found.append(
            Goods(
                wish.product_id, wish.site_id, part.quantity, part.ordered, own, rule, product.number, site.code,
                product.base_unit.code, product.base_unit.decimals,
            )
        )  # fmt: skip
    return tuple(found)


def serve(held: Held, document: Document, given: Given, *, by: Actor, clock: Clock) -> bool:
    """Let other goods serve a line as it was told; False, and nothing is changed, where it comes to something else.

    The order is held, and no balance. What is read for it is locked in one go with all that the order's change needs.
    """
    line = _asked_line(document, given.line_id)
    if line is None or said(line) != given.served.before:
        return False
    wanted = wishes(document, document.standing)
    ids = [one.id for one in document.standing]
    keys = (*promises.keys(ORDER_KIND, ids), *promising.keys(wanted))

    def waiting(held: Held) -> Mapping[int, Wish]:
        held.take(*keys)
        stands = promises.promise(ORDER_KIND, [given.line_id]).get(given.line_id)
        if stands is None or _seen(_open(stands)) != _seen(given.own):
            return {}
        return {wish.line_id: wish for wish in wanted if wish.line_id == given.line_id}

    answer = asking.ask(held, document, keys, waiting, Occasion.RUN, clock=clock)
    if answer is None or answer.question is None:
        return False
    [planned] = alternatives.by_number(answer.question, answer.planned).values()
    if planned.is_as_ordered:
        return False
    try:
        with held.attempt():
            after, made = asking.serve(
                held, document, answer.question, line.line_number, planned, by=by, clock=clock, cause=Cause.BACKORDER
            )
            if not _is_as_told(made, given.served):
                raise _Otherwise
    except (BusinessError, _Otherwise):
        return False
    facts = {**given.facts, "served_otherwise": [line.line_number]}
    _record(after, made, {line.line_number: given.was}, facts, by=by, clock=clock)
    return True


def take_back(held: Held, document: Document, given: Given, *, by: Actor, clock: Clock) -> str:
    """Let a line be served by its own goods again, as it was before `serve`; return why not, in a word, else "".

    `since`: it, or what serves it, was changed, promised otherwise or delivered since; `gone`: its own goods would
    give it less on some day than the run had left it.
    """
    line = next((one for one in document.standing if one.id == given.line_id), None)
    if document.status.state != OrderState.SUBMITTED or line is None:
        return "ended"
    subs = _sub_items(document, line, given.served.goods)
    made = [line, *subs]
    after = replace(document, lines=_as_before(document, line, subs, given.served))
    held.take(*change_keys(document, after))
    if not _is_as_told(made, given.served):
        return "since"
    told = {one.line_number: _rows(one) for one in made}
    try:
        with held.attempt():
            settle(held, document, after, event=BACK, by=by, clock=clock, cause=Cause.UNDONE)
            now, own = {line.id: _told(_rows(line))}, {line.id: _told(given.own)}
            if now != own and not is_better(own, now):
                raise _Worse
    except _Worse:
        return "gone"
    except BusinessError:
        return "since"
    _record(after, [line], told, given.facts, by=by, clock=clock)
    return ""


def _sub_items(document: Document, line: Line, goods: Sequence[Goods]) -> list[Line]:
    """The sub-items that serve a line beside it, in the order of these goods."""
    main = line.main_line or line.line_number
    own = [one for one in document.standing if one.main_line == main and one.role == family.ALTERNATIVE]
    found = []
    for each in goods:
        if (each.product_id, each.site_id) == (line.product_id, line.site_id):
            continue
        sub = next((one for one in own if (one.product_id, one.site_id) == (each.product_id, each.site_id)), None)
        if sub is not None:
            own.remove(sub)
            found.append(sub)
    return found


def _as_before(document: Document, line: Line, subs: Sequence[Line], served: Served) -> tuple[Line, ...]:
    """The lines of the order with the line as it was, and without what served it beside it."""
    gone = {one.id for one in subs}
    lines = []
    for one in document.lines:
        if one.id == line.id:
            one = one._replace(**served.before)
        elif one.id in gone:
            one = one._replace(rejection_reason=str(NOT_ANY_MORE))
        lines.append(one)
    return tuple(lines)


def _is_as_told(made: Sequence[Line], served: Served) -> bool:
    """Whether the lines that were made are promised what was told: the same goods, quantities and days."""
    found = promises.promise(ORDER_KIND, [line.id for line in made])
    stands = [one for line in made if (one := found.get(line.id)) is not None and one.open]
    now = [(one.product_id, one.site_id, one.open, _seen(_open(one))) for one in stands]
    return now == [(one.product_id, one.site_id, one.quantity, _seen(one.rows)) for one in served.goods]


def _rows(line: Line) -> list[Row]:
    found = promises.promise(ORDER_KIND, [line.id]).get(line.id)
    return _open(found) if found is not None else []


def _open(stands: PromisedLine) -> list[Row]:
    """What is promised of a line and not delivered."""
    found = [
        (one.quantity - delivered, one.dates.material_available, one.dates.delivery, str(one.basis))
        for one, delivered in stands.schedules
        if one.quantity > delivered
    ]
    return sorted(found, key=lambda row: row[1])


def _seen(rows: Sequence[Sequence[Any]]) -> list[tuple[int, int, int, bool]]:
    """What of confirmations matters: quantities, days, and whether firm supply stands behind them."""
    return [(row[0], row[1], row[2], row[3] in UNSECURED) for row in rows]


def _told(rows: Sequence[Row]) -> Dates:
    return tuple((quantity, date_of(day)) for quantity, day in by_day(rows))


def _record(
    document: Document,
    lines: Sequence[Line],
    was: Mapping[int, Sequence[Row]],
    facts: Mapping[str, Any],
    *,
    by: Actor,
    clock: Clock,
) -> None:
    """Tell the order of the dates before and after, as what else a run changes."""
    now = {line.line_number: _told(_rows(line)) for line in lines}
    changes = {
        f"{number}.confirmed": (_told(was.get(number, ())), now.get(number, ())) for number in sorted({*was, *now})
    }
    noted = {**facts, "lines": sorted({*was, *now})}
    save.record(document, "sales.order_repromised", by=by, clock=clock, facts=noted, changes=changes)
