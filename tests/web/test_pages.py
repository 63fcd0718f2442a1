"""The page kinds as a person meets them: lists, forms, documents, refusals and the frame around them."""

import re

import pytest
from django import forms
from django.test import Client

from tests.web import urls
from troth.kernel.errors import BusinessError, InvalidInput, NotFound, Refusals
from troth.platform.web import areas
from troth.platform.web.forms import Section, more_rows, problems, refused_form, rows_of, sections_of
from troth.platform.web.refusals import status_of


def text(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode()


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


def test_no_page_carries_inline_script_or_style_or_names_another_host(visitor):
    pages = [
        "",
        "list/",
        "list/?rows=0",
        "form/",
        "document/",
        "document/?tab=flow",
        "document/?tab=history",
        "home/",
        "confirm/",
    ]
    for page in pages:
        body = text(visitor.get(f"/parts/{page}"))
        assert (
            re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|https?://(?!www\.w3\.org)", body) == []
        ), page


def test_the_rail_shows_only_what_the_person_may_open_and_marks_the_place(visitor):
    body = text(visitor.get("/parts/list/", headers={"X-Refused": "sample.view_delivery"}))
    assert "Deliveries</span>" not in body
    assert re.findall(r'href="([^"]+)" aria-current="page" title', body) == ["/parts/list/"]


def test_where_somebody_only_looks_is_folded_away_until_they_are_there(visitor, monkeypatch):
    monkeypatch.setattr(areas, "_work", {"order": ("sample.change_order",)})
    monkeypatch.setattr(areas, "FEW", 1)
    looks = {"X-Refused": "sample.change_order"}
    rail = text(visitor.get("/parts/document/", headers=looks)).split('<details class="rail-others">')
    assert ['href="/parts/list/" title' in half for half in rail] == [False, True]
    assert 'class="rail-others" open>' in text(visitor.get("/parts/list/", headers=looks))
    assert "rail-others" not in text(visitor.get("/parts/list/"))


def test_who_has_hardly_an_area_of_their_own_finds_all_open(visitor, monkeypatch):
    monkeypatch.setattr(areas, "FEW", 100)
    monkeypatch.setattr(areas, "_work", {"order": ("sample.change_order",)})
    assert "rail-others" not in text(visitor.get("/parts/list/", headers={"X-Refused": "sample.change_order"}))


def test_a_page_without_permission_is_refused_with_a_way_back(visitor):
    answer = visitor.get("/colours/", headers={"X-Refused": "sample.view_colour"})
    assert answer.status_code == 403
    assert "This is not open to you" in text(answer)


def test_a_list_shows_its_count_its_filters_as_chips_and_pages(visitor):
    body = text(visitor.get("/parts/list/?status=waiting&q=4&sort=-due_on"))
    assert 'id="list-count">92<' in body
    assert "Status: <b>Waits for credit</b>" in body
    assert 'href="/parts/list/?q=4&amp;sort=-due_on"' in body
    assert 'aria-sort="descending"' in body
    assert 'rel="next"' in body
    assert 'rel="prev"' not in body


def test_htmx_gets_the_region_alone_and_caches_know_it(visitor):
    answer = visitor.get("/parts/list/", headers={"HX-Request": "true", "HX-Target": "list-region"})
    assert "<html" not in text(answer)
    assert 'id="list-count" hx-swap-oob="true">1,000<' in text(answer)
    assert "HX-Request" in answer["Vary"]


def test_an_empty_list_says_why_and_offers_one_action(visitor):
    assert "Orders appear here when a quotation is accepted" in text(visitor.get("/parts/list/?rows=0"))
    assert "Show all" in text(visitor.get("/parts/list/?q=nothing-like-this"))


def test_the_export_has_all_rows_of_the_filter_not_one_page(visitor):
    answer = visitor.get("/parts/list/?status=waiting&export=csv&after=50")
    lines = text(answer).removeprefix("\ufeff").splitlines()
    assert answer["Content-Disposition"] == 'attachment; filename="orders.csv"'
    assert lines[0] == "Order,Customer,Product,Due,Quantity,Quantity unit,Value,Value currency,Status"
    assert lines[1] == '4701,C-10207 A. Datum Cycles,"Road-150 Red, 62",2026-11-21,38,pc,497.30,EUR,Waits for credit'
    assert len(lines) == 1 + 200


class Address(forms.Form):
    sections = (Section("Where", ("street",)),)
    name = forms.CharField(label="Name")
    street = forms.CharField(label="Street")


class Line(forms.Form):
    product = forms.CharField(label="Product")
    unit = forms.ChoiceField(choices=(("pc", "pc"),))


def bound():
    form = Address({"name": "A", "street": "B"})
    rows = rows_of(Line)(
        {
            "rows-TOTAL_FORMS": "2",
            "rows-INITIAL_FORMS": "0",
            "rows-0-product": "X",
            "rows-0-unit": "pc",
            "rows-1-unit": "pc",
        },
        prefix="rows",
    )
    assert form.is_valid()
    assert rows.is_valid(), rows.errors
    return form, rows


def test_fields_without_a_section_stand_first():
    assert [(s.title, [f.name for f in s.fields]) for s in sections_of(Address())] == [
        ("", ["name"]),
        ("Where", ["street"]),
    ]


def test_a_refusal_lands_beside_its_field_in_its_row():
    form, rows = bound()
    refused_form(
        form,
        Refusals(
            [
                InvalidInput("Not a street.", field="street"),
                InvalidInput("Unknown.", row=1, field="product"),
                InvalidInput("Closed.", row=9, field="product"),
                BusinessError("The company is closed."),
            ]
        ),
        rows,
    )
    assert [(p.where, p.sentence, p.anchor) for p in problems(form, rows)] == [
        ("", "Row 9: Closed.", ""),
        ("", "The company is closed.", ""),
        ("Street", "Not a street.", "id_street"),
        ("Row 1, Product", "Unknown.", "id_rows-0-product"),
    ]


ROWS = {"rows-TOTAL_FORMS": "5", "rows-INITIAL_FORMS": "0", **{f"rows-{n}-unit": "pc" for n in range(5)}}


def test_the_summary_links_to_each_refused_field(visitor):
    answer = visitor.post("/parts/form/", {"kind": "rush", **ROWS})
    body = text(answer)
    assert answer.status_code == 422
    assert "2 entries need a change" in body
    assert re.findall(r'<li><a href="#([^"]+)">', body) == ["id_customer", "id_wished_on"]
    assert 'id="id_customer_error"' in body
    assert 'aria-describedby="id_customer_helptext id_customer_error"' in body


def test_a_refused_action_keeps_what_was_typed(visitor):
    entered = {
        "customer": "Bike World",
        "kind": "rush",
        "wished_on": "2026-12-01",
        **ROWS,
        "rows-0-product": "XX-1",
        "rows-0-quantity": "4",
    }
    body = text(visitor.post("/parts/form/", entered))
    assert "Row 1, Product: Product XX-1 is not sold any more." in body
    assert 'value="Bike World"' in body
    assert 'name="rows-0-quantity" value="4"' in body


def test_rows_are_added_without_scripts_and_without_judging_what_is_there(visitor):
    body = text(visitor.post("/parts/form/", {**ROWS, "_more_rows": "1", "rows-0-product": "XX-1"}))
    assert 'name="rows-9-product"' in body
    assert 'value="XX-1"' in body
    assert 'class="error"' not in body
    assert "data-summary" not in body


def test_a_refusal_becomes_a_page_with_sentence_remedy_and_way_back(visitor):
    answer = visitor.get("/parts/refused/", headers={"Referer": "http://testserver/parts/document/"})
    body = text(answer)
    assert answer.status_code == 409
    assert "To deliver order 4711 a credit manager must release it." in body
    assert "Ask for the release, or deliver another order first." in body
    assert '<a class="button" href="/parts/document/">' in body or 'href="http://testserver/parts/document/"' in body


def test_the_way_back_never_leads_to_another_host(visitor):
    body = text(visitor.get("/parts/refused/", headers={"Referer": "https://elsewhere.example/"}))
    assert "elsewhere.example" not in body


def test_htmx_gets_a_refusal_as_a_notice(visitor):
    answer = visitor.get("/parts/refused/", headers={"HX-Request": "true"})
    assert answer["HX-Retarget"] == "#notices"
    assert "<html" not in text(answer)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("No."), 404),
        (InvalidInput("No."), 422),
        (Refusals([BusinessError("No.")]), 422),
        (BusinessError("No."), 409),
    ],
)
def test_each_kind_of_refusal_has_its_status(error, status):
    assert status_of(error) == status


