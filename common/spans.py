"""This process's spans, where they are configured. Nothing of OpenTelemetry is imported otherwise."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from common.adapters.tracing import Tracing

_SWITCHES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "RECOUP_TRACES")
"""The environment variables that may ask for spans; see TracingSettings."""
_NO_SPAN = nullcontext()
_lock = Lock()
_tracing: "Tracing | None" = None


def tracing() -> "Tracing | None":
    """Whoever makes the spans, built on first use; None = nobody does."""
    global _tracing  # noqa: PLW0603 - one a worker, as the engine
    if _tracing is None and any(os.environ.get(name) for name in _SWITCHES):
        with _lock:
            if _tracing is None:
                _tracing = _configured()
    return _tracing


def forget() -> None:
    """Read the environment anew on next use."""
    global _tracing  # noqa: PLW0603 - as above
    with _lock:
        _tracing = None


def call(function: str, headers: Mapping[str, str]) -> AbstractContextManager[None]:
    """Around one call of a function: its span, beneath the caller's own if the request names it."""
    made = tracing()
    return _NO_SPAN if made is None else made.call(function, headers)


def _configured() -> "Tracing | None":
    from common import config

    settings = config.read(config.TracingSettings)
    if not (settings.traces or settings.endpoint):
        return None
    from common.adapters.tracing import Tracing

    platform = config.read(config.PlatformSettings)
    return Tracing(platform.service or settings.function, platform.revision)
