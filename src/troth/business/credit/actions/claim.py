"""Claim credit for a document, and move the claim along with it: order, delivery, invoice.

All amounts are minor units of the company's currency (`queries.exchange` converts), taxes included. The exposure key is
held by the caller, so two orders of one payer cannot both take the last of its limit.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date

from troth.business.credit import approvals, store, waiting
from troth.business.credit.rules import STANDARD, CreditRefuses, Outcome, Payer, Point, Rule, Verdict, verdict
from troth.business.masterdata.queries import CreditCheckTerms, credit_check
from troth.kernel.errors import Sentence, together
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import ExposureBalance, ExposureKey, GroupBalance, GroupKey, Part
from troth.ledgers.exposure.queries import Exposure, overdue
from troth.platform import blocks
from troth.platform.actors import Actor
from troth.platform.blocks import BlockKind, BlockScope
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held


def key(company_id: int, payer_id: int) -> ExposureKey:
    """The key to take before any other verb of credit; `payer_id` is the party that pays."""
    return ExposureKey(company_id, payer_id)


@dataclass(frozen=True, slots=True)
class Claim:
    """`amount` is to stand under open orders for a document: what of the order is not yet in a delivery.

    Of a document that `is_new` nothing stands yet. Where `checks` is false (the order type says so) the claim counts
    and is not judged. `rules` are those that were kept when the document was read.
    """

    key: ExposureKey
    ref: DocumentRef
    amount: int
    checks: bool
    company_id: int
    entered_by_id: int | None
    last_raised_by_id: int | None
    is_new: bool = False
    point: Point = Point.ORDER_CREATE
    order_type_id: int = 0
    rules: tuple[CreditCheckTerms, ...] = ()


def claim(held: Held, one: Claim, *, by: Actor, clock: Clock) -> Verdict:
    """`claim_all` for one document."""
    [found] = claim_all(held, [one], by=by, clock=clock)
    return found


def claim_all(held: Held, claimed: Sequence[Claim], *, by: Actor, clock: Clock) -> list[Verdict]:
    """Let each amount stand for its document, instead of what stood for it before; judge each in its turn.

    A document that does not pass gets a credit block that stops its delivery, or a warning, or is refused
    (`CreditRefuses`), as the rule says. The number of statements does not depend on the number of claims, but for those
    that do not pass or are not new.
    """
    at = clock.now()
    before = {one.ref: 0 if one.is_new else exposure.withdraw(held, one.key, one.ref, at=at) for one in claimed}
    accounts = store.accounts(held, [one.key for one in claimed], clock=clock)
    standing = {one.key: copy(held.balance(one.key)) for one in claimed}
    groups = groups_of(held, standing)
    found = []
    for one in claimed:
        assert one.amount >= 0, "a claim is not negative"
        balance = standing[one.key]
        balance.open_orders += one.amount
        balance.orders += one.amount > 0
        if (group := groups.get(one.key)) is not None:
            group.open_orders += one.amount
        adds = one.amount > before[one.ref]
        judged = _judged(held, one, balance, accounts[one.key], group, adds=adds)
        found.append(_approved(one, judged, accounts[one.key]))
    # What stood for these documents was withdrawn above, so nothing does now.
    exposure.post(
        held,
        [exposure.Entry(one.key, Part.OPEN_ORDERS, one.amount, one.ref, is_first=True) for one in claimed],
        at=at,
    )
    if held.writes:
        for one, judged in zip(claimed, found, strict=True):
            _follow(held, one, judged, accounts[one.key], by=by, clock=clock)
    return found


def groups_of(held: Held, keys: Iterable[ExposureKey]) -> dict[ExposureKey, GroupBalance]:
    """Copies of the groups in which held payers count; those of one group have the same one."""
    copies: dict[GroupKey, GroupBalance] = {}
    found: dict[ExposureKey, GroupBalance] = {}
    for key in keys:
        if root := held.balance(key).root:
            place = GroupKey(key.company_id, root)
            found[key] = copies.setdefault(place, copy(held.balance(place)))
    return found


def _judged(
    held: Held, one: Claim, balance: ExposureBalance, account: store.Account, group: GroupBalance | None, *, adds: bool
) -> Verdict:
    rule = rule_for(one.rules, one.company_id, one.point, account.risk_class, one.order_type_id)
    payer = known(held, one.key, account.payer, balance, rule) if one.checks else account.payer
    shared = None if group is None else group.total
    return verdict(parts(balance), payer, amount=one.amount, group=shared, adds=adds, rule=rule, checks=one.checks)


def _approved(one: Claim, judged: Verdict, account: store.Account) -> Verdict:
    """What a credit manager approved up to a higher value is said, and not blocked again."""
    if one.is_new or not judged.sets_block or not approvals.covers(one.ref, one.amount, account.payer.today):
        return judged
    return replace(judged, outcome=Outcome.WARN)


def known(held: Held, key: ExposureKey, payer: Payer, balance: ExposureBalance, rule: Rule) -> Payer:
    """The payer with what the rule asks for: what is overdue, in one statement; how many documents are open."""
    documents = balance.orders + balance.deliveries + balance.invoices
    if rule.max_overdue_percent is None and rule.max_overdue_days is None:
        return replace(payer, documents=documents)
    found = overdue(held, key, today=payer.today)
    return replace(payer, documents=documents, overdue=found.amount, oldest_on=found.oldest_on)


def rule_for(
    rules: Iterable[CreditCheckTerms], company_id: int, point: Point, risk_class: str, order_type_id: int
) -> Rule:
    """The rule that holds for a check; the standard of its point where none was kept."""
    named = credit_check(
        rules, company_id=company_id, point=point, risk_class=risk_class, order_type_id=order_type_id
    )  # fmt: skip
    return named or STANDARD[point]


def _follow(held: Held, one: Claim, judged: Verdict, account: store.Account, *, by: Actor, clock: Clock) -> None:
    """Keep what was found, and do what the rule says."""
    checked = store.Checked(one.key, account, one.ref, one.point)
    if judged.refuses:
        raise refusal(checked, judged, Sentence("Credit does not let order %(number)s go on.", number=one.ref.number))
    if judged.warns or judged.sets_block:
        store.write_finding(checked, judged, clock.now())
    if judged.sets_block:
        _block(held, one, judged, account, by=by, clock=clock)


def refusal(checked: store.Checked, judged: Verdict, sentence: Sentence) -> CreditRefuses:
    """The refusal of what a rule stops; it carries what was found, for whoever keeps the document as a draft."""
    account = checked.account
    told = judged.sentences(account.decimals, account.currency)
    refused = CreditRefuses(
        together(sentence, *told),
        number=checked.ref.number,
        rule=judged.rule,
        excess=judged.excess,
        currency=account.currency,
    )
    refused.found = (checked, judged)
    return refused


def note_refusal(held: Held, refused: CreditRefuses, ref: DocumentRef, *, clock: Clock) -> None:
    """Keep on a document, which stayed a draft, for what it was refused."""
    assert held.writes
    checked, judged = refused.found
    store.write_finding(replace(checked, ref=ref), judged, clock.now())


def _block(held: Held, one: Claim, judged: Verdict, account: store.Account, *, by: Actor, clock: Clock) -> None:
    block = blocks.set_block(
        held,
        one.ref,
        BlockKind.CREDIT,
        BlockScope.DELIVERY,
        company_id=one.company_id,
        reason=judged.sentences(account.decimals, account.currency)[0],
        entered_by_id=one.entered_by_id,
        last_raised_by_id=one.last_raised_by_id,
        by=by,
        clock=clock,
    )
    waiting.wait(one.key, block.id, one.ref, one.point)


def parts(balance: ExposureBalance) -> Exposure:
    """The balance as the rules read it."""
    return Exposure(balance.open_orders, balance.open_deliveries, balance.open_invoices, balance.deposits)


def withdraw(held: Held, key: ExposureKey, ref: DocumentRef, *, clock: Clock) -> int:
    """Give back all that stands for a document (cancelled, rejected); return how much that was."""
    return exposure.withdraw(held, key, ref, at=clock.now())


def leave(held: Held, key: ExposureKey, ref: DocumentRef, payer: ExposureKey, *, clock: Clock) -> None:
    """Give back what stands for a document that has another payer from here on; if it waits, it waits for that one."""
    withdraw(held, key, ref, clock=clock)
    waiting.follow_payer(ref, payer)


def move_to_delivery(
    held: Held, key: ExposureKey, *, order: DocumentRef, delivery: DocumentRef, amount: int, clock: Clock
) -> None:
    """Move `amount` of an order's claim to its delivery; a negative one moves it back (a delivery cancelled)."""
    exposure.move(
        held,
        key,
        from_part=Part.OPEN_ORDERS,
        to_part=Part.OPEN_DELIVERIES,
        amount=amount,
        source=order,
        to_source=delivery,
        at=clock.now(),
    )


@dataclass(frozen=True, slots=True)
class Claimed:
    """What an invoice takes over: `amount` that stands in `part` for `ref` (a delivery's, or by order an order's)."""

    part: Part
    ref: DocumentRef
    amount: int


def move_to_invoice(
    held: Held,
    key: ExposureKey,
    claimed: Sequence[Claimed],
    *,
    invoice: DocumentRef,
    amount: int,
    due_on: date,
    clock: Clock,
) -> None:
    """Replace claims by an open invoice of `amount`, which may differ (rate of its own day, other freight)."""
    taken = [exposure.Entry(key, one.part, -one.amount, one.ref) for one in claimed]
    exposure.post(held, [*taken, exposure.Entry(key, Part.OPEN_INVOICES, amount, invoice, due_on)], at=clock.now())


def move_back(held: Held, key: ExposureKey, claimed: Sequence[Claimed], *, invoice: DocumentRef, clock: Clock) -> None:
    """Take back what stands for an invoice (cancelled) and let the claims that it replaced stand again."""
    exposure.withdraw(held, key, invoice, at=clock.now())
    exposure.post(held, [exposure.Entry(key, one.part, one.amount, one.ref) for one in claimed], at=clock.now())
