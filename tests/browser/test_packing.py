"""Packing at 390 px: products are scanned into a handling unit, the rest is packed by weight, a unit is unpacked."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_picking import press, scan, too_small, walter, yard
from tests.shipping.conftest import assert_books_hold
from tests.shipping.test_packing import ready_to_pack
from troth.business.shipping import queries
from troth.business.shipping.models import HandlingUnit

__all__ = ["walter", "yard"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivery(yard):
    """Two frames and three helmets, picked, at a site that packs before the goods issue."""
    ready_to_pack(yard)
    site = yard.company.sites["HAM"]
    site.packing_before_issue = True
    site.save()
    _order, made, _transfer = yard.picked(FRAME=2, HELMET=3)
    return made


def quantities(page: Page) -> list[str]:
    return [one.input_value() for one in page.locator(".stepper input").all()]


def test_a_delivery_is_packed_by_scans_and_by_weight_and_then_leaves(walter, delivery):
    walter.goto("/")
    expect(walter.locator(".card", has_text="Deliveries to pack").locator(".card-count")).to_have_text("1")
    walter.goto("/packing/")
    assert too_small(walter) == []
    scan(walter, delivery.number)
    expect(walter.locator("h1")).to_contain_text(delivery.number)
    assert too_small(walter) == []
    assert quantities(walter) == ["2", "3"]
    expect(walter.locator("[data-scan]")).to_be_focused()
    for product in ("HELMET", "HELMET", "FRAME"):
        scan(walter, product)
    assert quantities(walter) == ["1", "2"]
    scan(walter, "GLOVE")
    expect(walter.get_by_role("alert")).to_have_text("GLOVE is not among what is to be packed.")
    walter.select_option("[name=packaging]", "CARTON")
    press(walter, "Pack into one unit")
    expect(walter.locator(".toast")).to_contain_text("Packed into handling unit")
    assert quantities(walter) == ["1", "1"]
    expect(walter.locator(".pack-units .hand-row")).to_contain_text("1 piece FRAME, 2 piece HELMET")
    assert too_small(walter) == []
    walter.locator(".pack-units").get_by_role("button", name="Unpack").click()
    expect(walter.locator(".toast")).to_contain_text("Unpacked.")
    assert not HandlingUnit.objects.exists()
    press(walter, "Pack all by weight")
    expect(walter.locator(".toast")).to_contain_text("Packed into 2 handling units.")
    expect(walter.locator(".empty")).to_contain_text("All that is picked of this delivery is packed.")
    assert [unit.weight_g for unit in queries.handling_units([delivery.id])] == [400 + 4000 + 600, 400 + 300]
    walter.get_by_role("link", name="To the delivery").click()
    press(walter, "Post goods issue")
    expect(walter.locator("h1 .chip")).to_have_text("Shipped")
    assert_books_hold()
