"""The main transactions, each with what must stand before it: what `kill_points` kills.

A step is prepared anew for each point, so what is killed and repeated is really committed. What the preparation made
is named by ids, because another process repeats the step.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from troth.business.billing import actions as billing
from troth.business.masterdata import imports
from troth.business.receivables import actions as receivables
from troth.business.receivables.rules import Clear
from troth.business.sales import actions as sales
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.shipping import actions as shipping
from troth.business.shipping.rules.proof import Arrived
from troth.doors.bench import company
from troth.doors.bench.scene import TODAY, BenchCompany, clock
from troth.platform import blocks
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef

SIZE = company.Size(stock=(10**6,) * 3, customers=3, receipts=0)
ACTING: Any = {"by": SYSTEM, "clock": clock()}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a step works on. `number` is another one for each point."""

    number: int
    company_id: int
    order_id: int = 0
    delivery_id: int = 0
    transfer_id: int = 0
    block_id: int = 0
    invoice_id: int = 0
    payer_id: int = 0
    gross: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """`prepare` makes what must stand before, `act` is the transaction, called with the subject and the client key.

    One with rivals is repeated by two processes at once.
    """

    name: str
    prepare: Callable[[Subject], Subject]
    act: Callable[[Subject, str], Any]
    has_rivals: bool = False


def build() -> BenchCompany:
    """The company that all steps work in."""
    return company.build(SIZE)


def _draft(subject: Subject) -> OrderDraft:
    lines = tuple(LineDraft(product=f"P{number:05d}", quantity=3) for number in range(2))
    reference = f"order {subject.number}"
    soon = TODAY + timedelta(days=7)
    return OrderDraft(customer="C00000", customer_reference=reference, lines=lines, requested_on=soon)


def _nothing(subject: Subject) -> Subject:
    return subject


def _ordered(subject: Subject) -> Subject:
    return replace(subject, order_id=sales.enter_order(_draft(subject), **ACTING).id)


def _blocked(subject: Subject) -> Subject:
    made = _ordered(subject)
    sales.set_block(made.order_id, "delivery", reason="a question is open", **ACTING)
    [block] = blocks.standing([DocumentRef("order", made.order_id, "")])
    return replace(made, block_id=block.id)


def _delivered(subject: Subject) -> Subject:
    made = _ordered(subject)
    [delivery] = shipping.create_delivery(order_id=made.order_id, **ACTING).deliveries
    return replace(made, delivery_id=delivery.id)


def _listed(subject: Subject) -> Subject:
    made = _delivered(subject)
    transfer = shipping.create_transfer_order(delivery_ids=[made.delivery_id], **ACTING)
    return replace(made, transfer_id=transfer.id)


def _picked(subject: Subject) -> Subject:
    made = _listed(subject)
    shipping.confirm_all(transfer_order_id=made.transfer_id, **ACTING)
    return made


def _issued(subject: Subject) -> Subject:
    made = _picked(subject)
    shipping.post_goods_issue(delivery_id=made.delivery_id, **ACTING)
    return made


def _prove(subject: Subject, key: str | None = None) -> Any:
    """A piece of each line is lost: one is sent again, one is not."""
    lost = {1: Arrived(2, "missing", "reship"), 2: Arrived(2, "damaged", "credit")}
    return _do(shipping.prove_delivery, key, delivery_id=subject.delivery_id, arrived_on=TODAY, arrived=lost)


def _proven(subject: Subject) -> Subject:
    made = _issued(subject)
    _prove(made)
    return made


def _billed(subject: Subject) -> Subject:
    made = _issued(subject)
    [invoice] = billing.create_invoices(delivery_ids=[made.delivery_id], **ACTING).invoices
    return replace(made, invoice_id=invoice.id, payer_id=invoice.payer_id, gross=invoice.gross)


def _do(verb: Any, key: str | None, *arguments: Any, **named: Any) -> Any:
    return verb(*arguments, key=key, **named, **ACTING)


def _change(subject: Subject, key: str) -> Any:
    changes = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": 5}),))
    return _do(sales.change_order, key, subject.order_id, changes)


def _amend(subject: Subject, key: str) -> Any:
    lower = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": 2}),))
    return _do(shipping.amend_order, key, subject.order_id, shipping.Amendment(changes=lower))


def _pay(subject: Subject, key: str) -> Any:
    payment = receivables.NewPayment(
        company_id=subject.company_id,
        payer_id=subject.payer_id,
        amount=subject.gross,
        currency="USD",
        received_on=TODAY,
        clears=(Clear(subject.invoice_id, subject.gross),),
    )
    return _do(receivables.post_payment, key, payment)


FILES = {
    "customers": "company,number,name,country,sales_organisation,currency,payment_terms,calendar\n"
    + "".join(f"BENCH,N{{number}}-{row},Customer {row},US,ALL,USD,N30,WEEK\n" for row in range(3)),
    "products": "number,name,base_unit,category,weight_g,units\n"
    + "".join(f"N{{number}}-{row},Product {row},EA,Bikes,100,\n" for row in range(3)),
    "prices": "company,code,kind,product,currency,amount,valid_from_on,scale_from\n"
    + "".join(f"BENCH,LIST,price,P00002,USD,12.50,2030-01-01,{{number}}{row}\n" for row in range(3)),
}
"""A file of each kind; `number` makes each sending's rows new."""


def _import(kind: str) -> Step:
    def act(subject: Subject, key: str) -> Any:
        content = FILES[kind].format(number=subject.number + 1).encode()
        return imports.import_file(kind, content, key=key, **ACTING)

    return Step(f"import {kind}", _nothing, act, has_rivals=True)


STEPS = (
    Step("enter_order", _nothing, lambda s, key: _do(sales.enter_order, key, _draft(s))),
    Step("change_order", _ordered, _change),
    Step("cancel_order", _ordered, lambda s, key: _do(sales.cancel_order, key, s.order_id, reason="not needed")),
    Step("allocate_stock", _ordered, lambda s, key: _do(sales.allocate_stock, key, s.order_id, 10)),
    Step(
        "release_block",
        _blocked,
        lambda s, key: _do(sales.release_block, key, s.order_id, s.block_id, reason="answered"),
    ),
    Step("create_delivery", _ordered, lambda s, key: _do(shipping.create_delivery, key, order_id=s.order_id)),
    Step("confirm_all", _listed, lambda s, key: _do(shipping.confirm_all, key, transfer_order_id=s.transfer_id)),
    Step("post_goods_issue", _picked, lambda s, key: _do(shipping.post_goods_issue, key, delivery_id=s.delivery_id)),
    Step("prove_delivery", _issued, _prove),
    Step(
        "withdraw_proof",
        _proven,
        lambda s, key: _do(shipping.withdraw_proof, key, delivery_id=s.delivery_id, reason="found after all"),
    ),
    Step("create_invoices", _issued, lambda s, key: _do(billing.create_invoices, key, delivery_ids=[s.delivery_id])),
    Step("post_payment", _billed, _pay),
    Step("amend_order", _delivered, _amend),
    *(_import(kind) for kind in FILES),
)
IN_FULL = ("enter_order", "post_goods_issue")
"""The steps of which a sample leaves no point out."""
