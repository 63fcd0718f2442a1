"""A quotation holds its goods: until a moment, for its order and for nobody else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from tests import company
from tests.sales import books
from tests.shipping.conftest import assert_books_hold
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.models import Hold, HoldLine
from troth.business.promising.rules.holds import HeldForDocument, HoldExpired, NothingToHold, WrongHold
from troth.business.sales import actions, queries
from troth.business.sales.actions.quoted import quoted_availability
from troth.business.sales.models import OrderLine
from troth.business.sales.rules import refusals
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, QuotationDraft
from troth.business.shipping.actions.amend import Amendment, amend_order
from troth.kernel.errors import BusinessError
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import locks
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock
from troth.platform.documents import DocumentRef
from troth.platform.models import Event

OFFER = QuotationDraft(
    customer="ALPHA",
    lines=(
        LineDraft(product="HELMET", quantity="4"),
        LineDraft(product="FRAME", quantity="2"),
        LineDraft(product="FITTING", quantity="1"),
    ),
    valid_to_on="2026-03-31",
    delivery_days=5,
)


@pytest.fixture
def sent(small, rep):
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "FRAME", 1)
    saved = actions.save_quotation(OFFER, by=rep, clock=small.clock)
    return actions.send_quotation(saved.id, by=rep, clock=small.clock)


def lost(small, product, quantity):
    """Goods that turn out to be missing."""
    key = AvailabilityKey(small.products[product].pk, small.sites["HAM"].pk)
    with transaction.atomic():
        held = locks.begin()
        held.take(key)
        entry = Entry(key, Category.STOCK, 0, -quantity, DocumentRef("count", 999_999), 0)
        availability.post(held, [entry], at=small.clock.now())


def until(small, **more):
    return small.clock.now() + timedelta(**(more or {"days": 3}))


def hold(small, rep, quotation, **fields):
    ends = fields.pop("until", until(small))
    return actions.hold_quoted_goods(quotation.id, ends, by=rep, clock=small.clock, **fields)


def order(small, rep, quotation, **fields):
    return actions.order_from_quotation(quotation.id, by=rep, clock=fields.pop("clock", small.clock), **fields)


def kept(number=None):
    """What is held, by line number, of all active holds."""
    ids = Hold.objects.filter(state="active").values_list("pk", flat=True)
    return {line.line_number: line.held for lines in promises.lines_of_holds(list(ids)).values() for line in lines}


def rival(small, rep, draft, product="HELMET", quantity=4):
    """What another order gets of the goods."""
    [line] = actions.enter_order(draft("BETA", (product, quantity)), by=rep, clock=small.clock).lines
    return quantity - line.short


def confirmed(answer):
    lines = OrderLine.objects.filter(order_id=answer.id).order_by("line_number")
    found = promises.promise("order", [line.pk for line in lines])
    return {line.line_number: found[line.pk].confirmed for line in lines if line.pk in found}


def test_what_a_quotation_holds_is_kept_from_everybody_and_goes_over_to_its_order(small, rep, draft, sent):
    made = hold(small, rep, sent)

    assert (made.held, made.short) == ({10: 4, 20: 1}, {20: 1})
    [one] = Hold.objects.all()
    assert (one.reference_kind, one.reference_id, one.reference_number) == ("quotation", sent.id, sent.number)
    assert one.party_id == queries.quotation(sent.id, by=rep).document.sold_to_id
    assert rival(small, rep, draft) == 0
    assert_books_hold()

    placed = order(small, rep, sent)

    assert confirmed(placed) == {10: 4, 20: 1}
    one.refresh_from_db()
    assert (one.state, one.order_id, kept()) == ("ordered", placed.id, {})
    assert "promising.hold_ordered" in books.events()
    assert_books_hold()


def test_the_order_is_promised_what_was_held_to_the_day(small, rep, sent):
    hold(small, rep, sent)
    lines = HoldLine.objects.order_by("line_number")
    before = {one.line_number: promises.promise("hold", [one.pk])[one.pk].schedules for one in lines}

    placed = order(small, rep, sent)

    for line in OrderLine.objects.filter(order_id=placed.id, line_number__in=before):
        assert promises.promise("order", [line.pk])[line.pk].schedules == before[line.line_number]


def test_only_items_that_are_chosen_are_held(small, rep, draft, sent):
    assert hold(small, rep, sent, lines=[20]).held == {20: 1}
    assert rival(small, rep, draft) == 4
    assert hold_refused(small, rep, sent, lines=[20]) == "held_already"
    assert hold_refused(small, rep, sent, lines=[30]) == "unknown_line"
    assert hold_refused(small, rep, sent, lines=[990]) == "unknown_line"
    with pytest.raises(NothingToHold):
        hold(small, rep, sent)  # the helmets are another's


def hold_refused(small, rep, quotation, **fields):
    before = books.picture()
    with pytest.raises(BusinessError) as refused:
        hold(small, rep, quotation, **fields)
    assert books.picture() == before
    return refused.value.code


def test_it_is_held_no_longer_than_the_quotation_is_valid(small, rep, sent):
    last = datetime(2026, 3, 31, 22, tzinfo=UTC)  # midnight in Hamburg
    soon = FixedClock(last - timedelta(days=9))
    for late in (last + timedelta(seconds=1), small.clock.now()):
        with pytest.raises(WrongHold) as refused:
            actions.hold_quoted_goods(sent.id, late, by=rep, clock=soon)
        assert refused.value.field == "expires_at"
    made = actions.hold_quoted_goods(sent.id, last, by=rep, clock=soon)
    assert Hold.objects.get().life_ends_at == last == made.expires_at
    with pytest.raises(WrongHold):
        promising.extend_hold(made.holds[0], last + timedelta(hours=1), by=rep, clock=soon)


def test_a_draft_and_a_quotation_that_is_over_hold_nothing(small, rep, sent):
    saved = actions.save_quotation(OFFER, by=rep, clock=small.clock)
    assert hold_refused(small, rep, saved) == "quotation_not_orderable"
    actions.reject_quotation(sent.id, reason="dear", by=rep, clock=small.clock)
    assert hold_refused(small, rep, sent) == "quotation_not_orderable"


def test_it_is_extended_and_released_with_a_reason(small, rep, draft, sent):
    made = hold(small, rep, sent)
    later = until(small, days=5)
    actions.extend_quoted_holds(sent.id, later, by=rep, clock=small.clock)
    assert Hold.objects.get().expires_at == later
    with pytest.raises(refusals.ReasonMissing):
        actions.release_quoted_holds(sent.id, reason=" ", by=rep, clock=small.clock)
    assert actions.release_quoted_holds(sent.id, reason="too long", by=rep, clock=small.clock) == made.numbers
    assert Event.objects.get(kind="promising.hold_released").facts["reason"] == "too long"
    assert rival(small, rep, draft) == 4
    with pytest.raises(refusals.NothingHeld):
        actions.extend_quoted_holds(sent.id, later, by=rep, clock=small.clock)


@pytest.mark.parametrize("end", ["reject", "revise", "expire"])
def test_a_quotation_that_is_open_no_more_lets_its_goods_go(small, rep, draft, sent, end):
    hold(small, rep, sent, until=until(small, days=20))
    if end == "reject":
        actions.reject_quotation(sent.id, reason="dear", by=rep, clock=small.clock)
    elif end == "revise":
        actions.revise_quotation(sent.id, OFFER, by=rep, clock=small.clock)
    else:
        actions.expire_quotations(date(2026, 4, 1), by=SYSTEM, clock=small.clock)
    assert (Hold.objects.get().state, kept()) == ("released", {})
    assert Event.objects.get(kind="promising.hold_released").facts["reason"]
    assert rival(small, rep, draft) == 4
    assert_books_hold()


def test_an_acceptance_alone_leaves_the_goods_held(small, rep, sent):
    hold(small, rep, sent)
    actions.accept_quotation(sent.id, by=rep, clock=small.clock)
    assert kept() == {10: 4, 20: 1}
    assert confirmed(order(small, rep, sent)) == {10: 4, 20: 1}


def test_a_part_that_is_ordered_takes_its_part_and_the_rest_stays_held(small, rep, draft, sent):
    made = hold(small, rep, sent)
    placed = order(small, rep, sent, quantities={10: "3"})
    assert confirmed(placed) == {10: 3}
    one = Hold.objects.get()
    assert (one.state, one.expires_at, kept()) == ("active", made.expires_at, {10: 1, 20: 1})
    assert rival(small, rep, draft) == 0
    assert_books_hold()

    rest = order(small, rep, sent)

    assert confirmed(rest) == {10: 1, 20: 1}
    one.refresh_from_db()
    assert (one.state, one.order_id) == ("ordered", rest.id)
    assert_books_hold()


def test_a_draft_order_takes_what_is_held_when_it_is_submitted(small, rep, draft, sent):
    hold(small, rep, sent)
    kept_order = order(small, rep, sent, submit=False)
    assert kept() == {10: 4, 20: 1}
    assert rival(small, rep, draft) == 0
    actions.submit_order(kept_order.id, by=rep, clock=small.clock)
    assert (confirmed(kept_order), kept()) == ({10: 4, 20: 1}, {})
    assert_books_hold()


def test_an_order_that_is_raised_takes_more_of_what_is_held(small, rep, sent):
    hold(small, rep, sent)
    placed = order(small, rep, sent, quantities={10: "1"})
    for wanted, change in (("2", actions.change_order), ("3", amended)):
        changes = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": wanted}),))
        change(placed.id, changes, by=rep, clock=small.clock)
        assert confirmed(placed) == {10: int(wanted)}
        assert kept() == {10: 4 - int(wanted), 20: 1}
        assert_books_hold()


def amended(order_id, changes, **acting):
    """As the page changes an order, with what of it is on its way."""
    return amend_order(order_id, Amendment(changes=changes), **acting)


def test_what_has_expired_is_checked_anew_and_the_answer_says_so(small, rep, draft, sent):
    made = hold(small, rep, sent)
    late = FixedClock(made.expires_at)
    rivals = actions.enter_order(draft("BETA", ("HELMET", 3)), by=rep, clock=late)
    assert rivals.lines[0].short == 0
    placed = order(small, rep, sent, clock=late)
    assert confirmed(placed) == {10: 1, 20: 1}
    assert "item 10, 20 has expired" in str(placed.warnings[0])
    with pytest.raises(refusals.NothingHeld):
        actions.extend_quoted_holds(sent.id, until(small, days=9), by=rep, clock=late)
    assert_books_hold()


def test_an_order_that_would_confirm_less_than_is_held_is_refused_and_the_goods_stay_held(small, rep, sent):
    hold(small, rep, sent)
    lost(small, "HELMET", 2)
    before = books.picture()
    with pytest.raises(refusals.HeldForOthers):
        order(small, rep, sent)
    assert books.picture() == before


def test_what_it_holds_is_not_in_its_own_way_while_it_does(small, rep, draft, sent):
    def free(clock):
        return quoted_availability(sent.id, by=rep, clock=clock).promises[10].confirmed

    made = hold(small, rep, sent)
    late = FixedClock(made.expires_at)
    before = books.picture()
    assert (free(small.clock), free(late)) == (4, 4)
    assert books.picture() == before
    actions.enter_order(draft("BETA", ("HELMET", 3)), by=rep, clock=late)
    assert free(late) == 1


def test_it_is_ordered_from_its_quotation_and_not_from_its_hold(small, rep, sent):
    made = hold(small, rep, sent)
    draft = OrderDraft(customer="ALPHA", requested_on=company.NEXT_WEDNESDAY)
    with pytest.raises(HeldForDocument):
        actions.order_from_hold(made.holds[0], draft, by=rep, clock=small.clock)
    assert kept() == {10: 4, 20: 1}


def test_a_repeated_request_holds_once(small, rep, sent):
    ends = until(small)
    made = [actions.hold_quoted_goods(sent.id, ends, by=rep, clock=small.clock, key="once") for _ in range(2)]
    assert (made[0] == made[1], Hold.objects.count()) == (True, 1)


def test_extending_what_has_expired_in_part_is_refused_by_the_hold(small, rep, sent):
    made = hold(small, rep, sent)
    with pytest.raises(HoldExpired):
        promising.extend_hold(
            made.holds[0], made.expires_at + timedelta(days=1), by=rep, clock=FixedClock(made.expires_at)
        )


def test_items_from_two_sites_are_held_at_each(small, rep):
    company.put_in_stock(small, "HELMET", 4)
    other = next(code for code in small.sites if code != "HAM")
    company.put_in_stock(small, "HELMET", 3, site=other)
    offer = replace(
        OFFER,
        lines=(LineDraft(product="HELMET", quantity="4"), LineDraft(product="HELMET", quantity="3", site=other)),
    )
    saved = actions.save_quotation(offer, by=rep, clock=small.clock)
    quotation = actions.send_quotation(saved.id, by=rep, clock=small.clock)
    made = hold(small, rep, quotation)
    assert (made.held, len(made.holds)) == ({10: 4, 20: 3}, 2)
    placed = order(small, rep, quotation)
    assert confirmed(placed) == {10: 4, 20: 3}
    assert set(Hold.objects.values_list("state", flat=True)) == {"ordered"}
    assert_books_hold()
