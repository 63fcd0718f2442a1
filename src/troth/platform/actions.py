"""Actions: the verbs of the trade.

`@action` makes a function the outermost verb of one transaction. It checks that the actor may do it, opens the
transaction, runs the function again when the database broke a deadlock or a rival took a key first, answers a repeated
client key with the first answer, and writes the events of the run in one statement before the commit. Verbs that run
inside another one are plain functions that receive `held`; an action inside an action is a defect.

    @action
    def release_block(block_id: int, *, reason: str, by: Actor, clock: Clock) -> Released: …

    release_block(7, reason="paid today", by=by, clock=clock)
    submit_order(4711, by=by, clock=clock, key="9f1c…")       # `key`: the client's idempotency key
"""

import functools
import random
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar, cast

from django.db import DatabaseError, OperationalError, transaction

from troth.kernel.errors import Sentence
from troth.platform import events, idempotency, metrics, permissions, sql, traces
from troth.platform.actors import Actor
from troth.platform.events import Recorded
from troth.platform.locks import Busy

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 4
AT_WORK = Sentence(
    "Somebody else is working on the same goods or documents. Try again in about %(retry_after_seconds)s s."
)
MANY_CHANGES = Sentence("Too many changes to the same goods at once. Try again in about %(retry_after_seconds)s s.")
DEADLOCK, SERIALIZATION, LOCK_TIMEOUT, KEY_TAKEN = "40P01", "40001", "55P03", "23505"


@dataclass
class Run:
    """One run of an action: what is to be written when it ends well."""

    action: str
    events: list[Recorded] = field(default_factory=list)
    remembered: dict[Hashable, Any] = field(default_factory=dict)


_run: ContextVar[Run | None] = ContextVar("troth_action_run", default=None)
_reading: ContextVar[dict[Hashable, Any] | None] = ContextVar("troth_reading", default=None)
REGISTRY: dict[str, Callable[..., Any]] = {}
_secret_answers: set[str] = set()
_endings: list[Callable[[Run], None]] = []


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make `function(…, by: Actor, clock: Clock)` an action named `app.function`."""
    name = f"{_app(function.__module__)}.{function.__name__}"
    if function.__module__.startswith("troth."):
        assert name not in REGISTRY, f"two actions are named {name}"
        REGISTRY[name] = function

    @functools.wraps(function)
    def run(*args: Any, key: str | None = None, **kwargs: Any) -> Any:
        by = kwargs["by"]
        assert isinstance(by, Actor)
        with metrics.run_of(name), traces.run_of(name):
            permissions.require(by, name)
            call = functools.partial(function, *args, **kwargs)
            if key is None:
                return _transact(name, call)
            assert name not in _secret_answers, f"the answer of {name} is not remembered, so it takes no key"
            request = idempotency.Request.of(name, by, key, args, kwargs)
            return _transact(name, lambda: idempotency.once(request, function, call))

    # The wrapper takes `key` in addition; the declared type keeps the function's own signature for the checker.
    return cast(Callable[P, R], run)


def at_the_end(ending: Callable[[Run], None]) -> None:
    """Have this looked at in every action when its own work is done: under its locks, before its events are written."""
    _endings.append(ending)


def secret_answer(function: Callable[P, R]) -> Callable[P, R]:
    """Put above `@action`: the answer holds a secret, which must not be stored with a client key."""
    _secret_answers.add(f"{_app(function.__module__)}.{function.__name__}")
    return function


def _app(module: str) -> str:
    """`troth.business.sales.actions` belongs to `sales`, `troth.platform.users` to `platform`."""
    parts = module.split(".")
    floor_has_apps = len(parts) > 2 and parts[1] in {"business", "ledgers"}
    return parts[2] if floor_has_apps else parts[min(1, len(parts) - 1)]


def _transact(name: str, call: Callable[[], R]) -> R:
    assert _run.get() is None, f"{name} was called inside another action; call its inner verb with `held`"
    began = time.monotonic()
    for attempt in range(1, ATTEMPTS + 1):
        token = _run.set(Run(name))
        try:
            with _transaction(), sql.gathered():
                answer = call()
                for ending in _endings:
                    ending(current())
                events.write(current().events)
                traces.recorded(current().events)
            return answer
        except BeginAgain:
            if attempt == ATTEMPTS:
                raise Busy(MANY_CHANGES, waited_seconds=time.monotonic() - began) from None
            _note_again(name, attempt)
        except DatabaseError as error:
            if not _again(error, attempt, time.monotonic() - began):
                raise
            _note_again(name, attempt)
        finally:
            _run.reset(token)
    raise AssertionError("unreachable")


def _note_again(name: str, attempt: int) -> None:
    metrics.begun_again(name)
    traces.begun_again(attempt)


@contextmanager
def _transaction() -> Iterator[None]:
    """The transaction of an action. SQLite waits here for its one write lock, PostgreSQL later for each row."""
    opened = transaction.atomic()
    with ExitStack() as stack:
        with metrics.waiting_for("transaction"):
            stack.enter_context(opened)
        yield
        with sql.timed():
            stack.close()  # the commit


def _again(error: DatabaseError, attempt: int, waited_seconds: float) -> bool:
    """Whether to run the transaction again; raises `Busy` where waiting longer is the user's decision."""
    state = getattr(error.__cause__, "sqlstate", None)
    locked = isinstance(error, OperationalError) and "database is locked" in str(error)
    if state == LOCK_TIMEOUT or locked:
        raise Busy(AT_WORK, waited_seconds=waited_seconds) from error
    if _outrun(error):
        return attempt < ATTEMPTS
    if state not in (DEADLOCK, SERIALIZATION):
        return False
    if attempt == ATTEMPTS:
        raise Busy(MANY_CHANGES, waited_seconds=waited_seconds) from error
    time.sleep(random.uniform(0, 0.02) * attempt)  # noqa: S311 - spreads out rivals, not a secret
    return True


