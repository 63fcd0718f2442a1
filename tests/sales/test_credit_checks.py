"""What the rules of credit make of an order that is entered, raised or submitted."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from tests import company
from tests.sales import books
from troth.business.credit import actions as credit
from troth.business.credit import queries as verdicts
from troth.business.credit.models import CreditAccount
from troth.business.credit.rules import CreditRefuses
from troth.business.masterdata.models import CreditCheck
from troth.business.sales import actions, queries
from troth.business.sales.actions.group import enter_orders
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import Part
from troth.platform import locks
from troth.platform.documents import DocumentRef

PAST = ("FRAME", 30)
WITHIN = ("HELMET", 1)


@pytest.fixture
def rule(small):
    """`rule("order_create", "warn", …)`: a rule of the company, with more columns by name."""

    def keep(point, outcome, **columns):
        return CreditCheck.objects.create(company=small.company, point=point, outcome=outcome, **columns)

    return keep


@pytest.fixture
def enter(small, rep, draft):
    def enter(*lines, customer="ALPHA", **fields):
        return actions.enter_order(draft(customer, *lines, **fields), by=rep, clock=small.clock)

    return enter


def account(small, customer="ALPHA", **values):
    CreditAccount.objects.filter(party=small.party(customer)).update(**values)


def found(answer, rep):
    return [(one.point, one.outcome, one.rule) for one in verdicts.found_on(queries.order(answer.id, by=rep).ref)]


def test_a_warning_lets_the_order_go_on_and_says_why(small, rep, enter, rule):
    rule("order_create", "warn")
    answer = enter(PAST)
    assert (answer.state, answer.blocks, books.blocks()) == ("submitted", (), [])
    assert books.exposure() == answer.gross
    assert [one for one in answer.warnings if "past the limit" in one]
    assert found(answer, rep) == [("order_create", "warn", "order_create/-/-")]
    [one] = verdicts.found_on(queries.order(answer.id, by=rep).ref)
    assert (one.exposure.open_orders, one.excess) == (answer.gross, answer.gross - one.limit)


def test_an_error_keeps_the_order_as_a_draft_without_demand_and_exposure(small, rep, enter, rule):
    company.put_in_stock(small, "FRAME", 50)
    rule("order_create", "error")
    answer = enter(PAST)
    assert (answer.state, answer.missing, answer.blocks) == ("draft", (), ())
    assert (books.demand(), books.exposure(), books.blocks()) == (0, 0, [])
    assert "Credit does not let order" in answer.warnings[-1]
    assert found(answer, rep) == [("order_create", "error", "order_create/-/-")]
    before = books.picture()
    with pytest.raises(CreditRefuses) as refused:
        actions.submit_order(answer.id, by=rep, clock=small.clock)
    assert refused.value.facts["rule"] == "order_create/-/-"
    assert books.picture() == before
    account(small, limit=10**9)
    assert actions.submit_order(answer.id, by=rep, clock=small.clock).state == "submitted"
    assert books.exposure() == answer.gross


def test_of_many_orders_only_the_one_past_the_limit_stays_a_draft(small, rep, draft, rule):
    rule("order_create", "error")
    drafts = [draft("ALPHA", WITHIN), draft("ALPHA", PAST), draft("BETA", WITHIN)]
    states = [one.taken.state for one in enter_orders(drafts, by=rep, clock=small.clock)]
    assert states == ["submitted", "draft", "submitted"]


def test_an_error_refuses_a_change_that_raises_the_order_and_nothing_is_changed(small, rep, enter, rule):
    rule("order_change", "error")
    answer = enter(("FRAME", 1))
    before = books.picture()
    with pytest.raises(CreditRefuses):
        actions.change_order(
            answer.id,
            OrderChanges(lines=(LineChange(line_number=10, values={"quantity": "30"}),)),
            by=rep,
            clock=small.clock,
        )
    assert books.picture() == before
    account(small, limit=0)
    lower = OrderChanges(header={"customer_reference": "PO 1"})
    assert actions.change_order(answer.id, lower, by=rep, clock=small.clock).state == "submitted"


def test_the_most_specific_rule_holds(small, rep, enter, rule):
    rule("order_create", "block")
    rule("order_create", "warn", risk_class="B")
    rule("order_create", "none", risk_class="A")
    assert enter(PAST).blocks == ("The credit limit is exceeded.",)
    account(small, risk_class="B")
    assert found(enter(PAST), rep) == [("order_create", "warn", "order_create/B/-")]
    rule("order_create", "error", order_type=small.order_types["standard"])
    assert enter(PAST).state == "draft"
    CreditCheck.objects.filter(outcome="error").delete()
    account(small, risk_class="A")
    assert found(enter(PAST), rep) == []


def test_a_rule_of_another_company_or_point_or_one_that_ended_does_not_hold(small, rep, enter, rule):
    rule("order_change", "error")
    rule("goods_issue", "block")
    rule("order_create", "error", is_active=False)
    assert enter(PAST).blocks == ("The credit limit is exceeded.",)


@pytest.mark.parametrize(
    ("columns", "payer", "said"),
    [
        ({"max_document_value": 100}, {}, "without cover; 1.00 EUR is the most"),
        ({"max_dunning_level": 1}, {"dunning_level": 2}, "dunned to level 2; 1 is the highest"),
        ({"checks_review": True}, {"review_on": date(2026, 3, 1)}, "reviewed by 2026-03-01"),
    ],
)
def test_each_criterion_blocks_by_itself_and_says_so(small, rep, enter, rule, columns, payer, said):
    rule("order_create", "block", checks_limit=False, **columns)
    account(small, limit=0, **payer)
    enter(WITHIN)
    [one] = verdicts.blocked_documents()
    assert said in one.reason
    assert (one.sentences, one.rule, one.limit, one.excess) == ((one.reason,), "order_create/-/-", None, 0)


@pytest.mark.parametrize(
    ("columns", "payer"),
    [
        ({"max_document_value": 10**9}, {}),
        ({"max_dunning_level": 2}, {"dunning_level": 2}),
        ({"checks_review": True}, {"review_on": date(2026, 3, 2)}),
        ({"checks_review": True}, {"review_on": None}),
    ],
)
def test_what_just_passes_goes_on(small, enter, rule, columns, payer):
    rule("order_create", "block", checks_limit=False, **columns)
    account(small, limit=0, **payer)
    enter(WITHIN)
    assert verdicts.blocked_documents() == ()


def owe(small, amount, due_on, invoice_id=999_999):
    """An open invoice of ALPHA."""
    key = credit.key(small.company.pk, small.party("ALPHA").pk)
    entry = exposure.Entry(key, Part.OPEN_INVOICES, amount, DocumentRef("invoice", invoice_id), due_on)
    with transaction.atomic():
        held = locks.begin()
        held.take(key)
        exposure.post(held, [entry], at=small.clock.now())


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"max_overdue_percent": 24}, "25.00 EUR of 100.00 EUR invoiced is overdue; 24 percent is the most."),
        ({"max_overdue_days": 29}, "The oldest open item is 30 days overdue; 29 is the most."),
        ({"max_open_documents": 2}, "3 orders, deliveries and invoices are open; 2 is the most."),
    ],
)
@pytest.mark.parametrize("just", [0, 1])
def test_what_is_open_and_overdue_is_looked_at(small, enter, rule, columns, said, just):
    owe(small, 25_00, company.MONDAY - timedelta(days=30))
    owe(small, 75_00, company.MONDAY, 999_998)
    [(name, most)] = columns.items()
    rule("order_create", "block", checks_limit=False, **{name: most + just})
    account(small, limit=0)
    enter(WITHIN)
    assert [one.reason for one in verdicts.blocked_documents()] == ([] if just else [said])


def test_what_is_paid_is_open_and_overdue_no_more(small, enter, rule):
    long_ago = company.MONDAY - timedelta(days=30)
    owe(small, 25_00, long_ago)
    owe(small, -25_00, long_ago)
    rule("order_create", "block", max_overdue_percent=0, max_overdue_days=0, max_open_documents=1)
    enter(WITHIN)
    assert verdicts.blocked_documents() == ()


def test_all_that_does_not_pass_is_said(small, rep, enter, rule):
    rule("order_create", "block", max_dunning_level=0)
    account(small, limit=1, dunning_level=3)
    enter(WITHIN)
    [one] = verdicts.blocked_documents()
    assert len(one.sentences) == 2
    assert "past the limit" in one.sentences[0]
    assert "level 3" in one.sentences[1]


def test_what_is_guaranteed_does_not_count_against_the_limit(small, enter, rule):
    account(small, limit=0, guaranteed=10**9)
    enter(PAST)
    assert verdicts.blocked_documents() == ()
    account(small, guaranteed=1)
    enter(PAST)
    [one] = verdicts.blocked_documents()
    assert "of which 0.01 EUR is guaranteed" in one.reason
    assert one.excess == one.exposure.total - 1


def test_a_payer_of_whom_nothing_is_kept_is_judged_by_the_other_criteria(small, rep, enter, rule):
    CreditAccount.objects.all().delete()
    rule("order_create", "block", max_document_value=100)
    enter(WITHIN)
    [one] = verdicts.blocked_documents()
    assert (one.limit, one.party_number) == (None, "ALPHA")
    assert credit.key(small.company.pk, small.party("ALPHA").pk)
