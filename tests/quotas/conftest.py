import pytest

from tests.quotas.planned import PlannedBooks, open_planned_books


@pytest.fixture
def books(db) -> PlannedBooks:
    return open_planned_books()
