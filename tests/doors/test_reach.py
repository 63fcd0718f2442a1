"""A role for one site reaches the documents of that site, whichever way in is taken."""

import pytest

from tests.api.conftest import assert_refused, caller
from tests.shipping.conftest import company, yard
from troth.business.sales.models import Order
from troth.doors.web import things
from troth.kernel.errors import NotFound
from troth.platform import documents, issues
from troth.platform.actors import Actor, Grant
from troth.platform.models import IssueRow

__all__ = ["caller", "company", "yard"]

ROLE = "warehouse_supervisor"


@pytest.fixture
def delivery(yard):
    """A delivery from Hamburg."""
    return yard.delivered(HELMET=1)[1]


@pytest.fixture
def at(caller, yard):
    """Somebody of the store at this site."""
    return lambda code: caller(ROLE, company_id=yard.company.company.pk, site_id=yard.company.sites[code].pk)


def keeper(yard, code, *more):
    here = Grant(ROLE, yard.company.company.pk, yard.company.sites[code].pk)
    return Actor(user_id=7, name="Kim", grants=(here, *more))


@pytest.mark.parametrize("what", ["events", "flow", "papers"])
def test_what_hangs_on_a_document_is_listed_at_its_site_only(at, delivery, what):
    address = f"documents/delivery/{delivery.id}/{what}"
    assert at("HAM").get(address).status_code == 200
    assert_refused(at("ROT").get(address), 404, "not_found")


def test_issues_are_opened_seen_changed_and_closed_at_the_site_of_their_document(at, delivery):
    here, there = at("HAM"), at("ROT")
    new = {"kind": "delivery", "document": delivery.id, "subject": "Late", "owner": here.user_id}
    new["due_on"] = "2026-03-20"
    assert_refused(there.post("issues", new), 404, "not_found")
    made = here.post("issues", new)
    assert made.status_code == 201, made.content
    issue = f"issues/{made.json()['id']}"
    assert len(here.get("issues").json()["items"]) == 1
    assert there.get("issues").json()["items"] == []
    assert_refused(there.get(issue), 404, "not_found")
    assert_refused(there.patch(issue, {"subject": "Early"}), 404, "not_found")
    assert_refused(there.post(f"{issue}/close", {"outcome": "Done."}), 404, "not_found")
    assert (IssueRow.objects.get().subject, IssueRow.objects.get().state) == ("Late", "open")
    assert here.post(f"{issue}/close", {"outcome": "Done."}).status_code == 200


def test_a_number_finds_the_document_at_its_site_only(yard, delivery):
    kind = documents.kind("delivery")
    elsewhere = Grant(ROLE, yard.company.company.pk + 1)
    assert [one.key for one in things.numbered(keeper(yard, "HAM"), kind, delivery.number)] == [delivery.id]
    assert things.numbered(keeper(yard, "ROT"), kind, delivery.number) == []
    assert things.numbered(keeper(yard, "ROT", elsewhere), kind, delivery.number) == []
    assert issues.seen(keeper(yard, "ROT", elsewhere)).count() == 0


def test_a_document_of_no_site_is_seen_from_each_site_of_its_company(yard):
    order = yard.order(HELMET=1)
    Order.objects.update(site=None)
    by, kind = keeper(yard, "ROT"), documents.kind("order")
    assert documents.seen(kind, order.id, by=by)[0].number == order.number
    assert [one.number for one in things.numbered(by, kind, order.number)] == [order.number]
    Order.objects.update(site=yard.company.sites["HAM"])
    with pytest.raises(NotFound):
        documents.seen(kind, order.id, by=by)
    assert things.numbered(by, kind, order.number) == []
