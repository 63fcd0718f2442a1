"""Rows of several columns of whole numbers, each different one once."""

import numpy as np

from troth.kernel.netting import Array


def distinct(*columns: Array) -> tuple[Array, Array]:
    """Return the different rows of the columns, ascending, and of each row its place among them.

    What `np.unique` of whole rows returns, which compares them as bytes and takes ten times as long.
    """
    order = np.lexsort(columns[::-1])
    begins = np.zeros(len(order), np.bool_)
    begins[:1] = True
    for column in columns:
        ordered = column[order]
        begins[1:] |= ordered[1:] != ordered[:-1]
    places = np.empty(len(order), np.int64)
    places[order] = np.cumsum(begins) - 1
    return np.column_stack(columns)[order[begins]], places
