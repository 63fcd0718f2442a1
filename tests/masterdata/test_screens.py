"""Customers, products and prices are kept in the browser."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.masterdata.test_maintain import CUSTOMER, PRICE, PRODUCT
from tests.masterdata.world import price
from troth.business.masterdata.models import Customer, PriceCondition
from troth.platform.models import RoleGrant
from troth.reference.models import Product


def sign_in(role) -> Client:
    user = get_user_model().objects.create_user(role, password="correct horse battery")
    RoleGrant.objects.create(user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def keeper(world) -> Client:
    return sign_in("master_data")


@pytest.mark.parametrize("kind", ["customers", "products", "prices"])
def test_each_kind_has_a_list_a_form_and_a_file(world, keeper, kind):
    price(world, 12_50)
    key = {"customers": world.bikes, "products": world.bike, "prices": PriceCondition.objects.get()}[kind].pk
    for page in (
        f"/{kind}/",
        f"/{kind}/new/",
        f"/files/{kind}/import/",
        f"/{kind}/{key}/",
        f"/{kind}/{key}/deactivate/",
    ):
        assert keeper.get(page).status_code == 200, page
    listed = keeper.get(f"/{kind}/").content.decode()
    assert {"customers": "A Bike Store", "products": "Mountain bike", "prices": "LIST"}[kind] in listed
    written = b"".join(keeper.get(f"/files/{kind}.csv").streaming_content).decode()
    assert written.startswith("\ufeff")
    assert keeper.get(f"/{kind}/999999/").status_code == 404
    keeper.post(f"/{kind}/{key}/deactivate/")
    model = {"customers": Customer, "products": Product, "prices": PriceCondition}[kind]
    assert model.objects.get(pk=key).is_active is False


@pytest.mark.parametrize(
    ("kind", "values", "model"),
    [("customers", CUSTOMER, Customer), ("products", PRODUCT, Product), ("prices", PRICE, PriceCondition)],
)
def test_a_record_is_created_and_changed_by_its_form(world, keeper, kind, values, model):
    before = model.objects.count()
    answer = keeper.post(f"/{kind}/new/", values)
    assert (answer.status_code, model.objects.count()) == (302, before + 1)
    page = keeper.get(answer["Location"])
    shown = {name: field.value() for name, field in ((one.name, one) for one in page.context["form"])}
    sent = {name: "" if value is None else value for name, value in shown.items()}
    changed = {"customers": {"name": "Other"}, "products": {"name": "Other"}, "prices": {"amount": "7.00"}}[kind]
    assert keeper.post(answer["Location"], sent | changed).status_code == 302
    assert model.objects.latest("pk").version == 2
    stale = keeper.post(answer["Location"], sent | changed)
    assert (stale.status_code, model.objects.latest("pk").version) == (422, 2)


def test_a_refusal_comes_back_beside_its_field_with_what_was_typed(world, keeper):
    answer = keeper.post("/customers/new/", CUSTOMER | {"payer": "nobody", "name": "Typed"})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "There is no party nobody" in body
    assert "Typed" in body
    assert Customer.objects.count() == 2


def test_who_may_only_look_cannot_change(world):
    clerk = sign_in("billing_clerk")
    assert clerk.get(f"/customers/{world.bikes.pk}/").status_code == 200
    assert clerk.get("/customers/new/").status_code == 403
    assert clerk.post(f"/customers/{world.bikes.pk}/", {"name": "x"}).status_code == 403
    assert Customer.objects.get(pk=world.bikes.pk).version == 1


def test_who_may_not_see_the_cost_neither_reads_nor_changes_it(world):
    coordinator = sign_in("new_product_coordinator")
    page = coordinator.get(f"/products/{world.bike.pk}/")
    assert "40000" not in page.content.decode()
    sent = {one.name: one.value() or "" for one in page.context["form"]}
    assert coordinator.post(f"/products/{world.bike.pk}/", sent | {"name": "Road bike"}).status_code == 302
    world.bike.refresh_from_db()
    assert (world.bike.name, world.bike.standard_cost) == ("Road bike", 40_000)
    assert coordinator.get("/files/products.csv").status_code == 403
