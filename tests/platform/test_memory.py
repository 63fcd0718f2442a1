"""Collection waits for a piece of work and goes on after it, whatever becomes of it."""

import gc

import pytest

from troth.platform.memory import uncollected


def _fail():
    assert not gc.isenabled()
    raise ValueError("no")


def test_collection_waits_and_goes_on_after_a_failure():
    with pytest.raises(ValueError, match="no"), uncollected():
        _fail()
    assert gc.isenabled()


def test_who_comes_second_does_not_let_it_go_on_too_early():
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
