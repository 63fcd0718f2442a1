"""The site a person works at: chosen in the bar, lists begin with it, and nothing is hidden by it."""

import re

import pytest

from tests.pages.test_issues import person
from tests.pages.test_lists import body
from troth.platform.models import RoleGrant


@pytest.fixture
def walter(sign_in):
    return sign_in("warehouse_supervisor")


def bar(browser):
    return re.search(r'<header class="bar">.*?</header>', body(browser.get("/")), re.DOTALL)[0]


def shown(browser):
    """What the bar says after the company, and the codes that it offers."""
    found = bar(browser)
    return re.search(r'title="[^"]* · ([^"]*)"', found)[1], re.findall(r'name="site" value="(\w*)"', found)


def test_the_bar_offers_the_sites_that_one_reaches(world, walter):
    assert shown(walter) == ("All sites", ["", "HAM", "ROT"])


def test_who_works_at_one_site_sees_its_name_and_no_choice(world, yard, walter):
    ham = yard.company.sites["HAM"]
    RoleGrant.objects.filter(user=person("warehouse_supervisor")).update(company_id=ham.company_id, site_id=ham.pk)
    assert shown(walter) == (ham.name, [])


def test_lists_begin_with_the_chosen_site_until_its_filter_is_taken_off(world, yard, walter):
    answer = walter.post("/site/", {"site": "ROT"}, headers={"Referer": "http://testserver/deliveries/?site=HAM"})
    assert answer.headers["Location"].endswith("/deliveries/")
    assert shown(walter)[0] == yard.company.sites["ROT"].name
    assert walter.get("/deliveries/").headers["Location"] == "/deliveries/?site=ROT"
    narrowed = body(walter.get("/deliveries/?site=ROT"))
    assert 'id="list-count">0<' in narrowed
    assert 'class="filter-chip" href="/deliveries/?view=all"' in narrowed
    assert 'id="list-count">0<' not in body(walter.get("/deliveries/?view=all"))
    assert walter.get("/customers/").status_code in (200, 403)
    assert walter.post("/site/", {"site": ""}).status_code == 302
    assert walter.get("/deliveries/").status_code == 200


def test_forms_and_the_availability_offer_the_chosen_site_first(world, yard, sign_in):
    many = sign_in("warehouse_supervisor", "production_scheduler")
    many.post("/site/", {"site": "ROT"})
    rot = yard.company.sites["ROT"].pk
    for page in ("/shipments/new/", "/receipts/new/"):
        assert f'<option value="{rot}" selected>' in body(many.get(page))
    assert re.search(r'<option value="ROT"[^>]* selected', body(many.get("/availability/")))


def test_a_site_that_one_does_not_reach_is_not_chosen(world, yard, walter):
    ham = yard.company.sites["HAM"]
    RoleGrant.objects.filter(user=person("warehouse_supervisor")).update(company_id=ham.company_id, site_id=ham.pk)
    for code in ("ROT", "NOWHERE"):
        assert walter.post("/site/", {"site": code}).status_code == 302
        assert walter.get("/deliveries/").status_code == 200


def test_the_choice_ends_with_the_session(world, walter, client):
    walter.post("/site/", {"site": "ROT"})
    walter.post("/sign-out/")
    walter.force_login(person("warehouse_supervisor"))
    assert shown(walter)[0] == "All sites"
