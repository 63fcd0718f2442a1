"""What happens to goods: they come in, go over to deliveries, on shipments, are picked and leave."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from troth.business.credit import actions as credit
from troth.business.credit.rules import CreditBlocksGoodsIssue
from troth.business.shipping import actions as shipping
from troth.business.shipping import queries as shippings
from troth.business.shipping.rules.bins import NothingFound
from troth.business.shipping.rules.grouping import NotWhole
from troth.business.shipping.rules.picking import Found
from troth.business.shipping.rules.proof import Arrived
from troth.business.shipping.rules.readiness import Lack
from troth.business.supply import actions as supply
from troth.doors.demo.play.stage import Stage
from troth.doors.demo.tables import table
from troth.platform.printing import actions as printing

TRANSPORT, CLERK, CREDIT = "transport_coordinator", "warehouse_clerk", "credit_manager"
EVERY_DIFFERENCE = 12
EVERY_HELD_BACK = 3
EVERY_LOST = 8
PAGE = 1_000


@dataclass
class Yard:
    """`loading` are shipments that have not departed; `issued` the deliveries that left and are not billed."""

    stage: Stage
    receipts: list[tuple[date, int, int, int]] = field(default_factory=list)
    loading: list[int] = field(default_factory=list)
    issued: list[int] = field(default_factory=list)
    picks: int = 0

    def __post_init__(self) -> None:
        """All receipts that come before today's end: (day, receipt, quantity, the product's fixed bin)."""
        bins = dict(
            table("masterdata.ProductSite")
            ._default_manager.filter(site_id=self.stage.sites["BOT"])
            .values_list("product_id", "fixed_bin_id")
        )
        any_bin = next(bin_id for bin_id in bins.values() if bin_id)
        due = table("supply.Receipt")._default_manager.filter(state="open", due_on__lte=self.stage.dates.today)
        self.receipts = [
            (due_on, receipt_id, quantity, bins.get(product_id) or any_bin)
            for due_on, receipt_id, quantity, product_id in due.order_by("due_on", "pk").values_list(
                "due_on", "pk", "quantity", "product_id"
            )
        ]

    def receive(self, today: date) -> None:
        while self.receipts and self.receipts[0][0] <= today:
            _, receipt_id, quantity, bin_id = self.receipts.pop(0)
            supply.receive_goods(receipt_id, quantity, bin_id=bin_id, **self.stage.acting(CLERK))
            self.stage.counts["receipts"] += 1

    def deliver(self, today: date) -> None:
        """All that is due at each site."""
        for site_id in self.stage.sites.values():
            made = shipping.create_deliveries(site_id=site_id, until=today, **self.stage.acting(TRANSPORT))
            self.stage.counts["deliveries"] += len(made.deliveries)

    def ship(self, today: date) -> list[int]:
        """One shipment for each route with what is on none; return their ids."""
        made = []
        for site_id in self.stage.sites.values():
            by_route: dict[str, list[int]] = defaultdict(list)
            for row in shippings.unassigned(site_id, limit=PAGE):
                by_route[row.route].append(row.id)
            for delivery_ids in by_route.values():
                shipment = shipping.create_shipment(
                    site_id=site_id, planned_on=today, delivery_ids=delivery_ids, **self.stage.acting(TRANSPORT)
                )
                made.append(shipment.id)
        self.stage.counts["shipments"] += len(made)
        return made

    def pick(self, shipment_id: int) -> None:
        """Fetch for a shipment; now and then one piece is not found."""
        try:
            order = shipping.create_transfer_order(shipment_id=shipment_id, **self.stage.acting(CLERK))
        except NothingFound:
            self.stage.counts["nothing found"] += 1
            return
        self.picks += 1
        listed = shippings.transfer_order(order.id, by=self.stage.people[CLERK]).lines
        found: dict[int, Found] = {}
        if self.picks % EVERY_DIFFERENCE == 0:
            most = max(listed, key=lambda line: line.quantity)
            if most.quantity > 1:
                found = {most.position: Found(most.quantity - 1, "one piece damaged")}
        try:
            shipping.confirm_pick(transfer_order_id=order.id, found=found, **self.stage.acting(CLERK))
        except NotWhole:
            shipping.confirm_pick(transfer_order_id=order.id, **self.stage.acting(CLERK))
        else:
            self.stage.counts["pick differences"] += bool(found)
        self.stage.counts["picks"] += 1

    def issue(self, shipment_id: int) -> None:
        """Load a shipment, post the goods issues, and send it off when all on it has left."""
        shipment = shippings.shipment(shipment_id, by=self.stage.people[TRANSPORT])
        if any(delivery.state == "open" for delivery in shipment.deliveries):
            self._take_off_unpicked(shipment)
            shipment = shippings.shipment(shipment_id, by=self.stage.people[TRANSPORT])
        if not shipment.deliveries:
            shipping.cancel_shipment(
                shipment_id=shipment_id, reason="nothing could be picked", **self.stage.acting(TRANSPORT)
            )
            return
        if shipment.state == "planned":
            shipping.load_shipment(shipment_id=shipment_id, **self.stage.acting(TRANSPORT))
        left = [one.id for one in shipment.deliveries if one.state == "issued" or self._issue(one.id)]
        if len(left) == len(shipment.deliveries):
            shipping.depart_shipment(shipment_id=shipment_id, **self.stage.acting(TRANSPORT))
        else:
            self.loading.append(shipment_id)

    def _take_off_unpicked(self, shipment: shippings.ShipmentView) -> None:
        for delivery in shipment.deliveries:
            if delivery.state == "open":
                shipping.unassign_delivery(delivery_id=delivery.id, **self.stage.acting(TRANSPORT))

    def _issue(self, delivery_id: int) -> bool:
        """Post a goods issue, with its papers. Past the credit limit the credit manager lets most go, and some wait."""
        self._print(delivery_id)
        try:
            shipping.post_goods_issue(delivery_id=delivery_id, **self.stage.acting(CLERK))
        except CreditBlocksGoodsIssue:
            self.stage.counts["goods held for credit"] += 1
            if self.stage.place("held", delivery_id) % EVERY_HELD_BACK == 0:
                return False
            credit.release_goods_issue("delivery", delivery_id, reason="payment announced", **self.stage.acting(CREDIT))
            shipping.post_goods_issue(delivery_id=delivery_id, **self.stage.acting(CLERK))
        self.issued.append(delivery_id)
        self.stage.counts["goods issues"] += 1
        return True

    def prove(self, on: date) -> None:
        """Record what arrived by now at customers who are billed after the proof; of one delivery in eight a piece is
        missing, which is not billed."""
        waiting = shippings.deliveries(unproven=True).filter(delivery_on__lt=on).order_by("pk")
        for delivery_id, delivery_on in list(waiting.values_list("pk", "delivery_on")):
            self.stage.counts["proofs of delivery"] += 1
            lines = shippings.delivery(delivery_id, by=self.stage.people[TRANSPORT]).lines
            lost = self.stage.counts["proofs of delivery"] % EVERY_LOST == 0
            one = lines[0]
            left = Arrived(one.quantity - 10**one.decimals, "missing", "credit")
            shipping.prove_delivery(
                delivery_id=delivery_id,
                arrived_on=delivery_on,
                signed_by="goods in",
                arrived={one.line_number: left} if lost and one.quantity else {},
                **self.stage.acting(TRANSPORT),
            )
            self.issued.append(delivery_id)

    def _print(self, delivery_id: int) -> None:
        """Bothell lets no goods leave without their delivery note."""
        lacks = shippings.reasons_of([delivery_id])[delivery_id]
        if any(one.lack is Lack.PAPERS_NOT_PRINTED for one in lacks):
            printing.print_paper(paper="delivery_note", document_id=delivery_id, **self.stage.acting(CLERK))
            self.stage.counts["delivery notes"] += 1

    def retry(self) -> None:
        waiting, self.loading = self.loading, []
        for shipment_id in waiting:
            self.issue(shipment_id)
