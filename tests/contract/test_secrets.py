"""What every keeper of secrets promises, in the environment as in Secret Manager."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
import pytest

from common.adapters.crc32c import crc32c
from common.adapters.environment_secrets import EnvironmentSecrets
from common.adapters.secret_manager import SecretManagerSecrets
from common.application.failures import Unavailable
from common.application.ports import Secrets
from tests.secret_manager_server import SecretManagerServer, secret_manager

VERSION = "projects/shop/secrets/voucher-key/versions/3"


@dataclass(frozen=True, slots=True)
class Bench:
    """Secrets of which `voucher_key` alone is configured."""

    secrets: Secrets
    keep: Callable[[str], None]
    """Give `voucher_key` its text."""


@pytest.fixture
def server() -> Iterator[SecretManagerServer]:
    with secret_manager() as server:
        yield server


def in_environment() -> Bench:
    environment: dict[str, str] = {}

    def keep(text: str) -> None:
        environment["RECOUP_SECRET_VOUCHER_KEY"] = text

    return Bench(EnvironmentSecrets(environment), keep)


def in_secret_manager(server: SecretManagerServer) -> Bench:
    def keep(text: str) -> None:
        server.versions[VERSION] = text.encode()

    return Bench(SecretManagerSecrets({"voucher_key": VERSION}, channel=server.channel), keep)


@pytest.fixture(params=["environment", "secret_manager"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "environment":
        return in_environment()
    return in_secret_manager(request.getfixturevalue("server"))


def test_a_secret_is_its_bytes(bench: Bench) -> None:
    """A configured secret is given as UTF-8 bytes, white space included, each time it is asked for."""
    bench.keep(" zażółć 🗝\n")
    assert [bench.secrets.get("voucher_key") for _ in range(2)] == [" zażółć 🗝\n".encode()] * 2


def test_a_secret_that_is_not_configured_is_a_key_error(bench: Bench) -> None:
    """A secret that nobody configured can't become available by trying again."""
    with pytest.raises(KeyError):
        bench.secrets.get("suppression_key")


def test_many_threads_get_the_same_secret(bench: Bench) -> None:
    """Threads that ask at the same time all get the secret."""
    bench.keep("key")
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(bench.secrets.get, ["voucher_key"] * 32)) == {b"key"}


def test_an_empty_variable_is_no_secret() -> None:
    """A variable that is set to nothing counts as unset, as an empty key would protect nothing."""
    with pytest.raises(KeyError, match="RECOUP_SECRET_VOUCHER_KEY"):
        EnvironmentSecrets({"RECOUP_SECRET_VOUCHER_KEY": ""}).get("voucher_key")


def test_the_processs_own_environment_is_read_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a given environment the process's own counts, at the moment of asking."""
    secrets = EnvironmentSecrets()
    monkeypatch.setenv("RECOUP_SECRET_VOUCHER_KEY", "late")
    assert secrets.get("voucher_key") == b"late"


def test_a_pinned_version_is_fetched_once(server: SecretManagerServer) -> None:
    """However many threads ask, Secret Manager is asked once, for the pinned version."""
    bench = in_secret_manager(server)
    bench.keep("key")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(bench.secrets.get, ["voucher_key"] * 32))
    assert server.accessed == [VERSION]


def test_a_failed_fetch_is_not_remembered(server: SecretManagerServer) -> None:
    """After Secret Manager failed, the next call asks again."""
    bench = in_secret_manager(server)
    bench.keep("key")
    server.refusal = grpc.StatusCode.UNAVAILABLE
    with pytest.raises(Unavailable, match="UNAVAILABLE"):
        bench.secrets.get("voucher_key")
    server.refusal = None
    assert bench.secrets.get("voucher_key") == b"key"


@pytest.mark.parametrize(
    "code", ["PERMISSION_DENIED", "FAILED_PRECONDITION", "DEADLINE_EXCEEDED", "INTERNAL"]
)
def test_a_refusal_is_unavailable(server: SecretManagerServer, code: str) -> None:
    """Whatever Secret Manager refuses with, somebody can still put it right, so a retry may help."""
    server.refusal = grpc.StatusCode[code]
    with pytest.raises(Unavailable, match=code):
        in_secret_manager(server).secrets.get("voucher_key")
    assert len(server.accessed) == 1


def test_a_missing_version_is_unavailable(server: SecretManagerServer) -> None:
    """A configured version that doesn't exist (yet) is told by its name."""
    with pytest.raises(Unavailable, match="versions/3"):
        in_secret_manager(server).secrets.get("voucher_key")


def test_a_damaged_secret_is_not_used(server: SecretManagerServer) -> None:
    """A payload that doesn't fit its checksum is refused, also where the checksum is zero."""
    bench = in_secret_manager(server)
    bench.keep("key")
    for server.checksum in (crc32c(b"key") ^ 1, 0):
        with pytest.raises(Unavailable, match="damaged"):
            bench.secrets.get("voucher_key")


def test_a_secret_without_checksum_is_taken(server: SecretManagerServer) -> None:
    """Where no checksum is sent, none is compared."""
    bench = in_secret_manager(server)
    bench.keep("key")
    server.sends_checksum = False
    assert bench.secrets.get("voucher_key") == b"key"


def test_the_checksum_is_crc_32c() -> None:
    """The checksum is the one of RFC 3720, by its own examples (B.4)."""
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
