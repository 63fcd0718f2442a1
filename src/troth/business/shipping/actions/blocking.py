"""Deliveries as documents that take blocks: of the goods issue until it is posted, of the billing until it is done."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from troth.business.masterdata.queries.search import customers_named
from troth.business.shipping.actions import books
from troth.business.shipping.models import Delivery
from troth.business.shipping.states import DeliveryState
from troth.platform.actors import Actor
from troth.platform.blocking import Blockable, Facts
from troth.platform.blocks import BlockScope
from troth.platform.clock import Clock
from troth.platform.locks import Held

STILL_TO_COME = {
    DeliveryState.OPEN: (BlockScope.GOODS_ISSUE, BlockScope.BILLING),
    DeliveryState.PICKED: (BlockScope.GOODS_ISSUE, BlockScope.BILLING),
    DeliveryState.ISSUED: (BlockScope.BILLING,),
}
"""The steps of a delivery that a block can stop, by its state."""


class DeliveryBlocks:
    """What `platform.blocking.Subject` asks of deliveries."""

    scopes = (BlockScope.GOODS_ISSUE, BlockScope.BILLING)

    def hold(self, document_id: int, *, by: Actor) -> tuple[Held, Blockable]:
        """Its orders are held as well: billing holds them, and not the delivery."""
        held, delivery, _lines = books.hold_one(document_id, by=by)
        steps = STILL_TO_COME.get(DeliveryState(delivery.state), ())
        ref, company, site = books.ref(delivery), delivery.company_id, delivery.site_id
        return held, Blockable(ref, company, steps, delivery.made_by_id, site_id=site)

    def set_upon(self, held: Held, document_id: int, scope: BlockScope, *, by: Actor, clock: Clock) -> None:
        """Nothing is undone: what the block stops is still to come."""

    def facts(self, ids: Sequence[int]) -> Mapping[int, Facts]:
        rows = Delivery.objects.filter(pk__in=ids).values_list(
            "pk", "sold_to__name", "sold_to__number", "goods_issue_on"
        )
        return {key: Facts(name, number, on) for key, name, number, on in rows}

    def of_customer(self, word: str) -> QuerySet[Any]:
        return Delivery.objects.filter(customer__in=customers_named(word))
