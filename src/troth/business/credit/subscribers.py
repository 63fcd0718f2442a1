"""What credit does when less is owed: what waits is judged again, in a transaction of its own."""

from troth.business.credit.actions.again import judge_again
from troth.business.credit.actions.fallen import FELL
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.events import Occurred, subscribe


@subscribe(FELL)
def judge_what_waits(event: Occurred) -> None:
    facts = event.facts
    judge_again(event.company_id, int(facts["payer"]), cause=str(facts["release"]), by=SYSTEM, clock=SYSTEM_CLOCK)
