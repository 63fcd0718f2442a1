"""The matrix of rights: every page and every API operation for everybody who may come, judged by the table.

| who | page | API |
| --- | --- | --- |
| nobody, or deactivated | to the sign-in | 401 |
| each role | 403 unless the table gives it the right | the same |
| all roles, a token of one app | | 403 for other apps |
| all roles in another company or site | 404 for a document of this one, and lists without it | the same |
"""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.api.conftest import Caller, caller
from tests.operations import ALL, address_of
from troth.business.shipping.models import Delivery
from troth.platform import permissions, requests
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.documents import DocumentRef
from troth.platform.middleware import is_api
from troth.platform.models import RoleGrant
from troth.platform.permissions import PERMISSIONS, PUBLIC, ROLES, SIGNED_IN
from troth.platform.permissions.operations import OPERATIONS
from troth.reference.models import Company, Site

__all__ = ["caller"]

OPEN = (PUBLIC, SIGNED_IN)
SAMPLES = {"IntConverter": 999_999, "StringConverter": "none", "SlugConverter": "none", "PathConverter": "none"}


def addresses(patterns, namespaces=(), taken=()):
    """(name with namespaces, address) of every named page, with records in it that are not there."""
    for entry in patterns:
        inner = {**dict(taken), **entry.pattern.converters}
        if isinstance(entry, URLResolver):
            within = (*namespaces, entry.namespace) if entry.namespace else namespaces
            if not is_api(entry.namespace or "") and entry.namespace != "admin":
                yield from addresses(entry.url_patterns, within, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            filled = {name: SAMPLES[type(kind).__name__] for name, kind in inner.items()}
            yield ":".join((*namespaces, entry.name)), filled


def pages():
    """Route -> address of each page that asks for a right."""
    found = {}
    for name, filled in addresses(get_resolver().url_patterns):
        if permissions.declared(name) not in OPEN:
            found.setdefault(name, reverse(name, kwargs=filled))
    return found


PAGES = pages()
GUARDED = {name: rule for name, rule in OPERATIONS.items() if rule not in OPEN}
CLOSED = {name: rule for name, rule in OPERATIONS.items() if rule != PUBLIC}


def asked(someone, name):
    """The answer of an operation to a body that it cannot use; who may not is told so before."""
    path, operation = ALL[name]
    [method] = operation.methods
    kind = operation.auth_callbacks[0].accepts
    body = b"" if method == "GET" else b"{}"
    return someone.send(
        method, address_of(path), body, content_type=kind, If_Match="*", Idempotency_Key=f"{someone.user_id}-{name}"
    )


def test_every_page_and_every_operation_is_asked():
    guarded = {name for name, rule in permissions.ROUTES.items() if rule not in OPEN and not name.startswith("api:")}
    assert guarded - PAGES.keys() == {"admin:*"}
    assert PAGES.keys() - guarded == set()
    assert GUARDED.keys() <= ALL.keys()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_gets_through_the_gate_of_what_the_table_gives_it(company, sign_in, caller, role):
    browser, someone = sign_in(role), caller(role, scopes=APPS)
    shown = {name: browser.get(address).status_code != 403 for name, address in PAGES.items()}
    assert shown == {name: role in PERMISSIONS[permissions.declared(name)] for name in PAGES}
    told = {name: asked(someone, name).status_code != 403 for name in GUARDED}
    assert told == {name: role in PERMISSIONS[rule] for name, rule in GUARDED.items()}


APPS = tuple(sorted({rule.partition(".")[0] for rule in PERMISSIONS}))


def test_nobody_gets_through_without_signing_in(db):
    stranger = Caller()
    assert {asked(stranger, name).status_code for name in CLOSED} == {401}
    ways = {stranger.client.get(address).headers.get("Location", "").partition("?")[0] for address in PAGES.values()}
    assert ways == {reverse("login")}


def test_who_was_deactivated_gets_through_nowhere(db, sign_in, caller):
    browser, someone = sign_in(*ROLES), caller(*ROLES, scopes=APPS)
    get_user_model().objects.update(is_active=False)
    assert {asked(someone, name).status_code for name in CLOSED} == {401}
    ways = {browser.get(address).headers.get("Location", "").partition("?")[0] for address in PAGES.values()}
    assert ways == {reverse("login")}


@pytest.mark.parametrize("scope", ["sales", "shipping.post_goods_issue", "read"])
def test_a_token_opens_no_more_than_its_scope(company, caller, scope):
    someone = caller(*ROLES, scopes=(scope,))
    told = {name for name in GUARDED if asked(someone, name).status_code != 403}
    if scope == "read":
        expected = {name for name, rule in GUARDED.items() if rule.partition(".")[2].startswith("view_")}
    else:
        expected = {name for name, rule in GUARDED.items() if scope in (rule, rule.partition(".")[0])}
    assert told == expected


OF_THE_COMPANY = (
    "orders/{order}", "quotations/{quotation}", "deliveries/{delivery}", "shipments/{shipment}",
    "transfer-orders/{transfer}", "invoices/{invoice}", "payments/{payment}", "receipts/{receipt}",
    "customers/{customer}", "prices/{price}", "documents/order/{order}/events", "documents/order/{order}/flow",
    "documents/delivery/{delivery}/events", "documents/invoice/{invoice}/papers",
)  # fmt: skip
OF_THE_SITE = ("deliveries/{delivery}", "shipments/{shipment}", "transfer-orders/{transfer}", "receipts/{receipt}")
LISTS = ("orders", "quotations", "deliveries", "invoices", "payments", "open-items", "billing/due", "credit/blocked",
         "customers", "prices")  # fmt: skip
PAGES_OF_THE_COMPANY = (
    "/orders/{order}/", "/quotations/{quotation}/", "/deliveries/{delivery}/", "/shipments/{shipment}/",
    "/transfer-orders/{transfer}/", "/invoices/{invoice}/", "/payments/{payment}/", "/receipts/{receipt}/",
    "/stock/{stock}/", "/credit/{company}/{party}/", "/credit/blocked/{block}/", "/customers/{customer}/",
    "/prices/{price}/", "/customers/{customer}/about/",
)  # fmt: skip
PAGES_OF_THE_SITE = ("/deliveries/{delivery}/", "/shipments/{shipment}/", "/transfer-orders/{transfer}/",
                     "/receipts/{receipt}/", "/stock/{stock}/")  # fmt: skip


LISTS_OF_THE_SITE = ("deliveries", "receipts?company={company}", "stock/{product}")
PAGE_LISTS_OF_THE_SITE = (
    "/due/?horizon=365", "/deliveries/", "/shipments/", "/transfer-orders/", "/receipts/", "/stock/",
)  # fmt: skip
PAGE_LISTS = (
    *PAGE_LISTS_OF_THE_SITE, "/orders/", "/quotations/", "/billing/due/", "/invoices/", "/open-items/", "/payments/",
    "/credit/", "/credit/blocked/", "/customers/", "/prices/",
)  # fmt: skip


def rows_on(browser, lists):
    """The lists that show a row."""
    return {page for page in lists if "row-link" in browser.get(page).content.decode()}


def limited(sign_in, caller, **where):
    """A browser and a token of somebody with every role, there only."""
    browser, someone = sign_in(*ROLES), caller(*ROLES, scopes=APPS)
    RoleGrant.objects.update(**where)
    return browser, someone


def test_all_of_it_is_there_for_who_may_see_it(world, sign_in, caller):
    browser, someone = sign_in(*ROLES), caller(*ROLES, scopes=APPS)
    assert {someone.get(world.url(address)).status_code for address in OF_THE_COMPANY} == {200}
    assert {browser.get(world.url(page)).status_code for page in PAGES_OF_THE_COMPANY} == {200}
    assert [address for address in LISTS if not someone.get(address).json()["items"]] == []
    assert rows_on(browser, PAGE_LISTS) == set(PAGE_LISTS)


def test_a_document_of_another_company_is_not_there(world, sign_in, caller):
    other = Company.objects.create(
        code="OTHER", name="Other", currency_id="EUR", country_id="DE", time_zone="Europe/Berlin"
    )
    browser, someone = limited(sign_in, caller, company_id=other.pk)
    told = {address: someone.get(world.url(address)).status_code for address in OF_THE_COMPANY}
    assert told == dict.fromkeys(OF_THE_COMPANY, 404)
    shown = {page: browser.get(world.url(page)).status_code for page in PAGES_OF_THE_COMPANY}
    assert shown == dict.fromkeys(PAGES_OF_THE_COMPANY, 404)
    assert [address for address in LISTS if someone.get(address).json()["items"]] == []
    assert rows_on(browser, PAGE_LISTS) == set()


def test_a_document_of_another_site_is_not_there(world, sign_in, caller):
    browser, someone = limited(sign_in, caller, site_id=Site.objects.get(code="ROT").pk)
    told = {address: someone.get(world.url(address)).status_code for address in OF_THE_SITE}
    assert told == dict.fromkeys(OF_THE_SITE, 404)
    shown = {page: browser.get(world.url(page)).status_code for page in PAGES_OF_THE_SITE}
    assert shown == dict.fromkeys(PAGES_OF_THE_SITE, 404)
    told = {address: someone.get(world.url(address)).json()["items"] for address in LISTS_OF_THE_SITE}
    assert told == {address: [] for address in LISTS_OF_THE_SITE}
    assert rows_on(browser, PAGE_LISTS_OF_THE_SITE) == set()


def test_a_question_about_a_document_of_another_site_is_nobodys_there(world, yard, sign_in):
    clock = yard.acting["clock"]
    asked_id = requests.ask(
        "question",
        DocumentRef("delivery", world.keys["delivery"], "DL-1"),
        company_id=yard.company.company.pk,
        from_role="representative",
        to_role="warehouse_clerk",
        question="May it leave today?",
        due_at=clock.now() + timedelta(days=1),
        by=SYSTEM,
        clock=clock,
    )
    clerk = sign_in("warehouse_clerk")
    own = Delivery.objects.get(pk=world.keys["delivery"]).site_id
    shown = {}
    for site_id in (None, own, Site.objects.get(code="ROT").pk):
        RoleGrant.objects.update(site_id=site_id)
        shown[site_id] = "May it leave today?" in clerk.get("/inbox/").content.decode()
    assert shown == {None: True, own: True, Site.objects.get(code="ROT").pk: False}
    elsewhere = Actor(1, "Walter", (Grant("warehouse_clerk", site_id=Site.objects.get(code="ROT").pk),))
    with pytest.raises(requests.NotYours):
        requests.answer(asked_id, accepted=True, by=elsewhere, clock=clock)


def test_costs_and_credit_are_shown_to_who_may_see_them(world, sign_in, caller):
    products = {}
    for role in ROLES:
        someone = caller(role, scopes=APPS)
        if role in PERMISSIONS["masterdata.view_product"]:
            products[role] = {one["standard_cost"] is not None for one in someone.get("products").json()["items"]}
    assert products == {role: {role in PERMISSIONS["masterdata.view_cost"]} for role in products}
