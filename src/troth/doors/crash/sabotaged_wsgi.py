"""The WSGI application of a run that is to go wrong; see `sabotage`."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections, transaction

from troth.doors.crash.plan import Defect
from troth.doors.crash.sabotage import VARIABLE
from troth.platform import idempotency, locks

LATE_COMMIT_SECONDS = 0.1
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def _sabotaged(without: Defect) -> Application:
    served: Application = get_wsgi_application()
    if without == Defect.LOCK:
        locks._LOCK = ""
    elif without == Defect.UNIQUE_KEY:
        idempotency._claim = lambda request: None
    elif without == Defect.COMMIT_FIRST:
        return _answering_first(served)
    return served


def _answering_first(served: Application) -> Application:
    """What is asked runs inside a transaction that another thread commits when the answer is long out."""

    request_started.disconnect(close_old_connections)  # it would close what is open before the request

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        transaction.atomic().__enter__()
        answer = served(environ, start_response)
        used = connections[DEFAULT_DB_ALIAS]
        bare, used.connection, used.in_atomic_block = used.connection, None, False  # Django opens another next time
        threading.Thread(target=_commit_late, args=(bare,), daemon=True).start()
        return answer

    return application


def _commit_late(bare: Any) -> None:
    time.sleep(LATE_COMMIT_SECONDS)
    bare.commit()
    bare.close()


application = _sabotaged(Defect(os.environ[VARIABLE]))
