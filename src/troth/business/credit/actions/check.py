"""The two later checks: when a delivery is made, and when the goods leave.

A release holds for the document it was given for. Should that document later be raised past the limit, `claim` sets a
block again, and it is the standing block that counts. At goods issue exposure is judged as it is at that moment,
because other orders, unpaid invoices or a lowered limit may have used up the credit since the order was taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from troth.business.credit import approvals, store, waiting
from troth.business.credit.actions.claim import known, parts, refusal, rule_for
from troth.business.credit.rules import (
    CreditBlocksDelivery,
    CreditBlocksGoodsIssue,
    Outcome,
    Point,
    Verdict,
    verdict,
)
from troth.business.masterdata.queries import CreditCheckTerms
from troth.kernel.errors import Sentence
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import ExposureKey
from troth.platform import blocks
from troth.platform.actors import Actor
from troth.platform.blocks import BlockKind, BlockScope
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.platform.models import BlockRow


def check_delivery(refs: Sequence[DocumentRef]) -> None:
    """Refuse (`CreditBlocksDelivery`) where a credit block stands on one of the orders to be delivered."""
    standing = _standing(refs)
    if standing:
        block = standing[0]
        raise CreditBlocksDelivery(
            Sentence("To deliver order %(document)s a credit manager must release it. %(reason)s"),
            document=block.ref.number,
            documents=[each.ref.number for each in standing],
            reason=block.reason,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a delivery that is checked: the delivery, the orders that it serves, the types of those orders that
    have credit checked (none: it is not), and the rules that were kept."""

    point: Point
    key: ExposureKey
    ref: DocumentRef
    orders: Sequence[DocumentRef]
    order_type_ids: Sequence[int]
    rules: tuple[CreditCheckTerms, ...]


def check_goods_issue(held: Held, step: Step, *, clock: Clock) -> Verdict:
    """Refuse (`CreditBlocksGoodsIssue`) while the check does not pass, unless the document was released.

    It may go where each of its orders was released, or the delivery itself.
    """
    account = store.account(held, step.key, clock=clock)
    found = _strictest(held, step, account, amount=0)
    standing = _standing([step.ref, *step.orders])
    if not standing and (found.passes or _released(step, account)):
        return found
    sentence = found.sentence(account.decimals, account.currency)
    remedy = Sentence("The customer must pay, or a credit manager raise the limit.")
    if standing:
        remedy = Sentence("A credit manager must release it, or the customer must pay.")
    raise CreditBlocksGoodsIssue(
        Sentence(
            "The goods of %(document)s may not leave. %(sentence)s %(remedy)s",
            document=step.ref.number,
            sentence=sentence,
            remedy=remedy,
        ),
        document=step.ref.number,
        exposure=found.exposure.total,
        limit=found.limit,
        excess=found.excess,
        currency=account.currency,
        rule=found.rule,
        blocks=[block.reason for block in standing],
    )


def check_step(held: Held, step: Step, *, amount: int, clock: Clock) -> tuple[store.Checked, Verdict]:
    """Judge a delivery that is made or raised by `amount`.

    A release holds for the document that it was given for, so what was released is not judged again.
    """
    account = store.account(held, step.key, clock=clock)
    checked = store.Checked(step.key, account, step.ref, step.point)
    found = _strictest(held, step, account, amount=amount)
    if not found.passes and _released(step, account):
        found = replace(found, breaches=())
    return checked, found


def refuse_step(held: Held, step: Step, *, amount: int, clock: Clock) -> tuple[store.Checked, Verdict]:
    """`check_step`, refused (`CreditRefuses`) where a rule says so."""
    checked, found = check_step(held, step, amount=amount, clock=clock)
    if found.refuses:
        number = step.ref.number or ", ".join(order.number for order in step.orders)
        raise refusal(checked, found, Sentence("Credit does not let %(number)s be delivered.", number=number))
    return checked, found


def follow_step(
    held: Held, checked: store.Checked, found: Verdict, *, company_id: int, entered_by_id: int | None, by: Actor,
    clock: Clock,
) -> None:  # fmt: skip
    """Keep what was found of a delivery, and block its goods issue where the rule says more than a warning."""
    if found.passes or not found.adds:
        return
    store.write_finding(checked, found, clock.now())
    if not found.warns:
        account = checked.account
        block = blocks.set_block(
            held, checked.ref, BlockKind.CREDIT, BlockScope.GOODS_ISSUE, company_id=company_id,
            reason=found.sentences(account.decimals, account.currency)[0], entered_by_id=entered_by_id,
            last_raised_by_id=by.user_id, by=by, clock=clock,
        )  # fmt: skip
        waiting.wait(checked.key, block.id, checked.ref, checked.point)


def _strictest(held: Held, step: Step, account: store.Account, *, amount: int) -> Verdict:
    """The verdict by the rule of each order type; where they differ, the strictest counts."""
    balance = held.balance(step.key)
    stands = parts(balance)
    group = exposure.group_of(held, step.key)
    shared = None if group is None else group.total
    found = []
    for order_type_id in dict.fromkeys(step.order_type_ids):
        rule = rule_for(step.rules, step.key.company_id, step.point, account.risk_class, order_type_id)
        payer = known(held, step.key, account.payer, balance, rule)
        found.append(verdict(stands, payer, amount=amount, group=shared, rule=rule))
    if not found:
        return verdict(stands, account.payer, amount=amount, checks=False)
    return max(found, key=lambda one: (not one.passes, STRICTNESS.index(one.outcome)))


STRICTNESS = tuple(Outcome)


def _standing(refs: Sequence[DocumentRef]) -> list[blocks.Block]:
    return [block for block in blocks.standing(refs) if block.kind is BlockKind.CREDIT]


def _released(step: Step, account: store.Account) -> bool:
    """Whether each of its orders was released, or it itself, and that still holds."""
    ref, orders = step.ref, step.orders
    rows = BlockRow.objects.filter(
        kind=BlockKind.CREDIT,
        document_kind__in={ref.kind, *(order.kind for order in orders)},
        document_id__in={ref.id, *(order.id for order in orders)},
        released_at__isnull=False,
    )
    of_blocks = {pk: DocumentRef(kind, one) for pk, kind, one in rows.values_list("pk", "document_kind", "document_id")}
    lapsed = approvals.over(list(of_blocks), account.payer.today) if of_blocks else set()
    released = {one for pk, one in of_blocks.items() if pk not in lapsed}
    return ref in released or (bool(orders) and released.issuperset(orders))
