"""What the entry page is told while one types: the same rules as on submitting, and nothing of it written."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests import company
from tests.sales import books
from troth.business.sales import actions
from troth.business.sales.rules.drafts import LineDraft
from troth.platform.models import RoleGrant

HEAD = {"customer": "ALPHA", "order_type": "standard", "requested_on": "2099-01-01"}


@pytest.fixture
def desk(small):
    """A signed-in representative's browser."""
    user = get_user_model().objects.create_user("rita", password="correct horse battery")
    RoleGrant.objects.create(user=user, role="representative")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ask(desk):
    """`ask({"product": …}, …)` asks what would become of these rows; `day` is the wished date of all."""

    def check(*lines, address="/orders/check/", **head):
        day = (date.today() + timedelta(days=28)).isoformat()
        sent = {"head": {**HEAD, "requested_on": day, **head}, "lines": list(lines)}
        answer = desk.post(address, json.dumps(sent), content_type="application/json")
        assert answer.status_code == 200
        return answer.json()

    return check


def row(product, quantity, **more):
    return {"product": product, "quantity": str(quantity), **more}


def test_each_row_learns_its_price_and_what_is_confirmed_and_nothing_is_written(small, ask):
    company.put_in_stock(small, "HELMET", 5)
    before = books.picture()
    told = ask(row("HELMET", 3), row("FITTING", 1))
    first, second = told["lines"]
    assert (first["name"], first["unit"], first["net"], first["tone"]) == ("Helmet", "piece", "150.00", "done")
    assert first["why"].startswith("As requested: 3 piece arrive on")
    assert second["promise"] == "not kept in stock"
    assert told["totals"]["net"] == "180.00"
    assert [tax["amount"] for tax in told["totals"]["taxes"]] == ["34.20"]
    assert told["credit"]["words"] == "Credit within limit"
    assert told["submit"]["words"].startswith("2 lines confirmed for ")
    assert told["submit"]["words"].endswith(", credit within limit")
    assert books.picture() == before


def test_rows_that_want_the_same_product_are_counted_together(small, ask):
    company.put_in_stock(small, "HELMET", 5)
    first, second = ask(row("HELMET", 4), row("HELMET", 4))["lines"]
    assert (first["tone"], first["short"]) == ("done", "")
    assert (second["tone"], second["short"]) == ("waiting", "3 piece short")


def test_a_wrong_row_is_told_at_its_place_and_the_others_have_their_answer(small, ask):
    company.put_in_stock(small, "HELMET", 5)
    told = ask({}, row("NOTHING", 1), row("HELMET", 2), row("HELMET", "1.5"), row("HELMET", 1, unit="barrel"))
    problems = {line["row"]: line["problems"][0]["field"] for line in told["lines"] if "problems" in line}
    assert problems == {2: "product", 4: "quantity", 5: "unit"}
    assert [(line["row"], line["net"]) for line in told["lines"] if "net" in line] == [(3, "100.00")]
    assert told["submit"] == {"stops": True, "words": "3 entries to mend first"}


def test_what_is_missing_says_its_row_its_field_and_what_it_holds_back(ask):
    told = ask(row("HELMET", 2), {"product": "GLOVE"}, requested_on="")
    missing = [(one["row"], one["field"], one["holds_back"]) for one in told["missing"]]
    assert missing == [(1, "requested_on", "confirmation"), (2, "quantity", "confirmation")]
    assert told["missing"][0]["sentence"] == "Row 1 lacks a requested date. Enter it."


def test_rows_without_a_date_ask_once_for_one_that_all_of_them_take(small, ask):
    day = (date.today() + timedelta(days=28)).isoformat()
    told = ask(row("HELMET", 1), row("GLOVE", 1), row("HELMET", 1, requested_on=day), requested_on="")
    [lack] = [one for one in told["missing"] if one["field"] == "requested_on"]
    assert (lack["row"], lack["sentence"][:13]) == (None, "2 rows lack a")
    told = ask(row("HELMET", 1), row("GLOVE", 1, requested_on=day), requested_on="")
    assert [one["row"] for one in told["missing"] if one["field"] == "requested_on"] == [1]


