"""An order line that one storage location alone is to serve: entered, changed, short and served again."""

import pytest

from tests import company
from tests.sales.test_new_dates import asks
from troth.business.masterdata.models import AvailabilityRule, AvailabilityRuleStep, CheckingScope
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.sales import actions, jobs, queries
from troth.business.sales.models import NewDates, OrderLine
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.kernel.errors import Refusals
from troth.ledgers.availability.queries import open_shortages
from troth.ledgers.stock import queries as stock
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.reference import models as reference

SHOP = "location:SHOP"


@pytest.fixture
def shop(small):
    return shop_of(small)


def shop_of(small) -> reference.Bin:
    """A bin of a second location in Hamburg with four helmets; eight lie elsewhere in Hamburg."""
    location = reference.StorageLocation.objects.create(site=small.sites["HAM"], code="SHOP", name="Shop")
    place = reference.Bin.objects.create(location=location, code="S1")
    rows = [(place.pk, 4), (small.bins["HAM"].pk, 8)]
    supply.load_opening_stock(
        [OpeningStock(small.products["HELMET"].pk, bin_id, quantity) for bin_id, quantity in rows],
        by=SYSTEM, clock=small.clock,
    )  # fmt: skip
    return place


def line(quantity=3, **fields) -> LineDraft:
    return LineDraft(**{"product": "HELMET", "quantity": quantity, "location": "SHOP", **fields})


def kept(small) -> int:
    return sum(row.quantity for row in stock.overview(small.products["HELMET"].pk) if row.key.owner == SHOP)


def broken() -> list[str]:
    return verify.lines(result for result in verify.run() if not result.holds)


def change(small, rep, order, **values):
    changes = OrderChanges(lines=(LineChange(line_number=10, values=values),))
    return actions.change_order(order.id, changes, by=rep, clock=small.clock)


def confirmed(order) -> int:
    ids = OrderLine.objects.filter(order_id=order.id).values_list("pk", flat=True)
    return sum(promises.confirmed("order", list(ids)).values())


def test_it_is_promised_what_lies_there_and_the_order_says_where(small, rep, draft, shop) -> None:
    order = actions.enter_order(draft("ALPHA", line(6)), by=rep, clock=small.clock)
    assert [one.confirmed for one in order.lines] == [4]
    [view] = queries.order(order.id, by=rep).lines
    assert view.line.location == "SHOP"
    other = actions.enter_order(draft("BETA", ("HELMET", 12)), by=rep, clock=small.clock)
    assert [one.confirmed for one in other.lines] == [8]
    assert (kept(small), broken()) == (4, [])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"location": "ATTIC"}, "The site has no storage location ATTIC in use. Choose another, or none."),
        ({"location": "OLD"}, "The site has no storage location OLD in use. Choose another, or none."),
        ({"location": "SHOW"}, "Location SHOW is left out of the check. Choose another, or none."),
        ({"site": "ROT"}, "The site has no storage location SHOP in use. Choose another, or none."),
        ({"product": "FITTING"}, "Product FITTING is not kept in stock. Leave the location out."),
        ({"location": "TOO-LONG-BY-FAR"}, "Use at most 10 characters."),
    ],
)
def test_what_cannot_be_is_refused(small, rep, draft, shop, fields, said) -> None:
    for code, values in (("OLD", {"is_active": False}), ("SHOW", {"is_left_out": True})):
        reference.StorageLocation.objects.create(site=small.sites["HAM"], code=code, name=code, **values)
    with pytest.raises(Refusals) as refused:
        actions.enter_order(draft("ALPHA", line(**fields)), by=rep, clock=small.clock)
    assert any(said in str(one.message) for one in refused.value.refusals)


def test_a_product_kept_in_batches_is_refused(small, rep, draft, shop) -> None:
    reference.Product.objects.filter(number="GLOVE").update(has_batches=True)
    with pytest.raises(Refusals, match="kept in batches"):
        actions.enter_order(draft("ALPHA", line(product="GLOVE")), by=rep, clock=small.clock)


def test_a_change_of_the_location_promises_anew(small, rep, draft, shop) -> None:
    order = actions.enter_order(draft("ALPHA", line(6)), by=rep, clock=small.clock)
    change(small, rep, order, location="")
    assert (confirmed(order), kept(small), broken()) == (6, 0, [])
    change(small, rep, order, location="SHOP")
    assert (confirmed(order), kept(small), broken()) == (4, 4, [])


def test_a_cancelled_order_gives_the_goods_back_to_the_site(small, rep, draft, shop) -> None:
    order = actions.enter_order(draft("ALPHA", line(4)), by=rep, clock=small.clock)
    actions.cancel_order(order.id, reason="too late", by=rep, clock=small.clock)
    assert (kept(small), broken()) == (0, [])
    other = actions.enter_order(draft("BETA", ("HELMET", 12)), by=rep, clock=small.clock)
    assert [one.confirmed for one in other.lines] == [12]


