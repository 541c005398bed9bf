"""Spans of a function's calls, kept in memory and sent by OTLP to a receiver; and nothing of it when not configured."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from common import wiring
from common.adapters.tracing import Tracing
from common.application.failures import Unavailable
from common.application.ports import Ref
from common.application.shell import advance
from common.domain.triggers import Look
from common.domain.vocabulary import LookKind
from main import ENTRY_POINTS
from tests.builders import ANNA
from tests.deployment.processes import FunctionProcess
from tests.integration.cloud_tasks import Worker, running_worker
from tests.integration.test_health_endpoints import INHERITED, environment
from tests.stories import Story

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
HEADERS = {"traceparent": f"00-{TRACE}-{SPAN}-01"}


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(kept: InMemorySpanExporter) -> Tracing:
    return Tracing("send-stimulus", "send-stimulus-00042", kept)


def names(kept: InMemorySpanExporter) -> list[str]:
    return [span.name for span in kept.get_finished_spans()]


def test_a_call_and_what_it_asks_are_one_trace(tracing: Tracing, kept: InMemorySpanExporter) -> None:
    """Beneath the span of the caller; two round trips are two spans."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    case = story.case("k1")
    story.run_until("10:00")
    engine = tracing.engine(story.machine.engine)
    with tracing.call("generate_offer", HEADERS):
        advance(engine, Look(id="t1", case_id=case.id, kind=LookKind.QUIET, customer_id=case.customer_id))
    spans: Mapping[str, ReadableSpan] = {span.name: span for span in kept.get_finished_spans()}
    call = spans["generate_offer"]
    assert call.kind is SpanKind.SERVER
    assert call.context is not None
    assert call.parent is not None
    assert (call.context.trace_id, call.parent.span_id) == (int(TRACE, 16), int(SPAN, 16))
    asked = spans["store.load"]
    assert asked.parent is not None
    assert (asked.kind, asked.parent.span_id) == (SpanKind.CLIENT, call.context.span_id)
    assert call.resource.attributes["service.version"] == "send-stimulus-00042"


def test_every_outside_part_is_traced_and_its_answers_are_its_own(
    tracing: Tracing, kept: InMemorySpanExporter
) -> None:
    """A whole story gives the same messages with spans as without."""
    story = Story(wrapped=tracing.engine)
    with tracing.call("a morning", {}):
        story.cart("k1", "10:00", ANNA)
        story.run_until("11:01")
    assert len(story.sent()) == 1
    assert {"store.load", "store.save", "timer.schedule", "bus.publish", "identity.verify"} <= set(
        names(kept)
    )


def test_a_failure_is_told_by_its_type_alone(tracing: Tracing, kept: InMemorySpanExporter) -> None:
    """Its words may hold an address."""

    class Down:
        def load(self, refs: Any) -> Any:
            raise Unavailable("Firestore: customers/anna@shop.test")

    engine = replace(Story().machine.engine, store=tracing.part(Down(), "store", ("load",)))
    with pytest.raises(Unavailable), tracing.call("ingest_event", {}):
        engine.store.load([Ref("cases", "c1")])
    for span in kept.get_finished_spans():
        assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "Unavailable")
        assert "anna" not in span.to_json()


def test_a_caller_that_is_not_sampled_is_not_traced(tracing: Tracing, kept: InMemorySpanExporter) -> None:
    """As OpenTelemetry's usual sampler has it."""
    with tracing.call("ingest_event", {"traceparent": f"00-{TRACE}-{SPAN}-00"}):
        pass
    assert names(kept) == []


# A function in its own process, and a collector


@pytest.fixture
def collector() -> Iterator[Worker]:
    with running_worker() as worker:
        yield worker


@pytest.fixture
def sweeping(tmp_path: Path) -> Iterator[FunctionProcess]:
    process = FunctionProcess("expire_vouchers", tmp_path)
    yield process
    process.kill()


