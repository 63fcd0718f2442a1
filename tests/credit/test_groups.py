"""Accounts that belong to one another share the limit of the topmost: what counts, who is told, and what is refused."""

from importlib import import_module

import pytest

from tests import rivals
from tests.credit.conftest import CLOCK, ENTERED, MANAGER, PAPER, SYSTEM, in_one_transaction
from tests.masterdata import world as small
from troth.business.credit import actions, queries, screens
from troth.business.credit.models import CreditAccount
from troth.business.credit.rules import CreditAccountUnknown, GroupLoop
from troth.kernel.errors import Refusals
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import Part
from troth.ledgers.exposure.models import Balance, Group
from troth.platform import locks, verify
from troth.platform.documents import DocumentRef
from troth.platform.outbox import work_outbox
from troth.platform.web.lists import ListQuery

SHARED = 1000_00
CLAIM = "troth.business.credit.actions.claim"
RELEASE = "troth.business.credit.actions.release"


class Family:
    """Two payers, bikes and wheels, that belong to a third, whose limit is 1,000.00; it orders nothing itself."""

    def __init__(self):
        self.world = small.build()
        self.company = self.world.company
        customers = {"bikes": self.world.bikes, "wheels": self.world.wheels}
        self.party = {name: one.party for name, one in customers.items()}
        self.party["head"] = type(self.party["bikes"]).objects.create(number="HEAD", name="Head", country_id="DE")
        self.document = {name: DocumentRef(PAPER.code, one.pk, name[0].upper()) for name, one in customers.items()}
        self.set_limit("head", SHARED)

    def set_limit(self, name, limit, parent="", **values):
        standing = actions.Standing(parent=parent, **values)
        return actions.set_limit(
            self.company.pk, self.party[name].pk, limit=limit, standing=standing, by=MANAGER, clock=CLOCK
        )

    def join(self):
        for name in ("bikes", "wheels"):
            self.set_limit(name, None, parent="HEAD")
        return self

    def key(self, name):
        return actions.key(self.company.pk, self.party[name].pk)

    def claim(self, name, amount):
        found = []

        def step():
            held = locks.begin()
            held.take(self.key(name))
            one = actions.Claim(self.key(name), self.document[name], amount, True, self.company.pk, ENTERED, ENTERED)
            found.append(actions.claim(held, one, by=SYSTEM, clock=CLOCK))

        in_one_transaction(step, by=SYSTEM, clock=CLOCK)
        return found[0]

    def pay(self, name, amount):
        def step():
            held = locks.begin()
            held.take(self.key(name))
            entry = exposure.Entry(self.key(name), Part.DEPOSITS, amount, DocumentRef("payment", 999_999, "P7"))
            exposure.post(held, [entry], at=CLOCK.now())

        in_one_transaction(step, by=SYSTEM, clock=CLOCK)

    def account(self, name):
        return queries.account(self.company.pk, self.party[name].pk)

    def root(self, name):
        found = Balance.objects.filter(company=self.company, party=self.party[name]).values_list("root", flat=True)
        return {0: "", **{one.pk: each for each, one in self.party.items()}}[found.first() or 0]

    def waits(self):
        return [row.ref.number for row in queries.blocked_documents()]


@pytest.fixture
def family(db):
    return Family()


def broken():
    return {result.name for result in verify.run() if not result.holds}


def test_what_one_takes_of_the_shared_limit_is_gone_for_the_other(family):
    family.join()
    assert family.claim("bikes", 600_00).passes
    found = family.claim("wheels", 400_01)
    assert found.sets_block
    [said] = found.sentences(2, "EUR")
    assert str(said) == (
        "Exposure of the group of HEAD is 1000.01 EUR, 0.01 EUR past what it may be (1000.00 EUR); "
        "400.01 EUR of it is this payer's."
    )
    assert family.claim("wheels", 400_00).passes
    assert broken() == set()


