"""What all tests share."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from troth.platform import triggers


@pytest.fixture(autouse=True)
def _emptied_between_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test with real transactions the tables are emptied; SQLite's triggers would refuse that."""
    marker = request.node.get_closest_marker("django_db")
    transactional = marker is not None and marker.kwargs.get("transaction", False)
    if transactional:
        request.getfixturevalue("transactional_db")
    yield
    if transactional and connection.vendor == "sqlite":
        triggers.lift()


@pytest.fixture
def person(db):
    """Somebody who may sign in."""
    return get_user_model().objects.create_user("carla", password="correct horse battery")


@pytest.fixture
def browser(person) -> Client:
    """A browser in which `person` has signed in."""
    client = Client()
    client.force_login(person)
    return client
