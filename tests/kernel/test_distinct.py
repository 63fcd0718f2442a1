"""The different rows of columns."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.distinct import distinct

ROWS = st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 3), st.integers(-(2**62), 2**62)), min_size=1)


@given(ROWS, st.data())
def test_rows_come_once_and_each_row_finds_its_own(rows: list[tuple[int, int, int]], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(rows)))
    table = np.array([*rows, *again], np.int64)
    found, places = distinct(*table.T)
    assert found.tolist() == [list(row) for row in sorted(set(rows))]
    assert (found[places] == table).all()


def test_of_no_rows_there_are_none() -> None:
    none = np.empty(0, np.int64)
    found, places = distinct(none, none)
    assert found.shape == (0, 2)
    assert len(places) == 0
