"""A call and its answer, as plain values that know nothing of a web framework."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from common.domain.values import dataclass

MAX_BYTES = 1_000_000
"""Of a body; no platform's webhook for one cart, order or customer comes near it."""


_LONGEST_ATTRIBUTE_BYTES = 1024


def fits_attribute(value: str) -> bool:
    """Whether a header that is there can be an attribute of a message: Pub/Sub takes so many bytes."""
    return 0 < len(value.encode("utf-8", "replace")) <= _LONGEST_ATTRIBUTE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP request. A header or parameter that isn't there is an empty text."""

    method: str
    path: tuple[str, ...]
    """The segments, decoded."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name; a repeated header's values are joined with commas."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = b""
    """Exactly as sent; None = more than MAX_BYTES, and not read further."""
    client: str = ""
    """The caller's address, as far as our own proxies vouch for it."""

    def header(self, name: str) -> str:
        """A header's value, by its lower-case name."""
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, JSON (None = no body), and headers beyond those of every answer; or a page for a person, in HTML."""

    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    page: str | None = None


def refusal(status: int, sentence: str, **headers: str) -> Answer:
    """An answer that says why not; headers with underscores for hyphens."""
    return Answer(
        status, {"error": sentence}, {name.replace("_", "-"): text for name, text in headers.items()}
    )


NOT_FOUND = refusal(404, "there is nothing at this address")
TOO_LARGE = refusal(413, f"the body has more than {MAX_BYTES:,} bytes; send less at once")
UNAVAILABLE = refusal(503, "not taken; send it again in a while", Retry_After="10")


def wrong_method(*allowed: str) -> Answer:
    """What to use instead."""
    listed = ", ".join((*allowed, "OPTIONS"))
    return refusal(405, f"this address takes {listed}", Allow=listed)


def options(*allowed: str) -> Answer:
    """The answer to OPTIONS."""
    return Answer(204, None, {"Allow": ", ".join((*allowed, "OPTIONS"))})
