"""Structured logs: one JSON object a line, as Cloud Logging reads them. Ids and reasons only, nothing personal."""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from typing import TextIO

_logger = logging.getLogger("recoup")
_concerned: ContextVar[Mapping[str, str]] = ContextVar("concerned", default={})  # noqa: B039 - never changed
Headers = Mapping[str, str]
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_CLOUD_TRACE = re.compile(r"([0-9a-fA-F]{32})(?:/([0-9]{1,20}))?(?:;o=([0-9]+))?")


class _JsonLines(logging.Formatter):
    def __init__(self, project: str | None, headers: Callable[[], Headers | None] | None) -> None:
        super().__init__()
        self._project, self._headers = project, headers

    def format(self, record: logging.LogRecord) -> str:
        request = (self._headers() if self._headers is not None else None) or {}
        line = {"severity": record.levelname, "message": record.getMessage()}
        fields = getattr(record, "fields", {})
        return json.dumps({**line, **_concerned.get(), **_of_request(request, self._project), **fields})


def log(message: str, severity: str = "INFO", **fields: object) -> None:
    """Say that something happened. Fields are ids, reasons and counts, never an address or a name."""
    level = logging.getLevelNamesMapping()[severity]
    if _logger.isEnabledFor(level):
        _logger.log(level, message, extra={"fields": {k: v for k, v in fields.items() if v is not None}})


def concern(**ids: str) -> Token[Mapping[str, str]]:
    """Have the lines that follow, in this context, name what they are about; until `unconcern`."""
    return _concerned.set(ids)


def unconcern(token: Token[Mapping[str, str]]) -> None:
    """End what `concern` began."""
    _concerned.reset(token)


def configure(
    stream: TextIO | None = None,
    severity: str = "INFO",
    *,
    project: str | None = None,
    headers: Callable[[], Headers | None] | None = None,
) -> None:
    """Write the engine's log lines to `stream` (standard error); called by wiring, once.

    `headers` gives those of the request that is being answered, None outside of one. It is asked for each line, so that
    a call which logs nothing costs nothing; `project` is where its trace is.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_JsonLines(project, headers))
    _logger.handlers[:] = [handler]
    _logger.setLevel(severity)
    _logger.propagate = False


def trace_of(headers: Headers) -> tuple[str, str | None, bool] | None:
    """Trace, span (16 hexadecimal digits) and whether it is sampled, as the caller says; None if that is of no use.

    By W3C's `traceparent`, else by Google's older X-Cloud-Trace-Context.
    """
    if found := _TRACEPARENT.fullmatch(headers.get("traceparent", "").strip()):
        trace, span, flags = found.groups()
        if int(trace, 16) and int(span, 16):
            return trace, span, bool(int(flags, 16) & 1)
    if found := _CLOUD_TRACE.fullmatch(headers.get("X-Cloud-Trace-Context", "").strip()):
        trace, number, options = found.groups()
        span = f"{int(number):016x}" if number and 0 < int(number) < 2**64 else None
        return (trace.lower(), span, options == "1") if int(trace, 16) else None
    return None


def _of_request(headers: Headers, project: str | None) -> Mapping[str, object]:
    """The names that Cloud Logging ties a line to its trace and its call by."""
    fields: dict[str, object] = {}
    if project and (trace := trace_of(headers)):
        fields["logging.googleapis.com/trace"] = f"projects/{project}/traces/{trace[0]}"
        fields["logging.googleapis.com/trace_sampled"] = trace[2]
        if trace[1]:
            fields["logging.googleapis.com/spanId"] = trace[1]
    if execution := headers.get("Function-Execution-Id", ""):
        fields["logging.googleapis.com/labels"] = {"execution_id": execution[:64]}
    return fields
