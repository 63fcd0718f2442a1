"""Each page opens for the roles that may see it, and for nobody else; each list tells why it is empty."""

import re

import pytest
from django.urls import resolve

from troth.platform import permissions
from troth.platform.permissions import PERMISSIONS, PUBLIC, ROLES, SIGNED_IN

LISTS = (
    "/orders/", "/quotations/", "/due/?horizon=365", "/deliveries/", "/proofs/", "/shipments/", "/transfer-orders/",
    "/billing/due/", "/invoices/", "/open-items/", "/payments/", "/journal/", "/stock/", "/receipts/", "/credit/",
    "/credit/blocked/", "/blocks/", "/customers/", "/products/", "/prices/", "/people/", "/holds/", "/backorders/",
    "/backorders/variants/", "/orders/new-dates/", "/promises/slips/", "/promises/reactions/",
    "/lots/",
)  # fmt: skip
PAGES = (
    "/", "/inbox/",
    "/availability/", "/availability/?product=FRAME&site=HAM", "/availability/coverage/", "/search/?q=a",
    "/preferences/formats/",
    "/availability/what-if/", "/availability/what-if/?document=NONE",
    "/availability/what-if/?product=FRAME&site=HAM&quantity=5&on=2026-03-11&mode=partial",
    "/holds/new/", "/holds/{hold}/", "/holds/{hold}/?tab=history", "/holds/{hold}/extend/", "/holds/{hold}/order/",
    "/backorders/{backorder}/", "/backorders/{backorder}/?tab=customers", "/backorders/{backorder}/?tab=orders",
    "/backorders/{backorder}/?tab=left", "/backorders/{backorder}/?tab=history", "/backorders/{backorder}/changes/",
    "/backorders/{backorder}/changes/?verdict=worse&taker=SO-1&sort=-moves", "/backorders/{backorder}/progress/",
    "/backorders/changes/{change}/", "/backorders/variants/new/", "/backorders/variants/{variant}/",
    "/backorders/variants/{variant}/?tab=runs", "/backorders/variants/{variant}/?tab=history",
    "/backorders/variants/{variant}/change/", "/backorders/variants/{variant}/segments/new/",
    "/backorders/segments/{segment}/", "/backorder-files/backorder_variants/import/",
    "/promises/slips/?q=PO&site=HAM&hung=1", "/promises/reactions/?slip={slip}&policy=repromise",
    "/promises/unconfirmed/", "/promises/unconfirmed/?nothing=1&sort=requested_on&q=Nobody",
    "/promises/kept/", "/promises/kept/?by=month", "/promises/departures/",
    "/promises/{promise}/", "/promises/{promise}/?tab=now", "/promises/{promise}/?tab=history",
    "/orders/new-dates/{new_dates}/", "/orders/new-dates/{new_dates}/?tab=earlier",
    "/orders/new-dates/{new_dates}/keep/", "/orders/new-dates/?state=open&site=HAM&mine=1&q=SO",
    "/orders/new/", "/orders/{order}/", "/orders/{order}/?tab=promise", "/orders/{order}/?tab=flow",
    "/orders/{order}/?tab=history", "/orders/{draft}/", "/orders/{draft}/change/", "/orders/{due}/change/",
    "/orders/{blocked}/", "/orders/{due}/cancel/", "/orders/{due}/block/", "/orders/{blocked}/reject/",
    "/orders/{due}/items/10/reject/", "/orders/{due}/items/10/allocate/", "/quotations/new/",
    "/quotations/{quotation}/", "/quotations/{quotation}/?tab=flow", "/quotations/{quotation}/?tab=availability",
    "/quotations/{quotation}/change/", "/quotations/{quotation}/reject/", "/quotations/{quotation}/order/",
    "/quotations/{quotation}/?tab=held", "/quotations/{quotation}/hold/", "/quotations/{quotation}/hold/extend/",
    "/quotations/{quotation}/hold/release/",
    "/deliveries/{delivery}/", "/deliveries/{delivery}/?tab=fetching", "/deliveries/{delivery}/?tab=flow",
    "/deliveries/{open_delivery}/", "/deliveries/{open_delivery}/change/", "/deliveries/{open_delivery}/assign/",
    "/deliveries/{open_delivery}/cancel/", "/deliveries/{delivery}/reverse/", "/deliveries/{unproven}/",
    "/deliveries/{unproven}/prove/", "/deliveries/{unproven}/withdraw-proof/", "/shipments/new/",
    "/shipments/{shipment}/", "/shipments/{shipment}/?tab=fetching", "/shipments/{shipment}/assign/",
    "/shipments/{shipment}/cancel/", "/transfer-orders/{transfer}/", "/transfer-orders/{transfer}/confirm/",
    "/transfer-orders/{transfer}/cancel/", "/transfer-orders/{picked}/undo/", "/invoices/{invoice}/",
    "/invoices/{invoice}/?tab=flow", "/invoices/{invoice}/cancel/", "/payments/new/",
    "/payments/new/?invoice={invoice}", "/payments/{payment}/", "/payments/{payment}/?tab=flow",
    "/payments/{payment}/clear/", "/payments/{payment}/reverse/", "/payments/clearings/{clearing}/reset/",
    "/forecasts/", "/forecasts/enter/",
    "/receipts/new/", "/receipts/plan/", "/receipts/{planned}/", "/receipts/{planned}/change/",
    "/receipts/{planned}/convert/", "/receipts/{receipt}/", "/receipts/{receipt}/receive/",
    "/receipts/{receipt}/change/", "/receipts/{receipt}/cancel/",
    "/stock/overview/", "/stock/overview/?product=FRAME",
    "/stock/{stock}/", "/stock/{stock}/move/", "/stock/{stock}/count/",
    "/stock/{stock}/transfer/", "/stock/{stock}/?tab=transfers",
    "/stock/{inspected}/", "/stock/{inspected}/lot/", "/lots/{lot}/", "/lots/{lot}/?tab=history", "/lots/{lot}/change/",
    "/lots/{lot}/decide/", "/lots/?state=decided&site=HAM&origin=purchase&releasable=1&q=IL",
    "/credit/{company}/{party}/", "/credit/{company}/{party}/limit/",
    "/credit/blocked/{block}/", "/credit/blocked/{block}/keep/", "/credit-files/credit_accounts/import/",
    "/credit/ratings/", "/credit/ratings/?stale=1&q=A&sort=-rated_on", "/credit/{company}/{party}/?tab=ratings",
    "/credit-files/credit_ratings/import/",
    "/customers/{customer}/", "/products/{product}/", "/prices/{price}/", "/people/new/",
    "/checking-scopes/", "/checking-scopes/{scope}/", "/checking-scopes/{scope}/try/", "/availability-groups/",
    "/availability-groups/{group}/", "/packing/", "/deliveries/{delivery}/pack/", "/deliveries/{open_delivery}/pack/",
    "/deliveries/{delivery}/?tab=packing", "/blocks/{standing}/release/", "/deliveries/{open_delivery}/block/",
    "/orders/{blocked}/?tab=blocks", "/deliveries/{open_delivery}/?tab=blocks", "/blocks/?mine=1&age=7&customer=Gamma",
    "/picking/", "/picking/{transfer}/", "/issues/", "/documents/order/{order}/issues/new/",
    "/requests/", "/documents/order/{order}/requests/new/",
    "/products/{product}/about/", "/customers/{customer}/about/", "/files/", "/files/bins/import/",
    "/files/customers/import/", "/agreed-products/", "/agreed-products/new/", "/listings/", "/listings/new/",
    "/substitutions/", "/substitutions/new/", "/free-goods/", "/free-goods/new/",
    "/package-sizes/", "/package-sizes/new/", "/product-sites/", "/product-sites/new/", "/batches/", "/batches/new/",
    "/admin/", *LISTS,
    "/quota-procedures/", "/quota-procedures/new/", "/quota-procedures/{quota}/", "/quota-procedures/{quota}/cells/",
    "/quota-procedures/{quota}/targets/import/", "/quota-files/supply_protections/import/",
    "/quota-files/quota_procedures/import/", "/quota-files/quota_sequences/import/",
    "/quota-cells/{cell}/", "/quota-cells/{cell}/retire/",
    "/quota-sequences/", "/quota-sequences/new/", "/quota-sequences/{sequence}/",
    "/quotas/try/", "/quotas/try/?product=FRAME&site=HAM&customer=ALPHA&quantity=5&on=2026-03-11",
    "/supply-protections/", "/supply-protections/new/", "/supply-protections/{protection}/",
    "/credit-checks/", "/credit-checks/new/", "/orders/{blocked}/?tab=credit",
    "/availability-rules/", "/availability-rules/new/", "/alternatives/", "/alternatives/new/", "/offering/try/",
)  # fmt: skip
FILES = ("/quota-procedures/{quota}/targets.csv", "/quota-procedures/{quota}/targets.xlsx")
"""What is opened like a page and is none."""


