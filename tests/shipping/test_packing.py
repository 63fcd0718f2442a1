"""Packing: what is picked goes into handling units with a number of their own, until it is taken out again."""

import pytest

from tests.shipping.conftest import assert_books_hold, footprint
from tests.shipping.test_amend import to
from troth.business.masterdata.models import Packaging
from troth.business.shipping import queries
from troth.business.shipping.models import Delivery, HandlingUnit
from troth.business.shipping.queries.packing import delivery_scanned, to_pack
from troth.business.shipping.rules import packing
from troth.business.shipping.rules.amendment import HasLeft
from troth.business.shipping.rules.packing import Box, Loose, check_digit, spread, sscc
from troth.business.shipping.rules.readiness import NotReady
from troth.business.shipping.rules.reversals import LaterDocuments
from troth.kernel.errors import BusinessError, InvalidInput, NotFound
from troth.kernel.lifecycle import IllegalTransition
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.locks import ChangedMeanwhile
from troth.reference.models import Company, Site

PREFIX = "4012345"


@pytest.mark.parametrize(
    ("digits", "check"),
    [("10614141234567890", "8"), ("400638133393", "1"), ("590123412345", "7"), ("629104150021", "3")],
)
def test_the_check_digit_is_that_of_gs1(digits, check):
    assert check_digit(digits) == check


def test_a_number_holds_the_prefix_and_the_serial_and_counts_on_in_its_first_digit():
    assert sscc(PREFIX, 42, company="F") == "0" + PREFIX + "000000042" + check_digit("0" + PREFIX + "000000042")
    assert len({sscc(PREFIX, serial, company="F") for serial in (1, 10**9, 10**9 + 1, 9 * 10**9)}) == 4
    assert sscc(PREFIX, 10**9 + 1, company="F").startswith("1" + PREFIX + "000000001")
    with pytest.raises(packing.NoPrefix, match="F has no GS1 prefix"):
        sscc("", 1, company="F")


def loose(number, quantity, weight_g, decimals=0):
    return Loose(number, number, f"P{number}", quantity, weight_g, decimals, "piece")


def test_boxes_are_filled_by_weight_one_after_the_other():
    carton = Box(1, "Carton", 500, 10_500)
    assert spread([loose(1, 7, 3000), loose(2, 2, 1000)], carton) == [{1: 3}, {1: 3}, {1: 1, 2: 2}]
    assert spread([loose(1, 7, 3000), loose(2, 5, 0)], Box(1, "Pallet", 500)) == [{1: 7, 2: 5}]
    assert spread([loose(1, 12_500, 900, decimals=3)], Box(1, "Can", 0, 9_000)) == [{1: 10_000}, {1: 2_500}]
    with pytest.raises(packing.TooHeavy, match=r"weighs 11\.5 kg"):
        spread([loose(1, 2, 11_000)], carton)
    with pytest.raises(packing.TooHeavy):
        spread([loose(1, 2, 1_253, decimals=1)], Box(1, "Tin", 0, 125))


def ready_to_pack(yard):
    company = Company.objects.get()
    company.gs1_prefix = PREFIX
    company.save()
    Packaging.objects.create(code="CARTON", name="Carton", tare_weight_g=400, max_weight_g=5_000)
    Packaging.objects.create(code="PALLET", name="Pallet", tare_weight_g=20_000)
    Packaging.objects.create(code="OLD", name="Old box", is_active=False)
    return yard


@pytest.fixture
def packer(yard):
    """The yard of a company with a GS1 prefix, cartons up to 5 kg, and pallets."""
    return ready_to_pack(yard)


def pack(yard, delivery, packaging="CARTON", **more):
    numbers = {"FRAME": 1, "HELMET": 2}
    quantities = {numbers[product]: str(quantity) for product, quantity in more.items() if product in numbers}
    rest = {name: value for name, value in more.items() if name not in numbers}
    return yard.do("pack", delivery_id=delivery.id, packaging=packaging, quantities=quantities, **rest)


def test_what_is_picked_is_packed_and_weighed(packer):
    _order, delivery, _transfer = packer.picked(FRAME=2, HELMET=3)
    first = pack(packer, delivery, FRAME=2, HELMET=1)
    second = pack(packer, delivery, "PALLET", HELMET=2)
    assert (first.weight_g, second.weight_g) == (400 + 2 * 2000 + 300, 20_000 + 600)
    units = queries.handling_units([delivery.id])
    assert [(unit.position, unit.packaging) for unit in units] == [(1, "CARTON"), (2, "PALLET")]
    assert [[(one.product, one.quantity) for one in unit.contents] for unit in units] == [
        [("FRAME", 2), ("HELMET", 1)],
        [("HELMET", 2)],
    ]
    for unit in units:
        assert len(unit.number) == 18
        assert unit.number[1:8] == PREFIX
        assert unit.number[-1] == check_digit(unit.number[:-1])
    assert_books_hold()


