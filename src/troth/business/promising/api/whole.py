"""What if, of a whole order or quotation, over the API: all its lines together, in up to three scenarios besides."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from troth.business.promising import actions
from troth.business.promising.api.checks import (
    SUPPOSED_MAX,
    CheckedPart,
    Reader,
    Supposed,
    SupposedQuota,
    TriedShown,
    raised,
    tried_shown,
)
from troth.business.promising.queries import PromisedLine
from troth.business.promising.rules import Wish
from troth.business.promising.rules.alternatives import Planned
from troth.kernel.errors import BusinessError
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.values import Entry, Id, Shown, quantity
from troth.reference import queries as reference

operations = Operations("availability")

SCENARIOS_MAX = 3


class ScenarioAsked(Entry):
    """What is supposed of goods and of quotas, all of it at once."""

    supposed: Annotated[list[Supposed], Field(max_length=SUPPOSED_MAX)] = []
    quotas: Annotated[list[SupposedQuota], Field(max_length=SUPPOSED_MAX)] = []


class WholeAsked(Entry):
    """The scenarios, each compared with the books as they are."""

    scenarios: Annotated[list[ScenarioAsked], Field(max_length=SCENARIOS_MAX)] = []


class AnswerShown(Shown):
    """What would be promised on a line, or `refused`, the code of the reason why it cannot be; `alternatives` is what
    rules name where it falls short."""

    confirmed: list[CheckedPart]
    short: str
    sentence: str
    refused: str
    alternatives: list[TriedShown]


class WholeLineShown(Shown):
    """`line_number` is 0 where the document has none. `promised` stands now, of an order in the books; the first of
    `answers` is on the books as they are, then one for each scenario."""

    line_number: int
    product: str
    site: str
    unit: str
    quantity: str
    requested_on: date
    promised: list[CheckedPart]
    answers: list[AnswerShown]


class WholeShown(Shown):
    document: str
    lines: list[WholeLineShown]


@operations.acts("/availability/orders/{int:order_id}", WholeShown, takes_key=False)
def suppose_order(request: ApiRequest, order_id: Id, asked: WholeAsked) -> WholeShown:
    """What all lines of an order would be promised together, now and in each scenario. Nothing is reserved."""
    return _shown(request, "order", order_id, asked)


@operations.acts("/availability/quotations/{int:quotation_id}", WholeShown, takes_key=False)
def suppose_quotation(request: ApiRequest, quotation_id: Id, asked: WholeAsked) -> WholeShown:
    """What all open lines of a quotation would be promised together, now and in each scenario. Nothing is reserved."""
    return _shown(request, "quotation", quotation_id, asked)


def _shown(request: ApiRequest, kind: str, document_id: int, asked: WholeAsked) -> WholeShown:
    clock = request.clock
    one = actions.whole(kind, document_id, by=request.auth, clock=clock)
    scenarios = [(), *(_supposed(request, each) for each in asked.scenarios)]
    answers = [actions.check_whole(one, supposed, clock=clock) for supposed in scenarios]
    planned = [actions.ask_rules_of(one, supposed, clock=clock) for supposed in scenarios]
    products = reference.products({wish.product_id for wish in one.wishes})
    stands = actions.stands_of(one)
    lines = [
        WholeLineShown(
            line_number=wish.line_number,
            product=products[wish.product_id].number,
            site=wish.way.site,
            unit=wish.unit,
            quantity=quantity(wish.quantity, wish.decimals),
            requested_on=wish.requested_on,
            promised=_promised(stands.get(wish.line_id), wish),
            answers=[_answer(found[at], plans[at], wish) for found, plans in zip(answers, planned, strict=True)],
        )
        for at, wish in enumerate(one.wishes)
    ]
    return WholeShown(document=one.document.number, lines=lines)


def _supposed(request: ApiRequest, one: ScenarioAsked) -> Sequence[actions.Supposed]:
    reader = Reader(one.supposed, request.auth)
    return [*(reader.supposition(each, row) for row, each in enumerate(one.supposed, 1)), *raised(one.quotas)]


def _promised(stands: PromisedLine | None, wish: Wish) -> list[CheckedPart]:
    return [_part(schedule, wish) for schedule, _delivered in (stands.schedules if stands else ())]


def _part(schedule: Any, wish: Wish) -> CheckedPart:
    return CheckedPart(
        on=schedule.delivery_on, quantity=quantity(schedule.quantity, wish.decimals), basis=str(schedule.basis)
    )  # fmt: skip


def _answer(answer: actions.Answer, plan: Planned | None, wish: Wish) -> AnswerShown:
    if isinstance(answer, BusinessError):
        short = quantity(wish.quantity, wish.decimals)
        return AnswerShown(confirmed=[], short=short, sentence=answer.message, refused=answer.code, alternatives=[])
    return AnswerShown(
        confirmed=[_part(one, wish) for one in answer.schedules],
        short=quantity(answer.short, wish.decimals),
        sentence=answer.sentence,
        refused="",
        alternatives=[tried_shown(one, wish.decimals) for one in plan.tried] if plan else [],
    )
