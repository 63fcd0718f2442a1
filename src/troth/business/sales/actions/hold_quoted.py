"""Hold the goods of a quotation that was sent: until a moment, and no longer than the quotation is valid.

What is held is what the order of today would be promised of firm supply: with the rules' goods that were put in place
when the quotation was saved, its packages, limits, valuation types and batches, out of the customer's own quotas and as
long as goods must last for it. An item is held once; what is open of it and not held is asked for by the order.

A hold belongs to what was sent: when the quotation is revised, rejected or expires, its goods are free at once, and a
revision holds them anew when it is sent.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions import HoldMade, held_for
from troth.business.sales.actions import quoted
from troth.business.sales.actions.change import reason_given
from troth.business.sales.actions.document import ORDER_KIND, QUOTATION_KIND, Document, wishes
from troth.business.sales.models import Quotation
from troth.business.sales.rules import quoting, refusals
from troth.business.sales.rules.lines import Line
from troth.kernel.errors import Sentence
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class QuotedHold:
    """What is held for a quotation: the holds by id, and by line number what is held and what not."""

    holds: tuple[int, ...]
    numbers: tuple[str, ...]
    expires_at: datetime
    held: dict[int, int]
    short: dict[int, int]


@action
def hold_quoted_goods(
    quotation_id: int,
    until: datetime,
    *,
    lines: Collection[int] | None = None,
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> QuotedHold:
    """Hold what is open of a quotation, or of some of its `lines` (numbers, sub-items with them), as far as it is free.

    `NothingToHold` where nothing is; `HeldAlready` where all of it is held.
    """
    quotation, held = _opened(quotation_id, expected_version, by=by)
    company = reference.company(quotation.company_id)
    today = clock.today(company.time_zone)
    quoting.refuse_unless_orderable(quotation.number, quotation.state, valid_to_on=quotation.valid_to_on, today=today)
    holds = held_for.lock(held, QUOTATION_KIND, [quotation.pk])
    document = quoted.document_of(quotation, ORDER_KIND, by=by, clock=clock)
    chosen = _chosen(document, lines, _held_already(holds, clock), clock)
    assert quotation.valid_to_on is not None
    whom = promising.ForDocument(
        DocumentRef(QUOTATION_KIND, quotation.pk, quotation.number), quotation.company_id, quotation.sold_to_id,
        quotation.number, quoting.ends_at(quotation.valid_to_on, company.time_zone),
    )  # fmt: skip
    wanted = [
        wish._replace(scope=wish.scope.on_firm_supply)
        for wish in wishes(document, [line._replace(id=line.reference_line_id or 0) for line in chosen])
    ]
    return _answer(promising.hold_for(held, whom, wanted, until, by=by, clock=clock))


@action
def extend_quoted_holds(
    quotation_id: int, until: datetime, *, expected_version: int | None = None, by: Actor, clock: Clock
) -> datetime:
    """Let what is held for a quotation be held until then; return when. What has expired is not held again."""
    quotation, held = _opened(quotation_id, expected_version, by=by)
    held_for.extend(held, _active(held, quotation, clock), until, by=by, clock=clock)
    return until


@action
def release_quoted_holds(
    quotation_id: int, *, reason: str, expected_version: int | None = None, by: Actor, clock: Clock
) -> tuple[str, ...]:
    """Let all go that is held for a quotation, and say why; return the numbers of its holds."""
    given = reason_given(reason)
    quotation, held = _opened(quotation_id, expected_version, by=by)
    holds = _active(held, quotation, clock)
    held_for.release(held, holds, given, by=by, clock=clock)
    return tuple(hold.number for hold in holds)


def _opened(quotation_id: int, expected_version: int | None, *, by: Actor) -> tuple[Quotation, Held]:
    quotation, held = locks.hold(Quotation, quotation_id, by=by)
    locks.refuse_if_changed(quotation, expected_version)
    return quotation, held


def _active(held: Held, quotation: Quotation, clock: Clock) -> list[held_for.Locked]:
    found = held_for.lasting(held_for.lock(held, QUOTATION_KIND, [quotation.pk]), clock)
    if not found:
        raise refusals.NothingHeld(
            Sentence("Nothing is held for quotation %(number)s any more. Hold its goods anew, or make the order."),
            number=quotation.number,
        )
    return found


def _held_already(holds: Sequence[held_for.Locked], clock: Clock) -> set[int]:
    """The numbers of the quotation's lines of which something is held."""
    found = promises.lines_of_holds([hold.pk for hold in held_for.lasting(holds, clock)])
    return {line.line_number for lines in found.values() for line in lines if line.held}


def _chosen(document: Document, numbers: Collection[int] | None, held: set[int], clock: Clock) -> list[Line]:
    """The lines to be held. Refuses what is not there, is held already, or has no goods to hold."""
    ready = [
        line
        for line in quoted.ready_lines(document, clock)
        if document.terms.categories[line.item_category_id].is_promised
    ]
    if numbers is not None:
        ready = [line for line in ready if line.line_number in numbers or line.main_line in numbers]
        missing = sorted(set(numbers) - {line.line_number for line in ready})
        if missing:
            raise refusals.UnknownLine(
                Sentence("Of line %(line)s of quotation %(quotation)s there are no goods to hold, or all is ordered."),
                row=missing[0], field="lines", line=missing[0], quotation=document.ref.number,
            )  # fmt: skip
    found = [line for line in ready if line.line_number not in held]
    if not found:
        raise refusals.HeldAlready(
            Sentence("Nothing of quotation %(number)s is left to hold. Extend what is held, or release it first."),
            number=document.ref.number,
        )
    return found


def _answer(made: Sequence[HoldMade]) -> QuotedHold:
    return QuotedHold(
        tuple(one.id for one in made),
        tuple(one.number for one in made),
        made[0].expires_at,
        {number: quantity for one in made for number, quantity in one.held.items()},
        {number: quantity for one in made for number, quantity in one.short.items()},
    )
