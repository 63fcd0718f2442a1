"""The list of blocks: what stands and who may release it, many released for one reason, a document's own history."""

import re
from datetime import timedelta

import pytest

from tests import company as companies
from troth.business.sales.models import Order
from troth.platform import blocking
from troth.platform.models import BlockRow

pytestmark = pytest.mark.django_db
QUENTIN = companies.person("quality_coordinator", user_id=999_998)


@pytest.fixture
def blocked(yard):
    """Three orders of two customers, each blocked for its delivery, and one of them for its quality as well."""
    orders = [yard.order(customer, GLOVE=1) for customer in ("BETA", "BETA", "ALPHA")]
    made = [block(yard, order) for order in orders]
    return orders, [*made, block(yard, orders[0], "quality", "goods_issue", QUENTIN)]


def block(yard, order, kind="delivery", scope="delivery", by=None):
    by = by or yard.acting["by"]
    clock = yard.company.clock
    return blocking.set_block("order", order.id, kind, scope, reason=f"about {order.number}", by=by, clock=clock)


def ids_of(answer):
    return [int(found) for found in re.findall(r'name="selected" value="(\d+)"', answer.content.decode())]


def keys(made):
    return [one.block_id for one in made]


CHOSEN = ["document", "next_on"]


def _heads(client):
    return re.findall(r'<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]+)', client.get("/blocks/").content.decode())


def test_the_list_shows_what_stands_and_who_may_release_it(blocked, sign_in):
    orders, made = blocked
    answer = sign_in("warehouse_clerk").get("/blocks/")
    assert ids_of(answer) == keys(made)
    text = answer.content.decode()
    assert f"Order {orders[0].number}" in text
    assert f"about {orders[0].number}" in text
    rows = [re.sub(r"<[^>]+>", " ", row) for row in re.findall(r"<tr>.*?</tr>", text, re.S)][1:]
    assert ["you" in row.split() for row in rows] == [True, True, True, False]
    assert "quality coordinator" in rows[3]


def test_the_next_date_is_shown_and_exported_to_those_who_choose_it(blocked, sign_in):
    orders, _made = blocked
    walter = sign_in("warehouse_clerk")
    assert "Next date" not in _heads(walter)
    walter.post("/lists/columns/", {"list": "web:blocks", "column": CHOSEN, "shown": CHOSEN})
    assert "Next date" in _heads(walter)
    lines = b"".join(walter.get("/blocks/?export=csv").streaming_content).decode().removeprefix("\ufeff").splitlines()
    begins = Order.objects.get(pk=orders[2].id).requested_on - timedelta(days=1)
    assert lines[3] == f"Order {orders[2].number},{begins}"


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ("kind=quality", [3]),
        ("scope=delivery", [0, 1, 2]),
        ("customer=ALPHA", [2]),
        ("customer=BETA", [0, 1, 3]),
        ("mine=1", [0, 1, 2]),
        ("age=30", [0, 1, 2, 3]),
        ("sort=-since", [3, 2, 1, 0]),
        ("q=about", [0, 1, 2, 3]),
        ("q=nowhere", []),
    ],
)
def test_the_list_is_narrowed(blocked, sign_in, narrowed, found):
    _orders, made = blocked
    assert ids_of(sign_in("warehouse_clerk").get(f"/blocks/?{narrowed}")) == [made[place].block_id for place in found]


def test_what_stood_over_a_week_is_found_by_its_age(blocked, sign_in, yard):
    _orders, made = blocked
    BlockRow.objects.exclude(pk=made[1].block_id).update(set_at="2026-11-01T08:00:00Z")
    BlockRow.objects.filter(pk=made[1].block_id).update(set_at="2999-11-01T08:00:00Z")
    assert sorted(ids_of(sign_in("auditor", "warehouse_clerk").get("/blocks/?age=7"))) == [
        made[0].block_id,
        *keys(made[2:]),
    ]


def release(browser, ids, **more):
    return browser.post("/blocks/release/", {"selected": ids, **more})


