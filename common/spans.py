"""This process's spans, where they are configured. Nothing of OpenTelemetry is imported otherwise."""

import os
from collections.abc import Callable, Mapping
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
_is_settled = False


def tracing() -> "Tracing | None":
    """Whoever makes the spans, built on first use; None = nobody does. The environment is asked once."""
    global _tracing, _is_settled
    if not _is_settled:
        with _lock:
            if not _is_settled:
                _tracing, _is_settled = _configured(), True
    return _tracing


def forget() -> None:
    """Read the environment anew on next use."""
    global _is_settled  # noqa: PLW0603 - as above
    _is_settled = False


def call(function: str, headers: Callable[[], Mapping[str, str] | None]) -> AbstractContextManager[None]:
    """Around one call of a function: its span, beneath the caller's own if the request's headers name it."""
    made = tracing()
    return _NO_SPAN if made is None else made.call(function, headers() or {})


def _configured() -> "Tracing | None":
    if not any(os.environ.get(name) for name in _SWITCHES):
        return None
    from common import config

    settings = config.read(config.TracingSettings)
    if not (settings.traces or settings.endpoint):
        return None
    from common.adapters.tracing import Tracing

    platform = config.read(config.PlatformSettings)
    return Tracing(platform.service or settings.function, platform.revision)
