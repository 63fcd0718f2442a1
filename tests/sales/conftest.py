"""What the tests of sales share: the small company, a representative, and a short way to write a draft."""

import pytest

from tests import company
from troth.business.sales.rules.drafts import LineDraft, OrderDraft


@pytest.fixture
def small(db) -> company.SmallCompany:
    return company.build()


@pytest.fixture
def rep():
    return company.person("representative")


@pytest.fixture
def draft():
    """`draft("ALPHA", ("HELMET", 3), …)`: an order for Wednesday week, with more fields by name."""

    def write(customer="ALPHA", *lines, **fields):
        wanted = {"requested_on": company.NEXT_WEDNESDAY, **fields}
        written = tuple(
            line if isinstance(line, LineDraft) else LineDraft(product=line[0], quantity=line[1]) for line in lines
        )
        return OrderDraft(customer=customer, lines=written, **wanted)

    return write