def test_a_document_opens_only_the_tab_that_is_asked_for(visitor):
    assert "How this value is made" in text(visitor.get("/parts/document/"))
    flow = text(visitor.get("/parts/document/?tab=flow", headers={"HX-Request": "true", "HX-Target": "tab-region"}))
    assert '<svg class="flow"' in flow
    assert "How this value is made" not in flow
    assert "doc-head" not in flow


def test_a_missing_page_and_a_fault_have_pages_of_their_own(visitor):
    missing = visitor.get("/nowhere/")
    assert (missing.status_code, "There is no such page" in text(missing)) == (404, True)
    fault = visitor.get("/parts/failed/")
    assert (fault.status_code, "Something broke on our side" in text(fault)) == (500, True)


@pytest.mark.django_db
def test_signing_in_is_built_of_the_parts(visitor):
    body = text(visitor.get("/sign-in/", headers={"X-Nobody": "1"}))
    assert 'class="sign-in-card"' in body
    assert 'name="username"' in body


def test_a_theme_is_kept_and_an_unknown_one_is_not(visitor):
    visitor.post("/preferences/", {"theme": "dark"})
    assert 'data-theme="dark"' in text(visitor.get("/parts/home/"))
    visitor.post("/preferences/", {"theme": "pink"})
    assert 'data-theme="dark"' in text(visitor.get("/parts/home/"))


