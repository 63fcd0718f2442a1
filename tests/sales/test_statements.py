"""The number of statements of an order does not depend on the number of its lines."""

from tests import company
from troth.business.sales import actions
from troth.platform import sql


def test_a_long_order_takes_as_many_statements_as_a_short_one(small, rep, draft):
    company.put_in_stock(small, "HELMET", 500)
    company.put_in_stock(small, "GLOVE", 500)

    def statements(lines, key):
        wanted = draft("ALPHA", *(("HELMET", 1), ("GLOVE", 1)) * (lines // 2))
        before = sql.tally.statements
        actions.enter_order(wanted, by=rep, clock=small.clock, key=key)
        return sql.tally.statements - before

    statements(2, "warm")
    few, many = statements(10, "ten"), statements(200, "many")
    assert few == many
    assert few <= 25
