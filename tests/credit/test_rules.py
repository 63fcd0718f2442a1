"""The credit decision as a table."""

import pytest

from troth.business.credit.rules import Payer, verdict
from troth.ledgers.exposure.queries import Exposure


@pytest.mark.parametrize(
    ("total", "limit", "amount", "before", "checks", "excess", "sets_block"),
    [
        (999, 1000, 10, 0, True, 0, False),
        (1000, 1000, 10, 0, True, 0, False),
        (1001, 1000, 10, 0, True, 1, True),
        (1, 0, 1, 0, True, 1, True),
        (0, 0, 0, 0, True, 0, False),
        (9**15, None, 10, 0, True, 0, False),
        (5000, 1000, 10, 0, False, 0, False),
        (5000, 1000, 0, 0, True, 4000, False),
        (5000, 1000, 10, 10, True, 4000, False),
        (5000, 1000, 9, 10, True, 4000, False),
        (5000, 1000, 11, 10, True, 4000, True),
    ],
)
def test_exposure_may_reach_the_limit_and_what_adds_nothing_is_not_blocked(
    total, limit, amount, before, checks, excess, sets_block
):
    found = verdict(Exposure(open_orders=total), Payer(limit), amount=amount, adds=amount > before, checks=checks)
    assert (found.excess, found.sets_block, found.within_limit) == (excess, sets_block, excess == 0)


def test_deposits_count_against_the_rest():
    assert Exposure(open_orders=100, open_deliveries=20, open_invoices=3, deposits=50).total == 73


@pytest.mark.parametrize(
    ("total", "limit", "sentence"),
    [
        (1200_00, 1000_00, "Exposure is 1200.00 USD, 200.00 USD past the limit of 1000.00 USD."),
        (1000_00, 1000_00, "Exposure is 1000.00 USD of a limit of 1000.00 USD."),
        (7, None, "Credit is not limited; exposure is 0.07 USD."),
    ],
)
def test_a_verdict_is_a_sentence(total, limit, sentence):
    assert verdict(Exposure(total), Payer(limit), amount=1).sentence(2, "USD") == sentence