def _outrun(error: DatabaseError) -> bool:
    """Whether a rival committed the same key first, a client's or a record's: running again finds what it made.

    The action then answers with the first answer, changes the record, or refuses the key as taken. Where no rival was,
    the action did not look before it wrote; it fails as often as it is run.
    """
    taken = getattr(error.__cause__, "sqlstate", None) == KEY_TAKEN
    return taken or str(error).startswith("UNIQUE constraint failed")


def running() -> Run | None:
    """The run of the action in progress, for what only takes notes of it."""
    return _run.get()


def current() -> Run:
    """The run of the action in progress."""
    run = _run.get()
    assert run is not None, "only an action writes"
    return run


class BeginAgain(Exception):
    """The action learned under its locks that it read too little before them: it runs again from the beginning."""


class _TakenBack(Exception):
    """Ends what was only supposed."""


def supposed(call: Callable[[], R]) -> R:
    """Run `call` inside the action and take all of it back, events too; return what it answered.

    A preview made of the real steps says what they would do, because it does them.
    """
    before, known = len(current().events), dict(current().remembered)
    try:
        with transaction.atomic():
            answer = call()
            sql.send()
            raise _TakenBack
    except _TakenBack:
        del current().events[before:]
        current().remembered = known
    return answer


def remembered(name: Hashable, read: Callable[[], R]) -> R:
    """What `read` returns, read once in a run, or within `reading`; elsewhere it is read each time."""
    run = _run.get()
    known = _reading.get() if run is None else run.remembered
    if known is None:
        return read()
    if name not in known:
        known[name] = read()
    return cast(R, known[name])


@contextmanager
def reading() -> Iterator[None]:
    """Within it nothing is changed: a page whose parts each ask for the same document reads it once."""
    token = _reading.set({})
    try:
        yield
    finally:
        _reading.reset(token)


def recalled(name: Hashable) -> Any:
    """What the running action remembers by this name, None where it does not; see `remember`."""
    run = _run.get()
    return None if run is None else run.remembered.get(name)


def remember(name: Hashable, value: object) -> None:
    """Let the running action remember what was read ahead, for `recalled` to find."""
    current().remembered[name] = value


def forget(name: Hashable) -> None:
    """Have `remembered` read again: what it remembers was changed by the running action."""
    run = _run.get()
    if run is not None:
        run.remembered.pop(name, None)


def require(by: Actor, *, company_id: int, site_id: int | None = None) -> None:
    """Refuse unless the actor may do the running action in this company and site.

    `locks.hold` asks this for every document; an action that makes a new document asks it itself. Outside an action
    there is nothing to ask.
    """
    run = _run.get()
    if run is not None:
        permissions.require(by, run.action, company_id=company_id, site_id=site_id)
