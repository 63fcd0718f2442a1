"""Grouping, bins, picking, readiness and steps back, as small cases."""

from datetime import date

import pytest
from django.utils import translation

from troth.business.shipping.rules import bins, grouping, picking, readiness, reversals
from troth.business.shipping.states import DELIVERY, SHIPMENT, TRANSFER_ORDER
from troth.kernel.errors import InvalidInput, Sentence
from troth.kernel.lifecycle import IllegalTransition
from troth.platform.web.language import worded

MONDAY, TUESDAY, THURSDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 5)


def due(order, line, quantity, *, on=MONDAY, ship_to=1, complete=False, priority=5, **header):
    return grouping.DueLine(
        order_id=order,
        order_number=str(order),
        order_line_id=order * 10 + line,
        line_number=line,
        product_id=7,
        quantity=quantity,
        header=grouping.Header(
            **{
                "company_id": 1,
                "site_id": 1,
                "sold_to_id": 1,
                "ship_to_id": ship_to,
                "payer_id": 1,
                "route_id": 3,
                "incoterm": "DAP",
                "goods_issue_on": on,
                **header,
            }
        ),
        delivery_on=on,
        material_on=on,
        priority=priority,
        is_complete=complete,
    )


def sketch(groups):
    return [
        (made.header.goods_issue_on, [(line.order_id, line.line_number, line.quantity) for line in made.lines])
        for made in groups
    ]


def test_lines_of_one_ship_to_and_day_share_a_delivery_across_orders():
    made = grouping.group([due(2, 1, 4), due(1, 2, 3), due(1, 1, 5)])
    assert sketch(made) == [(MONDAY, [(1, 1, 5), (1, 2, 3), (2, 1, 4)])]


@pytest.mark.parametrize(
    "differing",
    [
        {"ship_to": 2},
        {"on": TUESDAY},
        {"route_id": 9},
        {"incoterm": "EXW"},
        {"site_id": 2},
        {"payer_id": 2},
        {"company_id": 2},
        {"sold_to_id": 2},
    ],
    ids=lambda differing: next(iter(differing)),
)
def test_a_delivery_is_split_by_everything_its_lines_must_share(differing):
    assert len(grouping.group([due(1, 1, 5), due(2, 1, 4, **differing)])) == 2


def test_a_complete_order_is_one_delivery_on_its_last_date_and_shares_it_with_nobody():
    made = grouping.group(
        [due(3, 1, 2, complete=True), due(3, 2, 2, on=TUESDAY, complete=True), due(4, 1, 1, on=TUESDAY)]
    )
    assert sketch(made) == [(TUESDAY, [(3, 1, 2), (3, 2, 2)]), (TUESDAY, [(4, 1, 1)])]


def test_schedule_lines_of_one_order_line_that_travel_together_become_one_line():
    made = grouping.group([due(1, 1, 5), due(1, 1, 3)])
    assert sketch(made) == [(MONDAY, [(1, 1, 8)])]


def test_the_most_urgent_line_gives_the_delivery_its_priority():
    [made] = grouping.group([due(1, 1, 5, priority=5), due(2, 1, 5, priority=2)])
    assert made.priority == 2


def test_a_complete_order_is_whole_when_all_it_has_open_is_due():
    lines = [due(3, 1, 2, complete=True), due(3, 1, 1, on=TUESDAY, complete=True)]
    assert grouping.missing_from_whole(lines, {31: 3}) == 0
    assert grouping.missing_from_whole(lines, {31: 4}) == 1
    assert grouping.missing_from_whole(lines, {31: 3, 32: 1}) == 1


def test_shares_of_a_value_sum_to_the_whole_whatever_is_taken_back_between():
    first = grouping.share(1000, ordered=3, delivered_after=1, standing=0)
    second = grouping.share(1000, ordered=3, delivered_after=2, standing=first)
    again = grouping.share(1000, ordered=3, delivered_after=2, standing=second)
    last = grouping.share(1000, ordered=3, delivered_after=3, standing=second + again)
    assert (first, second, again, last) == (333, 334, 333, 333)
    assert second + again + last == 1000


