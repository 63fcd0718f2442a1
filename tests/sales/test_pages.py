"""What the pages of sales say of an order that was entered."""

from datetime import date

from django.utils import translation

from troth.business.sales.actions import Confirmed, LineAnswer, Submitted
from troth.business.sales.web.entry import told

DAY = date(2026, 12, 3)


def submitted(*short: bool, blocks: tuple[str, ...] = ()) -> Submitted:
    lines = tuple(
        LineAnswer(n, 10 * n, 1, int(not one), int(one), () if one else (Confirmed(1, DAY, "stock"),))
        for n, one in enumerate(short, 1)
    )
    return Submitted(1, "SO-1", 1, "submitted", 0, 0, 0, lines, blocks)


def test_a_submitted_order_tells_how_much_is_confirmed_and_what_blocks_it():
    with translation.override("en"):
        assert told(submitted(False))[0].startswith("SO-1 submitted, 1 line confirmed for Thu, Dec 3")
        assert told(submitted(False, False, True))[0].startswith("SO-1 submitted, 2 lines confirmed for Thu, Dec 3")
        assert told(submitted(True)) == ("SO-1 submitted, 1 short.", True)
        blocked = told(submitted(True, blocks=("The credit limit is exceeded.",)))
        assert blocked == ("SO-1 submitted, 1 short. The credit limit is exceeded.", True)
