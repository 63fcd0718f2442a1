"""Traces by OpenTelemetry: what was done, in what order and for how long, each request or task of the worker a trace.

| span | kind | says (`troth.` before what is not OpenTelemetry's own) |
| --- | --- | --- |
| `GET order/…` | server | `http.request.method`, `http.route`, `http.response.status_code`; statements; request_id |
| an action's name | internal | action, outcome, refusal, document.kind, document.number, events, begun_again |
| `event`, `mail`, `job` | consumer | event, subscriber, document; mail; job; outcome |

Each says in `troth.database_ms` how long the database was waited for. Outcomes are `done`, `refused` and `failed`, with
the exception's class, never its words. What was typed or searched for, statements and people are in none of them.

A request continues the trace that its `traceparent` names (W3C Trace Context). An outbox row and a mail keep the span
that caused them, so that what the worker does with them is linked to it. Log lines carry `trace_id` meanwhile.

Traces are off unless an endpoint is configured and the packages of the extra `traces` are there; then nothing of
OpenTelemetry is imported, and to open a span is to look at one name.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from multiprocessing import util
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from structlog.contextvars import bind_contextvars, bound_contextvars

from troth import __version__
from troth.kernel.errors import BusinessError
from troth.platform import sql

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Link, SpanContext, Tracer
    from opentelemetry.trace import Span as OtelSpan

    from troth.platform.documents import DocumentRef
    from troth.platform.events import Recorded

Fact = str | int | float
PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
LOGGED = "trace_id"
CARRIED = "traceparent"
PERSONS = frozenset({"user"})
"""Kinds whose numbers are names of people."""

log = structlog.get_logger("troth.traces")
_tracer: "Tracer | None" = None
_provider: "TracerProvider | None" = None  # held, as what is to be called after a fork holds it weakly


def start() -> "TracerProvider | None":
    """Send this process's spans to the configured endpoint; says in the log when the packages for it are missing."""
    if not getattr(settings, "TRACES_ENDPOINT", ""):  # the gallery of parts has no such setting
        return None
    if not installed():
        log.warning("traces are not sent: OpenTelemetry is missing; pip install 'troth[traces]'")
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    service = {"service.name": settings.TRACES_SERVICE, "service.version": __version__}
    provider = TracerProvider(resource=Resource.create(service))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.TRACES_ENDPOINT)))
    send_by(provider)
    _send_rest(provider)
    util.register_after_fork(provider, _send_rest)
    return provider


def _send_rest(provider: "TracerProvider") -> None:
    """Have what waits sent when this process ends: a server's own end without `atexit`."""
    util.Finalize(None, provider.force_flush, exitpriority=1)


def installed() -> bool:
    """Whether the packages of the extra `traces` are there."""
    try:
        return all(find_spec(name) for name in PACKAGES)
    except ModuleNotFoundError:  # a package above it is missing
        return False


def send_by(provider: "TracerProvider | None") -> None:
    """Make spans by this provider from now on; by none, nothing is traced."""
    global _tracer, _provider
    _provider = provider
    _tracer = None if provider is None else provider.get_tracer("troth", __version__)


def is_on() -> bool:
    return _tracer is not None


class Span:
    """A span, or with None what takes its place while traces are off."""

    __slots__ = ("_span", "failed")

    def __init__(self, span: "OtelSpan | None" = None) -> None:
        self._span = span
        self.failed = False

    def __enter__(self) -> "Span":
        return self

    def __exit__(self, *_: object) -> None:
        """It is ended by `_opened`."""

    def tell(self, facts: Mapping[str, Fact], *, name: str = "") -> None:
        """Set attributes by their full names; with `name` call the span otherwise, as what it is known now."""
        if self._span is not None:
            self._span.set_attributes(facts)
            if name:
                self._span.update_name(name)

    def fail(self, why: str) -> None:
        """Mark it as failed; `why` is a status or the name of an exception's class."""
        if self._span is not None:
            self.failed = True
            from opentelemetry.trace import StatusCode

            self._span.set_attribute("error.type", why)
            self._span.set_status(StatusCode.ERROR)


