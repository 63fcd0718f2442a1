"""What sales does when something has happened elsewhere: a lifted block lets the order go on."""

from troth.business.sales import actions
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.events import Occurred, subscribe


@subscribe("platform.block_released")
def resume(event: Occurred) -> None:
    """Promise an order that was not confirmed while it was blocked; nothing happens to a cancelled one."""
    if event.ref.kind != "order" or not actions.is_resumable(event.ref.id):
        return
    actions.resume_order(event.ref.id, by=SYSTEM, clock=SYSTEM_CLOCK)
