"""People, roles and tokens over the API."""

from django.test import Client

from tests.api.conftest import Caller, assert_refused, places
from troth.platform.models import ApiToken, Idempotency, RoleGrant, User

DORA = {"username": "dora", "password": "correct horse battery", "email": "dora@example.org", "full_name": "Dora Dahl"}


def test_a_person_is_added_given_a_role_and_listed(small, caller):
    chief = caller("administrator")
    made = chief.post("users", DORA)
    assert made.status_code == 201
    dora = made.json()
    assert (dora["username"], dora["full_name"], dora["is_active"], dora["grants"], dora["tokens"]) == (
        "dora", "Dora Dahl", True, [], []
    )  # fmt: skip
    given = chief.post(f"users/{dora['id']}/grants", {"role": "billing_clerk", "company": small.company.pk})
    held = [{"role": "billing_clerk", "company": small.company.pk, "site": None}]
    assert (given.status_code, given.json()["grants"]) == (201, held)
    assert [one["username"] for one in chief.get("users?role=billing_clerk").json()["items"]] == ["dora"]
    assert [one["username"] for one in chief.get("users?words=dahl").json()["items"]] == ["dora"]
    assert Client().login(username="dora", password=DORA["password"])

    gone = chief.post(f"users/{dora['id']}/grants/revoke", held[0])
    assert (gone.status_code, gone.json()["grants"]) == (200, [])
    again = chief.post(f"users/{dora['id']}/grants/revoke", held[0])
    assert places(assert_refused(again, 422, "invalid_input")) == [(None, "role", "invalid_input")]


def test_a_user_added_twice_with_one_key_is_there_once_and_no_hash_of_the_password_is_kept(small, caller):
    chief = caller("administrator")
    first, second = (
        chief.post("users", DORA, key="one"),
        chief.post("users", {**DORA, "password": "another"}, key="one"),
    )
    assert (second.status_code, second.json()) == (201, first.json())
    assert (User.objects.filter(username="dora").count(), Idempotency.objects.count()) == (1, 1)
    assert_refused(chief.post("users", DORA), 409, "name_taken")


def test_a_token_shows_its_secret_once_and_works_until_it_is_revoked(small, caller):
    chief, clerk = caller("administrator"), caller("billing_clerk")
    address = f"users/{clerk.user_id}/tokens"
    made = chief.post(address, {"name": "export", "scopes": ["billing"], "expires_at": "2027-01-01T00:00:00Z"})
    secret = made.json()["token"]
    assert made.status_code == 200
    assert Caller(secret).get("me").json()["scopes"] == ["billing"]
    shown = chief.get(f"users/{clerk.user_id}")
    assert secret not in shown.content.decode()
    assert secret not in str(ApiToken.objects.values_list())
    [token, _own] = shown.json()["tokens"]
    assert (token["id"], token["name"], token["revoked_at"]) == (made.json()["id"], "export", None)
    assert token["expires_at"] == "2027-01-01T00:00:00Z"

    ended = chief.post(f"{address}/{token['id']}/revoke", {})
    assert ended.json()["tokens"][0]["revoked_at"] is not None
    assert_refused(Caller(secret).get("me"), 401, "not_signed_in")
    assert_refused(chief.post(f"users/{chief.user_id}/tokens/{token['id']}/revoke", {}), 404, "not_found")


def test_a_deactivated_person_comes_in_no_more(small, caller):
    chief, clerk = caller("administrator"), caller("billing_clerk")
    assert clerk.get("invoices").status_code == 200
    assert chief.post(f"users/{clerk.user_id}/deactivate", {}).json()["is_active"] is False
    assert_refused(clerk.get("invoices"), 401, "not_signed_in")
    assert [one["id"] for one in chief.get("users?active=false").json()["items"]] == [clerk.user_id]


def test_what_joins_duties_that_belong_apart_needs_an_exception(small, caller):
    chief, clerk = caller("administrator"), caller("representative")
    address = f"users/{clerk.user_id}/grants"
    problem = assert_refused(chief.post(address, {"role": "credit_manager"}), 422, "duties_conflict")
    assert places(problem) == [(None, "role", "duties_conflict")]
    allowed = chief.post(address, {"role": "credit_manager", "exception": "holiday cover"})
    assert [one["role"] for one in allowed.json()["grants"]] == ["representative", "credit_manager"]


def test_nobody_changes_their_own_rights(small, caller):
    chief = caller("administrator")
    assert_refused(chief.post(f"users/{chief.user_id}/grants", {"role": "auditor"}), 409, "own_rights")
    assert_refused(chief.post(f"users/{chief.user_id}/deactivate", {}), 409, "own_rights")


def test_a_place_that_is_not_there_is_refused(small, caller):
    chief, clerk = caller("administrator"), caller("billing_clerk")
    address = f"users/{clerk.user_id}/grants"
    assert_refused(chief.post(address, {"role": "auditor", "company": 999_999}), 404, "not_found")
    assert_refused(chief.post(address, {"role": "auditor", "site": 999_999}), 404, "not_found")
    assert RoleGrant.objects.filter(user_id=clerk.user_id).count() == 1


def test_wrong_values_of_a_person_and_of_a_token_are_told_by_field(small, caller):
    chief, clerk = caller("administrator"), caller("billing_clerk")
    wrong = chief.post("users", {**DORA, "email": "nowhere"})
    assert places(assert_refused(wrong, 422, "invalid_input")) == [(None, "email", "invalid_input")]
    address = f"users/{clerk.user_id}/tokens"
    for sent, field in (
        ({"name": "x", "scopes": ["everything"]}, "scopes"),
        ({"name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "scopes": ["read"], "expires_at": 1_900_000_000}, "expires_at"),
        ({"name": "x", "scopes": ["read"], "expires_at": "2027-01-01T00:00:00"}, "expires_at"),
    ):
        assert [place[1] for place in places(chief.post(address, sent).json())] == [field]
    assert ApiToken.objects.filter(user_id=clerk.user_id).count() == 1


def test_an_administrator_of_one_company_changes_nobody(small, caller):
    """Users belong to no company: their passwords and tokens open all that their roles open."""
    chief, clerk = caller("administrator", company_id=small.company.pk), caller("billing_clerk")
    for address, body in (
        ("users", DORA),
        (f"users/{clerk.user_id}/grants", {"role": "auditor"}),
        (f"users/{clerk.user_id}/password", {"password": "a new long password"}),
        (f"users/{clerk.user_id}/tokens", {"name": "x", "scopes": ["read"]}),
        (f"users/{clerk.user_id}/deactivate", {}),
    ):
        assert_refused(chief.post(address, body), 403, "not_allowed")
