"""What rules name for goods that somebody only asks about, as an order of the customer or a change would ask."""

from dataclasses import replace

from troth.business.masterdata.queries import Occasion
from troth.business.promising.actions import Check
from troth.business.promising.actions.what_rules import Ruled
from troth.business.sales.actions import naming, save
from troth.business.sales.actions.document import ORDER_KIND, Document, load
from troth.business.sales.models import Order, OrderLine
from troth.business.sales.rules import family, sources
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.sales.rules.lines import Line
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.reference import queries as reference


def ruled(check: Check, line: tuple[str, int] | None, by: Actor, clock: Clock) -> Ruled | None:
    """What rules name; None for nobody's goods, those of one location or valuation type, and other documents' lines."""
    if line is not None:
        return _of_line(check, *line)
    if not check.customer or check.location or check.valuation:
        return None
    site = reference.site(check.site_id)
    wanted = LineDraft(product=check.product_id, quantity=1, site=check.site_id, requested_on=check.on)
    draft = OrderDraft(
        customer=check.customer, company=site.company_id, source_system=sources.PAGE, lines=(wanted,)
    )  # fmt: skip
    document = save.read(draft, by=by, clock=clock)
    return _asked(document, family.as_asked(document.standing[0]), check, Occasion.ENTRY)


def _of_line(check: Check, kind: str, line_id: int) -> Ruled | None:
    order_id = OrderLine.objects.filter(pk=line_id).values_list("order_id", flat=True).first()
    if kind != ORDER_KIND or order_id is None:
        return None
    document = load(Order.objects.get(pk=order_id))
    line = next((one for one in document.standing if one.id == line_id), None)
    if line is None or line.role == family.ALTERNATIVE or line.asked.get("by") == family.RULE:
        return None
    found = _asked(document, line, check, Occasion.CHANGE)
    return None if found is None else found._replace(line=(kind, line_id))


def _asked(document: Document, line: Line, check: Check, occasion: Occasion) -> Ruled | None:
    """The question of this line alone, for as much and the day that is asked about."""
    asked = line._replace(
        base_quantity=check.quantity, requested_on=check.on, delivery_mode=check.mode, min_shipment=None, asked={}
    )  # fmt: skip
    if asked.product_id != check.product_id:
        return None
    found = naming.question(replace(document, lines=(asked,)), occasion=occasion)
    return Ruled(found.asked[0]) if found is not None else None