def test_the_lead_time_promises_nothing_from_there(small, rep, draft, shop) -> None:
    scope = CheckingScope.objects.get(code="order")
    scope.lead_time = True
    scope.save()
    small.products["HELMET"].lead_days = 2
    small.products["HELMET"].save()
    order = actions.enter_order(draft("ALPHA", line(6)), by=rep, clock=small.clock)
    assert [one.confirmed for one in order.lines] == [4]
    change(small, rep, order, location="")
    assert confirmed(order) == 6


def move_out(small, shop, quantity=3):
    return supply.move_stock(
        small.products["HELMET"].pk, from_bin_id=shop.pk, to_bin_id=small.bins["HAM"].pk, quantity=quantity,
        by=SYSTEM, clock=small.clock,
    )  # fmt: skip


def test_what_was_moved_away_is_promised_no_longer_and_again_when_it_is_back(small, rep, draft, shop) -> None:
    order = actions.enter_order(draft("ALPHA", line(3)), by=rep, clock=small.clock)
    assert [one.quantity for one in move_out(small, shop).short] == [2]
    assert jobs.work_off(small.clock) == 1
    assert (confirmed(order), open_shortages(), broken()) == (1, [], [])
    supply.move_stock(
        small.products["HELMET"].pk, from_bin_id=small.bins["HAM"].pk, to_bin_id=shop.pk, quantity=3, by=SYSTEM,
        clock=small.clock,
    )  # fmt: skip
    change(small, rep, order, is_fixed=True)
    assert (confirmed(order), kept(small), broken()) == (3, 3, [])


def test_an_order_whose_type_asks_is_asked(small, rep, draft, shop) -> None:
    asks(small)
    order = actions.enter_order(draft("ALPHA", line(3)), by=rep, clock=small.clock)
    move_out(small, shop)
    jobs.work_off(small.clock)
    [proposal] = NewDates.objects.all()
    assert (proposal.segment, proposal.missing, confirmed(order)) == (SHOP, 2, 3)
    taken = actions.take_new_dates(proposal.pk, version=1, by=rep, clock=small.clock)
    assert (taken.outcome, confirmed(order), open_shortages(), broken()) == ("taken", 1, [], [])


def test_the_whole_site_is_named_as_a_way_to_more(small, rep, draft, shop) -> None:
    order = actions.enter_order(draft("ALPHA", line(6)), by=rep, clock=small.clock)
    [line_id] = OrderLine.objects.filter(order_id=order.id).values_list("pk", flat=True)
    roads = {one.road: one.short for one in promising.earlier("order", line_id, clock=small.clock)}
    assert roads["anywhere"] == 0
    change(small, rep, order, location="")
    assert confirmed(order) == 6


def test_many_orders_in_one_go_share_what_lies_there(small, rep, draft, shop) -> None:
    drafts = [draft("ALPHA", line(3)), draft("BETA", ("HELMET", 9)), draft("BETA", line(3))]
    answers = actions.enter_orders(drafts, by=rep, clock=small.clock)
    assert [one.taken.lines[0].confirmed for one in answers] == [3, 9, 0]
    assert (kept(small), broken()) == (3, [])


def test_rules_name_nothing_for_it_and_serve_the_lines_beside_it(small, rep, draft, shop) -> None:
    rule = AvailabilityRule.objects.create(
        code="R1", name="R1", product=small.products["HELMET"], valid_from_on=company.LONG_AGO
    )
    AvailabilityRuleStep.objects.create(rule=rule, position=1, site=small.sites["ROT"])
    company.put_in_stock(small, "HELMET", 20, site="ROT")
    order = actions.enter_order(draft("BETA", line(6), line(20, location="")), by=rep, clock=small.clock)
    lines = [one for one in queries.order(order.id, by=rep).lines if one.line.stands and one.promise]
    served = [(one.site, one.line.location, one.promise.confirmed) for one in lines]
    assert ("HAM", "SHOP", 4) in served
    assert sum(confirmed for _, _, confirmed in served) == 24
    assert [site for site, location, _ in served if location] == ["HAM"]
    assert broken() == []


@pytest.mark.parametrize(
    "changes",
    [
        OrderChanges(lines=(LineChange(line_number=10, values={"site": "ROT"}),)),
        OrderChanges(header={"site": "ROT"}),
        OrderChanges(lines=(LineChange(line_number=10, values={"product": "FITTING", "quantity": "1"}),)),
    ],
)
def test_a_line_that_goes_elsewhere_does_not_keep_a_location_that_is_not_there(
    small, rep, draft, shop, changes
) -> None:
    order = actions.enter_order(draft("ALPHA", line(3, site="HAM")), by=rep, clock=small.clock)
    with pytest.raises(Refusals) as refused:
        actions.change_order(order.id, changes, by=rep, clock=small.clock)
    assert [(one.field, one.row) for one in refused.value.refusals] == [("location", 10)]
    assert (confirmed(order), kept(small), broken()) == (3, 3, [])


def test_a_line_that_goes_elsewhere_may_leave_its_location_behind(small, rep, draft, shop) -> None:
    order = actions.enter_order(draft("ALPHA", line(3)), by=rep, clock=small.clock)
    change(small, rep, order, site="ROT", location="")
    assert (kept(small), broken()) == (0, [])
