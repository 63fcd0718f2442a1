"""What a person makes of a list: saved views, columns, files, and bulk buttons for all that match."""

import io
import re
import zipfile

import pytest

from troth.business.sales.models import Order
from troth.business.shipping.models import Delivery
from troth.platform.models import SavedView


def body(answer) -> str:
    return answer.content.decode()


def tabs(answer) -> list[tuple[str, str]]:
    """Each view's name and address; the current one's name has a star."""
    [nav] = re.findall(r'<nav class="tabs" aria-label="Views">(.*?)</nav>', body(answer))
    found = re.findall(r'<a href="([^"]+)"( aria-current="page")?>([^<]+)</a>', nav)
    return [(name + ("*" if current else ""), url) for url, current, name in found]


def save(browser, name="Small", query="state=submitted&amount_until=500&q=", role="", list_name="sales:orders"):
    return browser.post("/lists/views/save/", {"list": list_name, "name": name, "query": query, "role": role})


def test_a_saved_view_is_a_tab_of_its_maker_alone(world, sign_in):
    rita, other = sign_in("representative"), sign_in("representative", "salesperson")
    assert save(rita)["Location"] == "/orders/?amount_until=500&state=submitted"
    assert tabs(rita.get("/orders/?state=submitted&amount_until=500&q=&sort="))[-1] == (
        "Small*", "/orders/?amount_until=500&amp;state=submitted",
    )  # fmt: skip
    assert "Small" not in body(other.get("/orders/"))
    assert "Small" not in body(rita.get("/quotations/"))


def test_a_view_shared_with_a_role_is_seen_by_who_has_it_and_changed_by_its_maker_alone(world, sign_in):
    rita, colleague = sign_in("representative"), sign_in("representative", "salesperson")
    stranger = sign_in("billing_clerk")
    save(rita, role="representative")
    view = SavedView.objects.get()
    assert "Small" in body(colleague.get("/orders/"))
    assert "Small" not in body(stranger.get("/orders/"))
    taken = {"list": "sales:orders", "view": view.pk, "name": "Mine", "do": "rename"}
    assert colleague.post("/lists/views/change/", taken).status_code == 404
    rita.post("/lists/views/change/", taken)
    assert [name for name, _url in tabs(colleague.get("/orders/"))] == [
        "All*", "Drafts", "Unconfirmed lines", "Blocked", "New dates", "Mine",
    ]  # fmt: skip
    rita.post("/lists/views/change/", {**taken, "do": "delete"})
    assert not SavedView.objects.exists()


def test_a_view_is_refused_without_a_name_with_a_name_taken_or_for_a_role_of_others(world, sign_in):
    rita = sign_in("representative")
    save(rita)
    assert save(rita).status_code == 409
    assert save(rita, name="  ").status_code == 422
    assert save(rita, name="Other", role="billing_clerk").status_code == 422
    assert save(rita, name="Other", list_name="no:list").status_code == 404
    assert [view.name for view in SavedView.objects.all()] == ["Small"]


def test_a_list_opens_with_the_chosen_view_and_everything_stays_a_click_away(world, sign_in):
    rita = sign_in("representative")
    save(rita)
    rita.post("/lists/views/open/", {"list": "sales:orders", "view": SavedView.objects.get().pk})
    assert rita.get("/orders/")["Location"] == "/orders/?amount_until=500&state=submitted"
    assert tabs(rita.get("/orders/?view=all"))[0] == ("All*", "/orders/?view=all")
    rita.post("/lists/views/open/", {"list": "sales:orders", "view": ""})
    assert rita.get("/orders/").status_code == 200


@pytest.mark.parametrize("sent", ["²", "٣", "9" * 5000, "-1", "one"])
def test_a_view_that_is_named_by_no_number_is_not_there(world, sign_in, sent):
    rita = sign_in("representative")
    save(rita)
    named = {"list": "sales:orders", "view": sent, "name": "Mine", "do": "rename"}
    assert rita.post("/lists/views/change/", named).status_code == 404
    assert rita.post("/lists/views/open/", named)["Location"] == "/orders/?view=all"
    assert [view.name for view in SavedView.objects.all()] == ["Small"]


def test_columns_are_shown_and_exported_as_chosen_and_the_first_one_stays(world, sign_in):
    rita = sign_in("representative")
    order = ["number", "customer", "reference", "status", "total"]
    rita.post("/lists/columns/", {"list": "sales:orders", "column": order, "shown": ["total", "status"], "up": "total"})
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]+)', body(rita.get("/orders/")))
    assert heads == ["Order", "Total", "Status"]
    lines = b"".join(rita.get("/orders/?export=csv").streaming_content).decode().removeprefix("\ufeff").splitlines()
    assert lines[0] == "Order,Total,Total currency,Status"
    rita.post("/lists/columns/", {"list": "sales:orders", "column": order, "shown": ["total"], "reset": ""})
    assert "Customer&#x27;s number" in body(rita.get("/orders/"))


def test_the_amount_filter_counts_in_whole_units_of_each_currency(world, sign_in):
    rita, total = sign_in("representative"), Order.objects.get(pk=world.keys["due"]).gross
    whole = f"{total / 100:.2f}"
    assert Order.objects.filter(gross=total).count() == 1
    page = body(rita.get(f"/orders/?amount_from={whole}&amount_until={whole.replace('.', ',')}"))
    assert 'id="list-count">1<' in page
    assert f"Amount: <b>{float(whole):g} – {float(whole):g}</b>" in page
    assert 'id="list-count">0<' in body(rita.get("/orders/?amount_from=1000000"))


def test_the_workbook_has_the_rows_of_the_filter_and_no_formula(world, sign_in):
    Order.objects.filter(pk=world.keys["due"]).update(customer_reference='=HYPERLINK("x")')
    answer = sign_in("representative").get("/orders/?state=submitted&export=xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="orders.xlsx"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 1 + Order.objects.filter(state="submitted").count()
    assert "=HYPERLINK" in sheet
    assert "<f>" not in sheet


def test_a_bulk_button_takes_all_that_match_not_only_the_page(world, yard, sign_in):
    more = [yard.order(FRAME=1) for _ in range(3)]
    tara = sign_in("transport_coordinator")
    tara.post("/due/deliver/?horizon=365", {"everything": "1", "matching": "horizon=365", "selected": [more[0].id]})
    assert {line.order_id for one in Delivery.objects.all() for line in one.lines.all()} >= {one.id for one in more}


def test_invoices_are_made_of_what_can_be_billed_and_the_rest_is_told_with_its_reason(world, yard, sign_in):
    bill = sign_in("billing_clerk")
    refused, billed = world.keys["open_delivery"], world.keys["unbilled"]
    page = body(bill.post("/billing/due/invoice/", {"selected": [f"delivery-{refused}", f"delivery-{billed}"]}))
    number = Delivery.objects.get(pk=refused).number
    assert f'<a href="/deliveries/{refused}/">{number}</a>' in page
    assert "One done. One was not done; the reason stands beside it." in page
