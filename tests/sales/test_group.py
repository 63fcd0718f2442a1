"""Many orders in one go: each gets what it would get alone, in the same order; only the statements are fewer."""

import pytest
from django.db import transaction

from tests import company
from tests.sales import books
from tests.sales.test_races import stocked, together  # noqa: F401 - a fixture
from troth.business.credit.models import CreditAccount
from troth.business.sales import actions
from troth.business.sales.models import Order
from troth.platform import permissions, sql, verify
from troth.platform.idempotency import KeyReused

LINES = "SELECT r.quantity, r.confirmed_quantity FROM promising_requirement r ORDER BY r.id"


def came_of(answers):
    """What each order got, without its id and number."""
    return [
        (one.taken.state, one.taken.gross, one.taken.blocks, [(n.confirmed, n.short) for n in one.taken.lines])
        if one.taken
        else [(why.code, why.row, why.field) for why in one.refused]
        for one in answers
    ]  # fmt: skip


def outcome():
    """What stands in the books, without ids and numbers."""
    return sql.fetch(LINES), books.demand(), books.exposure(), sorted(books.blocks()), sorted(books.events())


@pytest.fixture
def scarce(small):
    company.put_in_stock(small, "HELMET", 5)
    company.put_in_stock(small, "GLOVE", 100)
    return small


@pytest.fixture
def several(draft):
    return (
        draft("ALPHA", ("HELMET", 3), ("GLOVE", 10)),
        draft("BETA", ("HELMET", 3)),
        draft("ALPHA", ("HELMET", 3), ("GLOVE", 20)),
        draft("NOBODY", ("GLOVE", 1)),
        draft("BETA", ("GONE", 1), ("GLOVE", -1)),
        draft("BETA", ("GLOVE", 5)),
        draft("ALPHA"),
    )


def test_a_group_gives_each_order_what_it_would_get_alone(scarce, rep, several):
    with transaction.atomic():
        alone = came_of([actions.enter_orders([one], by=rep, clock=scarce.clock)[0] for one in several])
        stood = outcome()
        transaction.set_rollback(True)
    single = []
    with transaction.atomic():
        for one in several:
            try:
                single.append(actions.enter_order(one, by=rep, clock=scarce.clock).gross)
            except Exception as refusal:
                single.append(getattr(refusal, "code", ""))
        assert outcome() == stood
        transaction.set_rollback(True)

    grouped = actions.enter_orders(several, by=rep, clock=scarce.clock)

    assert came_of(grouped) == alone
    assert [one.taken.gross if one.taken else "" for one in grouped] == [
        n if isinstance(n, int) else "" for n in single
    ]
    assert outcome() == stood
    assert [one.refused[0].code for one in grouped if one.refused] == ["unknown_customer", "unknown_product"]
    assert grouped[-1].taken.state == "draft"
    assert [finding for result in verify.run() for finding in result.findings] == []


def test_the_order_that_passes_the_limit_is_blocked_and_those_before_it_are_not(scarce, rep, draft):
    first = actions.enter_order(draft("ALPHA", ("GLOVE", 10)), by=rep, clock=scarce.clock)
    CreditAccount.objects.update_or_create(
        company=scarce.company, party=scarce.party("ALPHA"), defaults={"limit": 3 * first.gross}
    )
    found = actions.enter_orders([draft("ALPHA", ("GLOVE", 10))] * 3, by=rep, clock=scarce.clock)

    assert [bool(one.taken.blocks) for one in found] == [False, False, True]
    assert books.exposure() == 4 * first.gross


def test_the_number_of_statements_does_not_grow_with_the_orders(scarce, rep, draft):
    def statements(count):
        before = sql.tally.statements
        answers = actions.enter_group([draft("ALPHA", ("GLOVE", 1))] * count, by=rep, clock=scarce.clock)
        assert all(one.taken.lines[0].confirmed for one in answers)
        return sql.tally.statements - before

    statements(1)
    assert statements(2) == statements(40) <= 25


def test_an_order_that_delivers_on_saving_goes_by_itself(scarce, rep, draft):
    rush, plain = draft("ALPHA", ("GLOVE", 1), order_type="rush"), draft("BETA", ("GLOVE", 1))

    refused, taken = actions.enter_group([rush, plain], by=rep, clock=scarce.clock)
    assert ([one.code for one in refused.refused], bool(taken.taken)) == (["delivers_on_saving"], True)

    first, second = actions.enter_orders([rush, plain], by=rep, clock=scarce.clock)
    assert (first.taken.state, second.taken.state) == ("submitted", "submitted")


def test_the_customer_s_number_twice_in_a_group_is_told(scarce, rep, draft):
    twice = [draft("ALPHA", ("GLOVE", 1), customer_reference="PO 7")] * 2
    first, second = actions.enter_orders(twice, by=rep, clock=scarce.clock)

    assert (first.taken.warnings, len(second.taken.warnings)) == ((), 1)
    assert first.taken.number in second.taken.warnings[0]


def test_a_repeated_group_enters_nothing_again(scarce, rep, several):
    first = actions.enter_group(several, by=rep, clock=scarce.clock, key="file 7")
    count = Order.objects.count()
    again = actions.enter_group(several, by=rep, clock=scarce.clock, key="file 7")

    assert came_of(again) == came_of(first)
    assert Order.objects.count() == count
    with pytest.raises(KeyReused):
        actions.enter_group(several[:2], by=rep, clock=scarce.clock, key="file 7")


def test_who_may_not_enter_orders_enters_no_group(scarce, draft):
    with pytest.raises(permissions.NotAllowed):
        actions.enter_orders([draft("ALPHA", ("GLOVE", 1))], by=company.person("auditor"), clock=scarce.clock)


@pytest.mark.django_db(transaction=True)
def test_two_groups_that_want_the_same_goods_crosswise_do_not_both_get_them(stocked, rep, draft):  # noqa: F811
    company.put_in_stock(stocked, "GLOVE", 5)

    def enter(*products):
        drafts = [draft("ALPHA", (product, 1)) for product in products for _ in range(4)]
        return lambda: actions.enter_orders(drafts, by=rep, clock=stocked.clock)

    found = together(enter("HELMET", "GLOVE"), enter("GLOVE", "HELMET"))

    confirmed = sum(line.confirmed for answers in found for one in answers for line in one.taken.lines)
    assert confirmed == books.demand() == 10
