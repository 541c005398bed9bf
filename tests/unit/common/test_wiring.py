"""The composition root: built on first use, once, by whoever is asked to, and without touching anything."""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from common import wiring
from common.adapters.cloud_tasks_timer import CloudTasksTimer
from common.adapters.firestore_store import FirestoreStore
from common.adapters.pubsub_bus import PubSubBus
from common.application.engine import Engine
from common.config import InvalidSettings

URLS = {name: f"https://{name}.example" for name in ("generate_offer", "send_stimulus", "expire_vouchers")}


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """The tests of a worker share one process: what they configure is put back."""
    logger, built = logging.getLogger("recoup"), (wiring._engine, wiring._build)
    before = (logger.handlers[:], logger.level, logger.propagate)
    wiring.use(None)
    yield
    wiring._engine, wiring._build = built
    logger.handlers[:], logger.level, logger.propagate = before


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The least environment of a function in the cloud, with nothing that leads to an emulator."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "bielik")
    monkeypatch.setenv("RECOUP_FUNCTION_URLS", json.dumps(URLS))
    monkeypatch.setenv("RECOUP_TASKS_SERVICE_ACCOUNT", "tasks@bielik.iam.gserviceaccount.com")
    for variable in ("FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "RECOUP_SECRETS"):
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


def some_engine() -> Engine:
    nothing = cast(Any, None)
    return Engine(
        store=nothing, bus=nothing, timer=nothing, clock=nothing, policies=nothing, identity=nothing
    )


def test_import_does_nothing() -> None:
    """Importing the wiring loads no gRPC, reads no setting and builds no engine: workers fork after it."""
    code = "import sys; from common import wiring; sys.exit(wiring._engine is not None)"
    empty = {"PATH": "", "PYTHONPATH": ":".join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=empty, check=False).returncode == 0


def test_the_engine_is_built_on_first_use_and_once() -> None:
    """However many threads ask at the same time, one engine is built, and all of them get it."""
    built: list[Engine] = []
    together = threading.Barrier(8)

    def build() -> Engine:
        time.sleep(0.02)
        built.append(some_engine())
        return built[-1]

    def ask(_: int) -> Engine:
        together.wait(5)
        return wiring.engine()

    wiring.use(build)
    assert built == []
    with ThreadPoolExecutor(8) as pool:
        engines = list(pool.map(ask, range(8)))
    assert len(built) == 1
    assert all(engine is built[0] for engine in engines)


def test_use_swaps_the_engine() -> None:
    """What was built before is dropped, and the next one to ask gets the new one."""
    first, second = some_engine(), some_engine()
    wiring.use(lambda: first)
    assert wiring.engine() is first
    wiring.use(lambda: second)
    assert wiring.engine() is second


def test_an_engine_that_could_not_be_built_is_tried_again() -> None:
    """A failure isn't remembered: once the cause is gone, the next message is taken."""
    outcomes: list[Engine | None] = [None, some_engine()]

    def build() -> Engine:
        if (outcome := outcomes.pop(0)) is None:
            raise InvalidSettings("GOOGLE_CLOUD_PROJECT is not set")
        return outcome

    wiring.use(build)
    with pytest.raises(InvalidSettings):
        wiring.engine()
    assert isinstance(wiring.engine(), Engine)


def test_the_cloud_is_the_default_and_is_built_without_touching_it(settings: pytest.MonkeyPatch) -> None:
    """With nothing but settings the cloud's engine is built: no connection, no credentials, no secret."""
    settings.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent.json")
    engine = wiring.engine()
    assert isinstance(engine.store, FirestoreStore)
    assert isinstance(engine.bus, PubSubBus)
    assert isinstance(engine.timer, CloudTasksTimer)
    assert engine.senders is None


def test_the_settings_reach_their_parts(settings: pytest.MonkeyPatch) -> None:
    """Project, database, topic, queues, targets and audience are where the environment has put them."""
    settings.setenv("RECOUP_FIRESTORE_DATABASE", "recoup")
    settings.setenv("RECOUP_RECOVERY_TOPIC", "told")
    settings.setenv("RECOUP_STOREFRONT_TOPIC", "heard")
    settings.setenv("RECOUP_LOCATION", "europe-central2")
    settings.setenv("RECOUP_CERTIFICATES_URL", "http://127.0.0.1:1/certs")
    settings.setenv("FUNCTION_TARGET", "send_stimulus")
    engine = cast(Any, wiring.cloud_engine())
    assert engine.store._database.name == "projects/bielik/databases/recoup"
    assert engine.policies._source._database.name == "projects/bielik/databases/recoup"
    assert engine.bus._publisher.topic == "projects/bielik/topics/told"
    assert engine.inlet._publisher.topic == "projects/bielik/topics/heard"
    assert engine.timer._parent == "projects/bielik/locations/europe-central2/queues"
    assert engine.timer._target_urls == engine.timer._audiences == URLS
    assert engine.identity._audience == "https://send_stimulus.example"
    assert engine.identity._certificates._url == "http://127.0.0.1:1/certs"


def test_missing_settings_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine without settings isn't built; the message names what is missing."""
    for variable in ("GOOGLE_CLOUD_PROJECT", "RECOUP_FUNCTION_URLS", "RECOUP_TASKS_SERVICE_ACCOUNT"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(InvalidSettings, match="GOOGLE_CLOUD_PROJECT is not set; RECOUP_FUNCTION_URLS"):
        wiring.cloud_engine()


def test_secrets_come_from_the_environment(settings: pytest.MonkeyPatch) -> None:
    """Without a version configured the keys are the environment's, and one that is missing is named."""
    settings.setenv("RECOUP_SECRET_VOUCHER_KEY", "v")
    settings.setenv("RECOUP_SECRET_SUPPRESSION_KEY", "s")
    keys = wiring.keys_from(wiring.secrets())
    assert (keys.voucher, keys.suppression) == (b"v", b"s")
    settings.delenv("RECOUP_SECRET_SUPPRESSION_KEY")
    with pytest.raises(KeyError, match="RECOUP_SECRET_SUPPRESSION_KEY"):
        wiring.keys_from(wiring.secrets())


def test_secrets_with_a_version_come_from_secret_manager(settings: pytest.MonkeyPatch) -> None:
    """A name with a version configured is asked of Secret Manager, all others of the environment."""
    asked: list[str] = []

    def fetch(_: object, version: str) -> bytes:
        asked.append(version)
        return b"pinned"

    settings.setattr("common.adapters.secret_manager.SecretManagerSecrets._fetch", fetch)
    version = "projects/bielik/secrets/vouchers/versions/3"
    settings.setenv("RECOUP_SECRETS", json.dumps({"voucher_key": version}))
    settings.setenv("RECOUP_SECRET_VOUCHER_KEY", "not this one")
    settings.setenv("RECOUP_SECRET_SUPPRESSION_KEY", "s")
    keys = wiring.keys_from(wiring.secrets())
    assert (keys.voucher, keys.suppression) == (b"pinned", b"s")
    assert asked == [version]


def test_links_are_signed_only_where_there_is_a_key() -> None:
    """The newest line signs; without the secret messages carry the shop's own links, and the engine runs."""
    kept = {"voucher_key": b"v", "suppression_key": b"s"}
    assert wiring.keys_from(_Kept(kept)).links == ()
    assert wiring.keys_from(_Kept(kept | {"token_key": b"new\nold\nolder"})).links == (b"new", b"old")


class _Kept(dict[str, bytes]):
    def get(self, name: str) -> bytes:  # type: ignore[override]
        return self[name]
