"""Structured logs: one JSON object a line, as Cloud Logging reads them. Ids and reasons only, nothing personal."""

import json
import logging
import sys
from typing import TextIO

_logger = logging.getLogger("recoup")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", {})
        return json.dumps({"severity": record.levelname, "message": record.getMessage(), **fields})


def log(message: str, severity: str = "INFO", **fields: object) -> None:
    """Say that something happened. Fields are ids, reasons and counts, never an address or a name."""
    level = logging.getLevelNamesMapping()[severity]
    if _logger.isEnabledFor(level):
        _logger.log(level, message, extra={"fields": {k: v for k, v in fields.items() if v is not None}})


def configure(stream: TextIO | None = None, severity: str = "INFO") -> None:
    """Write the engine's log lines to `stream` (standard error); called by wiring, once."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_JsonLines())
    _logger.handlers[:] = [handler]
    _logger.setLevel(severity)
    _logger.propagate = False
