"""Segments by who is sold to, where to, by whom, and what the order is checked as; each with what it leaves out."""

import pytest

from tests.backorders.conftest import Desk
from tests.backorders.test_files import bring, file_of, taken_out
from troth.business.backorders.actions.simulate import settings_of
from troth.business.backorders.models import Variant
from troth.business.backorders.rules.selection import Filter, WrongSelection
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.backorders.web.variants import said
from troth.business.masterdata import models as masterdata
from troth.reference.models import Party, SalesOrganisation

EVERYBODY = SegmentDraft("Everybody", "redistribute")


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """Ten helmets, all promised to ALPHA. BETA, a dealer in the region NH whom ABROAD sells to, wants six in a rush
    order, which is checked as all orders are."""
    [group] = masterdata.AvailabilityGroup.objects.filter(code="standard")
    group.rush_scope = group.order_scope
    group.save()
    kinds = masterdata.OrderType.objects
    kinds.create(
        code="urgent", name="Urgent", checking_event="rush", item_category=kinds.get(code="standard").item_category
    )
    Party.objects.filter(number="ALPHA").update(region="HH")
    Party.objects.filter(number="BETA").update(region="NH")
    abroad = SalesOrganisation.objects.create(company_id=desk.small.company.pk, code="ABROAD", name="Abroad")
    masterdata.Customer.objects.filter(party__number="BETA").update(sales_organisation=abroad)
    desk.stock("HELMET", 10)
    desk.first = desk.order("ALPHA", ("HELMET", 10))
    desk.second = desk.order("BETA", ("HELMET", 6), order_type="urgent")
    return desk


BY = [
    ({"customer_groups": ("dealer",)}, "customer groups: dealer"),
    ({"regions": ("NH",)}, "regions shipped to: NH"),
    ({"sales_organisations": ("ABROAD",)}, "sales organisations: ABROAD"),
    ({"events": ("rush",)}, "checked as: Rush orders"),
    ({"events": ("rush",), "regions": ("NH",), "customer_groups": ("dealer",)}, "dealer"),
]


@pytest.mark.parametrize(("fields", "words"), BY)
def test_the_segment_takes_the_lines_that_it_names_and_no_others(shop, fields, words):
    chosen = Filter(**fields)
    run = shop.simulated(SegmentDraft("Chosen", "win", chosen), EVERYBODY)
    first, others = Summary.of(run.summary).segments
    assert (first.lines, first.full_after, others.lines, others.worse) == (1, 1, 1, 1)
    assert [one.document_id for one in run.changes.filter(segment=1)] == [shop.second]
    assert words in said(chosen)


@pytest.mark.parametrize("fields", [fields for fields, _words in BY])
def test_what_a_run_does_not_select_keeps_what_it_has(shop, fields):
    run = shop.simulated(EVERYBODY, selection=Filter(**fields))
    assert (run.lines, run.changes.count()) == (1, 0)


def test_lists_that_no_line_meets_together_mean_no_line(shop):
    run = shop.simulated(EVERYBODY, selection=Filter(events=("order",), regions=("NH",)))
    assert run.lines == 0


def test_lines_without_any_confirmation_are_selected_by_what_they_are(shop):
    assert shop.simulated(EVERYBODY, selection=Filter(only="unconfirmed", events=("rush",))).lines == 1
    assert shop.simulated(EVERYBODY, selection=Filter(only="unconfirmed", events=("order",)), name="Two").lines == 0


@pytest.mark.parametrize(
    ("field", "code"),
    [("customer_groups", "GONE"), ("regions", "XX"), ("sales_organisations", "NONE"), ("events", "quotation")],
)
def test_what_there_is_not_is_refused_at_its_field(shop, field, code):
    with pytest.raises(WrongSelection) as refused:
        shop.variant(SegmentDraft("Chosen", "win", Filter(**{field: (code,)})))
    assert (refused.value.field, refused.value.row) == (field, 1)
    assert code in refused.value.message


def test_a_file_brings_such_segments_in_and_takes_them_out_again(shop):
    more = {"events": "rush", "customer_groups": "dealer", "regions": "NH", "sales_organisations": "ABROAD"}
    company = shop.small.company.code
    bring(shop, file_of({"company": company, "name": "Night", "segment": "Chosen", "strategy": "win", **more}))
    [segment] = settings_of(Variant.objects.get(name="Night")).segments
    wanted = Filter(
        events=("rush",), customer_groups=("dealer",), regions=("NH",), sales_organisations=("ABROAD",)
    )  # fmt: skip
    assert segment.filter == wanted
    assert ",rush,dealer,NH,ABROAD," in taken_out(shop)
