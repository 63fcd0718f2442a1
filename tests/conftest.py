"""What all tests share."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client


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
