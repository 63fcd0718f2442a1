"""Customer issues as people meet them: opened on a document, in the list and on the home, changed, closed."""

import re

import pytest
from django.contrib.auth import get_user_model

from tests.pages.test_lists import body
from troth.kernel.errors import InvalidInput, NotFound
from troth.kernel.lifecycle import IllegalTransition
from troth.platform import issues
from troth.platform.actors import SYSTEM
from troth.platform.models import Event, IssueRow, RoleGrant
from troth.platform.permissions import NotAllowed
from troth.platform.users import actor_of


@pytest.fixture
def rita(sign_in):
    return sign_in("representative")


def person(username="representative"):
    return get_user_model().objects.get(username=username)


def entered(**changed):
    return {"subject": "Two frames are scratched", "owner": person().pk, "due_on": "2026-03-20", **changed}


def opened(rita, world, kind="order", key="order"):
    rita.post(f"/documents/{kind}/{world.keys[key]}/issues/new/", entered())
    return IssueRow.objects.latest("pk")


def test_an_issue_is_opened_on_the_page_of_its_document_and_stands_in_its_history(world, rita):
    empty = body(rita.get(world.url("/orders/{order}/?tab=issues")))
    assert "who sees to it and until when" in empty
    row = opened(rita, world)
    page = body(rita.get(world.url("/orders/{order}/?tab=issues")))
    assert "Two frames are scratched" in page
    assert re.findall(r'href="(/issues/[^"]+)"', page) == [f"/issues/{row.pk}/close/", f"/issues/{row.pk}/change/"]
    history = body(rita.get(world.url("/orders/{order}/?tab=history")))
    assert "Issue opened" in history
    assert "Two frames are scratched" in history


def test_an_issue_stands_on_every_kind_of_document(world, rita, sign_in):
    olga = sign_in("operations_team", "billing_clerk", "receivables_clerk", "representative")
    for kind in ("order", "quotation", "delivery", "shipment", "invoice", "payment", "receipt"):
        address = f"/documents/{kind}/{world.keys[kind]}/issues/new/"
        answer = olga.post(address, entered())
        assert answer.status_code == 302, kind
        assert "Two frames are scratched" in body(olga.get(answer["Location"])), kind


def test_a_change_is_told_with_before_and_after(world, rita):
    row = opened(rita, world)
    answer = rita.post(f"/issues/{row.pk}/change/", entered(subject="One frame is scratched"))
    assert answer["Location"] == world.url("/orders/{order}/?tab=issues")
    event = Event.objects.filter(kind="platform.issue_changed").get()
    assert event.changes == {"subject": ["Two frames are scratched", "One frame is scratched"]}


def test_closing_asks_for_the_outcome_which_stays_to_be_read(world, rita):
    row = opened(rita, world)
    assert rita.post(f"/issues/{row.pk}/close/", {"outcome": " "}).status_code == 422
    rita.post(f"/issues/{row.pk}/close/", {"outcome": "Replaced free of charge."})
    page = body(rita.get(world.url("/orders/{order}/?tab=issues")))
    assert "Outcome: Replaced free of charge." in page
    assert "/close/" not in page


def test_what_is_mine_stands_in_the_list_and_is_counted_on_the_home(world, rita, sign_in):
    other = sign_in("salesperson")
    assert "An issue is opened on the order" in body(rita.get("/issues/"))
    opened(rita, world)
    mine = "/issues/?mine=1&state=open"
    assert f'<a class="row-link" href="/orders/{world.keys["order"]}/?tab=issues">' in body(rita.get(mine))
    assert 'id="list-count">1<' in body(rita.get(mine))
    assert 'id="list-count">0<' in body(other.get(mine))
    card = re.search(
        r'<a class="card[^>]*href="/issues/\?mine=1&amp;state=open".*?</a>', body(rita.get("/")), re.DOTALL
    )
    assert re.search(r"card-count[^>]*>\s*1", card[0])


