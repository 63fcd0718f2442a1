"""CM-1: one customer order without exceptions, from the quotation to the cleared payment.

Each step is done by the person whose job it is, through the actions that pages and API call, and returns its document
as text. `troth demo` plays all of them; `docs/scenarios/cm-1.md` tells the same story with what must come out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from troth.business.billing import actions as billing
from troth.business.billing import queries as invoices
from troth.business.credit import queries as credit
from troth.business.promising import queries as promises
from troth.business.receivables import actions as receivables
from troth.business.receivables.actions import NewPayment
from troth.business.receivables.rules import Clear
from troth.business.sales import actions as sales
from troth.business.sales import queries as orders
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.business.shipping import actions as shipping
from troth.business.shipping import queries as shippings
from troth.doors.demo import printing
from troth.doors.demo.dates import next_working_day
from troth.doors.demo.play.script import STORE_OF_CM_1
from troth.doors.demo.play.stage import Stage
from troth.kernel.quantity import format_quantity
from troth.ledgers.fulfilment import queries as fulfilment
from troth.ledgers.journal import queries as journal
from troth.platform.actors import Actor
from troth.platform.documents import DocumentRef
from troth.platform.printing import actions as papers
from troth.platform.printing import queries as printed

LINES = (("CS-9183", 6), ("BB-9108", 20), ("SE-M236", 12))
WANTED_IN_DAYS, VALID_DAYS = 12, 14


@dataclass
class CM1:
    """The steps, in this order; each returns what a person would read."""

    stage: Stage
    ids: dict[str, int] = field(default_factory=dict)
    numbers: dict[tuple[str, int], str] = field(default_factory=dict)

    STEPS: ClassVar[dict[str, str]] = {
        "quote": "Sam, salesperson, sends a quotation",
        "order": "Rita, customer service, enters the order that accepts it",
        "credit": "The credit check",
        "promise": "The promise, and why",
        "due_list": "The delivery due list",
        "deliver": "Tara, transport, makes the delivery",
        "ship": "Tara puts it on a shipment",
        "pick_list": "Walter, warehouse, takes the picking list",
        "pick": "Walter confirms the pick",
        "note": "Walter prints the delivery note",
        "ready": "Is it ready to ship?",
        "issue": "Walter posts the goods issue, and the truck leaves",
        "invoice": "Bill, billing, makes the invoice",
        "pay": "Cora, receivables, posts the payment and clears the invoice",
        "journal": "The journal",
        "flow": "The document flow",
    }
    """Method -> what happens."""

    def play(self) -> Iterator[tuple[str, str]]:
        """Yield (title, document as text) of each step."""
        for name, title in self.STEPS.items():
            yield title, getattr(self, name)()

    def quote(self) -> str:
        today = self.stage.clock.today("America/Los_Angeles")
        draft = QuotationDraft(
            customer=self.stage.stores()[STORE_OF_CM_1],
            requested_on=next_working_day(today + timedelta(days=WANTED_IN_DAYS)),
            valid_to_on=today + timedelta(days=VALID_DAYS),
            customer_reference="CM-1",
            lines=tuple(LineDraft(product=number, quantity=quantity) for number, quantity in LINES),
        )
        saved = sales.save_quotation(draft, **self._acting("salesperson"))
        self._know("quotation", saved.id, saved.number)
        sales.send_quotation(saved.id, **self._acting("salesperson"))
        view = orders.quotation(saved.id, by=self._by("salesperson"))
        text = printing.sales_document(view, "Quotation")
        for line in view.lines:
            text += printing.price_trace(line)
        return _text(text)

    def order(self) -> str:
        entered = sales.order_from_quotation(self.ids["quotation"], **self._acting("representative"))
        self._know("order", entered.id, entered.number)
        view = orders.order(entered.id, by=self._by("representative"))
        quoted = self.numbers["quotation", self.ids["quotation"]]
        return _text([*printing.sales_document(view, "Order"), f"  with reference to quotation {quoted}"])

    def credit(self) -> str:
        view = orders.order(self.ids["order"], by=self._by("credit_manager"))
        account = credit.account(self.stage.company_id, view.document.payer_id)
        parts = account.exposure
        limit = "not checked" if account.limit is None else printing.money(account.limit, account.currency)
        verdict = "blocked: " + "; ".join(block.reason for block in view.blocks) if view.blocks else "no block"
        return _text(
            [
                f"{account.party_number} {account.party_name}: limit {limit}",
                f"  open orders {printing.money(parts.open_orders)},"
                f" deliveries {printing.money(parts.open_deliveries)},"
                f" invoices {printing.money(parts.open_invoices)}, deposits {printing.money(parts.deposits)}",
                f"  order {view.ref.number}: {verdict}",
            ]
        )

    def promise(self) -> str:
        view = orders.order(self.ids["order"], by=self._by("representative"))
        text = [f"Order {view.ref.number} · {view.progress.confirmation}"]
        for line in view.lines:
            text += printing.promise(line, promises.explain("order", line.line.id))
        return _text(text)

    def due_list(self) -> str:
        until = self.stage.dates.today + timedelta(days=WANTED_IN_DAYS)
        rows = [row for row in shippings.due(self._site(), until, limit=5_000) if row.order_id == self.ids["order"]]
        lines = printing.table(
            (row.order_number, row.line_number, f"goods {printing.day(row.material_on)}", row.block or "no block")
            for row in rows
        )
        return _text([f"Due in Bothell until {printing.day(until)}, of this order:", *lines])

    def deliver(self) -> str:
        made = shipping.create_delivery(order_id=self.ids["order"], **self._acting("transport_coordinator"))
        [delivery] = made.deliveries
        self._know("delivery", delivery.id, delivery.number)
        return self._delivery("transport_coordinator")

    def _delivery(self, role: str) -> str:
        view = shippings.delivery(self.ids["delivery"], by=self._by(role))
        lines = printing.table(
            (
                (
                    line.line_number,
                    line.product,
                    f"{format_quantity(line.quantity, line.decimals)} {line.unit}",
                    f"picked {format_quantity(line.picked, line.decimals)}",
                )
                for line in view.lines
            ),
            right=(2,),
        )
        return _text(
            [
                f"Delivery {view.number} · {view.state} · by {view.route}",
                f"  to {view.ship_to}; leaves {printing.day(view.goods_issue_on)},"
                f" arrives {printing.day(view.delivery_on)}",
                *lines,
            ]
        )

    def ship(self) -> str:
        made = shipping.create_shipment(
            site_id=self._site(),
            planned_on=self.stage.dates.today,
            delivery_ids=[self.ids["delivery"]],
            **self._acting("transport_coordinator"),
        )
        self._know("shipment", made.id, made.number)
        return self._shipment()

    def _shipment(self) -> str:
        view = shippings.shipment(self.ids["shipment"], by=self._by("transport_coordinator"))
        return (
            f"Shipment {view.number} · {view.state} · {view.carrier} · {len(view.deliveries)} delivery,"
            f" {view.weight_g / printing.GRAMS_PER_KG:,.3f} kg, {view.volume_ml / printing.ML_PER_LITRE:,.1f} l"
        )

    def pick_list(self) -> str:
        made = shipping.create_transfer_order(shipment_id=self.ids["shipment"], **self._acting("warehouse_clerk"))
        self._know("transfer_order", made.id, made.number)
        return self._transfer_order()

    def _transfer_order(self) -> str:
        view = shippings.transfer_order(self.ids["transfer_order"], by=self._by("warehouse_clerk"))
        lines = printing.table(
            (
                (
                    line.position,
                    f"location {line.location}",
                    f"bin {line.bin}",
                    line.product,
                    f"{format_quantity(line.quantity, line.decimals)} {line.unit}",
                    "to fetch" if line.picked is None else f"found {format_quantity(line.picked, line.decimals)}",
                )
                for line in view.lines
            ),
            right=(4,),
        )
        return _text([f"Picking list of transfer order {view.number} · {view.state}", *lines])

    def pick(self) -> str:
        shipping.confirm_pick(transfer_order_id=self.ids["transfer_order"], **self._acting("warehouse_clerk"))
        return self._transfer_order()

    def note(self) -> str:
        lacks = self.ready()
        made = papers.print_paper(
            paper="delivery_note", document_id=self.ids["delivery"], **self._acting("warehouse_clerk")
        )
        row = printed.printing(made.id, by=self._by("warehouse_clerk"))
        return _text([lacks, f"Delivery note {row.document_number} · version {row.version} · {row.language}"])

    def ready(self) -> str:
        view = shippings.delivery(self.ids["delivery"], by=self._by("warehouse_clerk"))
        lacks = [reason.sentence for reason in view.reasons]
        return f"Delivery {view.number} · {view.state} · " + ("; ".join(lacks) if lacks else "ready to ship")

    def issue(self) -> str:
        shipping.load_shipment(shipment_id=self.ids["shipment"], **self._acting("transport_coordinator"))
        issued = shipping.post_goods_issue(delivery_id=self.ids["delivery"], **self._acting("warehouse_clerk"))
        shipping.depart_shipment(shipment_id=self.ids["shipment"], **self._acting("transport_coordinator"))
        cost = printing.money(issued.cost, "USD")
        return _text([f"{self._delivery('warehouse_clerk')}", f"  standard cost {cost}", self._shipment()])

    def invoice(self) -> str:
        made = billing.create_invoices(delivery_ids=[self.ids["delivery"]], **self._acting("billing_clerk"))
        [invoice] = made.invoices
        self._know("invoice", invoice.id, invoice.number)
        return self._invoice()

    def _invoice(self) -> str:
        view = invoices.invoice(self.ids["invoice"], by=self._by("billing_clerk"))
        lines = printing.table(
            (
                (line.line_number, line.description, line.quantity, printing.money(line.net), printing.money(line.tax))
                for line in view.lines
            ),
            right=(2, 3, 4),
        )
        row = view.row
        return _text(
            [
                f"Invoice {row.number} · {row.state} · due {printing.day(row.due_on)} · {view.payment_terms}",
                *lines,
                f"  net {printing.money(row.net)}, tax {printing.money(view.tax)},"
                f" gross {printing.money(row.gross, row.currency)}, paid {printing.money(row.paid)}",
            ]
        )

    def pay(self) -> str:
        row = invoices.invoice(self.ids["invoice"], by=self._by("receivables_clerk")).row
        paid = receivables.post_payment(
            NewPayment(
                company_id=self.stage.company_id,
                payer_id=row.payer_id,
                amount=row.gross,
                currency=row.currency,
                received_on=self.stage.dates.today,
                reference=f"invoice {row.number}",
                clears=(Clear(row.id, row.gross),),
            ),
            **self._acting("receivables_clerk"),
        )
        self._know("payment", paid.id, paid.number)
        head = f"Payment {paid.number} of {printing.money(row.gross, row.currency)} clears invoice {row.number}"
        left = credit.account(self.stage.company_id, row.payer_id).exposure.total
        return _text([head, self._invoice(), f"  the customer owes {printing.money(left, 'USD')}"])

    def journal(self) -> str:
        text = []
        for kind in ("delivery", "invoice", "payment"):
            text += printing.journal(journal.entries(DocumentRef(kind, self.ids[kind])))
        return _text(text)

    def flow(self) -> str:
        found = fulfilment.flow(DocumentRef("order", self.ids["order"]))
        view = orders.order(self.ids["order"], by=self._by("representative"))
        head = f"Order {view.ref.number} · {view.progress.headline}"
        return _text([head, *printing.flow(found, self.numbers)])

    def _site(self) -> int:
        return self.stage.sites["BOT"]

    def _know(self, kind: str, document_id: int, number: str) -> None:
        self.ids[kind] = document_id
        self.numbers[kind, document_id] = number

    def _acting(self, role: str) -> dict[str, Any]:
        return self.stage.acting(role)

    def _by(self, role: str) -> Actor:
        return self.stage.people[role]


def _text(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line)
