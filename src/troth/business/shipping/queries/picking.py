"""What is open to be picked, and the transfer order behind a bar code."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min

from troth.business.shipping import store
from troth.business.shipping.models import TransferOrder
from troth.business.shipping.states import TransferState
from troth.kernel.errors import NotFound, Sentence
from troth.platform.actors import Actor
from troth.platform.documents import within

DIGITS_MAX = 12


@dataclass(frozen=True, slots=True)
class ToFetch:
    """An open transfer order; `goods_issue_on` is when the first of its goods leave."""

    id: int
    number: str
    site: str
    shipment: str
    lines: int
    goods_issue_on: date


def to_fetch(by: Actor, *, site: str = "", limit: int = 100) -> list[ToFetch]:
    """Open transfer orders of the actor's sites, or of one by its code; those whose goods leave first on top."""
    open_ones = within(TransferOrder.objects.filter(state=TransferState.OPEN), by.reach)
    if site:
        open_ones = open_ones.filter(site__code=site)
    rows = (
        open_ones.annotate(count=Count("lines"), leaves_on=Min("lines__delivery_line__delivery__goods_issue_on"))
        .filter(count__gt=0)
        .order_by("leaves_on", "pk")
        .values_list("pk", "number", "site__code", "shipment__number", "count", "leaves_on")
    )
    return [ToFetch(*row[:3], row[3] or "", *row[4:]) for row in rows[:limit]]


def transfer_order_scanned(code: str, *, by: Actor) -> int:
    """The id of the transfer order whose bar code, or whose number without its prefix, this is. `NotFound` else."""
    said = code.strip().upper()
    is_serial = said.isascii() and said.isdigit() and len(said) <= DIGITS_MAX
    number = store.number_of(store.TRANSFER_ORDER, int(said)) if is_serial else said
    found = TransferOrder.objects.filter(number=number).values_list("pk", "company_id", "site_id").first()
    if found is None or not by.sees(found[1], found[2]):
        raise NotFound(
            Sentence("%(code)s is no transfer order of yours. Scan the bar code at the top of a pick list."),
            code=code.strip()[:40],
            kind="transfer_order",
            field="code",
        )
    return int(found[0])
