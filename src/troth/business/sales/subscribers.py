"""What sales does when something has happened: a lifted block lets the order go on, and customers are told by mail.

A customer's master says whether papers go out by themselves, and the order type whether its orders are confirmed.
"""

from datetime import timedelta

from django.utils.translation import gettext

from troth.business.masterdata.queries.lookup import confirms_by_mail, wants_mail
from troth.business.sales import actions, queries
from troth.business.sales.models import Order
from troth.platform import issues
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.events import Occurred, Recorded, subscribe
from troth.platform.printing.actions import mail_paper


def _by_mail(event: Recorded) -> bool:
    return bool(event.facts.get("by_mail"))


@subscribe("platform.block_released")
def resume(event: Occurred) -> None:
    """Promise an order that was not confirmed while it was blocked; nothing happens to a cancelled one."""
    scope = str(event.facts.get("scope", ""))
    if event.ref.kind == "order" and actions.is_resumable(event.ref.id, scope):
        actions.resume_order(event.ref.id, scope=scope, by=SYSTEM, clock=SYSTEM_CLOCK)


@subscribe("sales.quotation_sent")
def mail_quotation(event: Occurred) -> None:
    if wants_mail(queries.customer_of("quotation", event.ref.id)):
        mail_paper(paper="quotation", document_id=event.ref.id, by=SYSTEM, clock=SYSTEM_CLOCK)


@subscribe("sales.order_submitted", when=_by_mail)
def mail_confirmation(event: Occurred) -> None:
    _mail("order_confirmation", event.ref.id)


@subscribe("sales.order_changed", when=_by_mail)
@subscribe("sales.order_resumed", when=_by_mail)
@subscribe("sales.order_repromised", when=_by_mail)
@subscribe("sales.order_promised_anew", when=_by_mail)
def mail_change(event: Occurred) -> None:
    """Only where something was confirmed before, and the paper says something else now.

    Whoever was told dates is told when they move, whether a person moved them, a block was lifted or supply slipped.
    """
    _mail("order_change", event.ref.id)


@subscribe("sales.item_rejected", when=_by_mail)
@subscribe("sales.order_cancelled", when=_by_mail)
@subscribe("sales.order_rejected_for_credit", when=_by_mail)
def mail_rejection(event: Occurred) -> None:
    _mail("order_rejection", event.ref.id)


@subscribe("sales.promise_kept")
def ask_who_entered_it(event: Occurred) -> None:
    """Who entered the order finds in the inbox that supply covers its promise no longer, and decides; once."""
    _tell(event, gettext("Supply covers this order no longer; what was promised was kept. Decide what becomes of it."))


@subscribe("sales.confirmation_lapsed")
def tell_that_it_lapsed(event: Occurred) -> None:
    """Who entered the order finds in the inbox that its goods are kept no longer."""
    _tell(event, gettext("This order waited too long for its release: its goods are kept no longer."))


def _tell(event: Occurred, subject: str) -> None:
    """Open an issue on the order for who entered it, unless one that says the same is open."""
    owner = Order.objects.values_list("entered_by_id", flat=True).get(pk=event.ref.id)
    known = issues.on_document("order", event.ref.id, by=SYSTEM)
    if any(one.is_open and one.subject == subject for one in known):
        return
    if owner is None or not issues.owners(frozenset({event.company_id})).filter(pk=owner).exists():
        return
    due_on = event.at.date() + timedelta(days=1)
    issues.open_issue(
        "order", event.ref.id, subject=subject, owner_id=owner, due_on=due_on, by=SYSTEM, clock=SYSTEM_CLOCK
    )  # fmt: skip


def _mail(paper: str, order_id: int) -> None:
    if wants_mail(queries.customer_of("order", order_id)) and confirms_by_mail(*queries.order_type_ids([order_id])):
        mail_paper(paper=paper, document_id=order_id, by=SYSTEM, clock=SYSTEM_CLOCK)
