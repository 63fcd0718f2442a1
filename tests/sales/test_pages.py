"""What the pages of sales say of an order that was entered."""

from datetime import date
from types import SimpleNamespace as Shown

from django.utils import translation

from troth.business.sales.web.entry import told


def submitted(*short: bool, blocks: tuple[str, ...] = ()) -> Shown:
    lines = [Shown(short=one) for one in short]
    delivery_on = date(2026, 12, 3) if not all(short) else None
    return Shown(
        state="submitted", number="SO-1", lines=lines, delivery_on=delivery_on, blocks=blocks, deliveries=(),
        not_delivered=(),
    )  # fmt: skip


def test_a_submitted_order_tells_how_much_is_confirmed_and_what_blocks_it():
    with translation.override("en"):
        assert told(submitted(False))[0].startswith("SO-1 submitted, 1 line confirmed for Thu, Dec 3")
        assert told(submitted(False, False, True))[0].startswith("SO-1 submitted, 2 lines confirmed for Thu, Dec 3")
        assert told(submitted(True)) == ("SO-1 submitted, 1 short.", True)
        blocked = told(submitted(True, blocks=("The credit limit is exceeded.",)))
        assert blocked == ("SO-1 submitted, 1 short. The credit limit is exceeded.", True)