def test_a_head_that_cannot_be_read_is_told_by_its_field(ask):
    told = ask(row("HELMET", 2), customer="NOBODY")
    assert [(one["row"], one["field"]) for one in told["problems"]] == [(None, "customer")]
    assert told["lines"] == [{"row": 1}]


def test_credit_past_the_limit_is_told_before_the_order_is_submitted(small, ask):
    told = ask(row("FRAME", 5), customer="GAMMA")
    assert told["credit"]["tone"] == "stopped"
    assert told["credit"]["sentence"] == "Exposure is 2,000.00 EUR, 1,900.00 EUR past the limit of 100.00 EUR."


def test_an_order_in_the_books_keeps_what_it_was_promised_and_claims_credit_once(small, ask, rep, draft):
    company.put_in_stock(small, "HELMET", 5)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 5)), by=rep, clock=small.clock)
    told = ask(row("HELMET", 5, line_number="10"), address=f"/orders/{order.id}/check/")
    assert told["lines"][0]["short"] == ""
    assert told["credit"]["sentence"] == "Exposure is 297.50 EUR of a limit of 10,000.00 EUR."
    other = ask(row("HELMET", 5))
    assert other["lines"][0]["short"] == "5 piece short"
    assert other["credit"]["sentence"] == "Exposure is 595.00 EUR of a limit of 10,000.00 EUR."


def test_a_quotation_is_shown_what_could_come_and_needs_only_its_validity_and_prices(small, ask):
    company.put_in_stock(small, "HELMET", 5)
    told = ask(row("HELMET", 2), address="/quotations/check/", requested_on="")
    assert told["lines"][0]["promise"]
    assert [(one["row"], one["field"], one["holds_back"]) for one in told["missing"]] == [
        (None, "valid_to_on", "sending")
    ]
    assert told["credit"] is None


def test_what_is_no_entry_is_refused_with_a_sentence(desk):
    for sent in ("[]", "nonsense", '{"head": {}, "lines": 3}', '{"head": {}, "lines": [4]}'):
        answer = desk.post("/orders/check/", sent, content_type="application/json")
        assert answer.status_code == 200
        assert answer.json()["problems"], sent


def test_products_are_offered_with_what_is_free_of_them(small, desk):
    company.put_in_stock(small, "HELMET", 5)
    offers = desk.get("/orders/offers/products/", {"q": "helm", "customer": "ALPHA"}).json()["offers"]
    assert [(one["value"], one["note"]) for one in offers] == [("HELMET", "5 piece free")]


def test_customers_are_offered_by_number_name_and_city(small, desk):
    party = small.party("ALPHA")
    party.city = "Kiel"
    party.save()
    for words in ("ALPH", "kiel", party.name.lower()):
        offers = desk.get("/orders/offers/customers/", {"q": words}).json()["offers"]
        assert [one["value"] for one in offers] == ["ALPHA"], words


def offered(small, **rows):
    from troth.business.masterdata import models

    for product, substitute in rows.items():
        models.Substitution.objects.create(
            product=small.products[product],
            substitute=small.products[substitute],
            mode="proposed",
            reason="newer",
            valid_from_on=company.LONG_AGO,
        )
    models.FreeGoods.objects.create(
        product=small.products["FRAME"],
        kind="inclusive",
        per_quantity=10,
        free_quantity=1,
        item_category=small.item_categories["free"],
        valid_from_on=company.LONG_AGO,
    )


def test_a_row_is_told_what_could_be_sold_in_its_place_and_its_sub_items_once_it_is_taken(small, ask):
    offered(small, HELMET="FRAME")
    company.put_in_stock(small, "FRAME", 50)
    first, second = ask(row("HELMET", 20), row("GLOVE", 1))["lines"]
    assert first["product"] == "HELMET"
    assert "subs" not in first
    assert first["proposal"] == {"sentence": "FRAME Frame can be sold in its place.", "choice": "take"}
    assert "proposal" not in second
    told = ask(row("HELMET", 20, alternatives="take"), row("GLOVE", 1))
    first, second = told["lines"]
    assert (first["product"], first["net"], first["tone"]) == ("HELMET", "7,200.00", "done")
    assert first["sold"]["words"] == "sold instead: 18 piece FRAME (newer)"
    [sub] = first["subs"]
    assert (sub["words"], sub["quantity"], sub["product"], sub["tone"]) == ("free of charge", "2", "FRAME", "done")
    assert told["totals"]["lines"] == 2


