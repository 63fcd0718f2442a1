"""Opening stock over the API."""

from tests.api.conftest import assert_refused, places
from troth.ledgers.stock.models import Balance


def test_opening_stock_is_posted_all_or_none(small, caller):
    master = caller("master_data")
    good = {"product": "OIL", "site": "HAM", "bin": "A-01", "quantity": "2.5", "received_on": "2026-02-01"}
    refused = master.post("stock/opening", {"goods": [good, {**good, "bin": "Z"}, {**good, "product": "?"}]})
    assert places(assert_refused(refused, 422, "several_refusals")) == [
        (2, "bin", "unknown_bin"),
        (3, "product", "unknown_product"),
    ]
    assert Balance.objects.count() == 0
    first = master.post("stock/opening", {"goods": [good]}, key="once")
    assert (first.status_code, first.json()) == (201, {"posted": 1})
    assert master.post("stock/opening", {"goods": [good]}, key="once").json() == {"posted": 1}
    assert Balance.objects.get().quantity == 2500
    later = master.post("stock/opening", {"goods": [{**good, "received_on": "2026-03-03"}]})
    assert_refused(later, 422, "from_the_future")
    assert_refused(caller("warehouse_clerk").post("stock/opening", {"goods": [good]}), 403, "not_allowed")


def test_what_is_gone_is_counted_as_nothing(small, caller):
    master, boss, oil = caller("master_data"), caller("warehouse_supervisor"), small.products["OIL"].pk
    good = {"product": "OIL", "site": "HAM", "bin": "A-01", "quantity": "2.5"}
    master.post("stock/opening", {"goods": [good]})
    count = {"bin": small.bins["HAM"].pk, "counted": "0", "reason": "stolen"}
    assert boss.post(f"stock/{oil}/count", count).json()["counted"] == "0.000"
    assert Balance.objects.get().quantity == 0
