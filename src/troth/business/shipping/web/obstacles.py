"""What stands between a delivery and its next step, each with the way that leads past it."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.shipping.queries import DeliveryView
from troth.business.shipping.rules.readiness import Lack
from troth.platform.blocks import STOPS, BlockScope, standing
from troth.platform.blocks import Block as StandingBlock
from troth.platform.documents import DocumentRef
from troth.platform.web.acts import step
from troth.platform.web.blocks import way_to_release
from troth.platform.web.language import worded
from troth.platform.web.values import Block, Step

REASONS_SHOWN = 6
WORK = (Lack.NOT_PICKED, Lack.NOT_PACKED, Lack.OPEN_TRANSFER_ORDER)
"""What is still to be done to a delivery, and no obstacle."""


def obstacles(view: DeliveryView, actor: Any) -> list[Block]:
    """What stands between the delivery and its goods issue; what is only to be picked is no obstacle but work."""
    blocks = []
    lacking = [reason for reason in view.reasons if reason.lack not in WORK]
    for reason in lacking[:REASONS_SHOWN]:
        stops = reason.lack is Lack.BLOCKED
        way = _WAYS[reason.lack](view, actor) if reason.lack in _WAYS else None
        blocks.append(Block(worded(reason.sentence), "", way, tone="stopped" if stops else "waiting"))
    own = [one for one in _own(view) if one.scope is BlockScope.BILLING]
    return [*blocks, *(_not_billed(one, view, actor) for one in own)]


def _own(view: DeliveryView) -> tuple[StandingBlock, ...]:
    """The blocks that stand on the delivery itself."""
    return standing([DocumentRef("delivery", view.id)])


def _not_billed(block: StandingBlock, view: DeliveryView, actor: Any) -> Block:
    said = gettext("Delivery %(number)s is blocked for billing: %(reason)s.") % {
        "number": view.number,
        "reason": worded(block.reason).rstrip("."),
    }
    return Block(said, _("Release it when the reason is gone."), way_to_release(block, actor))


def _way(view: DeliveryView, actor: Any) -> Step | None:
    """To the release of the delivery's own block, else to the order whose block it is."""
    own = next((one for one in _own(view) if BlockScope.GOODS_ISSUE in STOPS[one.scope]), None)
    if own is not None:
        return way_to_release(own, actor)
    order = next((line.order_id for line in view.lines), None)
    return step(actor, _("Open the order"), "sales:order", order, method="get") if order else None


def _to_papers(view: DeliveryView, actor: Any) -> Step | None:
    return step(actor, _("Print the delivery note"), "papers:print", "delivery_note", view.id)


_WAYS = {Lack.BLOCKED: _way, Lack.PAPERS_NOT_PRINTED: _to_papers}
