"""Goods by rule: what serves an item where its own goods cannot, as the item itself or as sub-items.

The rules name products and sites; promising says which of them are to serve how much, under locks for an order, and
without any for a quotation, which holds nothing. What was decided for a quotation goes over to its order as it is.

| part of the item | stands in the order as |
| --- | --- |
| what its own goods serve, and what nobody does | the item |
| all of it by other goods | the item, with what was asked for beside it |
| the rest by other goods | sub-items, at their own site, of the item's category |
"""

from collections.abc import Collection, Sequence
from typing import Any

from troth.business.masterdata.queries import Occasion
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions.alternatives import Prepare, plan, plan_held
from troth.business.promising.rules.alternatives import ORDERED, Asked, Part, Planned
from troth.business.sales.actions import offering, prices
from troth.business.sales.actions.document import Document
from troth.business.sales.actions.naming import Ask, Question, question, rules_of
from troth.business.sales.rules import family
from troth.business.sales.rules.lines import Line
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held, Overlay

PASSED = 5
"""So many of the rules that did not hold are kept with a promise."""


def supposed(
    document: Document,
    *,
    only: Collection[int] | None = None,
    standing: Sequence[int] = (),
    occasion: Occasion = Occasion.ENTRY,
    clock: Clock,
) -> Overlay:
    """`decide` on books that are supposed: for a quotation, or for who only asks. Nothing is held.

    Returns the books that were read for it: nothing is taken of them but what `standing` lines let go of.
    """
    asked, books = question(document, only, occasion=occasion), Overlay()
    if asked is not None:
        apply(document, asked, plan(asked.asked, clock=clock, books=books, prepare=without(standing, clock)))
    return books


def without(standing: Sequence[int], clock: Clock) -> Prepare | None:
    """What supposes that lines have let go of their goods."""
    if not standing:
        return None

    def let_go(books: Overlay) -> None:
        books.take(*promises.keys("order", standing))
        promising.withdraw(books, "order", standing, clock=clock)

    return let_go


def decide(
    held: Held,
    document: Document,
    others: Sequence[BalanceKey],
    *,
    only: Collection[int] | None = None,
    standing: Sequence[int] = (),
    occasion: Occasion = Occasion.ENTRY,
    clock: Clock,
) -> bool:
    """Let rules decide under locks what serves the lines of an order; `others` are locked in one go with what is read.

    `standing`: ids of lines whose promises are let go of first, as far as the decision goes. False where no rule holds:
    then nothing was locked.
    """
    asked = question(document, only, occasion=occasion)
    if asked is None:
        return False
    planned = plan_held(held, asked.asked, others, clock=clock, prepare=without(standing, clock))
    apply(document, asked, planned)
    return True


def apply(document: Document, question: Question, planned: Sequence[Planned]) -> None:
    """The document's lines as they were decided, priced anew where they are others."""
    plans = by_number(question, planned)
    if all(not one.tried for one in plans.values()):
        return
    taken = {line.line_number for line in document.lines}
    lines: list[Line] = []
    for line in document.lines:
        decided = plans.get(line.line_number)
        if decided is None or not decided.tried:
            lines.append(line)
            continue
        made = _made(document, question, decided, line.line_number, taken)
        taken |= {one.line_number for one in made}
        lines += made
    changed = {one.line_number for one in lines} - {one.line_number for one in document.lines}
    changed |= {one.line_number for one in document.lines if not plans.get(one.line_number, _NOTHING).is_as_ordered}
    keep = frozenset(one.line_number for one in lines if one.line_number not in changed)
    priced, unpriced = prices.price(document.header, lines, document.terms, keep=keep)
    document.lines = priced
    document.unpriced = frozenset((document.unpriced & keep) | unpriced)


_NOTHING = Planned(Asked(None), ())  # type: ignore[arg-type]


def by_number(question: Question, planned: Sequence[Planned]) -> dict[int, Planned]:
    """What was planned for the lines that rules were asked for, by their numbers."""
    return {number: one for number, one in zip(question.numbers, planned, strict=True) if number in question.asks}


def _made(
    document: Document, question: Question, planned: Planned, number: int, taken: Collection[int]
) -> list[Line]:  # fmt: skip
    """The item and its sub-items, as they were decided."""
    ask = question.asks[number]
    line, rule = ask.line, ask.ruled.rule
    considered = _considered(document, ask, planned, question.occasion)
    if planned.is_as_ordered:
        return [line._replace(asked={**line.asked, "considered": considered})]
    first, *rest = planned.parts
    bound = question.bound.get(number, 0)
    if bound and first.place != ORDERED:  # what was delivered of its own goods stays the item
        first, rest = Part(ORDERED, 0, 0), list(planned.parts)
    numbers = set(taken)
    main = _part(document, ask, first._replace(quantity=first.quantity + bound, ordered=first.ordered + bound))
    wanted = family.asking(line, by=family.RULE, why=rule.reason, printed=True, considered=considered)
    if main.product_id != line.product_id:
        wanted.pop("up", None)  # it is so much of what was ordered, not of what is sold
    found = [main._replace(asked={**wanted, **_priced(ask, first._replace(ordered=first.ordered + bound))})]
    for part in rest:
        number = family.sub_number(line.main_line or line.line_number, numbers)
        numbers.add(number)
        sub = _part(document, ask, part)
        facts = {"why": rule.reason} if rule.reason else {}
        found.append(
            sub._replace(
                line_number=number,
                id=0,
                main_line=line.main_line or line.line_number,
                role=family.ALTERNATIVE,
                text="",
                asked={**facts, "by": family.RULE, **_priced(ask, part)},
            )
        )
    return found


def _considered(document: Document, ask: Ask, planned: Planned, occasion: Occasion) -> dict[str, Any]:
    """What is kept with the promise: the rule that says how, what was tried, and the rules that did not hold."""
    found: dict[str, Any] = {"rule": ask.ruled.rule.code, "tried": [one.record() for one in planned.tried]}
    passed = [
        [rule.code, why] for rule, why in rules_of(document, ask.line, occasion) if why and rule.kind == "inclusive"
    ]
    return found | {"passed": passed[:PASSED]} if passed else found


def _part(document: Document, ask: Ask, part: Part) -> Line:
    of = ask.line if part.place == ORDERED else ask.line_of(part.place)
    made = offering.of_product(of, of.product_id, part.quantity, document.terms)
    return made._replace(net=0, tax=0, gross=0, price_trace=())


def _priced(ask: Ask, part: Part) -> dict[str, list[int]]:
    """What a part is priced as: the ordered product in its share, at the scales of the whole, if the rule says so."""
    line = ask.line
    own = part.place == ORDERED or ask.ruled.alternatives[part.place - 1].product_id == line.product_id
    if not own and ask.ruled.rule.price_of != "ordered":
        return {}
    return {"priced": [line.product_id, part.ordered, line.base_quantity]}
