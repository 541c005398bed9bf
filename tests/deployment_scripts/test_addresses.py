"""What deploy.sh prints at its end."""

import io
import json

import pytest

from infra.cloud import addresses


def test_every_address_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of Terraform's outputs, those in maps included; what is secret is passed over."""
    outputs = {
        "uptime_url": {"sensitive": False, "value": "https://api.example/health"},
        "function_urls": {"sensitive": False, "value": {"b": "https://b.example", "a": "https://a.example"}},
        "topics": {"sensitive": False, "value": {"storefront_events": "projects/p/topics/storefront-events"}},
        "budget_url": {"sensitive": False, "value": None},
        "hook": {"sensitive": True, "value": "https://hook.example/secret"},
    }
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(outputs)))
    assert addresses.main() == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["function_urls.a", "https://a.example"],
        ["function_urls.b", "https://b.example"],
        ["uptime_url", "https://api.example/health"],
    ]


def test_nothing_was_deployed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("{}"))
    assert addresses.main() == 0
    assert capsys.readouterr().out == ""