def test_ticked_blocks_are_released_for_one_reason_and_what_is_refused_is_told_by_document(blocked, sign_in):
    orders, made = blocked
    browser = sign_in("warehouse_clerk")
    asked = release(browser, keys(made))
    assert asked.status_code == 200
    assert BlockRow.objects.filter(released_at=None).count() == 4
    page = asked.content.decode()
    assert f"about {orders[1].number}" in page
    rows = re.search(r'name="_rows" value="([\d,]+)"', page)[1]
    assert rows == ",".join(str(one) for one in keys(made))
    without = browser.post("/blocks/release/", {"_rows": rows, "reason": ""})
    assert (without.status_code, BlockRow.objects.filter(released_at=None).count()) == (422, 4)
    assert f'name="_rows" value="{rows}"' in without.content.decode()
    told = browser.post("/blocks/release/", {"_rows": rows, "reason": "the customer called"})
    outcomes = told.context["outcomes"]
    assert [one.is_done for one in outcomes] == [True, True, True, False]
    assert outcomes[3].label == f"Order {orders[0].number}"
    assert "quality coordinator" in outcomes[3].sentence
    assert set(BlockRow.objects.exclude(released_at=None).values_list("release_reason", flat=True)) == {
        "the customer called"
    }
    again = browser.post("/blocks/release/", {"_rows": rows, "reason": "once more"})
    assert "does not stand any more" in again.context["outcomes"][0].sentence


def test_a_mass_release_of_nothing_or_of_nonsense_asks_to_tick_rows(blocked, sign_in):
    browser = sign_in("warehouse_clerk")
    assert browser.get("/blocks/release/").status_code == 302
    for sent in ({}, {"_rows": "", "reason": "x"}, {"_rows": "a,-1,9" + "9" * 30, "reason": "x"}, {"selected": ["x"]}):
        assert browser.post("/blocks/release/", sent).status_code == 302
    assert BlockRow.objects.filter(released_at=None).count() == 4
    assert sign_in("auditor").post("/blocks/release/", {"_rows": "1", "reason": "x"}).status_code == 403


def test_all_that_match_are_those_that_matched_when_it_was_asked(blocked, sign_in, yard):
    _orders, made = blocked
    browser = sign_in("warehouse_clerk")
    asked = browser.post("/blocks/release/", {"everything": "1", "matching": "mine=1"})
    rows = re.search(r'name="_rows" value="([\d,]+)"', asked.content.decode())[1]
    later = block(yard, yard.order("BETA", GLOVE=1))
    browser.post("/blocks/release/", {"_rows": rows, "reason": "all answered"})
    left = BlockRow.objects.filter(released_at=None).order_by("pk").values_list("pk", flat=True)
    assert list(left) == [made[3].block_id, later.block_id]


def test_a_block_is_set_released_and_remembered_on_the_documents_page(yard, sign_in):
    order = yard.order("BETA", GLOVE=1)
    browser = sign_in("representative")
    sent = {"scope": "confirmation", "kind": "delivery", "reason": "customer asks for another colour"}
    assert browser.post(f"/orders/{order.id}/block/", sent).status_code == 302
    row = BlockRow.objects.get()
    page = browser.get(f"/orders/{order.id}/").content.decode()
    assert f'href="/blocks/{row.pk}/release/"' in page
    assert "customer asks for another colour" in browser.get(f"/blocks/{row.pk}/release/").content.decode()
    browser.post(f"/blocks/{row.pk}/release/", {"reason": "blue it is"})
    told = browser.get(f"/orders/{order.id}/?tab=blocks").content.decode()
    assert "Released" in told
    assert "customer asks for another colour" in told
    assert "blue it is" in told
    assert browser.get(f"/blocks/{row.pk}/release/").status_code == 404


def test_a_kind_that_is_not_ones_own_is_not_offered(yard, sign_in):
    order = yard.order("BETA", GLOVE=1)
    page = sign_in("quality_coordinator").get(f"/orders/{order.id}/block/").content.decode()
    assert 'value="quality"' in page
    assert 'value="delivery">Delivery:' not in page
    sent = {"scope": "delivery", "kind": "billing", "reason": "mine"}
    assert sign_in("warehouse_clerk").post(f"/orders/{order.id}/block/", sent).status_code == 422
    assert not BlockRow.objects.exists()


def test_a_credit_block_is_released_where_its_figures_are(world, sign_in):
    answer = sign_in("credit_manager").get(world.url("/blocks/{block}/release/"))
    assert answer.headers["Location"] == world.url("/credit/blocked/{block}/")
