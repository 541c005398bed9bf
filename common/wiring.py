"""The composition root for the cloud: outside infra/local only this, and spans.py, name adapters.

Nothing is built at import. One engine serves a worker's threads; its clients are made on first use.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from common import logs, spans
from common.adapters.clock import SystemClock
from common.adapters.cloud_tasks_timer import CloudTasksTimer
from common.adapters.environment_secrets import EnvironmentSecrets
from common.adapters.firestore_policies import FirestorePolicySource
from common.adapters.firestore_store import FirestoreStore
from common.adapters.pubsub_bus import PubSubBus
from common.adapters.pubsub_inlet import PubSubInlet
from common.adapters.secret_manager import SecretManagerSecrets
from common.adapters.task_identity import GoogleTaskIdentity
from common.application.backlog import Backlog
from common.application.engine import Engine
from common.application.policies import Policies
from common.application.ports import PricingService, Ref, Secrets
from common.application.tokens import keys_of
from common.domain.intake_health import HEALTH, INTAKE
from common.domain.policy import Keys, Policy

if TYPE_CHECKING:
    from common.application.dead_letters import DeadLetterSubscription
    from common.application.health_checks import Answer as HealthAnswer
    from common.application.health_checks import Check, Readiness
    from common.application.pausing import TaskQueues
    from common.config import EngineSettings

Part = TypeVar("Part")
_lock = Lock()
_engine: Engine | None = None
_build: Callable[[], Engine] | None = None
_readiness: "dict[str, Readiness]" = {}
"""By function; a worker serves one, a test may serve all."""


def engine() -> Engine:
    """The worker's engine, built on first use."""
    global _engine  # noqa: PLW0603 - one engine a worker is the point of this module
    if _engine is None:
        with _lock:
            if _engine is None:
                _engine = (_build or cloud_engine)()
    return _engine


def use(build: Callable[[], Engine] | None) -> None:
    """Have `engine()` built by somebody else, such as infra.local; None = the cloud again."""
    global _engine, _build
    with _lock:
        _engine, _build = None, build
        _readiness.clear()
    spans.forget()


def cloud_engine() -> Engine:
    """The engine on Google Cloud, or on its emulators, as the environment says."""
    from common.adapters.firestore_catalogue import FirestoreCatalogue  # few functions ever look into it

    settings = _settings()
    logs.configure(severity=settings.log_severity, project=settings.project, headers=_headers)
    source = FirestorePolicySource(settings.project, settings.database)
    kept = secrets()
    built = Engine(
        store=FirestoreStore(settings.project, settings.database),
        bus=PubSubBus(settings.project, settings.events_topic),
        timer=CloudTasksTimer(
            project=settings.project,
            location=settings.location,
            queues=settings.queues,
            target_urls=settings.target_urls,
            service_account_email=settings.tasks_service_account,
            endpoint=settings.tasks_endpoint,
        ),
        clock=SystemClock(),
        policies=Policies(source, lambda: keys_from(kept)),
        identity=GoogleTaskIdentity(
            service_account_email=settings.tasks_service_account,
            audience=settings.own_audience,
            **({"certs_url": settings.certificates_url} if settings.certificates_url else {}),
        ),
        inlet=PubSubInlet(settings.project, settings.storefront_topic),
        secrets=kept,
        catalogue=FirestoreCatalogue(settings.project, settings.database),
        backlog=Backlog(),
    )
    tracing = spans.tracing()
    return tracing.engine(built) if tracing is not None else built


def call(function: str) -> "AbstractContextManager[None]":
    """Around one call of a function: its span, where spans are configured."""
    return spans.call(function, _headers)


def traced(part: Part, name: str, *calls: str) -> Part:
    """The part, with spans around those of its calls, where spans are configured."""
    tracing = spans.tracing()
    return part if tracing is None or part is None else tracing.part(part, name, calls)


def _traceparent() -> str | None:
    """What a call that is made now belongs to, as W3C's `traceparent` says it: our own span, else the request's."""
    tracing = spans.tracing()
    if tracing is not None and (own := tracing.traceparent()) is not None:
        return own
    found = logs.trace_of(_headers() or {})
    return f"00-{found[0]}-{found[1]}-{int(found[2]):02x}" if found is not None and found[1] else None


