"""Tables of quotas as files on the screen: looked at, brought in once, taken out, by those who plan."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.pages.test_quotas import monday, planner, quota, said
from troth.business.quotas.models import Protection

__all__ = ["monday", "planner", "quota"]

HEAD = "product,site,characteristic,value,first_on,last_on,quantity\n"
GOOD = "HELMET,HAM,customer_group,dealer,2026-03-02,2026-03-31,5\n"
PAGE, LIST = "/quota-files/supply_protections/import/", "/supply-protections/"


def look(browser, text, page=PAGE):
    return browser.post(page, {"file": SimpleUploadedFile("plan.csv", text.encode())})


def test_the_page_names_row_column_and_remedy_and_brings_the_good_rows_in_once(planner):
    assert f'href="{PAGE}"' in planner.get(LIST).content.decode()
    assert 'href="/files/supply_protections.xlsx?empty=1"' in planner.get(PAGE).content.decode()
    text = HEAD + GOOD + GOOD.replace("dealer", "nobody")
    looked = look(planner, text)
    assert looked.status_code == 422
    assert "2 value nobody There is no customer group nobody. Check how it is written." in said(looked)
    assert not Protection.objects.exists()
    for _ in range(2):
        answer = planner.post(PAGE, {"content": text, "confirmed": "good", "_key": "once"})
        assert answer.headers["Location"] == LIST
    assert "1 row brought in." in said(planner.get(LIST))
    assert Protection.objects.get().version == 1


def test_what_goes_out_comes_in_unchanged(planner):
    planner.post(PAGE, {"content": HEAD + GOOD, "confirmed": "all", "_key": "a"})
    assert 'href="/files/supply_protections.xlsx"' in planner.get(LIST).content.decode()
    for form in ("xlsx", "csv"):
        book = b"".join(planner.get(f"/files/supply_protections.{form}").streaming_content)
        answer = planner.post(PAGE, {"file": SimpleUploadedFile(f"plan.{form}", book)})
        assert (answer.status_code, "The same 1 Refused 0" in said(answer)) == (200, True)


@pytest.mark.parametrize(("kind", "address"), [("quota_procedures", "procedures"), ("quota_sequences", "sequences")])
def test_the_lists_of_procedures_and_sequences_lead_to_their_files(planner, quota, kind, address):
    page = planner.get(f"/quota-{address}/").content.decode()
    assert f'href="/quota-files/{kind}/import/"' in page
    assert f'href="/files/{kind}.xlsx"' in page
    book = b"".join(planner.get(f"/files/{kind}.xlsx").streaming_content)
    answer = planner.post(f"/quota-files/{kind}/import/", {"file": SimpleUploadedFile("plan.xlsx", book)})
    assert "The same 1 Refused 0" in said(answer)
    sent = {"content": b"".join(planner.get(f"/files/{kind}.csv").streaming_content).decode(), "confirmed": "all"}
    assert planner.post(f"/quota-files/{kind}/import/", sent).headers["Location"] == f"/quota-{address}/"


def test_who_does_not_plan_takes_out_and_brings_nothing_in(sign_in, quota):
    rita = sign_in("representative")
    assert "/quota-files/" not in rita.get(LIST).content.decode()
    assert rita.get("/files/supply_protections.csv").status_code == 200
    assert look(rita, HEAD + GOOD).status_code == 403
    assert not Protection.objects.exists()


@pytest.mark.parametrize("kind", ["customers", "dreams"])
def test_only_tables_of_quotas_come_in_here(planner, kind):
    assert planner.get(f"/quota-files/{kind}/import/").status_code == 404
