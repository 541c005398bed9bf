"""Typed settings, one class per need, read from the environment when first used and never at import.

Every problem is collected and told at once, with the variable's name.
"""

import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, Json, ValidationError

Name = Annotated[str, Field(min_length=1)]
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]


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
    location: Name = Field(default="europe-west1", alias="RECOUP_LOCATION")
    queues: Json[dict[str, str]] = Field(
        default={
            name: name.replace("_", "-") for name in ("generate_offer", "send_stimulus", "expire_vouchers")
        },
        alias="RECOUP_QUEUES",
    )
    """Queue by function, as JSON."""
    target_urls: Json[dict[str, str]] = Field(alias="RECOUP_FUNCTION_URLS")
    """URL by function, as JSON; also the audience of the queue's token."""
    tasks_service_account: Name = Field(alias="RECOUP_TASKS_SERVICE_ACCOUNT")
    tasks_endpoint: str | None = Field(default=None, alias="RECOUP_TASKS_ENDPOINT")
    """host:port of a local task server; None = Google's."""
    certificates_url: Url | None = Field(default=None, alias="RECOUP_CERTIFICATES_URL")
    """Where the queue's token is verified; None = Google's."""
    audience: Url | None = Field(default=None, alias="RECOUP_AUDIENCE")
    """This function's own URL, for functions that tasks call."""
    secrets: Json[dict[str, str]] = Field(default={}, alias="RECOUP_SECRETS")
    """Secret Manager version by name, as JSON; a name that is missing is read from RECOUP_SECRET_<NAME>."""
    log_severity: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", alias="RECOUP_LOG")


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


S = TypeVar("S", bound=Settings)


def read(kind: type[S], environment: Mapping[str, str] | None = None) -> S:
    """The settings of one kind. Raises InvalidSettings."""
    values = os.environ if environment is None else environment
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        raise InvalidSettings("; ".join(_sentence(problem) for problem in error.errors())) from None


def _sentence(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    return f"{name} is not set" if problem["type"] == "missing" else f"{name}: {problem['msg']}"
