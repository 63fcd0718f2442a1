"""Two who do the same thing at the same moment, on two connections, and the control that does it without the lock.

Both wait for each other at a named function, where each has read and has not written. Whoever is locked out does not
come, so the other goes on alone after a moment; without the lock both come, however slow the machine, and what the
lock prevents happens every time.
"""

import threading
from contextlib import nullcontext
from types import SimpleNamespace

from django.db import DatabaseError, connection, connections

from troth.kernel.errors import BusinessError, NotFound
from troth.platform import actions, locks

A_MOMENT_SECONDS, LONG_SECONDS = 0.4, 20.0


def meet_at(monkeypatch, *places, patience_seconds):
    """Let rivals wait for each other when they come to one of the places, given as (module, name)."""
    barrier = threading.Barrier(2)
    for module, name in places:
        monkeypatch.setattr(module, name, _after_meeting(barrier, getattr(module, name), patience_seconds))


def _after_meeting(barrier, function, patience_seconds):
    def run(*args, **kwargs):
        try:
            barrier.wait(patience_seconds)
        except threading.BrokenBarrierError:
            return function(*args, **kwargs)
        return function(*args, **kwargs)

    return run


def without_locks(monkeypatch):
    """Take the locks out: the clauses on PostgreSQL, on SQLite the transaction that is the lock there.

    Nothing is run again either: a second run would hide what the first one did wrong.
    """
    monkeypatch.setattr(actions, "ATTEMPTS", 1)
    monkeypatch.setattr(locks, "_documents", _read_documents)
    if connection.vendor == "postgresql":
        monkeypatch.setattr(locks, "_LOCK", "")
    else:
        for module in (actions, locks):
            monkeypatch.setattr(module, "transaction", SimpleNamespace(atomic=nullcontext))


def _read_documents(model, ids, by):
    found = model._default_manager.in_bulk(ids)
    for wanted in ids:
        if wanted not in found:
            raise NotFound(f"There is no {wanted}.")
    return [found[wanted] for wanted in ids]


def outcomes(*calls):
    """Run the calls side by side; return for each the code of its refusal, "done", or the name of its failure."""
    told = [""] * len(calls)

    def run(place, call):
        try:
            call()
            told[place] = "done"
        except BusinessError as refusal:
            told[place] = refusal.code
        except (DatabaseError, AssertionError) as error:
            told[place] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(told)


def race(monkeypatch, locked, places, *calls):
    """Run the calls side by side, with the locks or without; return what became of each, and undo the patches."""
    meet_at(monkeypatch, *places, patience_seconds=A_MOMENT_SECONDS if locked else LONG_SECONDS)
    if not locked:
        without_locks(monkeypatch)
    found = outcomes(*calls)
    monkeypatch.undo()
    return found
