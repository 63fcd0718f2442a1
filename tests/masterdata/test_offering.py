"""The screens of listings, substitutions and free goods: in people's units, by customer number, refused by field."""

import pytest
from django.test import Client

from tests.masterdata.test_screens import sign_in
from tests.masterdata.world import CLOCK, MASTER
from troth.business.masterdata import actions
from troth.business.masterdata.models import AvailabilityRule, FreeGoods, ItemCategory, Listing, Substitution
from troth.kernel.errors import NotFound, Refusals
from troth.platform.actors import Actor, Grant
from troth.platform.models import Event

DAY = "2026-03-02"


@pytest.fixture
def keeper(world) -> Client:
    ItemCategory.objects.create(code="free", name="Free of charge", is_priced=False, billing_basis="none")
    ItemCategory.objects.create(code="standard", name="Standard")
    return sign_in("master_data")


def sent(client, path, **values):
    return client.post(path, {"valid_from_on": DAY, "is_active": "yes"} | values)


def test_an_exclusion_is_made_by_form_listed_changed_and_ended(world, keeper):
    made = sent(keeper, "/listings/new/", kind="excluded", product="BK-1", customer="C1", reason="recall")
    one = Listing.objects.get()
    assert made.url == f"/listings/{one.pk}/"
    assert (one.kind, one.product, one.customer, one.reason) == ("excluded", world.bike, world.bikes, "recall")
    page = keeper.get("/listings/?kind=excluded&customer=C1").content.decode()
    assert "BK-1" in page
    assert "recall" in page
    assert "BK-1" not in keeper.get("/listings/?kind=listed").content.decode()
    sent(keeper, f"/listings/{one.pk}/", kind="excluded", product="BK-1", customer="C1", reason="other", version="1")
    one.refresh_from_db()
    assert (one.reason, one.version) == ("other", 2)
    keeper.post(f"/listings/{one.pk}/deactivate/")
    one.refresh_from_db()
    assert not one.is_active
    assert [event.kind for event in Event.objects.order_by("pk")][-1] == "masterdata.listing_changed"


def test_a_substitution_between_units_asks_for_its_figures_at_the_field(world, keeper):
    refused = sent(keeper, "/substitutions/new/", product="BK-1", substitute="CB-1", mode="automatic", is_printed="yes")
    assert "Enter how many M stand for how many PC" in refused.content.decode()
    assert not Substitution.objects.exists()
    made = sent(
        keeper, "/substitutions/new/", product="BK-1", substitute="CB-1", mode="proposed", is_printed="no",
        numerator="3", denominator="2", customer_group="dealer",
    )  # fmt: skip
    one = Substitution.objects.get()
    assert made.url == f"/substitutions/{one.pk}/"
    assert (one.numerator, one.denominator, one.mode, one.is_printed) == (3, 2, "proposed", False)
    page = keeper.get("/substitutions/").content.decode()
    assert "3 : 2" in page
    assert "group dealer" in page


def test_free_goods_are_typed_in_base_units_and_kept_in_smallest(world, keeper):
    values = {"product": "CB-1", "kind": "exclusive", "item_category": "free", "free_product": "BK-1"}
    made = sent(keeper, "/free-goods/new/", per_quantity="2.5", free_quantity="1", from_quantity="10", **values)
    one = FreeGoods.objects.get()
    assert made.url == f"/free-goods/{one.pk}/"
    assert (one.per_quantity, one.free_quantity, one.from_quantity) == (2500, 1, 10_000)
    page = keeper.get(made.url).content.decode()
    assert 'value="2.5"' in page
    refused = sent(keeper, "/free-goods/new/", per_quantity="10", free_quantity="1.5", **values)
    assert "more decimals than PC allows" in refused.content.decode()
    priced = sent(
        keeper, "/free-goods/new/", per_quantity="10", free_quantity="1", **{**values, "item_category": "standard"}
    )
    assert "have a price" in priced.content.decode()
    assert FreeGoods.objects.count() == 1


LISTING = {"kind": "excluded", "product": "BK-1", "valid_from_on": "2026-01-01", "valid_to_on": "2026-03-01"}
OVER = {
    "listings": LISTING,
    "substitutions": {
        "product": "BK-1", "substitute": "CB-1", "numerator": "3", "denominator": "2",
        "valid_from_on": "2026-01-01", "valid_to_on": "2026-03-01",
    },
    "free_goods": {
        "product": "BK-1", "kind": "exclusive", "per_quantity": "10", "free_quantity": "1", "item_category": "free",
        "valid_from_on": "2026-01-01", "valid_to_on": "2026-03-01",
    },
    "availability_rules": {
        "code": "OLD", "name": "Old", "asked_at_entry": "yes",
        "valid_from_on": "2026-01-01", "valid_to_on": "2026-03-01",
    },
}  # fmt: skip
"""Each ended on the day before the clock's."""


