"""What every pricing service promises: the reference algorithm in process, a script, and HTTP."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from flask import Request
from werkzeug.serving import make_server

from common.adapters.pricing_http import HttpPricing
from common.application.ports import PricingReply, PricingService, PricingUnreachable
from common.domain.triggers import NotPriced, Priced
from common.domain.vocabulary import Reason
from functions.generate_offer.asking import ask
from functions.generate_offer.calling import jitter
from functions.price_offer.main import price_offer
from infra.local.pricing import ReferencePricing, ScriptedPricing
from tests.unit.functions.generate_offer.builders import a_product, a_question, an_engine
from tests.unit.functions.price_offer.asking import alternative, instead, raw

Json = dict[str, Any]
REQUEST = instead(alternative("fox-64"), alternative("fox-32", base=70_000, unit_cost_minor=40_000))
TIMEOUT_SECONDS = 30.0
SHORT_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Bench:
    """A service that decides as the reference algorithm does."""

    service: PricingService
    troubled: "Troubled | None"
    """A service of the same kind that answers in turn as canned; None = this kind has no troubles."""


@contextmanager
def reference_bench(_: Path) -> Iterator[Bench]:
    yield Bench(ReferencePricing(), None)


@contextmanager
def scripted_bench(folder: Path) -> Iterator[Bench]:
    """A script can't decide, so its one answer is the reference algorithm's to the one request."""

    def script(answers: Sequence[Json]) -> PricingService:
        file = folder / "script.jsonl"
        file.write_text("\n".join(map(json.dumps, answers)), "utf-8")
        return ScriptedPricing(file)

    body = json.loads(raw(REQUEST))
    del body["request_id"]
    yield Bench(script([{"status": 200, "body": body}]), script)


@contextmanager
def http_bench(_: Path) -> Iterator[Bench]:
    """The deployed function behind a real server; canned answers come before its own."""
    canned: list[Json] = []
    over = threading.Event()

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        if not canned:
            response: Any = price_offer(Request(environ))
            answered: Iterable[bytes] = response(environ, start_response)
            return answered
        answer = canned.pop(0)
        if answer.get("delay_seconds"):
            over.wait(30)
        retry_after = answer.get("retry_after_seconds")
        headers = [] if retry_after is None else [("Retry-After", str(retry_after))]
        start_response(f"{answer.get('status', 200)} Canned", headers)
        return [str(answer.get("body", "")).encode()]

    with serving(app) as url:
        service = HttpPricing(url)

        def troubled(answers: Sequence[Json]) -> PricingService:
            canned.extend(answers)
            return service

        yield Bench(service, troubled)
        over.set()


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The WSGI application on loopback, until the end of the block."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


BENCHES: Mapping[str, Callable[[Path], AbstractContextManager[Bench]]] = {
    "reference": reference_bench,
    "scripted": scripted_bench,
    "http": http_bench,
}


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with BENCHES[request.param](tmp_path) as ready:
        yield ready


Troubled = Callable[[Sequence[Json]], PricingService]
CAN_BE_TROUBLED = pytest.mark.parametrize("bench", ["scripted", "http"], indirect=True)
"""What runs in this process has no troubles."""
CAN_DECIDE = pytest.mark.parametrize("bench", ["reference", "http"], indirect=True)
"""A script says what it says."""


@pytest.fixture
def troubled(bench: Bench) -> Troubled:
    assert bench.troubled is not None
    return bench.troubled


def asked(service: PricingService, request: Mapping[str, Any] = REQUEST) -> PricingReply:
    return service.ask(json.dumps(request).encode(), TIMEOUT_SECONDS)


def test_a_request_is_answered_by_the_reference_algorithm(bench: Bench) -> None:
    """With its decision, for the request's own id, within the time-out."""
    reply = asked(bench.service)
    assert (reply.status, json.loads(reply.body)) == (200, json.loads(raw(REQUEST)))
    assert 0 <= reply.took_seconds < TIMEOUT_SECONDS
    assert reply.retry_after_seconds is None


def test_asking_again_is_harmless(bench: Bench) -> None:
    """The same question has the same answer, to the byte."""
    assert asked(bench.service).body == asked(bench.service).body


