"""Health: whether this process lives, and whether it can do its work."""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.models import Heartbeat

WORKER_LATE = timedelta(minutes=2)


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The process can serve: 503 without a database or with migrations to run.

    A worker that is late is reported and does not make this process unready: taking all pages away would not help it.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks = {"database": "ok", "migrations": _migrations(), "worker": worker_state(SYSTEM_CLOCK)}
    except DatabaseError:
        checks = {"database": "away"}
    fit = checks["database"] == "ok" and checks["migrations"] == "ok"
    return JsonResponse({"status": "ok" if fit else "unready", **checks}, status=200 if fit else 503)


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    return "missing" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"


def worker_state(clock: Clock) -> str:
    """`ok`, `late` or `never seen`, by the youngest sign of life of any worker."""
    last = Heartbeat.objects.order_by("-at").values_list("at", flat=True).first()
    if last is None:
        return "never seen"
    return "ok" if clock.now() - last <= WORKER_LATE else "late"
