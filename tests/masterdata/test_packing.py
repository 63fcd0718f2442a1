"""The screens of package sizes: in people's units, by customer number, refused by field; and the file."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.masterdata.test_screens import sign_in
from troth.business.masterdata import imports
from troth.business.masterdata.models import CustomerProduct, PackageSizes
from troth.kernel.errors import Refusals
from troth.platform.actors import SYSTEM
from troth.platform.models import Event
from troth.reference.models import ProductUnit


@pytest.fixture
def keeper(world) -> Client:
    return sign_in("master_data")


def sent(client, path, **values):
    return client.post(path, {"is_active": "yes", "rounding": "none", **values})


def brought(world, *rows):
    from tests.masterdata.world import CLOCK

    content = "\n".join(("product,customer,sizes,rounding", *rows)) + "\n"
    return imports.import_file("package_sizes", content.encode(), by=SYSTEM, clock=CLOCK)


def test_sizes_are_typed_with_units_of_the_product_listed_changed_and_retired_with_a_reason(world, keeper):
    made = sent(keeper, "/package-sizes/new/", product="BK-1", customer="C1", sizes="6; 3 BOX", rounding="up")
    one = PackageSizes.objects.get()
    assert made.url == f"/package-sizes/{one.pk}/"
    assert (one.product, one.customer, one.sizes, one.rounding) == (world.bike, world.bikes, "6, 12", "up")
    page = keeper.get("/package-sizes/?customer=C1&rounding=up").content.decode()
    assert "6; 12 PC" in page
    assert "BK-1" in page
    assert "6; 12 PC" not in keeper.get("/package-sizes/?rounding=down").content.decode()
    assert "6; 12 PC" not in keeper.get("/package-sizes/?product=CB-1").content.decode()
    sent(keeper, made.url, product="BK-1", customer="10/C1", sizes="6, 18", rounding="down", version="1")
    one.refresh_from_db()
    assert (one.sizes, one.rounding, one.version) == ("6, 18", "down", 2)
    assert keeper.post(f"{made.url}deactivate/", {"reason": ""}).status_code == 422
    keeper.post(f"{made.url}deactivate/", {"reason": "loose goods only"})
    one.refresh_from_db()
    assert (one.is_active, one.reason, one.version) == (False, "loose goods only", 3)
    assert "loose goods only" in keeper.get("/package-sizes/?inactive=1").content.decode()
    kinds = [event.kind for event in Event.objects.order_by("pk")]
    assert kinds[-3:] == ["masterdata.package_sizes_created", *["masterdata.package_sizes_changed"] * 2]
    keeper.post(f"{made.url}activate/")
    one.refresh_from_db()
    assert one.is_active


def test_sizes_of_goods_that_are_measured_are_typed_and_shown_in_the_base_unit(world, keeper):
    made = sent(keeper, "/package-sizes/new/", product="CB-1", sizes="0.5; 2")
    assert PackageSizes.objects.get().sizes == "500, 2000"
    assert 'value="0.5; 2"' in keeper.get(made.url).content.decode()
    get_user_model().objects.update(language="de")
    assert 'value="0,5; 2"' in keeper.get(made.url).content.decode()
    sent(keeper, made.url, product="CB-1", sizes="1,5; 2", version="1")
    assert PackageSizes.objects.get().sizes == "1500, 2000"


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ("6; 6", "stands there twice"),
        ("12; 3 BOX", "stands there twice"),
        ("1 PAL", "no conversion from PAL"),
        ("1.5", "more decimals than PC allows"),
        ("0", "above zero"),
        ("six", "is no size"),
        ("6, 1e3", "no conversion from e3"),
    ],
)
def test_sizes_that_cannot_be_are_refused_at_the_field_with_a_remedy(world, keeper, sizes, said):
    answer = sent(keeper, "/package-sizes/new/", product="BK-1", sizes=sizes)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert PackageSizes.objects.count() == 0


def test_a_size_that_is_no_whole_number_of_base_units_is_refused(world, keeper):
    ProductUnit.objects.filter(product=world.bike).update(numerator=1, denominator=3)
    assert "not a whole number" in sent(keeper, "/package-sizes/new/", product="BK-1", sizes="1 BOX").content.decode()


def test_sizes_that_contradict_the_multiples_it_is_ordered_in_are_refused_for_whom_they_hold(world):
    world.bike.multiple_quantity = 4
    world.bike.save()
    with pytest.raises(Refusals) as caught:
        brought(world, 'BK-1,,"8, 2, 6",none')
    [refusal] = caught.value.refusals
    assert (refusal.row, refusal.field) == (1, "sizes")
    assert "A package of 6 PC does not fit orders in multiples of 4 PC" in str(refusal.message)
    CustomerProduct.objects.create(customer=world.bikes, product=world.bike, multiple_quantity=3)
    assert brought(world, 'BK-1,10/C1,"6, 12",up').created == 1
    with pytest.raises(Refusals, match="multiples of 3 PC"):
        brought(world, "BK-1,10/C1,8,up")


def test_a_file_takes_units_and_the_same_file_again_changes_nothing(world):
    row = 'BK-1,,"6, 2 BOX",down'
    assert brought(world, row).created == 1
    assert PackageSizes.objects.get().sizes == "6, 8"
    assert brought(world, row).unchanged == 1