def test_a_member_keeps_to_its_own_limit_as_well(family):
    family.join()
    family.set_limit("bikes", 100_00, parent="HEAD")
    assert [one.criterion for one in family.claim("bikes", 100_01).breaches] == ["limit"]
    assert [one.criterion for one in family.claim("bikes", 1000_01).breaches] == ["limit", "group"]


def test_what_is_guaranteed_to_the_head_counts_against_the_limit_of_none(family):
    family.join()
    family.set_limit("head", SHARED, guaranteed=500_00)
    assert family.claim("bikes", 1500_00).passes
    assert family.claim("wheels", 1).sets_block


def test_a_head_without_a_limit_checks_nothing(family):
    family.join()
    family.set_limit("head", None)
    assert family.claim("bikes", 5000_00).passes


def test_what_was_owed_before_comes_along_and_goes_again(family):
    family.claim("bikes", 700_00)
    family.join()
    assert (family.account("head").group.exposure.total, family.account("head").available) == (700_00, 300_00)
    assert family.account("wheels").group.members[0].number == "HEAD"
    family.set_limit("bikes", None)
    assert (family.root("bikes"), family.root("wheels"), family.root("head")) == ("", "head", "head")
    assert family.account("head").group.exposure.total == 0
    family.set_limit("wheels", None)
    assert (family.root("head"), family.account("head").group) == ("", None)
    assert broken() == set()


def test_a_group_within_a_group_counts_under_the_topmost(family):
    family.set_limit("bikes", None, parent="HEAD")
    family.set_limit("wheels", None, parent=family.party["bikes"].number)
    assert {family.root(name) for name in family.party} == {"head"}
    family.claim("wheels", 400_00)
    family.set_limit("bikes", None)
    assert [family.root(name) for name in ("head", "bikes", "wheels")] == ["", "bikes", "bikes"]
    assert family.account("bikes").group.exposure.total == 400_00
    assert broken() == set()


def test_nobody_belongs_to_itself(family):
    family.set_limit("bikes", None, parent="HEAD")
    number = family.party["bikes"].number
    for name in ("head", "bikes"):
        with pytest.raises(GroupLoop) as refused:
            family.set_limit(name, None, parent=number)
        assert refused.value.field == "parent"
    with pytest.raises(CreditAccountUnknown):
        family.set_limit("bikes", None, parent="NOBODY")
    assert broken() == set()


def test_a_payment_of_one_releases_what_the_other_waits_for(family):
    family.join()
    family.claim("bikes", 700_00)
    family.claim("wheels", 400_00)
    assert family.waits() == ["W"]
    family.pay("bikes", 100_00)
    work_outbox()
    assert family.waits() == []


def test_a_higher_limit_of_the_head_releases_what_its_members_wait_for(family):
    family.join()
    family.claim("bikes", 1100_00)
    family.set_limit("head", 1100_00)
    work_outbox()
    assert family.waits() == []


def test_a_file_brings_in_groups_and_what_goes_out_comes_in_unchanged(family):
    code, bikes, wheels = family.company.code, family.party["bikes"].number, family.party["wheels"].number
    rows = [
        {"company": code, "payer": wheels, "limit": "", "parent": bikes},
        {"company": code, "payer": bikes, "limit": "5", "parent": "HEAD"},
    ]
    first = actions.import_accounts(rows, by=MANAGER, clock=CLOCK)
    again = actions.import_accounts(rows, by=MANAGER, clock=CLOCK)
    assert ((first.created, first.changed), (again.created, again.changed, again.unchanged)) == ((2, 0), (0, 0, 2))
    assert {family.root(name) for name in family.party} == {"head"}
    left = actions.import_accounts([{**rows[1], "parent": ""}], by=MANAGER, clock=CLOCK)
    assert (left.changed, family.root("wheels"), family.root("head")) == (1, "bikes", "")
    kept = actions.import_accounts([{"company": code, "payer": wheels, "limit": "7"}], by=MANAGER, clock=CLOCK)
    assert (kept.changed, family.root("wheels")) == (1, "bikes")
    assert broken() == set()


