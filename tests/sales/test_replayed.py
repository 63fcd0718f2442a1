"""A promise of a line's history is looked at again: what was read then, and what the same wish would get now."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth import get_user_model

from tests import company
from tests.sales.test_explained import line_of
from tests.sales.test_repromise import expect
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.models import Requirement
from troth.business.promising.versions import read
from troth.business.sales import actions
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.kernel.errors import NotFound
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.availability.models import Posting
from troth.platform.models import RoleGrant


@pytest.fixture
def changed(small, rep, draft):
    """4 were promised for 18 March out of a receipt of the 17th; then 6 are wished, and 10 lie in stock."""
    expect(small, quantity=10, due_on=date(2026, 3, 17), number="4711")
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    line_id = line_of(order)
    small.clock.at = small.clock.at.replace(hour=11)
    actions.change_order(
        order.id, OrderChanges(lines=(LineChange(line_number=10, values={"quantity": "6"}),)), by=rep, clock=small.clock
    )
    company.put_in_stock(small, "HELMET", 10)
    return order, line_id


def test_a_past_promise_is_replayed_for_what_was_wished_then(small, changed):
    _order, line_id = changed
    past, today = promises.history("order", line_id)
    before = Posting.objects.count()

    then = promising.replay("order", line_id, then=past.id, clock=small.clock)
    now = promising.replay("order", line_id, clock=small.clock)

    assert [(one.quantity, one.on) for one in then.was] == [(4, past.delivery_on)]
    assert [(one.quantity, one.on) for one in now.was] == [(6, today.delivery_on)]
    assert [(one.quantity, one.on) for one in then.now_comes] == [(4, company.NEXT_WEDNESDAY)]
    days = (past.delivery_on - company.NEXT_WEDNESDAY).days
    assert then.differs
    assert f"The last of it would come {days} days earlier." in then.difference
    assert then.difference.startswith("Then 4 piece on ")
    assert Posting.objects.count() == before


def test_what_was_read_is_told_beside_what_holds_now(small, changed):
    order, line_id = changed
    [past, _today] = promises.history("order", line_id)
    record = promising.replay("order", line_id, then=past.id, clock=small.clock).record
    one = Requirement.objects.get(document_id=order.id)
    key = AvailabilityKey(one.product_id, one.site_id)

    found = read(record, key)

    assert (found.scope, found.masters_changed, found.cells) == ("order", False, ())
    assert found.masters is not None
    assert found.changes == found.version_now - found.version > 0
    small.products["HELMET"].save()
    assert not read({**record, "masters": None}, key).masters_changed
    assert read({**record, "masters": found.masters - 1}, key).masters_changed


def test_a_past_promise_of_another_line_is_none(small, changed):
    _order, line_id = changed
    with pytest.raises(NotFound):
        promising.replay("order", line_id, then=999_999, clock=small.clock)


def test_the_page_offers_each_promise_and_shows_what_stands_behind_it(small, changed, client):
    order, line_id = changed
    promise = Requirement.objects.get(document_id=order.id)
    past, _today = promises.history("order", line_id)
    user = get_user_model().objects.create_user("rita", password="x")
    RoleGrant.objects.create(user=user, role="representative")
    client.force_login(user)

    with time_machine.travel(small.clock.now()):
        history = client.get(f"/promises/{promise.pk}/?tab=history").content.decode()
        replayed = client.get(f"/promises/{promise.pk}/?tab=now&then={past.id}").content.decode()
        why = client.get(f"/promises/{promise.pk}/").content.decode()

    assert f"?tab=now&amp;then={past.id}" in history
    assert "Then 4 piece on " in replayed
    assert f'<option value="{past.id}" selected>' in replayed
    assert "What stands behind it" in why
    assert "4711" in why
    assert "edition" in why
