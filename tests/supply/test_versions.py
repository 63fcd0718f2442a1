"""Two who change one receipt, both from the version they read: the second is told, and nothing of it is done."""

import pytest

from tests import company, rivals
from tests.company import FRIDAY, THURSDAY
from troth.business.supply import actions
from troth.business.supply.models import Receipt
from troth.platform import locks

pytestmark = pytest.mark.django_db(transaction=True)

PLANNER = company.person("master_data")
WHERE_VERSIONS_ARE_COMPARED = [(locks, "refuse_if_changed")]


@pytest.fixture
def moving():
    """Two calls that move one receipt, each to another day, both from its first version."""
    small = company.build()
    receipt = actions.ExpectedReceipt(
        company_id=small.company.pk,
        kind="purchase",
        number="PO-1",
        product_id=small.products["FRAME"].pk,
        site_id=small.sites["HAM"].pk,
        due_on=company.NEXT_MONDAY,
        quantity=10,
    )
    receipt_id = actions.expect_receipt(receipt, by=PLANNER, clock=small.clock)

    def move(to):
        return lambda: actions.change_receipt(receipt_id, due_on=to, expected_version=1, by=PLANNER, clock=small.clock)

    return move(THURSDAY), move(FRIDAY)


def test_of_two_changes_from_one_version_the_second_is_told(monkeypatch, moving):
    found = rivals.race(monkeypatch, True, WHERE_VERSIONS_ARE_COMPARED, *moving)
    assert found == ["changed_meanwhile", "done"]
    assert Receipt.objects.values_list("version", flat=True).get() == 2


def test_without_the_lock_the_second_overwrites_the_first(monkeypatch, moving):
    """The control: both compare with the version that they have read."""
    assert rivals.race(monkeypatch, False, WHERE_VERSIONS_ARE_COMPARED, *moving) == ["done", "done"]