def test_a_file_that_makes_a_loop_or_names_nobody_is_refused_by_its_row(family):
    code, bikes, wheels = family.company.code, family.party["bikes"].number, family.party["wheels"].number
    loop = [
        {"company": code, "payer": wheels, "limit": "", "parent": bikes},
        {"company": code, "payer": bikes, "limit": "", "parent": wheels},
    ]
    nobody = [{"company": code, "payer": wheels, "limit": "", "parent": "NOBODY"}]
    for rows, expected in ((loop, GroupLoop), (nobody, CreditAccountUnknown)):
        with pytest.raises(Refusals) as refused:
            actions.import_accounts(rows, by=MANAGER, clock=CLOCK)
        assert [(type(one), one.field) for one in refused.value.refusals] == [(expected, "parent")]
    assert CreditAccount.objects.count() == 1


def test_the_list_shows_what_the_group_leaves_of_the_limit_of_its_head(family):
    family.join()
    family.claim("bikes", 1100_00)
    rows = {row.number: row for row in screens.accounts(ListQuery(MANAGER, {})).rows}
    head, member = rows["HEAD"], rows[family.party["bikes"].number]
    assert (head.free.minor, head.status.tone, head.parent) == (-100_00, "stopped", "")
    assert (member.free, member.parent, member.orders.minor) == (None, "HEAD", 1100_00)


def test_verify_sees_a_group_that_is_not_the_sum_of_its_members(family):
    family.join()
    Group.objects.filter(party_id=family.party["head"].pk).update(open_orders=1)
    assert broken() == {"exposure: groups"}


def test_verify_sees_who_counts_in_another_group_than_it_belongs_to(family):
    family.join()
    CreditAccount.objects.filter(party=family.party["wheels"]).update(parent=None)
    assert broken() == {"credit: groups"}


def two_take_the_last(monkeypatch, *, locked):
    family = Family().join()
    rivals.race(
        monkeypatch, locked, [(import_module(CLAIM), "_judged")],
        lambda: family.claim("bikes", 600_00), lambda: family.claim("wheels", 600_00),
    )  # fmt: skip
    return family


@pytest.mark.django_db(transaction=True)
def test_of_two_who_share_a_limit_one_has_the_last_of_it(monkeypatch, paper):
    family = two_take_the_last(monkeypatch, locked=True)
    assert len(family.waits()) == 1
    assert broken() == set()


@pytest.mark.django_db(transaction=True)
def test_both_have_the_last_of_it_without_the_lock(monkeypatch, paper):
    family = two_take_the_last(monkeypatch, locked=False)
    assert family.waits() == []


def changes_at_once(monkeypatch, *, locked):
    """Each is to belong to the other at the same moment: no loop, as each sees it."""
    family = Family()
    family.set_limit("bikes", None)
    family.set_limit("wheels", None)
    numbers = {name: family.party[name].number for name in ("bikes", "wheels")}
    # Each was the head of a group before, so that no row is missing whose making would let one wait for the other.
    for name, parent in (("bikes", "wheels"), ("bikes", ""), ("wheels", "bikes"), ("wheels", "")):
        family.set_limit(name, None, parent=numbers.get(parent, ""))
    rivals.race(
        monkeypatch, locked, [(import_module(RELEASE), "write_limit")],
        lambda: family.set_limit("bikes", None, parent=numbers["wheels"]),
        lambda: family.set_limit("wheels", None, parent=numbers["bikes"]),
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_changes_make_no_loop_together(monkeypatch, paper):
    changes_at_once(monkeypatch, locked=True)
    assert CreditAccount.objects.filter(parent__isnull=False).count() == 1
    assert broken() == set()


@pytest.mark.django_db(transaction=True)
def test_two_changes_make_a_loop_without_the_lock(monkeypatch, paper):
    changes_at_once(monkeypatch, locked=False)
    assert CreditAccount.objects.filter(parent__isnull=False).count() == 2
