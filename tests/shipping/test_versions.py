"""Two who change one delivery, both from the version they read: the second is told, and nothing of it is done."""

import pytest

from tests import company, rivals
from tests.shipping.conftest import Yard, assert_books_hold
from troth.business.shipping.models import Delivery
from troth.platform import locks

pytestmark = pytest.mark.django_db(transaction=True)

WHERE_VERSIONS_ARE_COMPARED = [(locks, "refuse_if_changed")]


@pytest.fixture
def lowering():
    """Two calls that lower one delivery, to 4 and to 3 frames, both from its first version."""
    small = company.build()
    company.put_in_stock(small, "FRAME", 5)
    yard = Yard(small)
    delivery = yard.deliver(yard.order(FRAME=5))

    def lower(to):
        return lambda: yard.do("change_delivery", delivery_id=delivery.id, quantities={1: to}, expected_version=1)

    return lower(4), lower(3)


def test_of_two_changes_from_one_version_the_second_is_told(monkeypatch, lowering):
    assert rivals.race(monkeypatch, True, WHERE_VERSIONS_ARE_COMPARED, *lowering) == ["changed_meanwhile", "done"]
    assert Delivery.objects.values_list("version", flat=True).get() == 2
    assert_books_hold()


def test_without_the_lock_both_go_past_the_comparison(monkeypatch, lowering):
    """The control: nobody is told that the delivery has moved on."""
    found = rivals.race(monkeypatch, False, WHERE_VERSIONS_ARE_COMPARED, *lowering)
    assert "changed_meanwhile" not in found
    assert "done" in found
