"""Rules asked where a promise breaks: what other goods serve of the lines that would have to wait.

Only lines that give up what they hold of the short goods are asked about. What other goods serve becomes a change of
the order, the rest is promised anew on its own goods as without rules. A line that no rule was asked about says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from troth.business.masterdata.queries import Occasion
from troth.business.promising import actions as promising
from troth.business.promising.rules.wish import Wish
from troth.business.promising.states import Cause
from troth.business.sales import store
from troth.business.sales.actions import alternatives, asking
from troth.business.sales.actions.asking import Answer
from troth.business.sales.actions.document import Document, wishes
from troth.business.sales.actions.hanging import in_turn
from troth.business.sales.actions.settle import settle
from troth.business.sales.rules.lines import Line
from troth.kernel.errors import BusinessError
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.ahead import Cover
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held


def ask(
    held: Held, document: Document, others: Sequence[BalanceKey], key: AvailabilityKey, cover: Cover, spared: int,
    *, clock: Clock,
) -> Answer | None:  # fmt: skip
    """Ask rules about the lines that have to wait for what is short of `key`, which is among `others`."""

    def waiting(held: Held) -> Mapping[int, Wish]:
        held.take(*others)
        missing = max(availability.known_shortage(held, key, cover) - spared, 0)
        if not missing:
            return {}
        wanted = in_turn(document, wishes(document, document.standing), key, cover)
        found = promising.waiting_for(held, wanted, missing, key=key, clock=clock, cover=cover)
        return {wish.line_id: wish for wish in found}

    return asking.ask(held, document, others, waiting, Occasion.BROKEN, clock=clock)


def write(held: Held, before: Document, answer: Answer, *, by: Actor, clock: Clock) -> tuple[Document, list[int]]:
    """Let other goods serve what they were found to serve; return the order as it is now, and the numbers of the lines
    that they serve.

    Where the change cannot be, for credit or a price, say, the order stays as it is.
    """
    after = replace(before, lines=tuple(_told(line, answer) for line in before.lines))
    served = []
    if answer.question is not None:
        alternatives.apply(after, answer.question, answer.planned)
        plans = alternatives.by_number(answer.question, answer.planned)
        served = [number for number, one in plans.items() if not one.is_as_ordered]
    if not served:
        _write_told(before, after)
        return after, []
    try:
        with held.attempt():
            settle(held, before, after, event=asking.SERVED, by=by, clock=clock, cause=Cause.SUPPLY)
    except BusinessError:
        return before, []
    return after, sorted(served)


def _told(line: Line, answer: Answer) -> Line:
    passed = answer.passed.get(line.line_number)
    considered = {"rule": "", "tried": [], "passed": passed}
    return line if passed is None else line._replace(asked={**line.asked, "considered": considered})


def _write_told(before: Document, after: Document) -> None:
    """Keep with the lines which rules were asked to no avail, or not at all: their new promise says it."""
    old = {line.id: line for line in before.lines}
    store.update_lines(store.ORDER, [line for line in after.lines if line != old[line.id]])
