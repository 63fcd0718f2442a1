"""Claim credit for a document, and move the claim along with it: order, delivery, invoice.

All amounts are minor units of the company's currency (`queries.exchange` converts), taxes included. The exposure key is
held by the caller, so two orders of one payer cannot both take the last of its limit.
"""

from collections.abc import Sequence
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


def claim(
    held: Held,
    key: ExposureKey,
    ref: DocumentRef,
    amount: int,
    *,
    checks: bool,
    is_new: bool = False,
    company_id: int,
    entered_by_id: int | None,
    last_raised_by_id: int | None,
    by: Actor,
    clock: Clock,
) -> Verdict:
    """Let `amount` stand under open orders for the document, instead of what stood for it before.

    `amount` is what of the order is not yet in a delivery. Past the limit the document gets a credit block that stops
    its delivery; where `checks` is false (the order type says so) the claim counts and is not judged. Of a
    document that `is_new` nothing stands yet.
    """
    assert amount >= 0, "a claim is not negative"
    before = 0 if is_new else exposure.withdraw(held, key, ref, at=clock.now())
    exposure.post(held, [exposure.Entry(key, Part.OPEN_ORDERS, amount, ref)], at=clock.now())
    account = store.account(held, key)
    found = verdict(parts(held.balance(key)), limit=account.limit, amount=amount, amount_before=before, checks=checks)
    if found.sets_block and held.writes:
        store.write_excess(account.id, ref, found, clock.now())
        blocks.set_block(
            held,
            ref,
            BlockKind.CREDIT,
            BlockScope.DELIVERY,
            company_id=company_id,
            reason=found.sentence(account.decimals, account.currency),
            entered_by_id=entered_by_id,
            last_raised_by_id=last_raised_by_id,
            by=by,
            clock=clock,
        )
    return found


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
