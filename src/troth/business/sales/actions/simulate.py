"""What would be promised on an order or quotation, all of it or nothing: read, determined, served by rules, priced."""

from troth.business.sales.actions import save
from troth.business.sales.actions.check import Checked, dated, weigh
from troth.business.sales.actions.submit import refuse_incomplete
from troth.business.sales.rules.drafts import OrderDraft, QuotationDraft
from troth.kernel.errors import Refusals
from troth.platform.actors import Actor
from troth.platform.clock import Clock


def simulate(draft: OrderDraft, *, by: Actor, clock: Clock) -> Checked:
    """The promise by line number on the books as they are; nothing is written or held.

    What is wrong or missing is refused as entering refuses it, where the entry page leaves wrong rows out.
    """
    draft = dated(draft)
    document = save.read(draft, by=by, clock=clock)
    if not isinstance(draft, QuotationDraft):
        refuse_incomplete(document)
    checked = weigh(draft, document, by=by, clock=clock)
    if checked.refused:
        raise Refusals(list(checked.refused))
    return checked