@pytest.mark.parametrize("table", OVER)
def test_what_would_be_over_is_refused_at_its_last_day_with_the_remedy(world, keeper, table):
    with pytest.raises(Refusals) as refused:
        actions.import_table(table, [OVER[table]], by=MASTER, clock=CLOCK)
    [one] = refused.value.refusals
    assert (one.row, one.field) == (1, "valid_to_on")
    assert "from 2026-03-02 on" in one.message
    today = actions.import_table(table, [{**OVER[table], "valid_to_on": "2026-03-02"}], by=MASTER, clock=CLOCK)
    assert today.created == 1


def test_what_ended_since_comes_in_again_as_it_stands_and_changes_otherwise_but_does_not_begin_again(world):
    record = Listing.objects.create(
        kind="excluded", product=world.bike, valid_from_on="2026-01-01", valid_to_on="2026-03-01"
    )
    again = actions.import_table("listings", [LISTING], by=MASTER, clock=CLOCK)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 1)
    told = actions.import_table("listings", [{**LISTING, "reason": "recall"}], by=MASTER, clock=CLOCK)
    assert told.changed == 1
    for wrong in ({"valid_to_on": "2026-02-28"}, {"is_active": "yes"}):
        Listing.objects.update(is_active="is_active" not in wrong)
        with pytest.raises(Refusals) as refused:
            actions.maintain_offering("listings", wrong, record_id=record.pk, by=MASTER, clock=CLOCK)
        assert [one.field for one in refused.value.refusals] == ["valid_to_on"]


def test_what_is_over_is_kept_for_the_record_where_it_is_not_active(world):
    kept = actions.import_table("listings", [{**LISTING, "is_active": "no"}], by=MASTER, clock=CLOCK)
    assert kept.created == 1


def test_a_form_says_at_the_last_day_that_the_record_would_be_over(world, keeper):
    refused = sent(
        keeper, "/listings/new/", kind="excluded", product="BK-1", valid_from_on="2020-01-01", valid_to_on="2020-02-01"
    )
    assert "and be over already" in refused.content.decode()
    assert not Listing.objects.exists()


def test_a_record_for_a_customer_of_another_company_is_nobodys_to_see(world, keeper):
    one = Listing.objects.create(kind="excluded", product=world.bike, customer=world.bikes, valid_from_on=DAY)
    elsewhere = Actor(user_id=3, name="Olga", grants=(Grant("master_data", company_id=world.company.pk + 1),))
    with pytest.raises(NotFound):
        actions.maintain_offering("listings", {"reason": "x"}, record_id=one.pk, version=1, by=elsewhere, clock=CLOCK)
    one.refresh_from_db()
    assert (one.reason, one.version) == ("", 1)


def test_a_rule_and_its_alternatives_are_kept_by_form_and_refused_where_they_lead_nowhere(world, keeper):
    made = sent(
        keeper, "/availability-rules/new/", code="SHORT", name="Bikes are short", kind="inclusive", product="BK-1",
        site="N", rank="5", mode="automatic", building="earliest", picking="waterfall", result="sub_items",
        price_of="ordered", rest_on="ordered",
    )  # fmt: skip
    [rule] = AvailabilityRule.objects.all()
    assert made.url == f"/availability-rules/{rule.pk}/"
    assert (rule.product, rule.site, rule.rank) == (world.bike, world.north, 5)
    nowhere = keeper.post("/alternatives/new/", {"rule": "SHORT", "position": "1"})
    assert "leads nowhere" in nowhere.content.decode()
    ring = keeper.post("/alternatives/new/", {"rule": "SHORT", "position": "1", "product": "BK-1", "site": "N"})
    assert "runs in a ring" in ring.content.decode()
    assert not rule.steps.exists()
    keeper.post("/alternatives/new/", {"rule": "SHORT", "position": "1", "site": "S"})
    [step] = rule.steps.all()
    assert (step.product, step.site) == (None, world.south)
    page = keeper.get("/availability-rules/").content.decode()
    assert "SHORT" in page
    assert "BK-1 · N" in page
    assert "SHORT" in keeper.get("/alternatives/?rule=short").content.decode()
    about = keeper.get(f"/availability-rules/{rule.pk}/about/").content.decode()
    assert "New alternative" in about
    assert "Try it" in about
