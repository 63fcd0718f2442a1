"""What the garbage collector looks through while requests are answered.

A full collection looks at everything that lives: in a server half a million objects of code, tables and addresses that
never die, 150 ms at a time, in the middle of somebody's page. So what is there before the first request is set aside.
"""

import gc

from django.urls import get_resolver


def settle() -> None:
    """Load every address, and with them the views; set aside what lives then."""
    get_resolver()._populate()
    gc.collect()
    gc.freeze()
