"""Client keys: a repeated request changes nothing and gets the first answer.

The caller makes up a key for each thing it wants done. The key, a hash of what was asked, and the answer are stored in
the transaction that did it, so they are there exactly if the effect is. Refusals are not remembered: what was refused
may be asked again with the same key once the obstacle is gone.

| the same key again | answer |
| --- | --- |
| while the first is running | `KeyInProgress` (409); on SQLite the second waits its turn |
| with the same payload | the first answer |
| with another payload | `KeyReused` (422) |
"""

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar, cast, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter

from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.platform import sql
from troth.platform.actors import Actor

R = TypeVar("R")

KEY_LENGTH_MAX = 200
NOT_ASKED = frozenset({"by", "clock", "password"})
"""Left out of the hash: who and when are no part of what is asked, and of a password no quick hash is kept."""


class KeyInProgress(BusinessError):
    code = "key_in_progress"


class KeyReused(BusinessError):
    code = "key_reused"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as far as repetition goes: who asked for what under which key."""

    action: str
    owner: str
    key: str
    payload_hash: str

    @classmethod
    def of(cls, action: str, by: Actor, key: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> "Request":
        if not key or len(key) > KEY_LENGTH_MAX or not key.isprintable():
            said = Sentence("An idempotency key has 1 to %(most)s printable characters.", most=KEY_LENGTH_MAX)
            raise InvalidInput(said, field="key")
        asked = [action, args, sorted((name, value) for name, value in kwargs.items() if name not in NOT_ASKED)]
        payload = json.dumps(asked, default=_plain, sort_keys=True)
        owner = "system" if by.user_id is None else str(by.user_id)
        return cls(action, owner, key, hashlib.sha256(payload.encode()).hexdigest())


def _plain(value: Any) -> Any:
    """What `json` cannot write by itself, as something that is the same in every process."""
    if isinstance(value, set | frozenset):
        return sorted(json.dumps(member, default=_plain, sort_keys=True) for member in value)
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, *(getattr(value, field.name) for field in fields(value))]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, date | time | Decimal | Fraction | UUID):
        return f"{type(value).__name__} {value}"
    dump = getattr(value, "model_dump", None)
    assert dump is not None, f"an action with a key cannot be given a {type(value).__name__}"
    return dump(mode="json")


def once(request: Request, function: Callable[..., R], call: Callable[[], R]) -> R:
    """Run `call` unless this request was answered before; runs inside the action's transaction."""
    adapter = _adapter(function)
    earlier = _claim(request)
    if earlier is not None:
        payload_hash, answer = earlier
        if payload_hash != request.payload_hash:
            raise KeyReused(
                "This idempotency key was used for another request. Use a new key for a new request.", key=request.key
            )
        return cast(R, adapter.validate_json(answer))
    result = call()
    columns = {"owner": "text", "key": "text", "action": "text", "payload_hash": "text", "answer": "text"}
    row = (request.owner, request.key, request.action, request.payload_hash, adapter.dump_json(result).decode())
    sql.insert("platform_idempotency", columns, [row])
    return result


_FIND = "SELECT payload_hash, answer FROM platform_idempotency WHERE owner = %s AND key = %s"
# The look-up may not see a rival's commit between its snapshot and the lock; the unique key then catches the second.
_LOCK_AND_FIND = """
SELECT t.free, i.payload_hash, i.answer FROM (SELECT pg_try_advisory_xact_lock(%s::bigint) AS free) t
LEFT JOIN platform_idempotency i ON i.owner = %s AND i.key = %s"""


def _claim(request: Request) -> tuple[str, str] | None:
    """Take the key for this transaction; return (payload hash, answer) if it was answered before."""
    if not sql.is_postgres():
        rows = sql.fetch(_FIND, (request.owner, request.key))
        return (rows[0][0], rows[0][1]) if rows else None
    number = lock_number(request.owner, request.key)
    [(free, payload_hash, answer)] = sql.fetch(_LOCK_AND_FIND, (number, request.owner, request.key))
    if payload_hash is not None:
        return payload_hash, answer
    if not free:
        raise KeyInProgress("The first request with this key is still running. Ask again in a moment.", key=request.key)
    return None


def lock_number(owner: str, key: str) -> int:
    """The advisory lock that is held on PostgreSQL while the first request with a key runs."""
    return int.from_bytes(hashlib.sha256(f"{owner}/{key}".encode()).digest()[:8], signed=True)


@functools.cache
def _adapter(function: Callable[..., R]) -> TypeAdapter[R]:
    return TypeAdapter(get_type_hints(function)["return"])
