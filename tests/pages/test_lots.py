"""The quality coordinator's list, a decision by the browser, and what others may not do."""

import pytest

from troth.business.supply.models import InspectionLot, UsageDecision
from troth.ledgers.stock.models import Balance


@pytest.fixture
def lot(world):
    return InspectionLot.objects.get(pk=world.keys["lot"])


def lying(lot):
    found = Balance.objects.filter(product_id=lot.product_id, bin_id=lot.bin_id, owner="").exclude(quantity=0)
    return dict(found.values_list("stock_type", "quantity"))


def test_a_part_is_accepted_the_rest_rejected_and_one_of_them_taken_back(world, lot, sign_in):
    browser, page = sign_in("quality_coordinator"), world.url("/lots/{lot}/")
    free = lying(lot).get("unrestricted", 0)
    assert lot.number in browser.get("/lots/").content.decode()
    assert "9" in browser.get(f"{page}decide/").content.decode()
    sent = {"code": "accept", "quantity": "5", "_key": "one"}

    assert [browser.post(f"{page}decide/", sent).status_code for _again in range(2)] == [302, 302]
    browser.post(f"{page}decide/", {"code": "reject", "quantity": "4", "reason": "scratched", "_key": "two"})

    assert lying(lot) == {"unrestricted": free + 5, "blocked": 4}
    shown = browser.get(page).content.decode()
    assert "scratched" in shown
    assert "Accepted" in shown
    rejected = UsageDecision.objects.get(code="reject")
    browser.post(f"/lots/decisions/{rejected.pk}/reverse/")
    assert lying(lot) == {"unrestricted": free + 5, "quality": 4}
    assert lot.number not in browser.get("/lots/?state=decided").content.decode()


def test_goods_are_rejected_for_a_reason_that_is_asked_for_beside_its_field(world, sign_in):
    browser = sign_in("quality_coordinator")
    answer = browser.post(world.url("/lots/{lot}/decide/"), {"code": "reject", "quantity": "1"})
    assert (answer.status_code, UsageDecision.objects.count()) == (422, 0)
    assert "Goods are rejected for a reason" in answer.content.decode()


def test_the_day_of_release_and_the_note_are_told_anew(world, lot, sign_in):
    browser = sign_in("quality_coordinator")
    sent = {"expected_on": "2027-03-20", "note": "full", "version": lot.version}
    assert browser.post(world.url("/lots/{lot}/change/"), sent).status_code == 302
    again = browser.post(world.url("/lots/{lot}/change/"), sent | {"note": "from an old page"})
    assert "changed by somebody else" in again.content.decode()
    lot.refresh_from_db()
    assert (str(lot.expected_on), lot.is_releasable, lot.note) == ("2027-03-20", False, "full")


def test_the_bin_of_goods_in_inspection_leads_to_a_lot_and_says_that_they_are_in_one(world, sign_in):
    browser, page = sign_in("quality_coordinator"), world.url("/stock/{inspected}/")
    assert f"{page}lot/" in browser.get(page).content.decode()
    refused = browser.post(f"{page}lot/", {"quantity": "1"})
    assert refused.status_code in (409, 422)
    posted = browser.post(f"{page}transfer/", {"to_type": "unrestricted", "quantity": "1", "reason": "sound"})
    assert "are in no inspection lot" in posted.content.decode()


@pytest.mark.parametrize("role", ["representative", "warehouse_supervisor", "operations_team"])
def test_others_see_lots_and_decide_nothing(world, sign_in, role):
    browser, page = sign_in(role), world.url("/lots/{lot}/")
    assert f"{page}decide/" not in browser.get(page).content.decode()
    assert browser.post(f"{page}decide/", {"code": "accept", "quantity": "1"}).status_code == 403
    assert UsageDecision.objects.count() == 0


def test_a_lot_of_another_site_is_not_found(world, sign_in):
    browser = sign_in("quality_coordinator")
    for page in ("/lots/999999999/", "/lots/999999999/decide/", "/lots/999999999/change/"):
        assert browser.get(page).status_code == 404
