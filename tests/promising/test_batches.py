"""What is promised of goods that expire, as small time lines through the real tables.

Every day is open and nothing takes time. A lot is `10 A until 20`: 10 of batch A, usable until 20 March; a receipt
names its day first. A request may say how long goods must last from its delivery on, and which batch it wants.
"""

import re

import pytest

from tests.promising.books import Books, holds, march, told
from troth.business.promising import actions as promising
from troth.kernel.calendars import day_of
from troth.ledgers.availability import queries

CASES = """
goods are promised for as long as they last
    supply   10 A until 20
    request  5 Mar 4 for 10 days
    promise  5 Mar 4 stock

what does not last long enough after the delivery is not promised
    supply   10 A until 20, 10 B until 40
    request  15 Mar 12 for 10 days
    promise  15 Mar 10 stock

the last day counts
    supply   10 A until 20
    request  15 Mar 4 for 5 days
    promise  15 Mar 4 stock

a day more is too much
    supply   10 A until 20
    request  15 Mar 4 for 6 days
    promise

expired goods are promised to nobody
    supply   10 A until 1
    request  2 Mar 1
    promise

goods that spoil first go to whom they last long enough for
    supply   10 A until 20, 10 B until 40
    before   5 Mar 10 for 5 days
    request  5 Mar 10 for 30 days
    promise  5 Mar 10 stock

what lasts is kept for whom nothing else lasts
    supply   10 A until 20, 10 B until 40
    before   5 Mar 10 for 30 days
    request  5 Mar 12 for 5 days
    promise  5 Mar 10 stock

a part that comes later comes of goods that last from then on
    supply   6 A until 20, 12 Mar 10 until 40
    request  10 Mar 10 for 7 days
    promise  10 Mar 6 stock, 12 Mar 4 supply

goods on order that do not last are no supply
    supply   10 A until 40, 12 Mar 10 until 15
    request  10 Mar 20 for 7 days
    promise  10 Mar 10 stock

complete waits for goods that last from the later day on
    supply   6 A until 20, 15 Mar 10 until 40
    mode     complete
    request  10 Mar 10 for 7 days
    promise  15 Mar 10 supply

a batch that is asked for is the only one promised
    supply   10 A until 20, 10 B until 40
    request  5 Mar 12 of B
    promise  5 Mar 10 stock

a promise on a batch leaves the others to everybody
    supply   10 A until 20, 10 B until 40
    before   5 Mar 10 of B
    request  5 Mar 12
    promise  5 Mar 10 stock

a promise on any batch gives way to one on the batch, as far as others last
    supply   10 A until 20, 10 B until 40
    before   5 Mar 10
    request  5 Mar 10 of A
    promise  5 Mar 10 stock

goods of no batch do not expire
    supply   10
    request  5 Mar 10 for 500 days
    promise  5 Mar 10 stock

in one order what one line takes the next does not see
    supply   10 A until 20, 5 B until 40
    request  5 Mar 8 for 20 days; 5 Mar 8 for 5 days
    promise  5 Mar 5 stock; 5 Mar 8 stock

a rush order is served of what lies here and lasts
    supply   10 A until 20, 10 B until 40, 4 Mar 10 until 60
    scope    rush
    request  5 Mar 15 for 20 days
    promise  5 Mar 10 stock
"""
_CASES = [case.splitlines() for case in CASES.strip().split("\n\n")]


def lot(text):
    found = re.fullmatch(r"(?:(\d+) Mar )?(\d+)(?: ([A-Z]))?(?: until (\d+))?", text.strip())
    day, quantity, batch, until = found.groups()
    lasts = day_of(march(1)) + int(until) - 1 if until else 0
    return (day and march(int(day)), int(quantity), batch or "", lasts)


def wish(books, product, text, **more):
    found = re.fullmatch(r"(\d+) Mar (\d+)(?: for (\d+) days)?(?: of ([A-Z]))?", text.strip())
    day, quantity, life, batch = found.groups()
    return books.wish(product, int(quantity), march(int(day)), life_days=int(life or 0), batch=batch or "", **more)


