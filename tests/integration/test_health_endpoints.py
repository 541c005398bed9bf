"""Every function, served by the framework in a process of its own, says how it is."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from main import ENTRY_POINTS
from tests.deployment.processes import FunctionProcess

URLS = dict.fromkeys(("generate_offer", "send_stimulus", "expire_vouchers"), "https://functions.test")
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
ENGINE = [name for name in ENTRY_POINTS if name != "price_offer"]


def environment(firestore: str, **more: str) -> dict[str, str]:
    """What a deployment sets, with secrets from the environment; an empty value takes one away."""
    settings = {name: os.environ[name] for name in INHERITED if name in os.environ} | {
        "GOOGLE_CLOUD_PROJECT": "health",
        "FIRESTORE_EMULATOR_HOST": firestore,
        "RECOUP_FUNCTION_URLS": json.dumps(URLS),
        "RECOUP_TASKS_SERVICE_ACCOUNT": "tasks@shop.test",
        "RECOUP_SECRET_VOUCHER_KEY": "a key for vouchers",
        "RECOUP_SECRET_SUPPRESSION_KEY": "a key for suppressions",
        "K_REVISION": "revision-00042",
        "NO_PROXY": "127.0.0.1",
    }
    return {name: value for name, value in (settings | more).items() if value}


@pytest.fixture
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[FunctionProcess]:
    process = FunctionProcess(request.param, tmp_path)
    yield process
    process.kill()


def started(process: FunctionProcess, settings: Mapping[str, str]) -> FunctionProcess:
    process.start(settings)
    process.wait_until_ready()
    return process


def get(url: str, method: str = "GET", data: bytes | None = None) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=30) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as refused:
        text = refused.read()
        return refused.code, json.loads(text) if text.startswith(b"{") else {}


@pytest.mark.parametrize("served", ENTRY_POINTS, indirect=True)
def test_a_function_that_could_work_says_so(served: FunctionProcess, firestore_emulator: str) -> None:
    """By both names, with its version, and without anybody's credentials."""
    started(served, environment(firestore_emulator))
    well = {"function": served.name, "version": "revision-00042", "status": "ok"}
    for path in ("/health", "/healthz", "/ready", "/readyz"):
        assert get(served.url + path) == (200, well), served.output()


@pytest.mark.parametrize("served", ENGINE, indirect=True)
def test_a_function_that_could_not_lives_all_the_same(
    served: FunctionProcess, firestore_emulator: str
) -> None:
    """It says what fails, not why: a secret without a value, a store out of reach."""
    started(served, environment("127.0.0.1:1", RECOUP_SECRET_VOUCHER_KEY=""))
    assert get(f"{served.url}/healthz")[0] == 200
    status, body = get(f"{served.url}/readyz")
    assert (status, body["failing"]) == (503, ["secrets", "store", "policy"])
    assert set(body) == {"function", "version", "status", "failing"}
    assert "RECOUP_SECRET_VOUCHER_KEY" in served.output()


@pytest.mark.parametrize("served", ["expire_vouchers"], indirect=True)
def test_without_settings_nothing_else_is_told(served: FunctionProcess) -> None:
    """Not even which variables there are."""
    started(served, {name: os.environ[name] for name in INHERITED if name in os.environ})
    status, body = get(f"{served.url}/ready")
    assert (status, body["failing"][0]) == (503, "settings")
    assert "RECOUP" not in json.dumps(body)


@pytest.mark.parametrize("served", ["send_stimulus"], indirect=True)
def test_a_provider_without_its_secret_is_not_ready(served: FunctionProcess, firestore_emulator: str) -> None:
    more = {"RECOUP_TWILIO_ACCOUNT_SID": "AC0", "RECOUP_SMTP_HOST": "127.0.0.1"}
    started(served, environment(firestore_emulator, **more))
    assert get(f"{served.url}/readyz")[1]["failing"] == ["providers"]


@pytest.mark.parametrize("served", ["ingest_event"], indirect=True)
def test_events_still_arrive_at_any_path(served: FunctionProcess, firestore_emulator: str) -> None:
    """A POST is an event, wherever it goes; one that is none is refused by the framework."""
    started(served, environment(firestore_emulator))
    assert get(f"{served.url}/readyz", "POST", b"{}")[0] == 415
    assert get(f"{served.url}/anything")[0] == 405
