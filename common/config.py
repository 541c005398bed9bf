"""Typed settings, one class per need, read from the environment when first used and never at import.

Every problem is collected and told at once, with the variable's name. An empty variable counts as not set.
"""

import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Json, ValidationError

from common.domain.vocabulary import LookKind

T = TypeVar("T")


def _for_each(values: dict[str, T]) -> dict[str, T]:
    functions = [function.value for function in LookKind]
    if missing := [function for function in functions if function not in values]:
        raise ValueError(f"has nothing for {', '.join(missing)}")
    if unknown := values.keys() - functions:
        raise ValueError(f"names {', '.join(sorted(unknown))}, which tasks don't call")
    return values


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Name, ...], Field(min_length=1), BeforeValidator(_several)]
"""At least one; a text is a name."""
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]
ByFunction = Annotated[dict[str, T], AfterValidator(_for_each)]
"""One value for each function that tasks call."""


class InvalidSettings(ValueError):
    """The environment can't be used as it is; the message names every variable and what is wrong with it."""


class Settings(BaseModel):
    """Settings whose fields are environment variables, by alias."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class EngineSettings(Settings):
    """What every function needs."""

    project: Name = Field(alias="GOOGLE_CLOUD_PROJECT")
    database: Name = Field(default="(default)", alias="RECOUP_FIRESTORE_DATABASE")
    events_topic: Name = Field(default="recovery-events", alias="RECOUP_RECOVERY_TOPIC")
    storefront_topic: Name = Field(default="storefront-events", alias="RECOUP_STOREFRONT_TOPIC")
    location: Name = Field(default="europe-west1", alias="RECOUP_LOCATION")
    queues: Json[ByFunction[Names]] = Field(
        default={function.value: (function.value.replace("_", "-"),) for function in LookKind},
        alias="RECOUP_QUEUES",
    )
    """Queue by function, as JSON; or a list of them, over which its tasks are spread."""
    target_urls: Json[ByFunction[Url]] = Field(alias="RECOUP_FUNCTION_URLS")
    """URL by function, as JSON; also the audience of the queue's token."""
    tasks_service_account: Name = Field(alias="RECOUP_TASKS_SERVICE_ACCOUNT")
    tasks_endpoint: str | None = Field(default=None, alias="RECOUP_TASKS_ENDPOINT")
    """host:port of a local task server; None = Google's."""
    certificates_url: Url | None = Field(default=None, alias="RECOUP_CERTIFICATES_URL")
    """Where the queue's token is verified; None = Google's."""
    audience: Url | None = Field(default=None, alias="RECOUP_AUDIENCE")
    """This function's own URL, for functions that tasks call; None = as RECOUP_FUNCTION_URLS has it."""
    function: str | None = Field(default=None, alias="FUNCTION_TARGET")
    """Which function this is; the platform says so."""
    secrets: Json[dict[str, Name]] = Field(default={}, alias="RECOUP_SECRETS")
    """Secret Manager version by name, as JSON; a name that is missing is read from RECOUP_SECRET_<NAME>."""
    log_severity: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", alias="RECOUP_LOG")

    @property
    def own_audience(self) -> str:
        """What the queue's token must be meant for; empty, so that none is, where tasks have no business."""
        return self.audience or self.target_urls.get(self.function or "", "")


class PlatformSettings(Settings):
    """What the platform says of itself."""

    revision: str = Field(default="local", alias="K_REVISION")
    """The deployed version of a function."""
    service: str | None = Field(default=None, alias="K_SERVICE")


class TracingSettings(Settings):
    """Whether spans are made, and where they go."""

    traces: bool = Field(default=False, alias="RECOUP_TRACES")
    """1 = to a collector on localhost:4318, unless the other variable names one."""
    endpoint: Url | None = Field(default=None, alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """Spans are made as soon as it is set. OpenTelemetry's own variables say the rest."""
    function: str = Field(default="recoup", alias="FUNCTION_TARGET")


class SendingSettings(Settings):
    """What only send_stimulus needs: its providers. A channel whose provider isn't named here is not used."""

    smtp_host: str | None = Field(default=None, alias="RECOUP_SMTP_HOST")
    smtp_port: int = Field(default=587, ge=1, le=65535, alias="RECOUP_SMTP_PORT")
    smtp_username: str | None = Field(default=None, alias="RECOUP_SMTP_USERNAME")
    """With the secret smtp_password."""
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", alias="RECOUP_SMTP_SECURITY"
    )
    smtp_ca_file: str | None = Field(default=None, alias="RECOUP_SMTP_CA_FILE")
    smtp_timeout_seconds: float = Field(default=20, gt=0, le=120, alias="RECOUP_SMTP_TIMEOUT_SECONDS")
    twilio_account_sid: str | None = Field(default=None, alias="RECOUP_TWILIO_ACCOUNT_SID")
    """With the secret twilio_auth_token."""
    twilio_api_key: str | None = Field(default=None, alias="RECOUP_TWILIO_API_KEY")
    twilio_status_callback: Url | None = Field(default=None, alias="RECOUP_TWILIO_STATUS_CALLBACK")
    twilio_base_url: Url = Field(default="https://api.twilio.com", alias="RECOUP_TWILIO_BASE_URL")
    twilio_timeout_seconds: float = Field(default=10, gt=0, le=120, alias="RECOUP_TWILIO_TIMEOUT_SECONDS")


class PricingSettings(Settings):
    """What only generate_offer needs: where the pricing algorithm is."""

    url: Url | None = Field(default=None, alias="RECOUP_PRICING_URL")
    """The service's address, before /v1/decisions; None = there is none, and no offer gets a price."""
    audience: Name | None = Field(default=None, alias="RECOUP_PRICING_AUDIENCE")
    """What the id token is for; None = the URL's origin, as Cloud Run wants it."""


class StorefrontApiSettings(Settings):
    """What only storefront_api needs."""

    proxy_hops: int = Field(default=1, ge=0, le=10, alias="RECOUP_PROXY_HOPS")
    """Proxies of ours in front of the function, each of which adds one address to X-Forwarded-For.

    1 = Google's front end alone; 2 = a load balancer of ours before it; 0 = none, the caller connects directly.
    """


S = TypeVar("S", bound=Settings)


def read(kind: type[S], environment: Mapping[str, str] | None = None) -> S:
    """The settings of one kind. Raises InvalidSettings."""
    values = os.environ if environment is None else environment
    try:
        return kind.model_validate({name: value for name, value in values.items() if value})
    except ValidationError as error:
        raise InvalidSettings("; ".join(_sentence(problem) for problem in error.errors())) from None


def _sentence(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    match problem["type"]:
        case "missing":
            return f"{name} is not set"
        case "value_error":
            return f"{name} {problem['ctx']['error']}"
        case _:
            return f"{name}: {problem['msg']}"
