"""Products by site as people keep them: listed, typed in, changed, and told what is wrong."""

import pytest
from django.test import Client

from tests.masterdata.test_packing import keeper as keeper
from troth.business.masterdata.models import ProductSite

LEAD = {"lead_days": "", "processing_days": "2", "delivery_days": "14", "receipt_days": "1", "production_days": ""}


@pytest.fixture
def south(world):
    return ProductSite.objects.get(product=world.bike, site=world.south)


def sent(keeper: Client, path: str, **values: str):
    return keeper.post(path, {"is_active": "yes", "safety_stock": "0", "fixed_bin": "", **LEAD, **values})


def test_the_lead_time_of_a_site_is_typed_in_parts_and_listed(world, keeper, south):
    path = f"/product-sites/{south.pk}/"
    assert "14" not in keeper.get("/product-sites/?lead=1").content.decode().partition("<tbody")[2]
    sent(keeper, path, product="BK-1", site="S", version="1")
    south.refresh_from_db()
    assert (south.processing_days, south.delivery_days, south.receipt_days, south.production_days, south.version) == (
        2, 14, 1, None, 2,
    )  # fmt: skip
    page = keeper.get("/product-sites/?lead=1&product=BK-1&site=S").content.decode()
    assert "BK-1" in page
    assert ">14<" in page.replace("\n", "").replace(" ", "")
    assert 'value="14"' in keeper.get(path).content.decode()


def test_days_that_cannot_be_are_told_beside_their_field(world, keeper, south):
    answer = sent(keeper, f"/product-sites/{south.pk}/", product="BK-1", site="S", version="1", delivery_days="99999")
    assert (answer.status_code, "Enter at most 3650 days." in answer.content.decode()) == (422, True)
    south.refresh_from_db()
    assert south.delivery_days is None


def test_a_product_comes_to_a_site(world, keeper):
    made = sent(keeper, "/product-sites/new/", product="CB-1", site="N")
    assert made.status_code == 302
    assert ProductSite.objects.get(product=world.cable).delivery_days == 14
