"""Opening stock is entered by row or by file, and what never lay in a bin is counted there."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.pages.test_stock import said
from tests.shipping.conftest import assert_books_hold
from troth.ledgers.stock.models import Balance

NOW = "2026-03-02T08:00:00Z"


@pytest.fixture
def bell(company):
    """A product that lies nowhere."""
    return company.products["BELL"]


def lying(product):
    return dict(Balance.objects.filter(product=product).exclude(quantity=0).values_list("bin__code", "quantity"))


def rows(*given, **more):
    sent = {"rows-TOTAL_FORMS": str(len(given)), "rows-INITIAL_FORMS": "0", "_key": "one", **more}
    for number, row in enumerate(given):
        sent |= {f"rows-{number}-{name}": value for name, value in row.items()}
    return sent


def file(text):
    content = text if isinstance(text, bytes) else text.encode()
    return rows(file=SimpleUploadedFile("opening.csv", content, content_type="text/csv"))


GOOD = {"product": "BELL", "site": "HAM", "bin": "A-01", "quantity": "7", "received_on": "2026-02-01"}


@time_machine.travel(NOW)
def test_opening_stock_is_posted_once_by_who_may(yard, bell, sign_in):
    browser = sign_in("master_data")
    assert 'href="/stock/opening/"' in browser.get("/stock/").content.decode()
    assert browser.get("/stock/opening/").status_code == 200
    for _ in range(2):
        assert browser.post("/stock/opening/", rows(GOOD)).headers["Location"] == "/stock/"
    assert lying(bell) == {"A-01": 7}
    assert "1 row posted." in said(browser.get("/stock/"))
    assert sign_in("warehouse_clerk").get("/stock/opening/").status_code == 403
    assert_books_hold()


@time_machine.travel(NOW)
def test_a_wrong_row_is_refused_beside_its_field_and_nothing_is_posted(yard, bell, sign_in):
    browser = sign_in("master_data")
    answer = browser.post("/stock/opening/", rows(GOOD, {**GOOD, "bin": "Z-99"}, {**GOOD, "product": "?"}))
    page = answer.content.decode()
    assert (answer.status_code, lying(bell)) == (422, {})
    assert 'href="#id_rows-1-bin"' in page
    assert 'href="#id_rows-2-product"' in page
    assert browser.post("/stock/opening/", rows()).status_code == 422
    later = browser.post("/stock/opening/", rows({**GOOD, "received_on": "2026-03-03"}))
    assert "has not come yet" in said(later)
    assert lying(bell) == {}


@time_machine.travel(NOW)
def test_opening_stock_comes_in_as_a_file(yard, bell, sign_in):
    browser = sign_in("master_data")
    assert browser.post("/stock/opening/", file("product;site;bin;quantity\nBELL;HAM;A-01;5\n")).status_code == 302
    assert lying(bell) == {"A-01": 5}


@time_machine.travel(NOW)
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("product,site,bin,quantity\nBELL,HAM,A-01,5\nBELL,HAM,Z-99,5\n", "Row 2"),
        ("product,site,bin\nBELL,HAM,A-01\n", "This column is missing"),
        ("product,site,bin,quantity\nBELL,HAM,A-01,5\n".encode("utf-16"), "UTF-8"),
        ("product,site,bin,quantity\nBELL,HAM,A-01,-5\n", "quantity"),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole(yard, bell, sign_in, text, told):
    answer = sign_in("master_data").post("/stock/opening/", file(text))
    assert (answer.status_code, told in said(answer), lying(bell)) == (422, True, {})


@time_machine.travel(NOW)
def test_a_product_that_never_lay_in_a_bin_is_counted_there(yard, bell, sign_in):
    browser, found = sign_in("warehouse_supervisor"), {"product": "BELL", "site": "HAM", "bin": "A-01"}
    sent = {**found, "quantity": "4", "reason": "found", "_key": "one"}
    assert 'href="/stock/count/"' in browser.get("/stock/").content.decode()
    assert browser.get("/stock/count/").status_code == 200
    assert browser.post("/stock/count/", {**sent, "bin": "Z-99"}).status_code == 422
    assert browser.post("/stock/count/", {**sent, "product": "?"}).status_code == 422
    assert browser.post("/stock/count/", sent).headers["Location"] == "/stock/?product=BELL"
    assert lying(bell) == {"A-01": 4}
    gone = {**found, "quantity": "0", "reason": "stolen", "_key": "two"}
    assert browser.post("/stock/count/", gone).status_code == 302
    assert lying(bell) == {}
    assert sign_in("warehouse_clerk").get("/stock/count/").status_code == 403
    assert_books_hold()
