"""What would make a line earlier: receipts by how many days, and goods that are procured; each tried in the what-if."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from tests import company
from tests.pages.test_what_if import said
from tests.sales.test_explained import line_of
from tests.sales.test_repromise import expect
from troth.business.masterdata import actions as masterdata
from troth.business.masterdata.models import ProductSite
from troth.business.promising import actions as promising
from troth.business.promising.models import Requirement
from troth.business.promising.web import earlier
from troth.business.promising.web.what_if_links import of_road
from troth.business.sales import actions
from troth.ledgers.availability.models import Posting
from troth.platform.actors import SYSTEM
from troth.platform.models import RoleGrant
from troth.platform.web.formats import day as said_day

PIECE = (0, "EA")


def march(day):
    return date(2026, 3, day)


@pytest.fixture
def roads_of(small, rep, draft):
    def find(quantity):
        order = actions.enter_order(draft("ALPHA", ("HELMET", quantity)), by=rep, clock=small.clock)
        before = Posting.objects.count()
        found = promising.earlier("order", line_of(order), clock=small.clock)
        assert Posting.objects.count() == before
        return Requirement.objects.get(document_id=order.id), found

    return find


def moved(road):
    return [(one.receipt.number, one.to, one.days) for one in road.moves]


def test_a_receipt_is_told_for_the_fewest_days_that_help_and_the_fewest_that_give_all_it_can(small, roads_of):
    expect(small, quantity=4, due_on=march(19), number="4711")
    _promise, roads = roads_of(4)
    assert [(road.road, moved(road), road.last_on) for road in roads] == [
        ("receipt", [("4711", march(9), 10)], march(11)),
        ("receipt", [("4711", march(18), 1)], march(20)),
    ]
    assert [earlier.road_words(road, PIECE) for road in roads] == [
        "Receipt 4711 of 4 EA comes on Mon, Mar 9 instead of Thu, Mar 19, 10 days earlier",
        "Receipt 4711 of 4 EA comes on Wed, Mar 18 instead of Thu, Mar 19, a day earlier",
    ]


def test_where_no_receipt_alone_does_several_come_sooner_and_no_more_than_are_needed(small, roads_of):
    expect(small, quantity=4, due_on=march(16), number="A")
    expect(small, quantity=5, due_on=march(18), number="B")
    expect(small, quantity=50, due_on=march(25), number="C")
    _promise, roads = roads_of(8)
    assert [moved(road) for road in roads if road.road == "receipts"] == []
    assert roads[0].road == "receipt"
    assert moved(roads[0]) == [("C", march(9), 16)]


def test_receipts_together_are_only_those_that_are_needed(small, roads_of):
    expect(small, quantity=4, due_on=march(16), number="A")
    expect(small, quantity=5, due_on=march(18), number="B")
    expect(small, quantity=2, due_on=march(25), number="C")
    _promise, roads = roads_of(8)
    together = roads[0]
    assert (together.road, moved(together)) == ("receipts", [("A", march(9), 7), ("B", march(9), 9)])
    assert (together.short, together.last_on) == (0, company.NEXT_WEDNESDAY)


def test_what_is_missing_is_procured_by_the_lead_time_of_the_product_at_the_site(small, roads_of):
    company.put_in_stock(small, "HELMET", 1)
    masterdata.maintain_product(
        {"processing_days": 1, "delivery_days": 3}, product_id=small.products["HELMET"].pk, by=SYSTEM, clock=small.clock
    )
    known = ProductSite.objects.get(product=small.products["HELMET"], site=small.sites["HAM"])
    masterdata.maintain_customizing(
        "product_sites", {"delivery_days": 6}, record_id=known.pk, by=SYSTEM, clock=small.clock
    )
    promise, roads = roads_of(4)
    assert promise.confirmed_quantity == 1
    [road] = [one for one in roads if one.road == "procure"]
    assert (road.more, road.ready_on, road.short, road.last_on) == (3, march(9), 0, march(11))
    assert earlier.road_words(road, PIECE) == (
        "Procure 3 EA more now: there on Mon, Mar 9 (1 working days of processing, 6 days of delivery)"
    )


def test_goods_whose_lead_time_nobody_knows_or_that_come_too_late_to_help_are_not_procured(small, roads_of):
    expect(small, quantity=4, due_on=march(13), number="4711")
    assert "procure" not in [road.road for road in roads_of(4)[1]]
    masterdata.maintain_product(
        {"delivery_days": 30}, product_id=small.products["HELMET"].pk, by=SYSTEM, clock=small.clock
    )
    order = Requirement.objects.get()
    assert "procure" not in [road.road for road in promising.earlier("order", order.line_id, clock=small.clock)]


def test_each_of_these_roads_leads_to_the_what_if_that_supposes_it(small, roads_of, client, person):
    expect(small, quantity=4, due_on=march(16), number="A")
    expect(small, quantity=5, due_on=march(18), number="B")
    masterdata.maintain_product(
        {"delivery_days": 7}, product_id=small.products["HELMET"].pk, by=SYSTEM, clock=small.clock
    )
    promise, roads = roads_of(8)
    RoleGrant.objects.create(user=person, role="representative")
    client.force_login(person)
    found = {road.road: road for road in reversed(roads)}
    with time_machine.travel(small.clock.now()):
        for name in ("receipts", "receipt", "procure"):
            address = of_road(found[name], promise, "2026-03-02")
            asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
            page = said(client.get("/availability/what-if/", asked))
            answers = page.partition("Side by side")[2].partition("In words")[0]
            for arrival in found[name].arrivals:
                assert f"{arrival.quantity} piece on {said_day(arrival.on)}" in answers


def test_receipts_that_move_together_lead_to_the_list_of_receipts(small, roads_of, client, person):
    expect(small, quantity=4, due_on=march(16), number="A")
    expect(small, quantity=5, due_on=march(18), number="B")
    promise, _roads = roads_of(8)
    RoleGrant.objects.create(user=person, role="representative")
    client.force_login(person)
    with time_machine.travel(small.clock.now()):
        page = client.get(f"/promises/{promise.pk}/").content.decode()
        assert 'href="/receipts/?q=HELMET"' in page
        assert client.get("/receipts/?q=HELMET").content.decode().count(">HELMET<") >= 2
