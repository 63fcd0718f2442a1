"""The pages of files: what would become of a file is seen before anything is written."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.masterdata.test_screens import sign_in
from tests.masterdata.world import KINDS
from troth.business.masterdata import imports
from troth.business.masterdata.models import PaymentTerms
from troth.platform.models import Event
from troth.platform.web import exports
from troth.reference.models import Country

GOOD = "code,name\nFR,France\nUS,United States of America\nDE,Germany\n"
MIXED = GOOD + "LONG,Nowhere\n"
PAGE = "/files/countries/import/"


@pytest.fixture
def keeper(world):
    return sign_in("master_data")


def sent(browser, content, page=PAGE, name="f.csv"):
    """The page after a file was chosen, without line breaks and tags."""
    answer = browser.post(page, {"file": SimpleUploadedFile(name, content)})
    return answer.status_code, re.sub(r"(<[^>]*>|\s)+", " ", answer.content.decode())


def test_the_page_of_files_offers_each_table_to_who_may(keeper):
    page = keeper.get("/files/").content.decode()
    for kind in KINDS:
        assert f'href="/files/{kind}.xlsx"' in page
        assert f'href="/files/{kind}.csv"' in page
        assert f'href="{reverse(imports.kind_of(kind).import_route, args=[kind])}"' in page
    looker = sign_in("operations_team")
    assert not re.search('"/files/[^"]*/import/"', looker.get("/files/").content.decode())
    assert looker.get(PAGE).status_code == 403
    assert sign_in("billing_clerk").get("/files/").status_code == 403


def test_a_file_is_looked_at_then_brought_in_once(keeper):
    status, page = sent(keeper, GOOD.encode())
    assert status == 200
    assert "New 1 Changed 1 The same 1 Refused 0" in page
    assert "Bring in 2 rows" in page
    assert not Country.objects.filter(code="FR").exists()
    for _ in range(2):
        answer = keeper.post(PAGE, {"content": GOOD, "confirmed": "all", "_key": "k"}, follow=True)
        assert "2 rows brought in." in answer.content.decode()
    assert Country.objects.get(code="US").name == "United States of America"
    assert Event.objects.filter(kind__startswith="masterdata.country_").count() == 2
    assert "All rows are in the books already." in sent(keeper, GOOD.encode())[1]


def test_each_refusal_is_shown_with_its_row_column_value_and_remedy(keeper):
    status, page = sent(keeper, MIXED.encode())
    assert status == 422
    assert "One row is refused" in page
    assert "4 code LONG Code has 4 characters, and 2 at most. Shorten it." in page
    assert "Bring in only the 2 good rows" in page
    assert keeper.post(PAGE, {"content": MIXED, "confirmed": "all", "_key": "k"}).status_code == 422
    assert Country.objects.count() == 3
    assert keeper.post(PAGE, {"content": MIXED, "confirmed": "good", "_key": "k"})["Location"] == "/files/"
    assert sorted(Country.objects.values_list("code", flat=True)) == ["CA", "DE", "FR", "US"]


def test_what_goes_out_as_excel_comes_in_again(keeper):
    book = b"".join(keeper.get("/files/payment_terms.xlsx").streaming_content)
    status, page = sent(keeper, book, "/files/payment_terms/import/", "terms.xlsx")
    assert (status, "New 0 Changed 0 The same 1 Refused 0" in page) == (200, True)
    file = io.BytesIO()
    exports.write_workbook(file, ["code", "name", "due_days"], [["N60", "60 days", 60]])
    assert "Bring in one row" in sent(keeper, file.getvalue(), "/files/payment_terms/import/")[1]
    assert PaymentTerms.objects.count() == 1


def test_an_empty_file_has_the_first_row_alone(keeper):
    assert b"".join(keeper.get("/files/units.csv?empty=1").streaming_content).decode("utf-8-sig") == (
        "code,name,decimals\r\n"
    )
    assert keeper.get("/files/units.doc").status_code == 404
    assert keeper.get("/files/dreams.csv").status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"code,size\nFR,5\n", "No such column."),
        (b"name\nFrance\n", "This column is missing."),
        (b"code,code\nFR,DE\n", "This column stands in the file twice."),
        (b"code\nFR,more\n", "This row has more cells"),
        (b"code,name\nFR,\xe4\n", "The file is not in UTF-8."),
        (b"", "The file is empty."),
        (b"code\nF\0R\n", "The file is not a text file."),
        (b'code\n"FR\n', "The file is not valid CSV."),
        (b"PK\x03\x04 broken", "The file is no Excel workbook, or a broken one."),
    ],
)
def test_a_wrong_file_is_told_in_a_sentence_and_nothing_is_written(keeper, content, sentence):
    status, page = sent(keeper, content)
    assert (status, sentence in page) == (422, True)
    assert Country.objects.count() == 3


def test_the_list_of_customers_leads_to_its_file(keeper):
    assert 'href="/files/customers/import/"' in keeper.get("/customers/").content.decode()
    assert "/files/products/import/" not in sign_in("new_product_coordinator").get("/products/").content.decode()
    answer = keeper.post(
        "/files/products/import/", {"content": "number,name,base_unit\nA-1,Apple,PC\n", "confirmed": "all"}
    )
    assert answer["Location"] == "/products/"


@pytest.mark.django_db
def test_the_page_says_which_file_it_is_about_and_what_code_stood_in_the_cell(keeper):
    rows = b"location,code\nN/99,A\n"
    _, page = sent(keeper, rows, "/files/bins/import/", "places.csv")
    assert "places.csv" in page
    assert "1 location N/99 There is no storage location N/99." in page
    again = keeper.post(
        "/files/bins/import/", {"content": rows.decode(), "confirmed": "all", "file_name": "places.csv"}
    )
    assert "places.csv" in again.content.decode()


@pytest.mark.django_db
def test_a_file_with_wrong_columns_is_refused_as_a_whole(keeper):
    _, page = sent(keeper, b"code,nam\nFR,France\n")
    assert "The file is refused" in page
    assert "No such column." in page
    assert "Bring in" not in page
