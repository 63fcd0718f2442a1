"""Requests made from the API's own description by Schemathesis: whatever is sent, the answer is one that it describes.

Each operation is asked in a transaction of its own, which is taken back at the end. Seed and number of requests are
fixed, so that a run can be repeated.
"""

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis import openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.api.conftest import caller, small  # noqa: F401
from tests.fuzz.conftest import ANSWERS
from tests.fuzz.furnished import furnish
from troth.doors.api.root import api
from troth.doors.wsgi import application
from troth.kernel.plain_numbers import MAX
from troth.platform.api.bodies import CSV, WORKBOOK

SEED, EXAMPLES = 20260302, 12
"""Each operation is asked this often by chance, beside what covers the limits of each of its fields."""

REFUSED = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428]
IDS_MADE = 3
KNOWN = {
    "product": ("HELMET", "OIL", "FRAME", "NONE-SUCH"),
    "customer": ("ALPHA", "BETA", "GAMMA"),
    "order_type": ("standard", "free", "rush"),
    "unit": ("piece", "box"),
    "site": ("HAM", "ROT"),
    "kind": ("purchase", "production", "price"),
    "scope": ("delivery", "billing"),
}


@schemathesis.serializer(WORKBOOK)
def as_it_is(context, value):
    """A workbook is sent as the bytes that were made up."""
    return value if isinstance(value, bytes) else str(value).encode()


def described():
    """The description as Schemathesis reads it, answered by the server's own WSGI application."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "generation": {
                "max-examples": EXAMPLES,
                "deterministic": True,
                "no-shrink": True,
                "with-security-parameters": False,
            },
            "checks": {
                # what is valid by its shape may still be refused by the rules of the trade
                "positive_data_acceptance": {"enabled": False},
                "missing_required_header": {"expected-statuses": [400, 401, 422, 428]},
                "negative_data_rejection": {"expected-statuses": REFUSED},
            },
        }
    )
    found = openapi.from_dict(api.get_openapi_schema(), config=config)
    found.app = application
    return found


schema = described()


@schema.hook
def map_path_parameters(context, path_parameters):
    """Ask for records that are there: a valid id of any size becomes a small one."""
    return {name: _near(value) for name, value in (path_parameters or {}).items()}


def _near(value):
    is_id = isinstance(value, int) and not isinstance(value, bool) and IDS_MADE < value <= MAX
    return value % IDS_MADE + 1 if is_id else value


@schema.hook
def map_body(context, body):
    """Name products, customers and units that are there, where some short text was made up."""
    return _named(body)


def _named(value, field=""):
    if isinstance(value, dict):
        return {name: _named(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_named(one, field) for one in value]
    if field in KNOWN and isinstance(value, str) and 0 < len(value) <= 40:
        return KNOWN[field][len(value) % len(KNOWN[field])]
    return value


@schema.hook
def map_headers(context, headers):
    """Let every second change fit whatever version is there."""
    match = (headers or {}).get("If-Match")
    return {**headers, "If-Match": "*"} if isinstance(match, str) and len(match) % 2 else headers


@schema.parametrize()
@settings(
    max_examples=60, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate), deadline=None
)
def test_every_answer_is_one_that_the_description_knows(case, asker):
    # any text is a file: what is wrong with it is told by row and column
    held_back = [negative_data_rejection] if case.media_type in (CSV, WORKBOOK) else []
    headers = {"Authorization": f"Bearer {asker.token}"}
    answer = case.call_and_validate(headers=headers, excluded_checks=held_back)
    ANSWERS[answer.status_code] += 1
    assert answer.status_code < 500


@pytest.fixture
def asker(small, caller):  # noqa: F811
    """Who asks. A server closes its connection after a request, and with it the test's transaction: not here."""
    someone = furnish(small, caller)
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield someone
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)
