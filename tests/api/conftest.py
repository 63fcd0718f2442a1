"""Callers of the API: people with tokens, and a client that speaks JSON."""

import itertools
import json
from dataclasses import dataclass, field

import pytest
import time_machine
from django.test import Client

from tests import company
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.models import ApiToken, RoleGrant, User
from troth.platform.users import token_hash

_numbers = itertools.count(1)


@dataclass
class Caller:
    """A person's token with a client. Each creating call gets a key of its own unless one is given."""

    token: str = ""
    user_id: int | None = None
    client: Client = field(default_factory=Client)

    def get(self, address, **headers):
        return self.send("GET", address, None, **headers)

    def post(self, address, body=None, *, key="", **headers):
        headers.setdefault("Idempotency_Key", key or f"key-{next(_numbers)}")
        return self.send("POST", address, body if body is not None else {}, **headers)

    def patch(self, address, body, *, version="*", **headers):
        return self.send("PATCH", address, body, If_Match=version, **headers)

    def send(self, method, address, body, *, content_type="application/json", **headers):
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        place = address if address.startswith("/") else f"/api/v1/{address}"
        return self.client.generic(method, place, content, content_type=content_type, headers=sent)


@pytest.fixture
def caller(db):
    """`caller("representative")`: somebody with these roles, everywhere or for a company and site, and a token."""

    def make(*roles, scopes=("platform", *_APPS), company_id=None, site_id=None):
        number = next(_numbers)
        user = User.objects.create(username=f"caller-{number}")
        for role in roles:
            RoleGrant.objects.create(user=user, role=role, company_id=company_id, site_id=site_id)
        text = f"troth_{number}_of_a_test"
        ApiToken.objects.create(
            user=user, name="test", token_hash=token_hash(text), scopes=list(scopes), made_at=SYSTEM_CLOCK.now()
        )
        return Caller(text, user.pk)

    return make


@pytest.fixture
def stranger(db):
    """Somebody without a token."""
    return Caller()


_APPS = (
    "masterdata",
    "pricing",
    "credit",
    "supply",
    "promising",
    "quotas",
    "sales",
    "backorders",
    "shipping",
    "billing",
    "receivables",
)


@pytest.fixture
def small(db):
    """The small company, at nine o'clock on its Monday."""
    made = company.build()
    with time_machine.travel(made.clock.now(), tick=False):
        yield made


def assert_refused(response, status, code):
    """A problem of this status and code; returns it."""
    assert response.headers["Content-Type"] == "application/problem+json", response.content[:300]
    body = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code), body
    assert body["type"] == f"urn:troth:refusal:{code}"
    assert body["detail"]
    return body


def places(problem):
    """Row, field and code of each refused entry."""
    return [(one["row"], one["field"], one["code"]) for one in problem["errors"]]
