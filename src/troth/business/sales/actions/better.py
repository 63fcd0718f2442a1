"""Rules asked where somebody asks for a better date: other goods serve a line where that is better for it.

Better is what it is for its own goods: no day sees less of the line than before, and some day sees more, counted in
what was ordered. Lines that come together with others are asked for their own goods alone.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from troth.business.masterdata.queries import Occasion
from troth.business.promising import queries as promises
from troth.business.promising.queries import PromisedLine
from troth.business.promising.rules import Wish, group_of
from troth.business.promising.rules.alternatives import ORDERED, Part, Planned
from troth.business.promising.states import Cause
from troth.business.sales.actions import alternatives, asking
from troth.business.sales.actions.asking import Answer
from troth.business.sales.actions.document import ORDER_KIND, Document, wishes
from troth.business.sales.actions.hanging import dates, is_better
from troth.business.sales.actions.naming import Question
from troth.kernel.errors import BusinessError
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held


class _NotBetter(Exception):
    """What is promised is at least as good."""


def ask(
    held: Held, document: Document, others: Sequence[BalanceKey], chosen: Collection[int], *, clock: Clock
) -> Answer | None:
    """Ask rules about those of the `chosen` lines, by id, that are short or late."""

    def waiting(held: Held) -> Mapping[int, Wish]:
        wanted = {
            wish.line_id: wish
            for wish in wishes(document, document.standing)
            if wish.line_id in chosen and group_of(wish) is None
        }
        found = promises.promise(ORDER_KIND, list(wanted))
        return {line_id: wish for line_id, wish in wanted.items() if not _is_on_time(wish, found.get(line_id))}

    return asking.ask(held, document, others, waiting, Occasion.BETTER, clock=clock)


def _is_on_time(wish: Wish, promised: PromisedLine | None) -> bool:
    if promised is None:
        return False
    return sum(one.quantity for one, _ in promised.schedules if one.delivery_on <= wish.requested_on) == wish.quantity


def write(
    held: Held, document: Document, answer: Answer, before: Mapping[int, PromisedLine], *, by: Actor, clock: Clock
) -> tuple[Document, list[int]]:
    """Let other goods serve the lines for which that is better; return the order as it is then, and their numbers."""
    served: list[int] = []
    if answer.question is None:
        return document, served
    for number, planned in alternatives.by_number(answer.question, answer.planned).items():
        if planned.is_as_ordered:
            continue
        with suppress(BusinessError, _NotBetter), held.attempt():
            document = _served(held, document, answer.question, number, planned, before, by=by, clock=clock)
            served.append(number)
    return document, served


def _served(
    held: Held,
    document: Document,
    question: Question,
    number: int,
    planned: Planned,
    before: Mapping[int, PromisedLine],
    *,
    by: Actor,
    clock: Clock,
) -> Document:
    after, made = asking.serve(held, document, question, number, planned, by=by, clock=clock, cause=Cause.ASKED)
    found = promises.promise(ORDER_KIND, [line.id for line in made])
    parts = list(planned.parts)
    if question.bound.get(number) and parts[0].place != ORDERED:
        parts.insert(0, Part(ORDERED, 1, 1))
    now = [
        (quantity * part.ordered // part.quantity, on)
        for line, part in zip(made, parts, strict=True)
        for quantity, on in (dates(found[line.id]) if line.id in found else ())
    ]
    line_id = next(line.id for line in document.lines if line.line_number == number)
    was = dates(before[line_id]) if line_id in before else ()
    if not is_better({number: was}, {number: tuple(now)}):
        raise _NotBetter
    return after
