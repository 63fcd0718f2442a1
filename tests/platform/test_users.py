"""People, their rights, their sessions and their tokens."""

from datetime import timedelta

import pytest
from django.test import Client

from troth.kernel.errors import InvalidInput
from troth.platform import tokens, users
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.models import ApiToken, Event, RoleGrant, User
from troth.platform.permissions import ROUTES
from troth.platform.users import DutiesConflict, NameTaken, OwnRights, actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.platform.urls")]
PASSWORD = "correct horse battery"


@pytest.fixture
def carla(clock):
    number = users.add_user("carla", password=PASSWORD, full_name="Carla Maria Cruz", by=SYSTEM, clock=clock)
    return User.objects.get(pk=number)


def grant(user, role, clock, **other):
    users.grant_role(user.pk, role=role, by=SYSTEM, clock=clock, **other)


def test_a_new_user_has_a_name_and_no_rights(carla):
    actor = actor_of(carla)
    assert (actor.name, actor.grants, actor.user_id) == ("Carla Maria Cruz", (), carla.pk)
    assert carla.check_password(PASSWORD)


def test_a_name_is_taken_once_in_any_case(carla, clock):
    with pytest.raises(NameTaken):
        users.add_user("Carla", password=PASSWORD, by=SYSTEM, clock=clock)
    assert User.objects.count() == 1


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), (" dora", PASSWORD), ("dora", "123")])
def test_a_bad_name_and_a_weak_password_are_refused(settings, clock, name, password):
    length = "django.contrib.auth.password_validation.MinimumLengthValidator"
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": length}]
    with pytest.raises(InvalidInput):
        users.add_user(name, password=password, by=SYSTEM, clock=clock)
    assert User.objects.count() == 0


def test_roles_are_granted_and_revoked_with_an_event_each(carla, clock):
    grant(carla, "representative", clock, company_id=1)
    assert actor_of(carla).grants == (Grant("representative", 1, None),)
    users.revoke_role(carla.pk, role="representative", company_id=1, by=SYSTEM, clock=clock)
    assert actor_of(carla).grants == ()
    kinds = [*Event.objects.order_by("pk").values_list("kind", flat=True)]
    assert kinds == ["platform.user_added", "platform.role_granted", "platform.role_revoked"]


def test_a_role_that_joins_two_duties_is_refused_unless_an_exception_is_named(carla, clock):
    grant(carla, "representative", clock)
    with pytest.raises(DutiesConflict, match="releases their credit blocks"):
        grant(carla, "credit_manager", clock)
    assert RoleGrant.objects.count() == 1
    grant(carla, "credit_manager", clock, exception="Rita is ill until Friday")
    assert RoleGrant.objects.count() == 2
    assert Event.objects.last().facts["exception"] == "Rita is ill until Friday"


def test_nobody_changes_their_own_rights(carla, clock):
    grant(carla, "administrator", clock)
    with pytest.raises(OwnRights):
        users.grant_role(carla.pk, role="auditor", by=actor_of(carla), clock=clock)
    assert RoleGrant.objects.count() == 1


def test_an_unknown_role_is_refused(carla, clock):
    with pytest.raises(InvalidInput):
        grant(carla, "king", clock)
    assert RoleGrant.objects.count() == 0


@pytest.fixture
def browser(carla):
    client = Client()
    client.force_login(carla)
    return client


def test_a_page_knows_who_asks_and_what_time_it_is(carla, clock, browser):
    assert browser.get("/home/").content.startswith(b"Carla Maria Cruz [] 20")


def test_a_session_ends_when_rights_change(carla, clock, browser):
    assert browser.get("/home/").status_code == 200
    grant(carla, "representative", clock)
    assert browser.get("/home/").status_code == 302
    browser.force_login(User.objects.get(pk=carla.pk))
    assert browser.get("/home/").content.startswith(b"Carla Maria Cruz ['representative']")


def test_a_session_ends_when_the_password_changes_or_the_user_is_deactivated(carla, clock, browser):
    users.set_password(carla.pk, password=PASSWORD + "!", by=SYSTEM, clock=clock)
    assert browser.get("/home/").status_code == 302
    browser.force_login(User.objects.get(pk=carla.pk))
    users.deactivate_user(carla.pk, by=SYSTEM, clock=clock)
    assert browser.get("/home/").status_code == 302


