"""The composition root for the cloud: the only place outside infra/local that names adapters.

Nothing is built at import. One engine serves a worker's threads; its clients are made on first use.
"""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING

from common import logs
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
from common.application.ports import PricingService, Secrets
from common.application.tokens import keys_of
from common.domain.policy import Keys

if TYPE_CHECKING:
    from common.application.dead_letters import DeadLetterSubscription
    from common.config import EngineSettings

_lock = Lock()
_engine: Engine | None = None
_build: Callable[[], Engine] | None = None


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


def cloud_engine() -> Engine:
    """The engine on Google Cloud, or on its emulators, as the environment says."""
    from common.adapters.firestore_catalogue import FirestoreCatalogue  # few functions ever look into it

    settings = _settings()
    logs.configure(severity=settings.log_severity)
    source = FirestorePolicySource(settings.project, settings.database)
    kept = secrets()
    return Engine(
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


def dead_letter_subscription(name: str) -> "DeadLetterSubscription":
    """The subscription of that name, or full path, on Pub/Sub or its emulator."""
    from common.adapters.pubsub_subscription import PubSubSubscription  # no function pulls

    return PubSubSubscription(_settings().project, name)


def pricing_service() -> PricingService | None:
    """The pricing algorithm that is configured; None = none is. Raises ValueError for an unusable address."""
    from common import config

    settings = config.read(config.PricingSettings)
    return pricing_at(settings.url, settings.audience) if settings.url else None


def pricing_at(url: str, audience: str | None = None) -> PricingService:
    """The pricing algorithm at that address. Raises ValueError for an unusable one."""
    from common.adapters.pricing_http import HttpPricing  # one function asks for prices

    return HttpPricing(url, audience)


def secrets() -> Secrets:
    """Where secrets come from: Secret Manager for a name with a version configured, else the environment."""
    return _Secrets(_settings().secrets)


class _Secrets:
    def __init__(self, versions: Mapping[str, str]) -> None:
        self._pinned = versions.keys()
        self._secret_manager = SecretManagerSecrets(versions)
        self._environment = EnvironmentSecrets()

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