def test_an_over_delivery_adds_its_price():
    assert grouping.share(1000, ordered=3, delivered_after=4, standing=1000) == 333


@pytest.mark.parametrize(("quantity", "decimals", "weight"), [(3, 0, 2700), (1500, 3, 1350), (1, 3, 1), (0, 3, 0)])
def test_weight_follows_from_the_quantity_in_base_units(quantity, decimals, weight):
    assert grouping.measure(900, quantity, decimals) == weight


def shelf(name, quantity, *, on=MONDAY, owner="", sequence=0, product=7):
    return bins.Shelf(f"{name}{owner}", product, ord(name), name, sequence, quantity, on, owner)


def wanted(quantity, *, line=1, order_line=11, product=7):
    return bins.Wanted(line, order_line, product, quantity)


def fetched(fetches):
    return [(fetch.delivery_line_id, fetch.shelf.key, fetch.quantity) for fetch in fetches]


def test_own_allocated_stock_goes_first_then_the_fixed_bin_then_the_oldest():
    shelves = [
        shelf("A", 4, on=TUESDAY),
        shelf("B", 9, on=MONDAY),
        shelf("C", 3, owner="order:11", on=THURSDAY),
        shelf("D", 50, owner="order:99"),
    ]
    fetches, missing = bins.choose([wanted(10)], shelves, {7: ord("A")})
    assert (fetched(fetches), missing) == ([(1, "A", 4), (1, "B", 3), (1, "Corder:11", 3)], ())


def test_goods_of_one_day_are_fetched_along_the_walk():
    shelves = [shelf("A", 5, sequence=2), shelf("B", 5, sequence=1), shelf("C", 5, on=TUESDAY)]
    fetches, _ = bins.choose([wanted(7)], shelves, {})
    assert fetched(fetches) == [(1, "B", 5), (1, "A", 2)]


def test_what_lies_in_no_bin_is_reported_as_missing():
    fetches, missing = bins.choose([wanted(10), wanted(2, line=2)], [shelf("A", 9)], {})
    assert fetched(fetches) == [(1, "A", 9)]
    assert missing == (bins.Missing(1, 7, 1), bins.Missing(2, 7, 2))


def test_stock_allocated_to_another_line_is_not_touched():
    fetches, missing = bins.choose([wanted(1)], [shelf("D", 50, owner="order:99")], {7: ord("D")})
    assert (fetches, missing) == ((), (bins.Missing(1, 7, 1),))


LINES = (picking.ToFetch(1, 1, 21, 5), picking.ToFetch(2, 2, 22, 3))


def test_what_is_not_said_to_differ_was_found():
    picked = picking.outcome(LINES, {})
    assert [(one.picked, one.reason, one.given_back) for one in picked] == [(5, "", 0), (3, "", 0)]


def test_a_difference_goes_back_to_the_order_or_stays_on_the_delivery():
    found = {1: picking.Found(4, "damaged"), 2: picking.Found(0, "bin empty", keep_open=True)}
    picked = picking.outcome(LINES, found)
    assert [(one.picked, one.reason, one.given_back) for one in picked] == [(4, "damaged", 1), (0, "bin empty", 0)]


@pytest.mark.parametrize(
    ("found", "refusal"),
    [
        ({1: picking.Found(4)}, picking.ReasonMissing),
        ({1: picking.Found(4, "  ")}, picking.ReasonMissing),
        ({1: picking.Found(6)}, picking.ReasonMissing),
        ({1: picking.Found(-1, "typing error")}, InvalidInput),
        ({9: picking.Found(1)}, InvalidInput),
    ],
)
def test_a_pick_that_cannot_be_is_refused(found, refusal):
    with pytest.raises(refusal):
        picking.outcome(LINES, found)


