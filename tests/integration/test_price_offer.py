"""The pricing algorithm as it is deployed: a functions-framework process, called over HTTP."""

import os
from collections.abc import Iterator

import pytest
import requests

from functions.price_offer.parsing import MAX_BYTES
from tests.deployment.processes import FunctionProcess
from tests.unit.functions.price_offer.asking import cart, instead, raw
from tests.unit.functions.price_offer.contract_schema import wrong


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the decisions of a process that knows nothing but its code."""
    process = FunctionProcess("price_offer", tmp_path_factory.mktemp("price_offer"))
    process.start({name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ})
    try:
        process.wait_until_ready()
        yield f"{process.url}/v1/decisions"
    finally:
        process.kill()


@pytest.mark.parametrize("request_", [cart(), instead()], ids=["cart", "alternative"])
def test_a_decision(url: str, request_: dict[str, object]) -> None:
    """The very bytes that the same request has in this process, twice; no credentials, no settings."""
    answers = [requests.post(url, json=request_, timeout=30) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.content for answer in answers] == [raw(request_)] * 2
    assert answers[0].headers["Content-Type"] == "application/json"
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_a_field_that_is_wrong(url: str) -> None:
    """400, with the field's path and a sentence."""
    answer = requests.post(url, json=cart(currency="euro"), timeout=30)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "currency"
    assert wrong("Error", answer.json()) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "", b"", 405),
        ("POST", "/more", b"{}", 404),
        ("POST", "", b" " * (MAX_BYTES + 1), 413),
        ("POST", "", b"{", 400),
    ],
)
def test_calls_that_are_no_decision(url: str, method: str, path: str, body: bytes, status: int) -> None:
    """Each has its status, and the error's form."""
    answer = requests.request(method, url + path, data=body, timeout=30)
    assert answer.status_code == status
    assert wrong("Error", answer.json()) == []
    assert status != 405 or answer.headers["Allow"] == "POST"