def test_an_order_in_the_books_keeps_what_its_sub_items_were_promised(small, ask, rep, draft):
    offered(small)
    company.put_in_stock(small, "FRAME", 20)
    taken = actions.enter_order(draft("ALPHA", ("FRAME", 20)), by=rep, clock=small.clock)
    told = ask(row("FRAME", 20, line_number="10"), address=f"/orders/{taken.id}/check/")
    [line] = told["lines"]
    assert (line["tone"], line["subs"][0]["tone"]) == ("done", "done")


def test_products_that_the_customer_may_not_order_say_so_among_the_offers(small, desk):
    from troth.business.masterdata import models

    models.Listing.objects.create(
        kind="excluded", product=small.products["HELMET"], reason="recall", valid_from_on=company.LONG_AGO
    )
    [offer] = desk.get("/orders/offers/products/", {"q": "helmet", "customer": "ALPHA"}).json()["offers"]
    assert offer["note"] == "not for this customer: recall"


def ruled(small):
    from troth.business.masterdata import models

    rule = models.AvailabilityRule.objects.create(
        code="R1", name="Short", product=small.products["HELMET"], valid_from_on=company.LONG_AGO
    )
    models.AvailabilityRuleStep.objects.create(rule=rule, position=1, product=small.products["FRAME"])
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "FRAME", 50)


def test_a_row_is_told_what_serves_the_rest_of_it_by_rule(small, ask):
    ruled(small)
    before = books.picture()
    [line] = ask(row("HELMET", 10))["lines"]
    assert (line["product"], line["tone"], line["net"]) == ("HELMET", "done", "200.00")
    [sub] = line["subs"]
    assert (sub["words"], sub["quantity"], sub["product"], sub["net"]) == ("serves the rest", "6", "FRAME", "300.00")
    assert line["why"].endswith("By rule R1: 6 piece by FRAME from HAM.")
    assert books.picture() == before


def test_a_row_of_an_order_in_the_books_is_served_as_it_is_until_something_else_is_asked(small, ask, rep, draft):
    ruled(small)
    wished = date.today() + timedelta(days=28)
    taken = actions.enter_order(draft("ALPHA", ("HELMET", 10), requested_on=wished), by=rep, clock=small.clock)
    day = {"requested_on": wished.isoformat()}
    company.put_in_stock(small, "HELMET", 50)
    address = f"/orders/{taken.id}/check/"
    [line] = ask(row("HELMET", 10, line_number="10", unit="piece", site="HAM", **day), address=address)["lines"]
    assert [(one["product"], one["quantity"]) for one in line["subs"]] == [("FRAME", "6")]
    [line] = ask(row("HELMET", 12, line_number="10", unit="piece", site="HAM", **day), address=address)["lines"]
    assert (line["tone"], line.get("subs")) == ("done", None)


def asking_first(small):
    """A rule that serves nobody by itself: helmets from Rotterdam, then frames, then what nobody has."""
    from troth.business.masterdata import models

    rule = models.AvailabilityRule.objects.create(
        code="R1", name="Short", product=small.products["HELMET"], valid_from_on=company.LONG_AGO, mode="proposed"
    )
    add = models.AvailabilityRuleStep.objects.create
    add(rule=rule, position=1, site=small.sites["ROT"])
    add(rule=rule, position=2, product=small.products["FRAME"])
    add(rule=rule, position=3, product=small.products["GLOVE"])
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "HELMET", 3, site="ROT")
    company.put_in_stock(small, "FRAME", 50)


