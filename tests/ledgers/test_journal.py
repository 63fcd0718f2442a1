"""Entries that balance."""

from datetime import date, timedelta

import pytest

from tests.ledgers.conftest import AT, INVOICE, ON, broken, findings
from troth.ledgers.journal import actions, queries
from troth.ledgers.journal.actions import Line
from troth.ledgers.journal.models import Account, Balance, Entry, Posting
from troth.ledgers.journal.rules import AlreadyReversed
from troth.platform import locks

LINES = [Line("8000", -1000, -1100, "USD"), Line("1400", 1210, 1331, "USD"), Line("1800", -210, -231, "USD")]


def taken(world, kind=locks.Held):
    held = kind()
    held.take(*actions.keys(world.company, [line.account for line in LINES]))
    return held


def post(world, lines=LINES, held=None, on=ON):
    return actions.post(
        held or taken(world), company_id=world.company, on=on, text="Invoice 90", source=INVOICE, lines=lines, at=AT
    )


def test_an_entry_is_posted_by_account(world):
    entry_id = post(world)
    [entry] = queries.entries(INVOICE)
    assert (entry.id, entry.on, entry.text, entry.reverses_id) == (entry_id, ON, "Invoice 90", None)
    assert [(line.account, line.amount, line.document_amount) for line in entry.lines] == [
        ("1400", 1210, 1331),
        ("1800", -210, -231),
        ("8000", -1000, -1100),
    ]
    assert broken() == []


@pytest.mark.parametrize("lines", [LINES[:2], [Line("1400", 0, 0, "EUR")], []])
def test_an_entry_that_does_not_balance_is_a_defect(world, lines):
    with pytest.raises(AssertionError, match="an entry"):
        post(world, lines)
    assert Entry.objects.count() == 0


def test_an_account_is_not_posted_to_without_its_lock(world):
    with pytest.raises(locks.KeyNotHeld):
        post(world, held=locks.begin())
    assert Entry.objects.count() == 0


def test_a_reversal_negates_an_entry_once(world):
    entry_id = post(world)
    held = locks.begin()
    held.take(*queries.keys_of(entry_id))
    back = actions.reverse(held, entry_id, on=ON, text="Cancelled", source=INVOICE, at=AT)
    assert Entry.objects.get(id=back).reverses_id == entry_id
    assert list(Balance.objects.values_list("amount", flat=True)) == [0, 0, 0]
    assert broken() == []
    with pytest.raises(AlreadyReversed) as refused:
        actions.reverse(held, entry_id, on=ON, text="Cancelled", source=INVOICE, at=AT)
    assert refused.value.facts == {"entry": entry_id, "reversed_by": back}
    assert Entry.objects.count() == 2


def test_the_trial_balance_shows_debit_and_credit(world):
    Account.objects.create(company_id=world.company, code="1400", name="Receivables")
    post(world)
    post(world, on=ON + timedelta(days=40))
    rows = queries.trial_balance(world.company)
    assert [(row.account, row.name, row.debit, row.credit) for row in rows] == [
        ("1400", "Receivables", 2420, 0),
        ("1800", "", 0, 420),
        ("8000", "", 0, 2000),
    ]
    assert sum(row.balance for row in rows) == 0
    assert [row.debit for row in queries.trial_balance(world.company, to_on=ON)] == [1210, 0, 0]
    assert [row.debit for row in queries.trial_balance(world.company, from_on=ON + timedelta(days=41))] == []


def test_postings_are_exported_by_entry(world):
    entry_id = post(world)
    post(world, on=date(2026, 3, 1))
    rows = list(queries.export_rows(world.company, from_on=ON, to_on=ON))
    assert [(row.entry_id, row.account, row.amount, row.document_currency) for row in rows] == [
        (entry_id, "1400", 1210, "USD"),
        (entry_id, "1800", -210, "USD"),
        (entry_id, "8000", -1000, "USD"),
    ]


def test_an_overlay_leaves_no_trace(world):
    overlay = taken(world, locks.Overlay)
    assert post(world, held=overlay) == 0
    assert [overlay.balance(key).amount for key in actions.keys(world.company, ["1400"])] == [1210]
    assert (Entry.objects.count(), Balance.objects.count()) == (0, 0)


def test_verify_sees_an_account_that_is_not_its_postings(world):
    post(world)
    Balance.objects.filter(account="1400").update(amount=1)
    [sentence] = findings("journal: balances")
    assert sentence.endswith(": amount is 1, its postings sum to 1210.")


def test_verify_sees_an_entry_that_does_not_sum_to_zero(world):
    entry_id = post(world)
    balance = Balance.objects.get(account="1400")
    Posting.objects.create(entry_id=entry_id, balance=balance, amount=1, document_amount=1, document_currency="USD")
    assert findings("journal: entries") == [f"Entry {entry_id} has 4 postings, 0 for another company, that sum to 1."]


def test_verify_sees_a_reversal_that_does_not_negate(world):
    entry_id = post(world)
    post(world)
    wrong = Entry.objects.create(
        company_id=world.company, on=ON, text="", source_kind="invoice", source_id=90, at=AT, reverses_id=entry_id
    )
    assert len(findings("journal: reversals")) == 3
    assert {sentence.split()[1] for sentence in findings("journal: reversals")} == {str(wrong.pk)}
