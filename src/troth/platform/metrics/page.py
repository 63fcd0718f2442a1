"""The page that Prometheus reads: `/metrics`, with the token of `TROTH_METRICS_TOKEN`; without one there is no page."""

import os
import platform
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from troth import __version__
from troth.platform import metrics
from troth.platform.metrics.books import Books

if TYPE_CHECKING:
    from prometheus_client import Metric


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All metrics as text; 404 where they are off, 401 without the token."""
    if not metrics.is_on():
        raise Http404
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    known = secrets.compare_digest(shown.strip().encode(), settings.METRICS_TOKEN.encode())
    if scheme.lower() != "bearer" or not known:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="troth metrics"'})
    from prometheus_client import CONTENT_TYPE_LATEST

    return HttpResponse(_text(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _text() -> bytes:
    """What was counted, by all processes of the server, and what lies in the database."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    if metrics.FOLDER in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(metrics.meters().registry)
    registry.register(Books())
    registry.register(_Build())
    return generate_latest(registry)


class _Build:
    def collect(self) -> Iterable["Metric"]:
        from prometheus_client.core import InfoMetricFamily

        facts = {"version": __version__, "python": platform.python_version(), "database": connection.vendor}
        yield InfoMetricFamily("troth_build", "What is running.", value=facts)
