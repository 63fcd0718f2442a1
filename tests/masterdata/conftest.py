"""The small company, in a database that is emptied after each test."""

import pytest

from tests.masterdata import world as small


@pytest.fixture
def world(db) -> small.World:
    return small.build()
