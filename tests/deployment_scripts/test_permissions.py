"""What a deployer may do, asked of a server that answers as Resource Manager does."""

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from infra.cloud import permissions

PROJECT = "bielik-recoup"


class ResourceManager(ThreadingHTTPServer):
    """Grants everything but `lacking`; or answers with another status altogether."""

    lacking: frozenset[str] = frozenset()
    refusal: tuple[int, dict[str, Any]] | None = None
    asked: list[tuple[str, dict[str, str]]]


class _Handler(BaseHTTPRequestHandler):
    server: ResourceManager

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, dict(self.headers)))
        granted = [one for one in body["permissions"] if one not in self.server.lacking]
        status, answer = self.server.refusal or (200, {"permissions": granted} if granted else {})
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def resource_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[ResourceManager]:
    with ResourceManager(("127.0.0.1", 0), _Handler) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER", address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr("sys.stdin", io.StringIO("a token\n"))
        yield server
        server.shutdown()
        thread.join()


def test_who_may_deploy(resource_manager: ResourceManager, capsys: pytest.CaptureFixture[str]) -> None:
    assert permissions.main([PROJECT]) == permissions.MAY
    assert capsys.readouterr().err == ""
    ((path, headers),) = resource_manager.asked
    assert path == f"/v1/projects/{PROJECT}:testIamPermissions"
    assert headers["Authorization"] == "Bearer a token"
    assert headers["X-Goog-User-Project"] == PROJECT


def test_who_may_not(resource_manager: ResourceManager, capsys: pytest.CaptureFixture[str]) -> None:
    """Every lack at once, with the role that would mend it."""
    resource_manager.lacking = frozenset(
        {"pubsub.topics.create", "pubsub.schemas.create", "run.services.update"}
    )
    assert permissions.main([PROJECT]) == permissions.MAY_NOT
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "pubsub.schemas.create, pubsub.topics.create" in said[0]
    assert "roles/pubsub.admin" in said[0]
    assert "roles/run.admin" in said[1]


def test_nothing_is_permitted(resource_manager: ResourceManager, capsys: pytest.CaptureFixture[str]) -> None:
    """Then the answer has no list at all."""
    resource_manager.lacking = frozenset(one for needed in permissions.ROLES.values() for one in needed)
    assert permissions.main([PROJECT]) == permissions.MAY_NOT
    assert len(capsys.readouterr().err.splitlines()) == len(permissions.ROLES)


@pytest.mark.parametrize("status", [400, 403, 500])
def test_it_can_not_be_asked(
    resource_manager: ResourceManager, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    resource_manager.refusal = (status, {"error": {"message": "API has not been used in project"}})
    assert permissions.main([PROJECT]) == permissions.UNKNOWN
    assert "API has not been used" in capsys.readouterr().err


def test_no_network(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER", "http://127.0.0.1:1/")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("sys.stdin", io.StringIO("a token"))
    assert permissions.main([PROJECT]) == permissions.UNKNOWN
    assert "check the connection" in capsys.readouterr().err
