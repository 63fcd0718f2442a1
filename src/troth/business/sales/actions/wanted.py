"""What an order wants of promising, read for whoever looks at its promises again."""

from collections.abc import Sequence

from troth.business.promising.rules.alternatives import Alternative
from troth.business.promising.rules.wish import Wish
from troth.business.sales.actions import naming
from troth.business.sales.actions.document import Document, load, wishes
from troth.business.sales.models import Order, OrderLine
from troth.business.sales.rules.determination import Way
from troth.business.sales.rules.lines import Line
from troth.business.sales.states import OrderState


class OrderWishes:
    """Reads the wishes of orders in the books (`promising.actions.replay.Wishes`)."""

    def standing(self, document_id: int) -> Sequence[Wish]:
        document = self._document(document_id)
        return wishes(document, document.standing) if document else ()

    def elsewhere(self, document_id: int, line_id: int) -> Sequence[Wish]:
        """Other active sites of the company that have a way to the ship-to, as the line would be determined there."""
        document = self._document(document_id)
        line = next((line for line in document.standing if line.id == line_id), None) if document else None
        if document is None or line is None:
            return ()
        ways = document.terms.choices(document.header).ways
        moved = [_at(line, site_id, way) for site_id, way in ways.items() if self._serves(document, site_id, line)]
        return wishes(document, moved)

    def instead(self, document_id: int, line_id: int) -> Sequence[Alternative]:
        """Other products that rules of availability name for the line and that can serve it."""
        document = self._document(document_id)
        line = next((line for line in document.standing if line.id == line_id), None) if document else None
        return naming.instead(document, line) if document is not None and line is not None else ()

    def name(self, document_id: int, line_id: int) -> str:
        numbers = OrderLine.objects.filter(order_id=document_id, pk=line_id).values_list("line_number", flat=True)
        return str(next(iter(numbers), line_id))

    def _serves(self, document: Document, site_id: int, line: Line) -> bool:
        site = document.terms.state.sites[site_id]
        return site.is_active and site.company_id == document.header.company_id and site_id != line.site_id

    def _document(self, document_id: int) -> Document | None:
        order = Order.objects.filter(pk=document_id, state=OrderState.SUBMITTED).first()
        return load(order) if order is not None else None


def _at(line: Line, site_id: int, way: Way) -> Line:
    return line._replace(site_id=site_id, location="", shipping_point_id=way.shipping_point_id, route_id=way.route_id)
