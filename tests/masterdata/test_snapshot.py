"""What a process keeps in memory follows each change, in every process."""

import pytest
from django.db import transaction

from tests.masterdata.world import TODAY
from troth.business.masterdata import models as m
from troth.business.masterdata import queries, store
from troth.kernel.calendars import day_of
from troth.kernel.errors import NotFound
from troth.platform import sql
from troth.reference import models as reference


def add_route(world, code, **rule):
    route = m.Route.objects.create(code=code, name=code, calendar=world.week, transit_days=len(code))
    m.RouteRule.objects.create(site=world.north, route=route, **rule)
    return route


def way(world, country="US", region="WA", condition="express"):
    return queries.transport([world.north.pk], country, region, condition)[world.north.pk]


def test_the_most_specific_route_wins(world):
    m.ShippingPoint.objects.create(site=world.north, code="N1", name="Gate")
    table = [
        ("r", {}),
        ("rr", {"shipping_condition": "express"}),
        ("rrr", {"country_id": "US"}),
        ("rrrr", {"country_id": "US", "shipping_condition": "express"}),
        ("rrrrr", {"country_id": "US", "region": "WA"}),
    ]
    for code, rule in table:
        add_route(world, code, **rule)
        assert (way(world).route, way(world).transit_days) == (code, len(code))
    assert way(world, country="DE", region="").route == "rr"
    assert way(world, country="DE", region="", condition="").route == "r"
    route = m.Route.objects.get(code="rrrrr")
    route.is_active = False
    route.save()
    assert way(world).route == "rrrr"


def test_what_stops_transport_is_said_in_a_word(world):
    assert way(world).obstacle == "no_route"
    add_route(world, "any")
    assert way(world).obstacle == "no_shipping_point"
    m.ShippingPoint.objects.create(site=world.north, code="N1", name="Gate", pick_pack_days=2)
    assert (way(world).obstacle, way(world).pick_pack_days) == ("", 2)
    m.ShippingPoint.objects.create(site=world.north, code="N2", name="Fast gate", shipping_condition="express")
    assert (way(world).shipping_point, way(world, condition="").shipping_point) == ("N2", "N1")
    world.north.is_active = False
    world.north.save()
    assert way(world).obstacle == "closed_site"
    assert queries.transport([999_999], "US", "WA", "") == {}


def test_an_order_type_comes_with_its_item_category(world):
    category = m.ItemCategory.objects.create(code="TAN", name="Standard item")
    m.OrderType.objects.create(code="OR", name="Standard order", item_category=category)
    kind = queries.order_type("OR")
    assert (kind.item_category.code, kind.checks_credit, kind.delivers_on_saving) == ("TAN", True, False)
    assert set(queries.item_categories()) == {"TAN"}
    assert queries.snapshot().order_types_by_id[kind.id] is kind
    assert queries.snapshot().item_categories_by_id[category.pk].code == "TAN"
    with pytest.raises(NotFound) as refusal:
        queries.order_type("XX")
    assert refusal.value.facts == {"code": "XX"}


def test_a_calendar_knows_its_days_that_differ(world):
    reference.CalendarDay.objects.create(calendar=world.week, on=TODAY, is_open=False)
    week = queries.calendar(world.week.pk)
    assert (week.is_open(day_of(TODAY)), week.is_open(day_of(TODAY) + 1), week.is_open(day_of(TODAY) - 1)) == (
        False,
        True,
        False,
    )


def test_an_edition_that_came_with_the_customer_costs_no_statement(world):
    edition = queries.customer_terms(world.bikes.pk).edition
    state = queries.snapshot(edition)
    before = sql.tally.statements
    assert queries.snapshot(edition) is state
    assert queries.transport([world.north.pk], "US", "WA", "", edition=edition)[world.north.pk].site == "N"
    assert sql.tally.statements == before


def test_a_change_by_another_process_is_seen_with_the_next_customer(world):
    """What another process does to the books reaches this one by the token alone."""
    old = queries.snapshot(queries.customer_terms(world.bikes.pk).edition)
    m.OrderType.objects.bulk_create(
        [m.OrderType(code="RO", name="Rush", item_category=m.ItemCategory.objects.create(code="C", name="C"))]
    )
    store.touch()
    assert "RO" not in old.order_types
    assert "RO" in queries.snapshot(queries.customer_terms(world.bikes.pk).edition).order_types


def test_without_its_token_a_change_would_not_be_seen(world):
    """The control of the test above: a bulk write sends no signal, so it must draw a token itself."""
    category = m.ItemCategory.objects.create(code="C", name="C")
    queries.snapshot()
    m.OrderType.objects.bulk_create([m.OrderType(code="RO", name="Rush", item_category=category)])
    assert "RO" not in queries.snapshot().order_types


def test_a_change_taken_back_leaves_nothing_in_memory(world):
    before = queries.snapshot().edition
    with transaction.atomic():
        m.ItemCategory.objects.create(code="GONE", name="Gone")
        assert "GONE" in queries.item_categories()
        transaction.set_rollback(True)
    assert queries.snapshot().edition == before
    assert "GONE" not in queries.item_categories()