def rule_of(url: str) -> str:
    return permissions.declared(resolve(url.partition("?")[0]).view_name)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_opens_what_it_may_and_nothing_else(role, world, sign_in):
    browser = sign_in(role)
    wrong = []
    for page in (*PAGES, *FILES):
        url = world.url(page)
        rule = rule_of(url)
        expected = 200 if rule in (PUBLIC, SIGNED_IN) or role in PERMISSIONS[rule] else 403
        status = browser.get(url).status_code
        wrong += [f"{page}: {status}, not {expected}"] if status != expected else []
    assert wrong == []


@pytest.mark.parametrize("page", LISTS)
def test_an_empty_list_says_why_it_is_empty(page, db, sign_in):
    people = "administrator" if page == "/people/" else ""
    browser = sign_in(people or "auditor", *([] if people else ["transport_coordinator", "billing_clerk"]))
    answer = browser.get(page)
    assert answer.status_code == 200
    if page != "/people/":
        assert 'class="empty"' in answer.content.decode()


@pytest.mark.parametrize("page", LISTS)
def test_a_list_shows_its_rows_and_exports_them(page, world, sign_in):
    browser = sign_in("administrator", "auditor", "transport_coordinator", "billing_clerk")
    shown = browser.get(page).content.decode()
    joined = "&" if "?" in page else "?"
    exported = b"".join(browser.get(f"{page}{joined}export=csv").streaming_content).decode()
    rows = exported.strip().splitlines()[1:]
    assert "row-link" in shown or page == "/journal/"
    assert rows


def test_who_has_not_signed_in_is_asked_to(client, db):
    assert client.get("/orders/").headers["Location"] == "/sign-in/?next=/orders/"


def test_buttons_that_one_may_not_press_are_not_there(world, sign_in):
    page = world.url("/orders/{draft}/")
    assert "Submit order" in sign_in("representative").get(page).content.decode()
    assert "Submit order" not in sign_in("auditor").get(page).content.decode()


SEARCHES = (
    "/availability/", "/availability/what-if/", "/quotas/try/", "/offering/try/", "/promises/kept/",
    "/checking-scopes/{scope}/try/", "/quota-procedures/{quota}/cells/", *LISTS,
)  # fmt: skip


def test_a_browser_holds_no_search_back_at_a_choice_of_nothing(world, sign_in):
    browser = sign_in(*sorted(ROLES))
    held = []
    for page in SEARCHES:
        for form in re.findall(
            r'<form[^>]*method="get".*?</form>', browser.get(world.url(page)).content.decode(), re.S
        ):
            for choice in re.findall(r"<select[^>]*\brequired\b[^>]*>.*?</select>", form, re.S):
                held += [f"{page}: {choice[:80]}"] if '<option value=""' in choice else []
    assert held == []
