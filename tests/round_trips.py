"""Counts the calls that a Google client makes, on the wire's side of it."""

from collections import Counter
from typing import Any

import grpc

from common.adapters.google_calls import emulator_channel


class RoundTrips(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Calls by method name, such as Commit, in the order in which they were made."""

    def __init__(self, address: str) -> None:
        self.calls: list[str] = []
        self.channel: grpc.Channel = grpc.intercept_channel(emulator_channel(address), self)

    def taken(self) -> dict[str, int]:
        """The calls since the last time, by method."""
        counted = dict(Counter(self.calls))
        self.calls.clear()
        return counted

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        return self._count(continuation, details, request)

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        return self._count(continuation, details, request)

    def _count(self, continuation: Any, details: Any, request: Any) -> Any:
        self.calls.append(details.method.rpartition("/")[2])
        return continuation(details, request)