@pytest.mark.parametrize("case", _CASES, ids=[case[0] for case in _CASES])
def test_time_line(books: Books, case):
    given = dict(re.split(r"\s+", line.strip() + " ", maxsplit=1) for line in case[1:])
    product = books.product(has_batches=True)
    books.lay(product, *(lot(one) for one in given["supply"].split(",")))
    if "before" in given:
        one = wish(books, product, given["before"])
        assert books.confirm(one).lines[one.line_id].short == 0
    more = {"mode": given["mode"].strip()} if "mode" in given else {}
    more |= {"scope": given["scope"].strip()} if "scope" in given else {}
    asked = [wish(books, product, one, **more) for one in given["request"].split(";")]
    promise = books.confirm(*asked)
    said = [[f"{day} Mar {quantity} {basis}" for day, quantity, basis in told(promise, one.line_id)] for one in asked]
    assert "; ".join(", ".join(one) for one in said) == given["promise"].strip()
    assert holds()


def test_a_group_comes_when_the_goods_of_each_line_last(books):
    """The oil of batch A would be too old on the day the frame comes, so both wait for the fresh oil."""
    frame, oil = books.product(), books.product(has_batches=True)
    books.supply(frame, (march(15), 4))
    books.lay(oil, lot("10 A until 16"), lot("18 Mar 10 until 60"))
    both = [
        books.wish(frame, 4, march(5), delivery_group=1),
        books.wish(oil, 4, march(5), delivery_group=1, life_days=5),
    ]
    promise = books.confirm(*both)
    assert [told(promise, one.line_id) for one in both] == [[(18, 4, "supply")], [(18, 4, "supply")]]
    assert holds()


def test_the_sentence_says_which_batch_does_not_last(books):
    product = books.product(has_batches=True)
    books.lay(product, lot("10 A until 20"))
    one = wish(books, product, "15 Mar 4 for 10 days")
    sentence = books.confirm(one).lines[one.line_id].sentence
    assert "Batch A is usable until 20 Mar 2026, and 25 Mar 2026 is needed" in sentence


def test_the_sentence_names_the_batch_that_was_asked_for(books):
    product = books.product(has_batches=True)
    books.lay(product, lot("10 A until 20"))
    one = wish(books, product, "5 Mar 4 of A")
    assert "Batch A was asked for." in books.confirm(one).lines[one.line_id].sentence


def test_a_promise_that_stands_keeps_its_date_until_no_goods_last_for_it(books):
    product = books.product(has_batches=True)
    books.lay(product, lot("10 A until 20"), lot("12 Mar 10 until 60"))
    one = wish(books, product, "5 Mar 10 for 10 days")
    assert told(books.confirm(one), one.line_id) == [(5, 10, "stock")]
    assert books.reconfirm(one).lines[one.line_id].is_kept
    books.lay(product, (None, -10, "A", lot("1 A until 20")[3]), (None, 10, "A", lot("1 A until 14")[3]))
    again = books.reconfirm(one)
    assert told(again, one.line_id) == [(12, 10, "supply")]


def test_cancelling_frees_exactly_what_was_taken(books):
    product = books.product(has_batches=True)
    books.lay(product, lot("10 A until 20"), lot("10 B until 40"))
    before = queries.lots(product.pk, books.site.pk)
    one, other = wish(books, product, "5 Mar 4 of A"), wish(books, product, "5 Mar 12 for 5 days")
    books.confirm(one, other)
    assert queries.lots(product.pk, books.site.pk) != before
    books.withdraw(product, one.line_id, other.line_id)
    assert queries.lots(product.pk, books.site.pk) == before
    assert holds()


def test_another_batch_is_another_promise(books):
    product = books.product(has_batches=True)
    books.lay(product, lot("10 A until 20"), lot("10 B until 40"))
    one = wish(books, product, "5 Mar 4 of A")
    books.confirm(one)
    books.reconfirm(one._replace(batch="B"))
    standing = [(row.batch, row.quantity) for row in queries.standing([("order", one.line_id)])]
    assert standing == [("B", -4)]


def test_a_product_without_batches_keeps_no_lots(books):
    product = books.product()
    books.supply(product, (None, 10))
    one = books.wish(product, 4, march(5))
    books.confirm(one)
    assert queries.lots(product.pk, books.site.pk) == ()
    assert promising.keys([one]) == (books.key(product),)
