"""Many orders in one go, as imports and partners send them: a group is one transaction and one set of statements.

The orders of a group are read, written, claimed and promised together, the first one first, by the very steps that take
a single order; only the number of statements and commits is another. An order that is refused is told with its reason
and keeps nobody else's from being taken. What a group cannot hold, because its order type delivers on saving or because
a step refuses the group as a whole, `enter_orders` enters one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from troth.business.sales.actions import naming, save, submit, terms
from troth.business.sales.actions.answers import Submitted
from troth.business.sales.actions.document import Document
from troth.business.sales.rules.completeness import Step
from troth.business.sales.rules.drafts import OrderDraft
from troth.business.sales.rules.refusals import DecidedByRule, DeliversOnSaving
from troth.business.sales.states import OrderState
from troth.kernel.errors import BusinessError, Refusals, Sentence
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.platform.permissions import NotAllowed

GROUP = 50
"""So many orders share a transaction: more would make others wait longer and save little."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal as it is kept with the answer; `row` counts the lines of the order from 1."""

    code: str
    message: str
    row: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a draft: `taken` into the books or kept as a draft, or why it was refused."""

    taken: Submitted | None
    refused: tuple[Refused, ...] = ()


def enter_orders(drafts: Sequence[OrderDraft], *, by: Actor, clock: Clock) -> list[Entered]:
    """Enter orders as `enter_order` does each of them, however many; answers in their order."""
    found: list[Entered] = []
    for start in range(0, len(drafts), GROUP):
        found += _together(drafts[start : start + GROUP], by=by, clock=clock)
    return found


def _together(drafts: Sequence[OrderDraft], *, by: Actor, clock: Clock) -> list[Entered]:
    try:
        answers = enter_group(drafts, by=by, clock=clock)
    except NotAllowed:
        raise
    except BusinessError:
        return [_alone(draft, by=by, clock=clock) for draft in drafts]
    return [
        _alone(draft, by=by, clock=clock) if _wants_to_be_alone(answer) else answer
        for draft, answer in zip(drafts, answers, strict=True)
    ]


def _wants_to_be_alone(answer: Entered) -> bool:
    return any(one.code in (DeliversOnSaving.code, DecidedByRule.code) for one in answer.refused)


def _alone(draft: OrderDraft, *, by: Actor, clock: Clock) -> Entered:
    try:
        return Entered(submit.enter_order(draft, by=by, clock=clock))
    except BusinessError as refusal:
        return _refused(refusal)


def _refused(refusal: BusinessError) -> Entered:
    several = refusal.refusals if isinstance(refusal, Refusals) else (refusal,)
    return Entered(None, tuple(Refused(one.code, str(one.message), one.row, one.field) for one in several))


@action
def enter_group(drafts: Sequence[OrderDraft], *, by: Actor, clock: Clock) -> list[Entered]:
    """Enter at most `GROUP` orders in one transaction; answers in their order.

    One whose type delivers on saving is refused (`DeliversOnSaving`): it takes other locks than a group may.
    """
    assert len(drafts) <= GROUP
    held = locks.begin()
    answers: dict[int, Entered] = {}
    whole: dict[int, Document] = {}
    incomplete: dict[int, Document] = {}
    terms.read_ahead(drafts, clock=clock)
    for place, draft in enumerate(drafts):
        try:
            document = _read(draft, by=by, clock=clock)
        except BusinessError as refusal:
            answers[place] = _refused(refusal)
            continue
        (incomplete if document.lacks(Step.CONFIRMATION) else whole)[place] = document
    answers |= _keep(incomplete, by=by, clock=clock)
    answers |= _take(held, whole, by=by, clock=clock)
    return [answers[place] for place in range(len(drafts))]


def _read(draft: OrderDraft, *, by: Actor, clock: Clock) -> Document:
    document = save.read(draft, by=by, clock=clock)
    if document.terms.order_type.delivers_on_saving:
        raise DeliversOnSaving(
            Sentence("Orders of type %(order_type)s are delivered as they are entered. Enter it by itself."),
            field="order_type",
            order_type=document.terms.order_type.code,
        )
    if naming.question(document) is not None:
        raise DecidedByRule(Sentence("A rule of availability holds for this order. Enter it by itself."), field="lines")
    return document


def _keep(documents: Mapping[int, Document], *, by: Actor, clock: Clock) -> dict[int, Entered]:
    """Write what is incomplete as drafts."""
    if documents:
        save.write_all(list(documents.values()), {})
    for document in documents.values():
        save.record(document, "sales.order_saved", by=by, clock=clock)
    return {place: Entered(submit.answer(document)) for place, document in documents.items()}


def _take(held: Held, documents: Mapping[int, Document], *, by: Actor, clock: Clock) -> dict[int, Entered]:
    """Write what is complete and take it into the books."""
    if not documents:
        return {}
    chosen = list(documents.values())
    for document in chosen:
        document.status = document.with_totals(state=OrderState.SUBMITTED)
    save.write_all(chosen, {"submitted_at": ("at", clock.now())})
    _warn_of_each_other(chosen)
    taken = submit.submit_all(held, chosen, by=by, clock=clock)
    return {place: Entered(one) for place, one in zip(documents, taken, strict=True)}


def _warn_of_each_other(documents: Sequence[Document]) -> None:
    """The customer's number twice in a group is told as it is between orders that stand."""
    seen: dict[tuple[int, str], str] = {}
    for document in documents:
        header = document.header
        if header.customer_reference:
            key = (header.customer_id, header.customer_reference)
            if key in seen and not document.warnings:
                document.warnings.append(save.same_reference(seen[key], header.customer_reference))
            seen.setdefault(key, document.status.number)
