"""Products by site over the API: their lead times in parts, with a version, by product and site."""

from tests.api.conftest import assert_refused
from troth.business.masterdata.models import ProductSite


def test_products_by_site_are_listed_created_and_changed_with_their_version(small, caller):
    master, rep = caller("master_data"), caller("representative")
    ProductSite.objects.filter(product=small.products["OIL"], site=small.sites["ROT"]).delete()
    sent = {"product": "OIL", "site": "ROT", "processing_days": 2, "delivery_days": 5}
    assert_refused(rep.post("product-sites", sent), 403, "not_allowed")
    made = master.post("product-sites", sent)
    assert made.status_code == 201
    [row] = rep.get("product-sites?product=OIL&site=ROT").json()["items"]
    assert (row["delivery_days"], row["lead_days"], row["version"]) == (5, None, 1)
    key = made.json()["id"]
    assert master.patch(f"product-sites/{key}", {"delivery_days": 9}, version='"1"').json()["version"] == 2
    assert_refused(master.patch(f"product-sites/{key}", {"delivery_days": 9_999}, version='"2"'), 422, "invalid_input")
    assert master.post("product-sites", {**sent, "delivery": 5}).status_code == 422
    [row] = rep.get("product-sites?product=OIL&site=ROT").json()["items"]
    assert row["delivery_days"] == 9
