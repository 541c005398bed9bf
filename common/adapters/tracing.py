"""OpenTelemetry spans around a function's calls and what they ask of others. Loaded only where spans are configured."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar, cast

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from common.application.engine import Engine
from common.logs import trace_of

_FLUSH_MILLISECONDS = 2_000
_PARTS = {
    "store": ("load", "save", "due", "browse", "counters"),
    "bus": ("publish",),
    "timer": ("schedule",),
    "inlet": ("publish",),
    "secrets": ("get",),
    "catalogue": ("products", "candidates", "digests", "put_many", "active_skus", "count"),
    "identity": ("verify",),
}
"""The parts of an engine that ask somebody outside, and the calls by which they do."""
Part = TypeVar("Part")


class Tracing:
    """One worker's spans. Built after the fork, as it starts a thread; nothing personal is in a span."""

    def __init__(self, service: str, revision: str, exporter: SpanExporter | None = None) -> None:
        """Without an exporter spans go by OTLP over HTTP to where OTEL_EXPORTER_OTLP_ENDPOINT says (localhost:4318)."""
        resource = Resource.create({"service.name": service, "service.version": revision})
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(exporter or _otlp()))
        self._tracer = self._provider.get_tracer("recoup")

    @contextmanager
    def call(self, function: str, headers: Mapping[str, str]) -> Iterator[None]:
        """A span around one call of a function, beneath the caller's own if the request names it.

        At its end all spans are sent off: between two calls the platform may give the instance no time to.
        """
        try:
            with self._span(function, SpanKind.SERVER, _parent(headers)):
                yield
        finally:
            self._provider.force_flush(_FLUSH_MILLISECONDS)

    def part(self, part: Part, name: str, calls: tuple[str, ...]) -> Part:
        """The part with a span around each of those calls."""
        return cast("Part", _Traced(self, part, name, calls))

    def engine(self, engine: Engine) -> Engine:
        """The engine with spans around everything that it asks others."""
        known = {name: getattr(engine, name) for name in _PARTS}
        traced: dict[str, Any] = {
            name: self.part(part, name, _PARTS[name]) for name, part in known.items() if part is not None
        }
        return replace(engine, **traced)

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """A span around a call to somebody outside."""
        with self._span(name, SpanKind.CLIENT, None):
            yield

    def traceparent(self) -> str | None:
        """The span that this thread is in, as W3C's header of that name has it; None outside of all."""
        context = trace.get_current_span().get_span_context()
        if not context.is_valid:
            return None
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    @contextmanager
    def _span(self, name: str, kind: SpanKind, parent: Any) -> Iterator[Span]:
        # An error's own words may hold an address: its type says enough, and the log has the rest.
        with self._tracer.start_as_current_span(
            name, parent, kind, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise


class _Traced:
    """Stands in for a part of the engine."""

    def __init__(self, tracing: Tracing, part: Any, name: str, calls: tuple[str, ...]) -> None:
        self._tracing, self._part, self._name, self._calls = tracing, part, name, calls

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._part, attribute)
        if attribute not in self._calls:
            return found
        span, name = self._tracing.span, f"{self._name}.{attribute}"

        def traced(*values: Any, **named: Any) -> Any:
            with span(name):
                return found(*values, **named)

        return traced


def _parent(headers: Mapping[str, str]) -> Any:
    named = trace_of(headers)
    if named is None or named[1] is None:
        return None
    flags = TraceFlags(TraceFlags.SAMPLED if named[2] else TraceFlags.DEFAULT)
    context = SpanContext(int(named[0], 16), int(named[1], 16), is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(NonRecordingSpan(context))


def _otlp() -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()
