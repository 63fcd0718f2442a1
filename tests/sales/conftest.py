"""What the tests of sales share: the small company, a representative, and a short way to write a draft."""

import pytest

from tests import company
from troth.business.masterdata import models as masterdata
from troth.business.sales import actions
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


@pytest.fixture
def rule(small):
    """`rule("HELMET", ("FRAME", None), (None, "ROT"), …)`: alternatives of a product, in their order."""

    def make(product, *steps, code="R1", factor=(1, 1), **values):
        found = masterdata.AvailabilityRule.objects.create(
            code=code,
            name=code,
            product=small.products[product] if product else None,
            valid_from_on=company.LONG_AGO,
            **values,
        )
        for position, (other, site) in enumerate(steps, 1):
            masterdata.AvailabilityRuleStep.objects.create(
                rule=found,
                position=position,
                product=small.products[other] if other else None,
                site=small.sites[site] if site else None,
                numerator=factor[0],
                denominator=factor[1],
            )
        return found

    return make


@pytest.fixture
def enter(small, rep, draft):
    def act(customer, *wanted, **fields):
        return actions.enter_order(draft(customer, *wanted, **fields), by=rep, clock=small.clock)

    return act


@pytest.fixture
def keeps(small):
    kind = small.order_types["standard"]
    kind.on_credit_block, kind.credit_hold_days = "hold", 2
    kind.save()
    company.put_in_stock(small, "FRAME", 30)
    return small


@pytest.fixture
def waits(keeps, enter):
    """An order past the limit, with all thirty frames."""
    return enter("ALPHA", ("FRAME", 30))
