"""What would be promised on an order: read, determined, priced and weighed, and nothing of it written or held."""

from troth.business.promising import actions as promising
from troth.business.promising.actions import SUPPOSED, Promise
from troth.business.sales.actions import save
from troth.business.sales.actions.document import wishes
from troth.business.sales.actions.submit import refuse_incomplete
from troth.business.sales.rules.drafts import OrderDraft
from troth.platform.actors import Actor
from troth.platform.clock import Clock


def simulate_order(draft: OrderDraft, *, by: Actor, clock: Clock) -> Promise:
    """The promise by line number, on the books as they are. Refuses what is wrong or missing in the draft."""
    document = save.read(draft, by=by, clock=clock)
    refuse_incomplete(document)
    lines = tuple(line._replace(id=line.line_number) for line in document.standing)
    wanted = [wish._replace(document=SUPPOSED) for wish in wishes(document, lines)]
    return promising.simulate(wanted, clock=clock)
