"""A planner enters forecasts on the page or from a file, over the API as well; who may not is told so."""

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.pages.test_stock import NOW, said
from troth.business.supply.models import Forecast

ROWS = {"rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0", "rows-MIN_NUM_FORMS": "0", "rows-MAX_NUM_FORMS": "1000"}


def kept():
    return list(Forecast.objects.order_by("on").values_list("product__number", "on__day", "quantity", "version"))


@time_machine.travel(NOW)
def test_a_planner_enters_a_forecast_and_changes_it_from_the_list(company, yard, sign_in):
    browser, place = sign_in("production_scheduler"), "/forecasts/enter/"
    row = {"rows-0-product": "HELMET", "rows-0-site": "HAM", "rows-0-on": "2026-03-20", "rows-0-quantity": "12"}
    answer = browser.post(place, {"reason": "plan 7", **ROWS, **row}, follow=True)
    assert "1 forecast changed." in said(answer)
    assert kept() == [("HELMET", 20, 12, 1)]
    listed = browser.get("/forecasts/").content.decode()
    assert "plan 7" in listed
    assert "product=HELMET&amp;site=HAM&amp;on=2026-03-20&amp;quantity=12" in listed
    filled = browser.get(f"{place}?product=HELMET&site=HAM&on=2026-03-20&quantity=12").content.decode()
    assert 'value="HELMET"' in filled
    refused = browser.post(place, {"reason": "plan 7", **ROWS, **row, "rows-0-on": "2026-02-20"})
    assert "has passed" in said(refused)
    shown = browser.get("/availability/?product=HELMET&site=HAM")
    assert "Forecast" in said(shown)
    asked = "/forecasts/?q=HELMET&site=HAM&on_from=2026-03-20&on_until=2026-03-20"
    assert f'<a href="{asked.replace("&", "&amp;")}">' in shown.content.decode()
    assert "plan 7" in browser.get(asked).content.decode()
    assert "/forecasts/?q=" not in sign_in("warehouse_clerk").get("/availability/?product=HELMET").content.decode()


@time_machine.travel(NOW)
def test_a_file_is_taken_whole_or_not_at_all(company, yard, sign_in):
    browser = sign_in("master_data")

    def bring(text):
        sheet = SimpleUploadedFile("plan.csv", f"product,site,on,quantity\n{text}".encode())
        return said(browser.post("/forecasts/enter/", {"reason": "plan 8", "file": sheet, **ROWS}, follow=True))

    assert "There is no product" in bring("HELMET,HAM,2026-03-20,5\nHELMEN,HAM,2026-03-21,5\n")
    assert kept() == []
    assert "2 forecasts changed." in bring("HELMET,HAM,2026-03-20,5\nGLOVE,HAM,2026-03-21,7\n")
    assert kept() == [("HELMET", 20, 5, 1), ("GLOVE", 21, 7, 1)]
    assert sign_in("warehouse_clerk").get("/forecasts/enter/").status_code == 403