def _headers() -> Mapping[str, str] | None:
    """Those of the request that this thread answers."""
    from flask import has_request_context, request

    return request.headers if has_request_context() else None  # type: ignore[return-value]  # by their names in any case


def dead_letter_subscription(name: str) -> "DeadLetterSubscription":
    """The subscription of that name, or full path, on Pub/Sub or its emulator."""
    from common.adapters.pubsub_subscription import PubSubSubscription  # no function pulls

    return PubSubSubscription(_settings().project, name)


def health(path: str, function: str, more: "Mapping[str, Check] | None" = None) -> "HealthAnswer":
    """The answer to a question after this function's health; `more` is what it needs beyond the engine."""
    from common import config
    from common.application.health_checks import Readiness, answer_health  # asked for once in a while

    with _lock:
        ready = _readiness.setdefault(function, Readiness(lambda: {**_checks(), **(more or {})}))
    return answer_health(path, function, config.read(config.PlatformSettings).revision, ready)


def _checks() -> "dict[str, Check]":
    """What every function needs. Queues are settings: that one exists only a task can tell."""
    return {
        "settings": engine,
        "secrets": lambda: _all_secrets(engine().secrets),
        "store": lambda: engine().store.load([Ref(HEALTH, INTAKE)]),
        "policy": _policy,
    }


def _policy() -> Policy:
    return engine().policies.current()


def _all_secrets(kept: Secrets | None) -> None:
    """Fetch every secret that this function is configured with; they stay cached."""
    for name in getattr(kept, "needed", ()):  # other places of secrets have none that are configured
        if kept is not None:
            kept.get(name)


def send_queues() -> "TaskQueues":
    """The queues whose tasks have messages sent, as operations pause them."""
    from common.adapters.cloud_tasks_queues import CloudTasksQueues  # no function pauses
    from common.domain.vocabulary import LookKind

    settings = _settings()
    return CloudTasksQueues(
        project=settings.project,
        location=settings.location,
        names=settings.queues[LookKind.STEP.value],
        endpoint=settings.tasks_endpoint,
    )


def pricing_service() -> PricingService | None:
    """The pricing algorithm that is configured; None = none is. Raises ValueError for an unusable address."""
    from common import config

    settings = config.read(config.PricingSettings)
    return pricing_at(settings.url, settings.audience) if settings.url else None


def pricing_at(url: str, audience: str | None = None) -> PricingService:
    """The pricing algorithm at that address. Raises ValueError for an unusable one."""
    from common.adapters.pricing_http import HttpPricing  # one function asks for prices

    return traced(HttpPricing(url, audience, traceparent=_traceparent), "pricing", "ask")


def secrets() -> Secrets:
    """Where secrets come from: Secret Manager for a name with a version configured, else the environment."""
    return _Secrets(_settings().secrets)


class _Secrets:
    def __init__(self, versions: Mapping[str, str]) -> None:
        self._pinned = versions.keys()
        self._secret_manager = SecretManagerSecrets(versions)
        self._environment = EnvironmentSecrets()

    @property
    def needed(self) -> tuple[str, ...]:
        """Without these no decision is possible; and whatever a version is configured of."""
        return tuple(dict.fromkeys(("voucher_key", "suppression_key", *self._pinned)))

    def get(self, name: str) -> bytes:
        return (self._secret_manager if name in self._pinned else self._environment).get(name)


def _settings() -> "EngineSettings":
    from common import config  # on first use: building its models would double a cold start's imports

    return config.read(config.EngineSettings)


def keys_from(kept: Secrets) -> Keys:
    """The keys that decisions derive codes and suppressions from, and those that sign links."""
    try:
        links = keys_of(kept.get("token_key"))
    except KeyError:
        links = ()  # messages carry the shop's own links then
    return Keys(voucher=kept.get("voucher_key"), suppression=kept.get("suppression_key"), links=links)
