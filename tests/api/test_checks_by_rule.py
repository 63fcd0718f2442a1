"""Checks that ask rules too, over the API: what other goods would serve, and why the others do not. Nothing is left."""

import pytest

from tests import company
from tests.api.test_checks import asked, done
from troth.business.masterdata.models import AvailabilityRule, AvailabilityRuleStep
from troth.ledgers.availability.models import Balance, Posting


@pytest.fixture
def rule(small):
    """Helmets come from Rotterdam where Hamburg has none, and else frames serve for them."""
    made = AvailabilityRule.objects.create(
        code="R1", name="R1", product=small.products["HELMET"], valid_from_on=company.LONG_AGO
    )
    AvailabilityRuleStep.objects.create(rule=made, position=1, site=small.sites["ROT"])
    AvailabilityRuleStep.objects.create(rule=made, position=2, product=small.products["FRAME"])
    return made


def told(item):
    return [(one["product"], one["site"], one["total"], one["taken"], one["why"]) for one in item["alternatives"]]


def test_what_rules_name_is_told_with_what_it_would_serve_and_why_not(small, caller, rule):
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "HELMET", 3, site="ROT")
    before = (Posting.objects.count(), Balance.objects.order_by("-version").first().version)
    check = asked(quantity="7", customer="ALPHA")
    [item] = done(caller("representative").post("availability/checks", {"checks": [check], "rules": True}))["items"]
    assert (item["short"], item["confirmed"][0]["quantity"]) == ("3", "4")
    assert told(item) == [("HELMET", "ROT", "3", "3", "taken"), ("FRAME", "HAM", "0", "0", "nothing")]
    assert before == (Posting.objects.count(), Balance.objects.order_by("-version").first().version)


def test_what_is_supposed_of_an_alternative_counts(small, caller, rule):
    supposed = {"product": "HELMET", "site": "ROT", "category": "purchase", "on": "2026-03-10", "quantity": "5"}
    body = {"checks": [asked(customer="ALPHA")], "supposed": [supposed], "rules": True}
    [item] = done(caller("representative").post("availability/checks", body))["items"]
    assert told(item) == [("HELMET", "ROT", "3", "3", "taken"), ("FRAME", "HAM", "0", "0", "nothing")]


def test_together_what_one_takes_the_next_does_not_see(small, caller, rule):
    company.put_in_stock(small, "HELMET", 4, site="ROT")
    checks = [asked(customer="ALPHA"), asked(customer="ALPHA")]
    rep = caller("representative")
    for together, second in ((True, "1"), (False, "3")):
        body = {"checks": checks, "rules": True, "together": together}
        items = done(rep.post("availability/checks", body))["items"]
        assert [told(one)[0][3] for one in items] == ["3", second]


def test_nobody_and_who_is_served_and_who_does_not_want_it_ask_no_rule(small, caller, rule):
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "HELMET", 9, site="ROT")
    rep = caller("representative")
    nobody = done(rep.post("availability/checks", {"checks": [asked(quantity="9")], "rules": True}))["items"]
    served = done(rep.post("availability/checks", {"checks": [asked(customer="ALPHA")], "rules": True}))["items"]
    without = done(rep.post("availability/checks", {"checks": [asked(quantity="9", customer="ALPHA")]}))["items"]
    assert [told(*items) for items in (nobody, served, without)] == [[], [], []]


def test_more_checks_than_rules_are_asked_for_at_once_are_refused(small, caller, rule):
    body = {"checks": [asked(customer="ALPHA")] * 51, "rules": True}
    answer = caller("representative").post("availability/checks", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_checks")
