"""What a payer owes or will owe."""

from datetime import date, timedelta

from tests.ledgers.conftest import AT, DELIVERY, INVOICE, ON, ORDER, broken, findings
from troth.ledgers.exposure import actions, queries
from troth.ledgers.exposure.actions import Entry
from troth.ledgers.exposure.keys import Part
from troth.ledgers.exposure.models import Balance, Day, Posting
from troth.ledgers.exposure.recount import recount
from troth.platform import locks
from troth.platform.documents import DocumentRef

PAYMENT = DocumentRef("payment", 3, "3")
DUE = date(2026, 2, 4)


def taken(world, kind=locks.Held):
    held = kind()
    held.take(world.exposure)
    return held


def post(world, part, amount, source, due_on=None):
    actions.post(taken(world), [Entry(world.exposure, part, amount, source, due_on)], at=AT)


def to_invoice(world, amount=700):
    """An order of 1000, of which `amount` was delivered and billed."""
    post(world, Part.OPEN_ORDERS, 1000, ORDER)
    steps = [
        (Part.OPEN_ORDERS, Part.OPEN_DELIVERIES, ORDER, DELIVERY, None),
        (Part.OPEN_DELIVERIES, Part.OPEN_INVOICES, DELIVERY, INVOICE, DUE),
    ]
    for from_part, to_part, source, to_source, due_on in steps:
        actions.move(
            taken(world),
            world.exposure,
            from_part=from_part,
            to_part=to_part,
            amount=amount,
            source=source,
            to_source=to_source,
            at=AT,
            due_on=due_on,
        )


def test_value_moves_from_order_to_delivery_to_invoice(world):
    to_invoice(world)
    found = queries.exposure(world.company, world.party)
    assert (found.open_orders, found.open_deliveries, found.open_invoices, found.total) == (300, 0, 700, 1000)
    standing = queries.by_document(world.company, world.party)
    assert [(row.document, row.part, row.amount, row.due_on) for row in standing] == [
        (INVOICE, Part.OPEN_INVOICES, 700, DUE),
        (ORDER, Part.OPEN_ORDERS, 300, None),
    ]
    assert broken() == []


def test_deposits_count_against_the_exposure(world):
    post(world, Part.OPEN_ORDERS, 1000, ORDER)
    post(world, Part.DEPOSITS, 400, PAYMENT)
    assert queries.exposure(world.company, world.party).total == 600
    assert taken(world).balance(world.exposure).total == 600


def test_all_that_stands_for_a_document_is_taken_back(world):
    to_invoice(world)
    assert actions.withdraw(taken(world), world.exposure, ORDER, at=AT) == 300
    assert actions.withdraw(taken(world), world.exposure, INVOICE, at=AT) == 700
    assert actions.withdraw(taken(world), world.exposure, INVOICE, at=AT) == 0
    assert queries.by_document(world.company, world.party) == []
    assert queries.exposure(world.company, world.party) == queries.Exposure()
    assert broken() == []


def test_a_deposit_taken_back_raises_the_exposure(world):
    post(world, Part.DEPOSITS, 400, PAYMENT)
    assert actions.withdraw(taken(world), world.exposure, PAYMENT, at=AT) == -400
    assert queries.exposure(world.company, world.party).total == 0


def test_open_invoices_age(world):
    for number, days in enumerate((-1, 1, 30, 31, 91)):
        post(world, Part.OPEN_INVOICES, 10**number, DocumentRef("invoice", number), ON - timedelta(days=days))
    post(world, Part.OPEN_INVOICES, -1, DocumentRef("invoice", 0), ON + timedelta(days=1))
    [ages] = queries.ageing(world.company, today=ON)
    assert (ages.party_id, ages.amounts, ages.total) == (world.party, (0, 110, 1000, 0, 10000), 11110)
    assert [row.document.id for row in queries.open_invoices(world.company, party_id=world.party)] == [4, 3, 2, 1]


def test_an_overlay_leaves_no_trace(world):
    post(world, Part.OPEN_ORDERS, 1000, ORDER)
    overlay = taken(world, locks.Overlay)
    assert actions.withdraw(overlay, world.exposure, ORDER, at=AT) == 1000
    assert overlay.balance(world.exposure).total == 0
    assert queries.exposure(world.company, world.party).total == 1000
    assert Posting.objects.count() == 1


def test_verify_sees_a_part_that_is_not_its_postings(world):
    post(world, Part.OPEN_ORDERS, 1000, ORDER)
    Balance.objects.update(open_orders=999, open_deliveries=1)
    name = f"Exposure balance {Balance.objects.get().pk}"
    assert findings("exposure: balances") == [
        f"{name}: open_orders is 999, its postings sum to 1000.",
        f"{name}: open_deliveries is 1, its postings sum to 0.",
    ]


def counts():
    return Balance.objects.values_list("orders", "deliveries", "invoices").get()


def test_open_documents_are_counted_as_long_as_something_stands_for_them(world):
    post(world, Part.OPEN_ORDERS, 1000, ORDER)
    assert counts() == (1, 0, 0)
    post(world, Part.OPEN_ORDERS, 500, ORDER)
    post(world, Part.OPEN_ORDERS, 10, DocumentRef("order", 999_999))
    assert counts() == (2, 0, 0)
    post(world, Part.OPEN_ORDERS, -1500, ORDER)
    assert counts() == (1, 0, 0)
    post(world, Part.DEPOSITS, 70, PAYMENT)
    assert counts() == (1, 0, 0)
    actions.withdraw(taken(world), world.exposure, DocumentRef("order", 999_999), at=AT)
    assert counts() == (0, 0, 0)
    assert broken() == []


def test_what_goes_on_in_parts_counts_in_both(world):
    to_invoice(world)
    assert counts() == (1, 0, 1)
    assert broken() == []


def test_what_is_overdue_is_known_by_the_days_on_which_it_was_due(world):
    late = DocumentRef("invoice", 999_999)
    post(world, Part.OPEN_INVOICES, 700, INVOICE, DUE)
    post(world, Part.OPEN_INVOICES, 50, late, DUE - timedelta(days=9))
    known = lambda today: queries.overdue(taken(world), world.exposure, today=today)  # noqa: E731
    assert known(DUE - timedelta(days=9)) == queries.Overdue()
    assert known(DUE) == queries.Overdue(50, DUE - timedelta(days=9))
    assert known(DUE + timedelta(days=1)) == queries.Overdue(750, DUE - timedelta(days=9))
    post(world, Part.OPEN_INVOICES, -50, late, DUE - timedelta(days=9))
    assert known(DUE + timedelta(days=1)) == queries.Overdue(700, DUE)
    assert Day.objects.count() == 2
    assert broken() == []


def test_counts_and_days_are_made_anew_from_the_postings(world):
    to_invoice(world)
    Balance.objects.update(orders=9, invoices=0)
    Day.objects.update(amount=1)
    recount()
    assert (counts(), Day.objects.get().amount) == ((1, 0, 1), 700)
    assert broken() == []


def test_verify_sees_a_count_and_a_day_that_are_not_their_postings(world):
    to_invoice(world)
    Balance.objects.update(orders=2)
    Day.objects.update(amount=1)
    number = Balance.objects.get().pk
    assert findings("exposure: documents") == [
        f"Exposure balance {number} counts [2, 0, 1] open orders, deliveries and invoices; [1, 0, 1] stand."
    ]
    assert findings("exposure: days") == [f"Exposure balance {number}: 1 is due on {DUE}, its postings sum to 700."]
