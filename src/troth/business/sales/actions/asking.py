"""Rules asked for lines of an order in the books that are to be promised anew: which, under which locks, and which not.

Of each line what has not been delivered is asked about. What is read for it is locked in one go with all that the
order's change needs.

| left as it is | because |
| --- | --- |
| a fixed quantity and date | nobody may move it |
| a line with stock tied to it, or billed before it is delivered | its goods are chosen, or paid for |
| what a rule serves already, as the item or as a sub-item | an alternative has no alternatives |
| a line from a quotation, one of a customer who insists | it stays as it was agreed |
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from troth.business.masterdata.queries import Occasion, RuleTerms
from troth.business.promising import actions as promising
from troth.business.promising.actions.alternatives import plan_held
from troth.business.promising.rules.alternatives import Planned
from troth.business.promising.rules.wish import Wish
from troth.business.sales.actions import alternatives
from troth.business.sales.actions.document import LINE_KIND, ORDER_KIND, Document
from troth.business.sales.actions.naming import Question, question, rules_of
from troth.business.sales.actions.settle import change_keys, settle
from troth.business.sales.rules import family
from troth.business.sales.rules.lines import Line
from troth.kernel.errors import BusinessError
from troth.ledgers.fulfilment import queries as fulfilment
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held, Overlay

TIMES = 3
"""How often it is asked again because other lines are to be promised anew than was thought."""
SERVED = "sales.order_served_otherwise"
Waiting = Callable[[Held], Mapping[int, Wish]]
"""The wishes of the lines that are to be promised anew, by id; it takes what it reads."""


class _Others(Exception):
    """Under the locks other lines are to be promised anew than without them."""


class About(NamedTuple):
    """The lines that are `asked` about and the `question`; by number why others are not; how far each has come."""

    asked: Sequence[Line]
    question: Question | None
    obstacles: Mapping[int, str]
    progress: Mapping[int, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What rules say of the lines that are waiting: `planned` for those that were asked about, and by number of a
    line why a rule was `passed` over."""

    question: Question | None
    planned: tuple[Planned, ...]
    passed: Mapping[int, list[list[str]]]


def ask(
    held: Held, document: Document, others: Sequence[BalanceKey], waiting: Waiting, occasion: Occasion, *, clock: Clock
) -> Answer | None:
    """Ask rules about the lines that are `waiting`; nothing is written.

    `others`, among which is all that `waiting` reads, are locked in one go with what is read. None where no rule is
    there, or nothing waits: then nothing is locked that was not.
    """
    if not document.terms.state.rules:
        return None
    for _ in range(TIMES):
        expected = waiting(Overlay())
        named = [line for line in document.standing if line.id in expected and rules_of(document, line, None)]
        if not named:
            return None
        try:
            with held.attempt():
                answer = _asked(held, document, others, named, occasion, clock)
                if waiting(held) != expected:
                    raise _Others
                return answer
        except _Others:
            continue
        except BusinessError:  # what cannot be served otherwise, waits
            return None
    return None


def _asked(
    held: Held,
    document: Document,
    others: Sequence[BalanceKey],
    named: Sequence[Line],
    occasion: Occasion,
    clock: Clock,
) -> Answer:
    about = about_lines(document, named, occasion)
    planned = _planned(held, document, about.question, about.asked, others, clock)
    if fulfilment.progress(LINE_KIND, [line.id for line in named]) != about.progress:
        raise _Others
    return Answer(about.question, planned, _passed(document, named, about.question, about.obstacles, occasion))


def about_lines(document: Document, named: Sequence[Line], occasion: Occasion) -> About:
    """What is asked about these lines, of each what has not been delivered."""
    progress = fulfilment.progress(LINE_KIND, [line.id for line in named])
    obstacles = {line.line_number: word for line in named if (word := _obstacle(line, progress.get(line.id)))}
    asked = [line for line in named if line.line_number not in obstacles]
    bound = {line.line_number: progress[line.id].delivered for line in asked if line.id in progress}
    numbers = {line.line_number for line in asked}
    found = question(document, numbers, occasion=occasion, bound=bound) if numbers else None
    return About(asked, found, obstacles, progress)


def serve(
    held: Held,
    document: Document,
    question: Question,
    number: int,
    planned: Planned,
    *,
    by: Actor,
    clock: Clock,
    cause: str,
) -> tuple[Document, list[Line]]:
    """Let other goods serve one line; return the order as it is then, and the line with the sub-items made for it."""
    after = replace(document, lines=document.lines)
    one = question._replace(asked=(planned.asked,), numbers=(number,), asks={number: question.asks[number]})
    alternatives.apply(after, one, [planned])
    settle(held, document, after, event=SERVED, by=by, clock=clock, cause=cause)
    known = {line.line_number for line in document.lines}
    return after, [line for line in after.lines if line.line_number == number or line.line_number not in known]


def _planned(
    held: Held,
    document: Document,
    found: Question | None,
    asked: Sequence[Line],
    others: Sequence[BalanceKey],
    clock: Clock,
) -> tuple[Planned, ...]:
    if found is None:
        held.take(*others)
        return ()
    touched = (*others, *change_keys(document, document))
    letting_go = [line.id for line in asked if line.line_number in found.asks]
    return plan_held(held, found.asked, touched, clock=clock, prepare=alternatives.without(letting_go, clock))


def _obstacle(line: Line, done: Any) -> str:
    """Why a line is not asked about whatever its rules say, in a word."""
    if line.role == family.ALTERNATIVE or line.asked.get("by") == family.RULE:
        return "served"
    if family.choice(line) == family.NONE:
        return "insists"
    if line.reference_line_id is not None and not family.takes(line):
        return "quoted"
    if line.is_fixed:
        return "fixed"
    if promising.tied_keys(ORDER_KIND, [line.id]):
        return "tied"
    return "billed" if done is not None and done.billed > done.delivered else ""


def _passed(
    document: Document,
    named: Sequence[Line],
    found: Question | None,
    obstacles: Mapping[int, str],
    occasion: Occasion,
) -> dict[int, list[list[str]]]:
    """By number of a line that no rule was asked about, the rules for its goods with the condition that did not fit."""
    asked: Collection[int] = found.asks if found is not None else ()
    passed = {}
    for line in named:
        number = line.line_number
        if number in asked or obstacles.get(number) == "served":
            continue
        rules = [(rule, why) for rule, why in rules_of(document, line, occasion) if rule.kind == "inclusive"]
        words = [[rule.code, why or obstacles.get(number) or _asks_first(rule)] for rule, why in rules]
        if told := [pair for pair in words if pair[1]][: alternatives.PASSED]:
            passed[number] = told
    return passed


def _asks_first(rule: RuleTerms) -> str:
    return "proposed" if rule.mode == "proposed" else ""
