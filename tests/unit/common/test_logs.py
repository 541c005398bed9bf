"""Log lines as Cloud Logging reads them: tied to their trace and call, and named by what they are about."""

import io
import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from common import logs

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    logger = logging.getLogger("recoup")
    before = (logger.handlers[:], logger.level, logger.propagate)
    yield
    logger.handlers[:], logger.level, logger.propagate = before


def line(headers: Mapping[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """What is written with these headers of a request."""
    stream = io.StringIO()
    logs.configure(stream, project="bielik", headers=lambda: headers)
    logs.log("task_done", **fields)
    written: dict[str, Any] = json.loads(stream.getvalue())
    return written


def test_outside_of_a_request_a_line_is_its_fields() -> None:
    assert line(case="c1", detail=None) == {"severity": "INFO", "message": "task_done", "case": "c1"}


def test_a_line_belongs_to_the_trace_and_the_call() -> None:
    told = line({"traceparent": PARENT, "Function-Execution-Id": "abc123"})
    assert told["logging.googleapis.com/trace"] == f"projects/bielik/traces/{TRACE}"
    assert told["logging.googleapis.com/spanId"] == SPAN
    assert told["logging.googleapis.com/trace_sampled"] is True
    assert told["logging.googleapis.com/labels"] == {"execution_id": "abc123"}


def test_lines_name_what_they_are_about_until_it_is_over() -> None:
    token = logs.concern(case="c1", task="t1")
    told = line(outcome="sent")
    logs.unconcern(token)
    assert (told["case"], told["task"], told["outcome"]) == ("c1", "t1", "sent")
    assert "case" not in line()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"traceparent": PARENT}, (TRACE, SPAN, True)),
        ({"traceparent": f"00-{TRACE}-{SPAN}-00"}, (TRACE, SPAN, False)),
        ({"traceparent": f"cc-{TRACE}-{SPAN}-01-what-the-future-has"}, (TRACE, SPAN, True)),
        ({"X-Cloud-Trace-Context": f"{TRACE}/255;o=1"}, (TRACE, f"{255:016x}", True)),
        ({"X-Cloud-Trace-Context": TRACE.upper()}, (TRACE, None, False)),
        ({"traceparent": "00-zz", "X-Cloud-Trace-Context": f"{TRACE}/1;o=0"}, (TRACE, f"{1:016x}", False)),
        ({"traceparent": f"00-{'0' * 32}-{SPAN}-01"}, None),
        ({"traceparent": f"00-{TRACE}-{'0' * 16}-01"}, None),
        ({"X-Cloud-Trace-Context": f"{TRACE}/{2**64};o=1"}, (TRACE, None, True)),
        ({"X-Cloud-Trace-Context": '"}\n{"severity":"EMERGENCY'}, None),
        ({}, None),
    ],
)
def test_what_the_caller_says_of_its_trace(headers: dict[str, str], expected: Any) -> None:
    """W3C's header first, Google's older one else; nonsense is none."""
    assert logs.trace_of(headers) == expected


def test_a_call_that_logs_nothing_asks_for_no_headers() -> None:
    asked: list[int] = []
    logs.configure(io.StringIO(), "WARNING", headers=lambda: asked.append(1) or {})
    logs.log("task_done")
    assert asked == []
