"""Claim credit for a document, and move the claim along with it: order, delivery, invoice.

All amounts are minor units of the company's currency (`queries.exchange` converts), taxes included. The exposure key is
held by the caller, so two orders of one payer cannot both take the last of its limit.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date

from troth.business.credit import store
from troth.business.credit.rules import Verdict, verdict
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import ExposureBalance, ExposureKey, Part
from troth.ledgers.exposure.queries import Exposure
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
    and is not judged.
    """

    key: ExposureKey
    ref: DocumentRef
    amount: int
    checks: bool
    company_id: int
    entered_by_id: int | None
    last_raised_by_id: int | None
    is_new: bool = False


def claim(held: Held, one: Claim, *, by: Actor, clock: Clock) -> Verdict:
    """`claim_all` for one document."""
    [found] = claim_all(held, [one], by=by, clock=clock)
    return found


def claim_all(held: Held, claimed: Sequence[Claim], *, by: Actor, clock: Clock) -> list[Verdict]:
    """Let each amount stand for its document, instead of what stood for it before; judge each in its turn.

    A document past the limit gets a credit block that stops its delivery. The number of statements does not depend on
    the number of claims, but for those that are past a limit or not new.
    """
    at = clock.now()
    before = {one.ref: 0 if one.is_new else exposure.withdraw(held, one.key, one.ref, at=at) for one in claimed}
    accounts = store.accounts(held, [one.key for one in claimed])
    standing = {one.key: copy(held.balance(one.key)) for one in claimed}
    found = []
    for one in claimed:
        assert one.amount >= 0, "a claim is not negative"
        balance = standing[one.key]
        balance.open_orders += one.amount
        found.append(
            verdict(
                parts(balance),
                limit=accounts[one.key].limit,
                amount=one.amount,
                amount_before=before[one.ref],
                checks=one.checks,
            )
        )
    exposure.post(held, [exposure.Entry(one.key, Part.OPEN_ORDERS, one.amount, one.ref) for one in claimed], at=at)
    if held.writes:
        for one, judged in zip(claimed, found, strict=True):
            if judged.sets_block:
                _block(held, one, judged, accounts[one.key], by=by, clock=clock)
    return found


def _block(held: Held, one: Claim, judged: Verdict, account: store.Account, *, by: Actor, clock: Clock) -> None:
    store.write_excess(account.id, one.ref, judged, clock.now())
    blocks.set_block(
        held,
        one.ref,
        BlockKind.CREDIT,
        BlockScope.DELIVERY,
        company_id=one.company_id,
        reason=judged.sentence(account.decimals, account.currency),
        entered_by_id=one.entered_by_id,
        last_raised_by_id=one.last_raised_by_id,
        by=by,
        clock=clock,
    )


def parts(balance: ExposureBalance) -> Exposure:
    """The balance as the rules read it."""
    return Exposure(balance.open_orders, balance.open_deliveries, balance.open_invoices, balance.deposits)


def withdraw(held: Held, key: ExposureKey, ref: DocumentRef, *, clock: Clock) -> int:
    """Give back all that stands for a document (cancelled, rejected); return how much that was."""
    return exposure.withdraw(held, key, ref, at=clock.now())


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