def test_a_record_is_created_changed_and_deactivated_by_the_actions(visitor):
    assert visitor.post("/colours/new/", {"code": "RED", "name": "Red"})["Location"] == "/colours/RED/"
    again = visitor.post("/colours/new/", {"code": "RED", "name": "Other"})
    assert (again.status_code, "There is already a colour with this code." in text(again)) == (422, True)
    visitor.post("/colours/RED/", {"code": "RED", "name": "Crimson"})
    assert "Deactivate Crimson" in text(visitor.get("/colours/RED/deactivate/"))
    visitor.post("/colours/RED/deactivate/")
    assert urls.colours["RED"] == {"code": "RED", "name": "Crimson", "weight_g": None, "active": False}
    assert visitor.get("/colours/BLUE/").status_code == 404


def test_who_may_only_look_finds_no_way_to_write(visitor):
    urls.create(None, {"code": "RED", "name": "Red"})
    only_look = {"X-Refused": "sample.edit_colour"}
    assert "New colour" not in text(visitor.get("/colours/", headers=only_look))
    assert "data-submit" not in text(visitor.get("/colours/RED/", headers=only_look))
    assert visitor.post("/colours/RED/", {"code": "RED", "name": "X"}, headers=only_look).status_code == 403
    assert urls.colours["RED"]["name"] == "Red"


@pytest.mark.parametrize(("shown", "rows"), [("8", "13"), ("999", "1000"), ("abc", "5"), ("9" * 5000, "5"), ("", "5")])
def test_more_rows_are_added_to_those_shown_and_a_tampered_count_is_none(shown, rows):
    assert more_rows(shown) == rows