def test_no_more_is_packed_than_is_picked_and_loose(packer):
    _order, delivery = packer.delivered(FRAME=2, HELMET=3)
    with pytest.raises(packing.PackedTooMuch, match=r"1 piece to pack, but 0 piece are picked"):
        pack(packer, delivery, FRAME=1)
    packer.do("confirm_all", transfer_order_id=packer.transfer(delivery).id)
    pack(packer, delivery, FRAME=1)
    before = footprint()
    with pytest.raises(packing.PackedTooMuch, match=r"FRAME: 2 piece to pack, but 1 piece are picked") as refusal:
        pack(packer, delivery, FRAME=2)
    assert refusal.value.field == "1"
    for quantities, wrong in (({}, packing.NothingToPack), ({1: "0"}, packing.NothingToPack), ({9: "1"}, InvalidInput)):
        with pytest.raises(wrong):
            packer.do("pack", delivery_id=delivery.id, packaging="CARTON", quantities=quantities)
    for wrong in ("-1", "many", "0.5", ""):
        with pytest.raises(BusinessError) as refused:
            packer.do("pack", delivery_id=delivery.id, packaging="CARTON", quantities={1: wrong, 2: "1"})
        assert refused.value.field == "1"
    for unknown in ("BOX", "OLD", ""):
        with pytest.raises(packing.PackagingUnknown):
            pack(packer, delivery, unknown, FRAME=1)
    with pytest.raises(ChangedMeanwhile):
        pack(packer, delivery, FRAME=1, expected_version=1)
    assert footprint() == before


def test_packaging_carries_what_its_table_says(packer):
    _order, delivery, _transfer = packer.picked(FRAME=5, HELMET=4)
    with pytest.raises(packing.TooHeavy, match=r"Carton may weigh 5 kg at most, packed like this it weighs 6\.4 kg"):
        pack(packer, delivery, FRAME=3)
    with pytest.raises(packing.TooHeavy):
        packer.do("pack_all", delivery_id=delivery.id, packaging="CARTON", into_one=True)
    made = packer.do("pack_all", delivery_id=delivery.id, packaging="CARTON")
    assert [unit.weight_g for unit in made.units] == [4_400, 4_400, 400 + 2000 + 4 * 300]
    with pytest.raises(packing.NothingToPack):
        packer.do("pack_all", delivery_id=delivery.id, packaging="CARTON")
    for unit in made.units:
        packer.do("unpack", delivery_id=delivery.id, handling_unit_id=unit.id)
    [one] = packer.do("pack_all", delivery_id=delivery.id, packaging="PALLET", into_one=True).units
    assert one.weight_g == 20_000 + 5 * 2000 + 4 * 300
    assert one.number not in {unit.number for unit in made.units}
    assert_books_hold()


def test_without_a_prefix_nothing_is_packed(packer):
    _order, delivery, _transfer = packer.picked(FRAME=1)
    kept = Company.objects.get()
    kept.gs1_prefix = ""
    kept.save()
    with pytest.raises(packing.NoPrefix, match="Enter it with the company's record"):
        pack(packer, delivery, FRAME=1)
    assert not HandlingUnit.objects.exists()


def test_one_key_packs_once(packer):
    _order, delivery, _transfer = packer.picked(FRAME=2)
    assert pack(packer, delivery, FRAME=1, key="k") == pack(packer, delivery, FRAME=1, key="k")
    assert HandlingUnit.objects.count() == 1


def test_a_unit_is_unpacked_until_the_goods_have_left(packer):
    _order, delivery, _transfer = packer.picked(FRAME=2)
    first, second = pack(packer, delivery, FRAME=1), pack(packer, delivery, FRAME=1)
    packer.do("unpack", delivery_id=delivery.id, handling_unit_id=first.id)
    _order, other, _transfer = packer.picked(FRAME=1)
    for delivery_id, unit_id in ((delivery.id, first.id), (other.id, second.id), (delivery.id, 10**12)):
        with pytest.raises(NotFound):
            packer.do("unpack", delivery_id=delivery_id, handling_unit_id=unit_id)
    packer.issue(delivery)
    for verb, more in (
        ("unpack", {"handling_unit_id": second.id}),
        ("pack_all", {"packaging": "CARTON"}),
    ):
        with pytest.raises(IllegalTransition):
            packer.do(verb, delivery_id=delivery.id, **more)
    packer.do("reverse_goods_issue", delivery_id=delivery.id, reason="lorry broke down")
    assert [unit.id for unit in queries.handling_units([delivery.id])] == [second.id]
    packer.do("unpack", delivery_id=delivery.id, handling_unit_id=second.id)
    assert_books_hold()