def test_spans_reach_a_collector(
    collector: Worker, sweeping: FunctionProcess, firestore_emulator: str
) -> None:
    """By OTLP over HTTP, at the end of the call that they are of; nobody is let in for it."""
    settings = environment(firestore_emulator, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    sweeping.start(settings | {"K_SERVICE": "expire-vouchers"})
    sweeping.wait_until_ready()
    request = urllib.request.Request(sweeping.url, b'{"job": "sweep"}', HEADERS)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=30)
    assert collector.wait_for(1), sweeping.output()
    (received,) = collector.received
    assert received.path == "/v1/traces"
    (resource,) = ExportTraceServiceRequest.FromString(received.body).resource_spans
    told = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert (told["service.name"], told["service.version"]) == ("expire-vouchers", "revision-00042")
    spans = {span.name: span for scope in resource.scope_spans for span in scope.spans}
    assert spans.keys() == {"expire_vouchers", "identity.verify"}
    assert spans["expire_vouchers"].trace_id.hex() == TRACE
    assert spans["expire_vouchers"].parent_span_id.hex() == SPAN


def test_the_pricing_algorithm_makes_spans_of_its_own(collector: Worker, tmp_path: Path) -> None:
    """It has no engine and needs none of its settings; its caller's trace goes on."""
    process = FunctionProcess("price_offer", tmp_path)
    settings = {name: os.environ[name] for name in INHERITED if name in os.environ}
    process.start(settings | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "K_SERVICE": "price-offer"})
    try:
        process.wait_until_ready()
        request = urllib.request.Request(f"{process.url}/v1/decisions", b"{}", HEADERS)
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(request, timeout=30)
        assert collector.wait_for(1), process.output()
    finally:
        process.kill()
    (received,) = collector.received
    (resource,) = ExportTraceServiceRequest.FromString(received.body).resource_spans
    (span,) = [span for scope in resource.scope_spans for span in scope.spans]
    assert (span.name, span.trace_id.hex(), span.parent_span_id.hex()) == ("price_offer", TRACE, SPAN)


def test_a_collector_that_is_gone_fails_no_call(sweeping: FunctionProcess, firestore_emulator: str) -> None:
    sweeping.start(environment(firestore_emulator, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1"))
    sweeping.wait_until_ready()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(urllib.request.Request(sweeping.url, b'{"job": "sweep"}'), timeout=30)


@pytest.mark.parametrize("function", ENTRY_POINTS)
def test_nothing_of_opentelemetry_is_asked_for_otherwise(function: str) -> None:
    """Neither on import nor when the engine is built; vendors' clients do what they do."""
    code = (
        "import builtins, sys\n"
        "asked, real = [], builtins.__import__\n"
        "def spy(name, globals=None, *rest):\n"
        "    if (globals or {}).get('__name__', '').partition('.')[0] in ('common', 'functions'):\n"
        "        asked.append(name)\n"
        "    return real(name, globals, *rest)\n"
        "builtins.__import__ = spy\n"
        f"import functions.{function}.main\n"
        "from common import wiring\n"
        "with wiring.call('x'): pass\n"
        "print([name for name in asked if 'opentelemetry' in name or 'tracing' in name])\n"
    )
    settings = {name: os.environ[name] for name in INHERITED if name in os.environ}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=settings | environment("127.0.0.1:1"),
        capture_output=True,
        text=True,
    )
    assert (run.stdout, run.returncode) == ("[]\n", 0), run.stderr


def test_log_lines_of_a_process_name_trace_case_and_task(
    sweeping: FunctionProcess, firestore_emulator: str
) -> None:
    """As a person looks for them in the cloud: by the trace of the request."""
    sweeping.start(environment(firestore_emulator, RECOUP_SECRET_VOUCHER_KEY=""))
    sweeping.wait_until_ready()
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(urllib.request.Request(f"{sweeping.url}/ready", headers=HEADERS), timeout=30)
    lines = [json.loads(one) for one in sweeping.output().splitlines() if one.startswith('{"severity"')]
    assert lines
    for line in lines:
        assert line["logging.googleapis.com/trace"] == f"projects/health/traces/{TRACE}"
        assert line["logging.googleapis.com/labels"]["execution_id"]


@pytest.fixture(autouse=True)
def _cloud_again() -> Iterator[None]:
    yield
    wiring.use(None)
