"""What billing does when an invoice was made: it goes to customers who want their papers by mail."""

from troth.business.billing import queries
from troth.business.masterdata.queries.lookup import wants_mail
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.events import Occurred, subscribe
from troth.platform.printing.actions import mail_paper


@subscribe("billing.invoice_created")
def mail_invoice(event: Occurred) -> None:
    _mail(event.ref.id)


@subscribe("billing.invoice_cancelled")
def mail_cancellation(event: Occurred) -> None:
    """The cancellation is an invoice of its own."""
    made = queries.invoice(event.ref.id, by=SYSTEM).cancelled_by
    if made is not None:
        _mail(made.id)


def _mail(invoice_id: int) -> None:
    if any(wants_mail(customer_id) for customer_id in queries.customers_of(invoice_id)):
        mail_paper(paper="invoice", document_id=invoice_id, by=SYSTEM, clock=SYSTEM_CLOCK)
