"""What must hold between quotations and the goods that are held for them, for `troth verify`."""

from collections.abc import Iterator

from troth.business.promising import held
from troth.business.promising.held import HeldFor
from troth.business.sales import store
from troth.business.sales.models import Quotation
from troth.business.sales.rules import quoting
from troth.business.sales.states import ORDERABLE
from troth.ledgers.fulfilment import queries as fulfilment
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.verify import Check, Count, Finding, register
from troth.reference import queries as reference


def _held() -> Iterator[Finding | Count]:
    """Goods are held for open quotations only, within their validity, and no more of an item than is open of it."""
    holds = held.active_for("quotation", SYSTEM_CLOCK.now())
    quotations = Quotation.objects.in_bulk({one.document_id for one in holds})
    yield Count(len(holds))
    for one in holds:
        quotation = quotations.get(one.document_id)
        if quotation is None or quotation.state not in ORDERABLE:
            yield Finding(f"Hold {one.number} holds goods for a quotation that is not open.", {"hold": one.number})
            continue
        zone = reference.company(quotation.company_id).time_zone
        if quotation.valid_to_on is None or one.expires_at > quoting.ends_at(quotation.valid_to_on, zone):
            yield Finding(
                f"Hold {one.number} holds longer than quotation {quotation.number} is valid.", {"hold": one.number}
            )
    yield from _within_open(holds, list(quotations))


def _within_open(holds: list[HeldFor], quotation_ids: list[int]) -> Iterator[Finding]:
    lines = [line for own in store.lines_of(store.QUOTATION, quotation_ids).values() for line in own]
    done = fulfilment.progress("quotation_line", [line.id for line in lines])
    left = {
        line.id: quoting.open_quantity(
            quoted=line.base_quantity, referenced=done[line.id].referenced if line.id in done else 0
        )
        for line in lines
    }
    sums: dict[int, int] = {}
    for item in (item for one in holds for item in one.items):
        sums[item.reference_line_id] = sums.get(item.reference_line_id, 0) + item.held
    for line_id, quantity in sorted(sums.items()):
        if quantity > left.get(line_id, 0):
            yield Finding(
                f"{quantity} is held of quotation line {line_id}, of which {left.get(line_id, 0)} is open.",
                {"line": line_id},
            )


register(
    Check("sales: held for quotations", "Goods are held for what is open of valid quotations, and no more.", _held)
)