def proposed(line):
    """(choice, [(quantity, product, site)], tone) of what is proposed for a row."""
    return [
        (one["choice"], [(part["quantity"], part["product"], part["site"]) for part in one["parts"]], one["tone"])
        for one in line.get("proposals", [])
    ]


def test_a_short_row_is_told_what_the_rule_would_do_and_what_each_alternative_would(small, ask):
    asking_first(small)
    before = books.picture()
    short, served = ask(row("HELMET", 10), row("FRAME", 2))["lines"]
    assert proposed(short) == [
        ("take", [("3", "HELMET", "ROT"), ("3", "FRAME", "HAM")], "done"),
        ("HELMET@ROT", [("3", "HELMET", "ROT")], "done"),
        ("FRAME@HAM", [("6", "FRAME", "HAM")], "done"),
    ]
    assert (short["short"], "subs" in short, "proposals" in served) == ("6 piece short", False, False)
    assert books.picture() == before


def test_a_row_that_takes_one_is_served_by_that_one_alone(small, ask, rep, draft):
    asking_first(small)
    [line] = ask(row("HELMET", 10, alternatives="FRAME@HAM"))["lines"]
    assert [(one["product"], one["quantity"]) for one in line["subs"]] == [("FRAME", "6")]
    assert ("proposals" in line, line["proposal"]["choice"]) == (False, "")
    [line] = ask(row("HELMET", 10, alternatives="take"))["lines"]
    assert [(one["product"], one["quantity"]) for one in line["subs"]] == [("HELMET", "3"), ("FRAME", "3")]


def test_an_alternative_that_no_rule_names_serves_nobody(small, ask):
    asking_first(small)
    [line] = ask(row("HELMET", 10, alternatives="FRAME@ROT"))["lines"]
    assert ("subs" in line, line["short"]) == (False, "6 piece short")
    [line] = ask(row("HELMET", 10, alternatives="FRAME"))["lines"]
    assert [one["field"] for one in line["problems"]] == ["alternatives"]


def test_two_rows_are_not_proposed_the_same_goods(small, ask):
    asking_first(small)
    first, second = ask(row("HELMET", 6), row("HELMET", 9))["lines"]
    assert proposed(first) == [
        ("HELMET@ROT", [("2", "HELMET", "ROT")], "done"),
        ("FRAME@HAM", [("2", "FRAME", "HAM")], "done"),
    ]
    assert proposed(second)[1:] == [
        ("HELMET@ROT", [("1", "HELMET", "ROT")], "done"),
        ("FRAME@HAM", [("9", "FRAME", "HAM")], "done"),
    ]


def test_an_order_that_took_one_alternative_keeps_it_and_is_proposed_more_while_it_is_short(small, ask, rep, draft):
    asking_first(small)
    wished = date.today() + timedelta(days=28)
    order = replace(
        draft("ALPHA", ("HELMET", 10), requested_on=wished),
        lines=(LineDraft(product="HELMET", quantity=10, alternatives="HELMET@ROT"),),
    )
    taken = actions.enter_order(order, by=rep, clock=small.clock)
    asks = {"unit": "piece", "site": "HAM", "requested_on": wished.isoformat(), "line_number": "10"}
    address = f"/orders/{taken.id}/check/"
    [line] = ask(row("HELMET", 10, alternatives="HELMET@ROT", **asks), address=address)["lines"]
    assert [(one["product"], one["quantity"]) for one in line["subs"]] == [("HELMET", "3")]
    [line] = ask(row("HELMET", 10, **asks), address=address)["lines"]
    assert [choice for choice, *_ in proposed(line)] == ["take", "HELMET@ROT", "FRAME@HAM"]


def test_a_row_that_a_rule_serves_by_itself_can_insist_on_its_own_goods(small, ask):
    ruled(small)
    [line] = ask(row("HELMET", 10))["lines"]
    assert line["proposal"] == {"sentence": "", "choice": "none"}
    [line] = ask(row("HELMET", 10, alternatives="none"))["lines"]
    assert ("subs" in line, line["short"]) == (False, "6 piece short")
