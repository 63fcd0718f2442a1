"""What customers have agreed for products: kept in a form, seen over all customers, ended."""

import re

import time_machine

from troth.business.masterdata.models import Customer, CustomerProduct

NOW = "2026-03-02T08:00:00Z"
SENT = {
    "customer": "ALPHA", "product": "HELMET", "number": "A-77", "minimum_quantity": "10", "multiple_quantity": "5",
    "over_tolerance_basis_points": "2.5", "under_tolerance_basis_points": "10", "is_active": "yes",
}  # fmt: skip


def said(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@time_machine.travel(NOW)
def test_it_is_agreed_on_the_customers_page_changed_and_ended(world, sign_in):
    browser, customer = sign_in("master_data"), Customer.objects.get(party__number="ALPHA")
    page = browser.get(f"/customers/{customer.pk}/about/?tab=agreed").content.decode()
    assert "/agreed-products/new/?customer=ALPHA" in page
    assert 'value="ALPHA"' in browser.get("/agreed-products/new/?customer=ALPHA").content.decode()
    browser.post("/agreed-products/new/", {**SENT, "_key": "one"})
    browser.post("/agreed-products/new/", {**SENT, "_key": "one"})
    agreed = CustomerProduct.objects.get(number="A-77")
    figures = (agreed.minimum_quantity, agreed.multiple_quantity, agreed.over_tolerance_basis_points)
    assert (*figures, agreed.under_tolerance_basis_points) == (10, 5, 250, 1000)
    shown = said(browser.get("/agreed-products/?q=A-77"))
    assert "ALPHA" in shown
    assert "2.50 % 10.00 %" in shown
    assert (
        f"/agreed-products/{agreed.pk}/" in browser.get(f"/customers/{customer.pk}/about/?tab=agreed").content.decode()
    )

    form = browser.get(f"/agreed-products/{agreed.pk}/").content.decode()
    assert 'value="2.50"' in form
    browser.post(f"/agreed-products/{agreed.pk}/", {**SENT, "minimum_quantity": "20", "version": agreed.version})
    agreed.refresh_from_db()
    assert (agreed.minimum_quantity, agreed.version) == (20, 2)
    stale = browser.post(f"/agreed-products/{agreed.pk}/", {**SENT, "version": "1"})
    assert (stale.status_code, CustomerProduct.objects.get(pk=agreed.pk).minimum_quantity) == (422, 20)
    browser.post(f"/agreed-products/{agreed.pk}/deactivate/")
    assert not CustomerProduct.objects.get(pk=agreed.pk).is_active
    assert "A-77" not in said(browser.get("/agreed-products/"))


@time_machine.travel(NOW)
def test_what_is_typed_wrongly_is_refused_at_its_field_and_nothing_is_written(world, sign_in):
    browser = sign_in("master_data")
    before = CustomerProduct.objects.count()
    wrong = (
        {"customer": "NOBODY"}, {"product": "NOTHING"}, {"minimum_quantity": "1.5"}, {"multiple_quantity": "-1"},
        {"over_tolerance_basis_points": "much"}, {"under_tolerance_basis_points": "101"},
    )  # fmt: skip
    answers = [browser.post("/agreed-products/new/", {**SENT, **one}) for one in wrong]
    assert [answer.status_code for answer in answers] == [422] * len(wrong)
    for one, answer in zip(wrong, answers, strict=True):
        assert f'href="#id_{next(iter(one))}"' in answer.content.decode(), one
    assert CustomerProduct.objects.count() == before
    assert sign_in("representative").post("/agreed-products/new/", SENT).status_code == 403
