"""What stands between deliveries and their goods issue, for one or many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from troth.business.masterdata.queries import snapshot
from troth.business.shipping import store
from troth.business.shipping.models import Delivery
from troth.business.shipping.papers.marks import marks
from troth.business.shipping.queries.packing import packed
from troth.business.shipping.rules.readiness import Note, PickState, Reason, reasons
from troth.business.shipping.states import DeliveryState
from troth.platform import blocks
from troth.platform.blocks import STOPS, BlockScope
from troth.platform.documents import DocumentRef
from troth.platform.printing import queries as printed

DELIVERY_NOTE = "delivery_note"
"""The paper that must be printed as the delivery stands (see `papers`)."""


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """A delivery that has not left yet; ready when there are no reasons. `id` is the page key."""

    id: int
    number: str
    site: str
    ship_to: str
    goods_issue_on: date
    shipment: str
    reasons: tuple[Reason, ...]

    @property
    def is_ready(self) -> bool:
        return not self.reasons


def ready_to_ship(site_id: int, *, until: date | None = None, after_id: int = 0, limit: int = 100) -> list[ReadyRow]:
    """Open and picked deliveries of a site with what each still lacks, by id."""
    query = Delivery.objects.filter(
        site_id=site_id, state__in=(DeliveryState.OPEN, DeliveryState.PICKED), pk__gt=after_id
    )
    if until is not None:
        query = query.filter(goods_issue_on__lte=until)
    rows = list(
        query.order_by("pk").values_list(
            "pk", "number", "site__code", "ship_to__name", "goods_issue_on", "shipment__number"
        )[:limit]
    )
    found = reasons_of([row[0] for row in rows])
    return [ReadyRow(*row[:5], row[5] or "", found[row[0]]) for row in rows]


def reasons_of(delivery_ids: Sequence[int]) -> dict[int, tuple[Reason, ...]]:
    """What each of these deliveries lacks, by its id; empty when it may leave.

    Three statements, four more where a site asks for papers, and two where one asks for packing.
    """
    lines: dict[int, list[PickState]] = {}
    orders: dict[int, dict[DocumentRef, None]] = {}
    packing = set(_whose_sites_ask("packing_before_issue", delivery_ids))
    inside = packed(packing) if packing else {}
    for delivery_id, line_id, order_id, order_number, *row in store.pick_states(delivery_ids):
        in_units = inside.get(line_id, 0) if delivery_id in packing else None
        lines.setdefault(delivery_id, []).append(PickState(*[*row, in_units]))
        orders.setdefault(delivery_id, {})[DocumentRef("order", order_id, order_number)] = None
    stopping: dict[DocumentRef, list[tuple[str, str]]] = {}
    refs = [ref for own in orders.values() for ref in own]
    for block in blocks.standing([*refs, *(DocumentRef("delivery", one) for one in delivery_ids)]):
        if BlockScope.GOODS_ISSUE in STOPS[block.scope]:
            name = f"{block.ref.kind} {block.ref.number}".capitalize()
            stopping.setdefault(block.ref, []).append((name, block.reason))
    waiting, notes = _open_transfer_orders(delivery_ids), _notes(delivery_ids)
    return {
        delivery_id: reasons(
            lines.get(delivery_id, ()),
            open_transfer_orders=waiting.get(delivery_id, ()),
            blocks=[
                pair
                for ref in (*orders.get(delivery_id, ()), DocumentRef("delivery", delivery_id))
                for pair in stopping.get(ref, ())
            ],
            note=notes.get(delivery_id),
        )
        for delivery_id in delivery_ids
    }


def _notes(delivery_ids: Sequence[int]) -> dict[int, Note]:
    """The deliveries whose delivery note lacks or is out of date, of those whose site asks for it."""
    found = _whose_sites_ask("papers_before_issue", delivery_ids)
    if not found:
        return {}
    wanted = marks(found)
    there = printed.last_marks(DELIVERY_NOTE, list(wanted))
    return {
        delivery_id: Note.OUTDATED if delivery_id in there else Note.MISSING
        for delivery_id, mark in wanted.items()
        if there.get(delivery_id) != mark
    }


def _whose_sites_ask(setting: str, delivery_ids: Sequence[int]) -> list[int]:
    """Those of the deliveries whose site has this setting; no statement where no site has it."""
    asking = [site.id for site in snapshot().sites.values() if getattr(site, setting)]
    if not asking:
        return []
    return list(Delivery.objects.filter(pk__in=delivery_ids, site_id__in=asking).values_list("pk", flat=True))


def _open_transfer_orders(delivery_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for delivery_id, number, _ in store.open_transfer_orders(delivery_ids):
        found.setdefault(delivery_id, []).append(number)
    return found
