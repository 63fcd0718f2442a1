import pytest

from tests.promising.books import Books, open_books


@pytest.fixture
def books(db) -> Books:
    return open_books()