def test_more_than_listed_is_told_apart_and_gives_nothing_back():
    [one, _] = picking.outcome(LINES, {1: picking.Found(6, "one box is seven")})
    assert (one.picked, one.more, one.given_back) == (6, 1, 0)


@pytest.mark.parametrize("limit", list(picking.Limit))
def test_the_smallest_room_says_how_much_more_may_leave_and_why(limit):
    one = picking.Picked(LINES[0], 8, "a full box", 0)
    rooms = [picking.Room(2, limit), picking.Room(3, picking.Limit.ORDER)]
    with pytest.raises(picking.FoundTooMuch, match="Position 1: 8 found instead of 5") as refused:
        picking.refuse_without_room(one, rooms, decimals=0)
    assert (refused.value.facts["allowed"], refused.value.facts["limit"]) == (2, limit.value)
    assert picking.refuse_without_room(one, [picking.Room(3, limit)], decimals=0) is None


READY = readiness.PickState(1, "FRAME", 5, 5)


def test_a_picked_delivery_without_blocks_is_ready():
    assert readiness.reasons([READY]) == ()


@pytest.mark.parametrize(
    ("lines", "more", "lack"),
    [
        ([], {}, readiness.Lack.NOTHING_LEFT),
        ([READY, readiness.PickState(2, "HELMET", 3, 1)], {}, readiness.Lack.NOT_PICKED),
        ([READY], {"open_transfer_orders": ["800"]}, readiness.Lack.OPEN_TRANSFER_ORDER),
        ([READY], {"blocks": [("4711", "limit")]}, readiness.Lack.BLOCKED),
    ],
)
def test_each_thing_that_is_missing_is_named(lines, more, lack):
    assert [reason.lack for reason in readiness.reasons(lines, **more)] == [lack]


def test_a_refused_goods_issue_names_all_that_is_missing():
    found = readiness.reasons(
        [readiness.PickState(2, "OIL", 1500, 0, "litre", 3)], blocks=[("Order 4711", "over the limit")]
    )
    with pytest.raises(readiness.NotReady) as refused:
        readiness.refuse_unless_ready("80000001", found)
    assert refused.value.facts["reasons"] == ["not_picked", "blocked"]
    assert "Line 2, OIL: 1.5 litre still to be picked." in refused.value.message


def test_a_step_back_over_a_later_document_is_refused_with_the_remedy():
    step = Sentence("delivery %(number)s", number=8), Sentence("cancel it")
    remedy = Sentence("cancel the transfer order or undo its pick")
    with pytest.raises(reversals.LaterDocuments) as refused:
        reversals.refuse_if_followed(*step, [Sentence("transfer order %(number)s", number=9)], remedy)
    assert refused.value.message == (
        "Transfer order 9 follows from delivery 8. To cancel it, cancel the transfer order or undo its pick first."
    )
    with translation.override("de"):
        said = worded(refused.value.message)
    assert said == (
        "Transportauftrag 9 folgt aus Lieferung 8. Zum Stornieren zuerst den Transportauftrag stornieren oder seine "
        "Kommissionierung zurücknehmen."
    )
    reversals.refuse_if_followed(*step, [], remedy)


@pytest.mark.parametrize(
    ("lifecycle", "state", "verb"),
    [
        (DELIVERY, "issued", "cancel"),
        (DELIVERY, "picked", "cancel"),
        (DELIVERY, "open", "issue"),
        (SHIPMENT, "planned", "depart"),
        (SHIPMENT, "departed", "cancel"),
        (TRANSFER_ORDER, "confirmed", "cancel"),
        (TRANSFER_ORDER, "cancelled", "confirm"),
    ],
)
def test_a_step_that_the_state_does_not_allow_is_refused(lifecycle, state, verb):
    with pytest.raises(IllegalTransition):
        lifecycle.step(state, verb)