OFF = Span()


def request(headers: Mapping[str, str]) -> AbstractContextManager[Span]:
    """A request's span, in the trace that its headers name. Its log lines keep the trace until it is forgotten."""
    if _tracer is None:
        return OFF
    known = structlog.contextvars.get_contextvars()
    facts = {"troth.request_id": known["request_id"]} if "request_id" in known else {}
    return _opened(_tracer, "request", "SERVER", facts, parent=_context(headers), logged_on=True)


def run_of(action: str) -> AbstractContextManager[Span]:
    """An action's span, which says how it ended."""
    if _tracer is None:
        return OFF
    return _outcome(_opened(_tracer, action, "INTERNAL", {"troth.action": action}))


def task(name: str, cause: str | None = None, **facts: Fact) -> AbstractContextManager[Span]:
    """A span of the worker's, linked to the span that caused it: what `carried` said."""
    if _tracer is None:
        return OFF
    known = {f"troth.{fact}": value for fact, value in facts.items()}
    return _outcome(_opened(_tracer, name, "CONSUMER", known, cause=cause))


def carried() -> str | None:
    """The current span as a W3C `traceparent`, to be kept with what it causes; None while traces are off."""
    if _tracer is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(CARRIED)


def recorded(events: Iterable["Recorded"]) -> None:
    """Say in the running action's span which document it was about: its first event's."""
    if _tracer is None:
        return
    about = [event.ref for event in events]
    if about:
        _tell_current({**document(about[0]), "troth.events": len(about)})


def begun_again(attempt: int) -> None:
    """Say in the running action's span that a rival outran it, so often so far."""
    if _tracer is not None:
        _tell_current({"troth.begun_again": attempt})


def document(ref: "DocumentRef") -> Mapping[str, Fact]:
    """A document as attributes, without the number where that is a person's name."""
    number = "" if ref.kind in PERSONS else ref.number
    return {"troth.document.kind": ref.kind} | ({"troth.document.number": number} if number else {})


def _tell_current(facts: Mapping[str, Fact]) -> None:
    from opentelemetry.trace import get_current_span

    get_current_span().set_attributes(facts)


def _context(headers: Mapping[str, str]) -> "Context":
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract(headers)


def _links(cause: str | None) -> "list[Link]":
    from opentelemetry.trace import Link, get_current_span

    caused_by: SpanContext = get_current_span(_context({CARRIED: cause or ""})).get_span_context()
    return [Link(caused_by)] if cause and caused_by.is_valid else []


@contextmanager
def _opened(
    tracer: "Tracer",
    name: str,
    kind: str,
    facts: Mapping[str, Fact],
    *,
    parent: "Context | None" = None,
    cause: str | None = None,
    logged_on: bool = False,
) -> Iterator[Span]:
    from opentelemetry.trace import SpanKind, format_trace_id, use_span

    made = tracer.start_span(name, parent, SpanKind[kind], facts, _links(cause))
    bound = {LOGGED: format_trace_id(made.get_span_context().trace_id)}
    span = Span(made)
    if logged_on:
        bind_contextvars(**bound)
    # The words of an exception may hold what somebody typed, so they stay out.
    with (
        use_span(made, end_on_exit=True, record_exception=False, set_status_on_exception=False),
        bound_contextvars(**bound),
        sql.timing() as spent,
    ):
        try:
            yield span
        except BusinessError:
            raise
        except BaseException as error:
            span.fail(type(error).__name__)
            raise
        finally:
            span.tell({"troth.database_ms": round(spent() * 1000, 2)})


@contextmanager
def _outcome(opened: AbstractContextManager[Span]) -> Iterator[Span]:
    """Say in the span how what it is about ended."""
    with opened as span:
        outcome = {"troth.outcome": "failed"}
        try:
            yield span
            outcome = {"troth.outcome": "failed" if span.failed else "done"}
        except BusinessError as refusal:
            outcome = {"troth.outcome": "refused", "troth.refusal": refusal.code}
            raise
        finally:
            span.tell(outcome)
