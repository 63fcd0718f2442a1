"""A balance in memory: a copy of it is the same in every field, since attempts are taken back by copies."""

from copy import copy
from dataclasses import fields

from troth.kernel import lots, netting
from troth.ledgers.availability.keys import AvailabilityBalance


def test_a_copy_of_a_series_has_all_of_it():
    whole = AvailabilityBalance(7, 3, netting.EMPTY, lots.EMPTY, limits=5, lapses=9)
    assert [getattr(copy(whole), one.name) for one in fields(whole)] == [7, 3, netting.EMPTY, lots.EMPTY, 5, 9]
