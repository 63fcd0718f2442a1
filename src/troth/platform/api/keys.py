"""The client key: a text of the caller's making, by which a repeated call is known (see `platform.idempotency`)."""

from django.http import HttpRequest

from troth.kernel.errors import BusinessError

CLIENT_KEY = "Idempotency-Key"


class ClientKeyMissing(BusinessError):
    """A creating call without a client key."""

    code = "client_key_missing"


def client_key(request: HttpRequest) -> str:
    """The client key, which a creating call must have."""
    key = stated_key(request)
    if not key:
        raise ClientKeyMissing(f"Send a key of your own making in {CLIENT_KEY}, so that a repeat does nothing twice.")
    return key


def stated_key(request: HttpRequest) -> str | None:
    return request.headers.get(CLIENT_KEY) or None