def test_many_threads_ask_at_once(bench: Bench) -> None:
    """One service serves a worker's threads, and nobody gets another's answer."""
    requests = [{**REQUEST, "request_id": f"case-{number}"} for number in range(32)]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda request: asked(bench.service, request), requests))
    assert [json.loads(reply.body)["request_id"] for reply in replies] == [
        request["request_id"] for request in requests
    ]


def test_resting_a_moment_comes_to_an_end(bench: Bench) -> None:
    """In virtual time at once."""
    bench.service.rest(0.0)


@CAN_BE_TROUBLED
@pytest.mark.parametrize("status", [204, 400, 403, 404, 408, 429, 500, 503])
def test_an_error_is_an_answer(troubled: Troubled, status: int) -> None:
    """Its status and what came with it; the caller decides what that is worth."""
    body = "" if status == 204 else "no"
    reply = asked(troubled([{"status": status, "body": body}]))
    assert (reply.status, reply.body) == (status, body.encode())


@CAN_BE_TROUBLED
def test_a_service_may_ask_to_be_left_alone(troubled: Troubled) -> None:
    """Retry-After comes through in seconds."""
    assert asked(troubled([{"status": 429, "retry_after_seconds": 7}])).retry_after_seconds == 7.0


@CAN_BE_TROUBLED
def test_no_answer_in_time_is_unreachable(troubled: Troubled) -> None:
    """After the time-out, no sooner and not much later; another attempt may go better."""
    service, began = troubled([{"delay_seconds": 60}]), monotonic()
    with pytest.raises(PricingUnreachable) as caught:
        service.ask(json.dumps(REQUEST).encode(), SHORT_SECONDS)
    assert SHORT_SECONDS <= caught.value.took_seconds < SHORT_SECONDS + 2
    assert monotonic() - began < SHORT_SECONDS + 5
    assert not caught.value.for_good
    assert caught.value.detail == "no answer within 0.3 seconds"


def question(**changes: Any) -> Any:
    request = json.dumps({**REQUEST, "request_id": "req-1"})
    return a_question(request=request, attempt_timeout_seconds=30, deadline_seconds=120, **changes)


BRISK = min((f"case-{number}" for number in range(500)), key=lambda id: jitter(id, 1) + jitter(id, 2))
"""An offer whose rests are short, as these are real."""
ENGINE = an_engine(a_product("fox-64"), a_product("fox-32", 70_000))


def test_the_engine_gets_a_price(bench: Bench) -> None:
    """The same from each, with its product and the record of the decision."""
    outcome = ask(ENGINE, bench.service, question(), "look-1").outcome
    decided = json.loads(raw(REQUEST))
    assert isinstance(outcome, Priced)
    assert {"sku": outcome.sku, "unit_price_minor": outcome.unit_price_minor} == decided["alternative"]
    assert outcome.product is not None
    assert outcome.product.sku == outcome.sku
    assert outcome.decision_id == decided["decision_id"]
    assert outcome.model_sha256 == decided["policy"]["model_sha256"]
    assert outcome.chosen_propensity_ppm == decided["chosen_propensity_ppm"]
    assert outcome.personalized is decided["disclosures"]["personalized_price"]


@CAN_DECIDE
def test_limits_that_were_changed_on_the_way_are_refused(bench: Bench) -> None:
    """The reference algorithm says so, and the engine understands it."""
    changed = {**REQUEST, "limits": {**REQUEST["limits"], "max_discount_bp": 10_000}}
    effect = a_question(request=json.dumps({**changed, "request_id": "req-1"}))
    outcome = ask(ENGINE, bench.service, effect, "look-1").outcome
    assert isinstance(outcome, NotPriced)
    assert (outcome.reason, outcome.detail) == (Reason.PRICING_REFUSED, "limits_hash_mismatch")


@CAN_BE_TROUBLED
def test_the_engine_gets_over_a_passing_trouble(troubled: Troubled) -> None:
    """The third attempt is answered."""
    service = troubled([{"status": 503}, {"status": 429, "retry_after_seconds": 0}, {"status": 400}])
    outcome = ask(ENGINE, service, question(offer_id=BRISK), "look-1").outcome
    assert isinstance(outcome, NotPriced)
    assert (outcome.reason, outcome.detail) == (Reason.PRICING_REFUSED, "status 400")
