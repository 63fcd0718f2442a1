"""The routes of a document's lines that somebody chose: those that are not the ones to be determined."""

from troth.business.masterdata.queries import snapshot
from troth.business.sales.queries import DocumentView
from troth.business.sales.rules import family


def by_hand(view: DocumentView) -> dict[int, str]:
    """The code of the route by line number, of the lines whose route was chosen.

    Of a line that is sold otherwise than asked for, it is the route that was asked for.
    """
    document, state = view.document, snapshot()
    ship_to = document.ship_to
    found = {}
    for one in view.lines:
        line = family.as_asked(one.line)
        if line.route_id is None or line.site_id is None:
            continue
        way = state.transport(line.site_id, ship_to.country_id, ship_to.region, document.shipping_condition)
        if way is not None and way.route_id != line.route_id and line.route_id in state.route_codes:
            found[line.line_number] = state.route_codes[line.route_id]
    return found
