"""Ask for better dates: a promise stays as it is until it breaks, or until somebody asks.

Each line, or what is to come together, is promised again on the books as they are. It is taken where no day sees less
of any line than before, and some day sees more; else it stays as it was. So asking never costs anybody a date.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.queries import PromisedLine
from troth.business.promising.rules import Wish, group_of
from troth.business.promising.states import Cause
from troth.business.sales.actions import better, books, save
from troth.business.sales.actions.change import opened
from troth.business.sales.actions.document import ORDER_KIND, Document, wishes
from troth.business.sales.actions.hanging import Dates, dates, is_better, moved
from troth.business.sales.rules import refusals
from troth.business.sales.states import OrderState
from troth.kernel.errors import Sentence
from troth.platform import blocks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held


@dataclass(frozen=True, slots=True)
class PromisedAnew:
    """`changes` by line number: the confirmations before and after."""

    order_id: int
    number: str
    changes: Mapping[int, tuple[Dates, Dates]]


class _NotBetter(Exception):
    """What is promised is at least as good."""


@action
def promise_anew(
    order_id: int, line_numbers: Sequence[int] = (), *, expected_version: int | None = None, by: Actor, clock: Clock
) -> PromisedAnew:
    """Take what is better now for these lines of an order, or for all; see above for what better is.

    `NothingBetter` where nothing is. Lines of one delivery group are asked with each other.
    """
    held, document = opened(order_id, expected_version, by=by)
    _refuse(document)
    chosen = _chosen(document, line_numbers)
    wanted = wishes(document, document.standing)
    ids = [line.id for line in document.standing]
    keys = (*promises.keys(ORDER_KIND, ids), *promising.keys(wanted))
    answer = better.ask(held, document, keys, chosen, clock=clock)
    held.take(*keys)
    before = promises.promise(ORDER_KIND, ids)
    served: list[int] = []
    if answer is not None:
        document, served = better.write(held, document, answer, before, by=by, clock=clock)
        chosen -= {line.id for line in document.standing if line.line_number in served}
    if chosen:
        for group in _together(wishes(document, document.standing), chosen):
            _ask(held, group, before, clock=clock)
    after = promises.promise(ORDER_KIND, [line.id for line in document.standing])
    changes = moved(document, before, after)
    if not changes:
        raise refusals.NothingBetter(
            Sentence("Nothing better can be promised on order %(number)s now; its dates stay."),
            number=document.ref.number,
        )
    told = {f"{number}.confirmed": pair for number, pair in changes.items()}
    facts = {"lines": sorted(changes)} | ({"served_otherwise": served} if served else {})
    save.record(document, "sales.order_promised_anew", by=by, clock=clock, facts=facts, changes=told)
    return PromisedAnew(document.ref.id, document.ref.number, changes)


def _refuse(document: Document) -> None:
    if document.status.state != OrderState.SUBMITTED:
        raise refusals.NotPromised(
            Sentence("Order %(number)s is not submitted: nothing is promised on it. Submit it first."),
            number=document.ref.number,
        )
    if books.keeps_unconfirmed(document, blocks.standing([document.ref])):
        raise refusals.NotPromised(
            Sentence("Order %(number)s is blocked, and nothing is confirmed until its block is released."),
            number=document.ref.number,
        )


def _chosen(document: Document, line_numbers: Sequence[int]) -> set[int]:
    """The ids of these standing lines, or of all."""
    by_number = {line.line_number: line.id for line in document.standing}
    for number in line_numbers:
        if number not in by_number:
            raise refusals.UnknownLine(
                Sentence("Order %(number)s has no line %(line_number)s."),
                number=document.ref.number,
                line_number=number,
                field="lines",
            )
    return {by_number[number] for number in line_numbers} or set(by_number.values())


def _together(wanted: Sequence[Wish], chosen: set[int]) -> list[list[Wish]]:
    """The wishes of these lines, each with those that are to come with it."""
    groups: dict[object, list[Wish]] = {}
    for wish in wanted:
        groups.setdefault(group_of(wish) or wish.line_id, []).append(wish)
    return [group for group in groups.values() if any(wish.line_id in chosen for wish in group)]


def _ask(held: Held, group: Sequence[Wish], before: Mapping[int, PromisedLine], *, clock: Clock) -> None:
    ids = [wish.line_id for wish in group]
    with suppress(_NotBetter), held.attempt():
        promising.reconfirm(held, group, clock=clock, anew=True, cause=Cause.ASKED)
        after = promises.promise(ORDER_KIND, ids)
        was = {one: dates(before[one]) for one in ids if one in before}
        if not is_better(was, {one: dates(after[one]) for one in after}):
            raise _NotBetter
