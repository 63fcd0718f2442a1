"""An arrow between invoices is money, so no count of pieces stands on it."""

import pytest

from troth.ledgers.fulfilment import pictures, queries
from troth.ledgers.fulfilment.states import Measure
from troth.platform.documents import DocumentRef


@pytest.mark.parametrize("measure", ["ordered", "paid"])
def test_an_amount_is_not_told_as_a_quantity(measure):
    origin, target = DocumentRef("invoice", 1, "1"), DocumentRef("invoice", 2, "2")
    edge = queries.Edge(origin=origin, target=target, measure=Measure(measure), quantity=-141_983, value=-141_983)
    [drawn] = pictures._edges([edge])
    assert drawn.words == ""
