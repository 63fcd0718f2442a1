"""What time does to promises: holds that are past their expiry are swept, so that the lists show it."""

from django_tasks import task

from troth.business.promising import actions
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.schedule import schedule


@schedule("expire holds", "* * * * *")
@task()
def expire_holds() -> int:
    """Sweep the holds that are past their expiry; return how many."""
    return expire(SYSTEM_CLOCK)


def expire(clock: Clock) -> int:
    """The job at a given time, in transactions of fifty."""
    expired = 0
    while swept := actions.expire_holds(by=SYSTEM, clock=clock):
        expired += swept
    return expired