def test_who_may_not_see_the_document_does_not_see_its_issues(world, rita, sign_in):
    olga = sign_in("billing_clerk", "representative")
    olga.post(f"/documents/invoice/{world.keys['invoice']}/issues/new/", entered())
    clerk = sign_in("warehouse_clerk")
    assert 'id="list-count">1<' in body(olga.get("/issues/"))
    assert 'id="list-count">0<' in body(clerk.get("/issues/"))
    assert clerk.get(f"/issues/{IssueRow.objects.get().pk}/").status_code == 404
    assert clerk.post(f"/documents/invoice/{world.keys['invoice']}/issues/new/", entered()).status_code == 403


def test_the_tab_counts_the_issues_that_one_sees(world, rita, yard):
    ref = ("order", world.keys["order"])
    opened(rita, world)
    other = actor_of(get_user_model().objects.create_user("elsewhere"))
    assert issues.open_count(*ref, by=actor_of(person())) == 1
    assert issues.open_count(*ref, by=other) == 0
    assert re.search(r"tab=issues[^>]*>[^<]*Issues[^<]*<[^>]*>1<", body(rita.get(world.url("/orders/{order}/"))))


@pytest.fixture
def acting(world, rita, yard):
    return {"by": actor_of(person()), "clock": yard.acting["clock"]}


def test_an_issue_is_refused_without_subject_owner_or_document(world, acting, yard):
    order, today = world.keys["order"], yard.today
    stranger = get_user_model().objects.create_user("stranger")
    with pytest.raises(InvalidInput, match="what it is about"):
        issues.open_issue("order", order, subject=" ", owner_id=person().pk, due_on=today, **acting)
    with pytest.raises(InvalidInput, match="works for this company"):
        issues.open_issue("order", order, subject="A", owner_id=stranger.pk, due_on=today, **acting)
    with pytest.raises(NotFound, match="no order 999999"):
        issues.open_issue("order", 999999, subject="A", owner_id=person().pk, due_on=today, **acting)
    with pytest.raises(NotFound, match="no kind of document letter"):
        issues.open_issue("letter", 1, subject="A", owner_id=person().pk, due_on=today, **acting)
    assert not IssueRow.objects.exists()


def test_a_closed_issue_is_neither_changed_nor_closed_again(world, acting, yard):
    key = issues.open_issue(
        "order", world.keys["order"], subject="A", owner_id=person().pk, due_on=yard.today, **acting
    )
    issues.close_issue(key, outcome="Done.", **acting)
    with pytest.raises(IllegalTransition):
        issues.close_issue(key, outcome="Again.", **acting)
    with pytest.raises(IllegalTransition):
        issues.change_issue(key, subject="B", **acting)
    row = IssueRow.objects.get(pk=key)
    assert (row.subject, row.outcome, row.version) == ("A", "Done.", 2)


def test_who_works_for_another_company_neither_owns_nor_closes_it(world, acting, yard):
    far = get_user_model().objects.create_user("far")
    RoleGrant.objects.create(user=far, role="representative", company_id=999_999)
    order = world.keys["order"]
    with pytest.raises(InvalidInput, match="works for this company"):
        issues.open_issue("order", order, subject="A", owner_id=far.pk, due_on=yard.today, **acting)
    key = issues.open_issue("order", order, subject="A", owner_id=person().pk, due_on=yard.today, **acting)
    with pytest.raises((NotFound, NotAllowed)):
        issues.close_issue(key, outcome="Done.", by=actor_of(far), clock=acting["clock"])
    assert issues.one(key, by=SYSTEM).is_open


def test_who_may_not_see_the_document_neither_changes_nor_closes_its_issue(world, acting, yard, sign_in):
    sign_in("warehouse_clerk")
    issues.open_issue("order", world.keys["order"], subject="A", owner_id=person().pk, due_on=yard.today, **acting)
    IssueRow.objects.update(document_kind="invoice", document_id=world.keys["invoice"])
    key = IssueRow.objects.get().pk
    clerk = {"by": actor_of(person("warehouse_clerk")), "clock": acting["clock"]}
    with pytest.raises(NotAllowed):
        issues.change_issue(key, subject="B", **clerk)
    with pytest.raises(NotAllowed):
        issues.close_issue(key, outcome="Done.", **clerk)
    row = IssueRow.objects.get()
    assert (row.subject, row.state, row.version) == ("A", "open", 1)
