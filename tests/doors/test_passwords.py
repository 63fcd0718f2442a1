"""Passwords are kept by Argon2, and one that was kept more weakly is kept anew when its owner signs in."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher
from django.test import Client

from troth import settings as product

PASSWORD = "correct horse battery"


class WeakerHasher(Argon2PasswordHasher):
    """As Argon2 was set years ago."""

    time_cost = 1
    memory_cost = 1024


@pytest.fixture
def carla(db, settings):
    """Somebody whose password was kept years ago."""
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    weaker = WeakerHasher()
    return get_user_model().objects.create(username="carla", password=weaker.encode(PASSWORD, weaker.salt()))


def test_argon2_is_the_one_way_to_keep_a_password():
    assert product.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_a_password_that_was_kept_more_weakly_is_kept_anew_at_the_next_sign_in(carla):
    weak = carla.password
    assert identify_hasher(weak).must_update(weak)
    answer = Client().post("/sign-in/", {"username": "carla", "password": PASSWORD})
    carla.refresh_from_db()
    assert answer.status_code == 302
    assert carla.password.startswith("argon2$argon2id$")
    assert not identify_hasher(carla.password).must_update(carla.password)


def test_a_wrong_password_changes_nothing_that_is_kept(carla):
    weak = carla.password
    answer = Client().post("/sign-in/", {"username": "carla", "password": "wrong"})
    carla.refresh_from_db()
    assert (answer.status_code, carla.password) == (200, weak)
