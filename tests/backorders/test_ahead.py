"""Reading one part ahead: every part comes once and in order, and whoever is in a transaction reads by himself."""

import threading

import pytest
from django.db import connection, transaction

from tests import company
from tests.backorders.conftest import Desk
from troth.business.backorders.actions import simulate
from troth.business.backorders.actions.ahead import read_ahead


def name_of_thread(part):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return part, threading.current_thread().name


@pytest.mark.django_db(transaction=True)
def test_a_thread_reads_each_part_once_and_in_order():
    found = list(read_ahead([3, 1, 2], name_of_thread))
    assert [part for part, _ in found] == [3, 1, 2]
    assert all(name.startswith("read-ahead") for _, name in found)


@pytest.mark.django_db(transaction=True)
def test_at_most_one_part_is_read_ahead_of_who_takes_it():
    asked = []
    reader = read_ahead([1, 2, 3, 4], lambda part: asked.append(part) or part)
    assert next(reader) == 1
    reader.close()
    assert asked in ([1], [1, 2])


@pytest.mark.django_db(transaction=True)
def test_who_is_in_a_transaction_reads_what_it_wrote():
    with transaction.atomic():
        found = list(read_ahead([1, 2], name_of_thread))
    assert {name for _, name in found} == {threading.current_thread().name}


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_the_reader_reaches_who_asked():
    def fails(part):
        raise ValueError(part)

    with pytest.raises(ValueError, match="7"):
        list(read_ahead([7], fails))


@pytest.mark.django_db(transaction=True)
def test_a_simulation_whose_parts_are_read_ahead_finds_every_change(monkeypatch):
    desk = Desk(company.build())
    waiting = [desk.order("BETA", (product, 6)) for product in ("HELMET", "FRAME")]
    for product in ("HELMET", "FRAME"):
        desk.stock(product, 6)
    monkeypatch.setattr(simulate, "LINES_AT_A_TIME", 1)
    run = desk.simulated()
    assert (run.lines, run.better, run.worse) == (2, 2, 0)
    desk.apply(run)
    assert [desk.promised(one) for one in waiting] == [[[(6, company.NEXT_WEDNESDAY)]]] * 2