def test_a_page_asks_for_its_right_and_opens_for_nobody_without_a_line(carla, clock, browser, monkeypatch):
    monkeypatch.setitem(ROUTES, "test_order", "sales.view_order")
    assert Client().get("/order/").status_code == 302
    assert browser.get("/order/").status_code == 403
    grant(carla, "representative", clock)
    browser.force_login(User.objects.get(pk=carla.pk))
    assert browser.get("/order/").status_code == 200
    browser.raise_request_exception = False
    assert browser.get("/undeclared/").status_code == 500


def test_a_token_acts_for_its_user_within_its_scopes(carla, clock):
    grant(carla, "representative", clock)
    made = users.make_token(carla.pk, name="shop", scopes=["read"], by=SYSTEM, clock=clock)
    actor = tokens.authenticate(made.text, clock=clock)
    assert made.text.startswith("troth_")
    assert (actor.user_id, actor.may("sales.view_order"), actor.may("sales.submit_order")) == (carla.pk, True, False)
    token = ApiToken.objects.get()
    assert (token.last_used_at, made.text in str(token.__dict__)) == (clock.now(), False)


def test_a_token_that_is_unknown_expired_revoked_or_ownerless_is_nobody(carla, clock):
    def new(**other):
        return users.make_token(carla.pk, name="shop", scopes=["sales"], by=SYSTEM, clock=clock, **other)

    expiring, revoked, orphan = new(expires_at=clock.now() + timedelta(days=1)), new(), new()
    assert tokens.authenticate("troth_x", clock=clock) is tokens.authenticate("x", clock=clock) is None
    assert tokens.authenticate(expiring.text, clock=clock) is not None
    clock.at += timedelta(days=1)
    assert tokens.authenticate(expiring.text, clock=clock) is None
    users.revoke_token(revoked.id, by=SYSTEM, clock=clock)
    assert tokens.authenticate(revoked.text, clock=clock) is None
    assert tokens.authenticate(orphan.text, clock=clock) is not None
    users.deactivate_user(carla.pk, by=SYSTEM, clock=clock)
    assert tokens.authenticate(orphan.text, clock=clock) is None


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_a_token_without_a_known_scope_is_refused(carla, clock, scopes):
    with pytest.raises(InvalidInput):
        users.make_token(carla.pk, name="shop", scopes=scopes, by=SYSTEM, clock=clock)
    assert ApiToken.objects.count() == 0


def test_the_text_of_a_token_is_not_kept_with_the_answer(carla, clock):
    with pytest.raises(AssertionError, match="not remembered"):
        users.make_token(carla.pk, name="shop", scopes=["read"], by=SYSTEM, clock=clock, key="k")
    assert ApiToken.objects.count() == 0


def test_the_admin_site_shows_the_record_and_changes_nothing(carla, clock):
    User.objects.filter(pk=carla.pk).update(is_staff=True, is_superuser=True)
    grant(carla, "administrator", clock)
    browser = Client()
    browser.force_login(User.objects.get(pk=carla.pk))
    for name in ("event", "user", "outbox", "blockrow", "seal", "mail"):
        assert browser.get(f"/admin/platform/{name}/").status_code == 200, name
        assert browser.get(f"/admin/platform/{name}/add/").status_code == 403, name
    event = Event.objects.first()
    assert browser.post(f"/admin/platform/event/{event.pk}/delete/", {"post": "yes"}).status_code == 403


def test_on_the_admin_site_the_record_is_for_administrators_only(carla, clock):
    grant(carla, "master_data", clock)
    browser = Client()
    browser.force_login(User.objects.get(pk=carla.pk))
    assert browser.get("/admin/").status_code == 200
    for name in ("event", "user", "outbox", "blockrow", "seal", "mail"):
        assert browser.get(f"/admin/platform/{name}/").status_code == 403, name


def test_an_actor_lists_the_companies_and_sites_it_reaches():
    assert Actor(1, "x", (Grant("auditor", 1), Grant("auditor", 2, 5))).company_ids == {1, 2}
    assert Actor(1, "x", (Grant("auditor"),)).company_ids is None
    assert Actor(1, "x", (Grant("auditor", 2, 5),)).site_ids == {5}
