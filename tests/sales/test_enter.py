"""An order is entered: determined, priced, promised, and in the books."""

from tests import company
from troth.business.sales import actions
from troth.platform import sql


def test_an_order_is_promised_from_stock_and_claims_credit(small, rep, draft):
    company.put_in_stock(small, "HELMET", 10)
    answer = actions.enter_order(draft("ALPHA", ("HELMET", 3)), by=rep, clock=small.clock)
    assert (answer.state, answer.net, answer.tax, answer.gross) == ("submitted", 15000, 2850, 17850)
    [line] = answer.lines
    assert (line.line_number, line.quantity, line.confirmed, line.short) == (10, 3, 3, 0)
    assert line.schedule[0].delivery_on == company.NEXT_WEDNESDAY
    assert sql.fetch("SELECT open_orders FROM exposure_balance") == [(17850,)]
    assert sql.fetch("SELECT ordered FROM fulfilment_balance") == [(3,)]