def test_a_pick_is_undone_only_when_its_goods_are_unpacked_and_the_delivery_then_cancelled(packer):
    _order, delivery, transfer = packer.picked(FRAME=2, HELMET=3)
    unit = pack(packer, delivery, HELMET=1)
    with pytest.raises(LaterDocuments, match=f"Handling unit {unit.number} follows .* unpack first"):
        packer.do("undo_pick", transfer_order_id=transfer.id, reason="wrong pallet")
    packer.do("unpack", delivery_id=delivery.id, handling_unit_id=unit.id)
    packer.do("undo_pick", transfer_order_id=transfer.id, reason="wrong pallet")
    packer.do("cancel_delivery", delivery_id=delivery.id, reason="customer called")
    assert not HandlingUnit.objects.exists()
    with pytest.raises(IllegalTransition):
        pack(packer, delivery, FRAME=1)
    assert_books_hold()


def test_where_the_site_asks_for_it_goods_leave_only_packed(packer):
    _order, delivery, _transfer = packer.picked(FRAME=2, HELMET=3)
    _order, elsewhere, _transfer = packer.picked(GLOVE=1)
    packer.issue(elsewhere)  # no site asks for it yet
    site = Site.objects.get(code="HAM")
    site.packing_before_issue = True
    site.save()
    pack(packer, delivery, HELMET=2)
    with pytest.raises(NotReady) as refusal:
        packer.issue(delivery)
    assert refusal.value.facts["reasons"] == ["not_packed", "not_packed"]
    assert "Line 1, FRAME: 2 piece still to be packed." in refusal.value.message
    assert "Line 2, HELMET: 1 piece still to be packed." in refusal.value.message
    packer.do("pack_all", delivery_id=delivery.id, packaging="PALLET", into_one=True)
    packer.issue(delivery)
    assert Delivery.objects.get(pk=delivery.id).state == "issued"
    assert_books_hold()


def test_an_order_falls_as_far_as_its_goods_are_not_packed(packer):
    order, delivery, _transfer = packer.picked(FRAME=5)
    unit = pack(packer, delivery, FRAME=2)
    before = footprint()
    with pytest.raises(HasLeft, match=f"delivery {delivery.number} is packed") as refusal:
        packer.do("amend_order", order_id=order.id, amendment=to(1))
    assert refusal.value.facts["least"] == 2
    assert footprint() == before
    packer.do("amend_order", order_id=order.id, amendment=to(2))
    assert Delivery.objects.get(pk=delivery.id).state == "picked"
    assert queries.packed([delivery.id]) == {queries.delivery(delivery.id, by=SYSTEM).lines[0].id: 2}
    packer.do("unpack", delivery_id=delivery.id, handling_unit_id=unit.id)
    packer.do("amend_order", order_id=order.id, amendment=to(1))
    assert_books_hold()


def test_what_is_to_be_packed_is_listed_until_it_is(packer):
    site = Site.objects.get(code="HAM")
    _order, delivery, _transfer = packer.picked(FRAME=2)
    assert not to_pack(SYSTEM)
    site.packing_before_issue = True
    site.save()
    packer.delivered(GLOVE=1)
    assert [one.pk for one in to_pack(SYSTEM)] == [delivery.id]
    pack(packer, delivery, FRAME=1)
    elsewhere = Actor(7, "Walter", (Grant("warehouse_clerk", None, packer.company.sites["ROT"].pk),))
    assert [one.pk for one in to_pack(SYSTEM)] == [delivery.id]
    assert not to_pack(elsewhere)
    pack(packer, delivery, FRAME=1)
    assert not to_pack(SYSTEM)


def test_a_delivery_is_found_by_its_number_and_by_that_of_its_transfer_order(packer):
    _order, delivery, transfer = packer.picked(FRAME=2)
    for code in (delivery.number, delivery.number.lower(), transfer.number):
        assert delivery_scanned(code, by=SYSTEM) == delivery.id
    elsewhere = Actor(7, "Walter", (Grant("warehouse_clerk", None, packer.company.sites["ROT"].pk),))
    for code, by in (("", SYSTEM), ("HELMET", SYSTEM), (delivery.number, elsewhere)):
        with pytest.raises(NotFound, match="is no delivery of yours"):
            delivery_scanned(code, by=by)
    _order, first = packer.delivered(HELMET=1)
    _order, second = packer.delivered(GLOVE=1)
    both = packer.transfer(first, second)
    with pytest.raises(NotFound, match="fetched for several deliveries"):
        delivery_scanned(both.number, by=SYSTEM)


def test_who_works_for_two_companies_sees_of_each_the_sites_granted_there(yard):
    ready_to_pack(yard)
    Site.objects.update(packing_before_issue=True)
    delivery = yard.deliver(yard.order(FRAME=2))
    yard.do("confirm_all", transfer_order_id=yard.transfer(delivery).id)
    company_id = Company.objects.get().pk
    elsewhere = Site.objects.exclude(pk=yard.site).first().pk
    granted = [Grant("warehouse_clerk", company_id + 1, None), Grant("warehouse_clerk", company_id, elsewhere)]
    for grants, seen in ((granted, []), ([*granted, Grant("warehouse_clerk", company_id, yard.site)], [delivery.id])):
        clerk = Actor(7, "Walter", tuple(grants))
        assert list(to_pack(clerk).values_list("pk", flat=True)) == seen
