"""Which of Google's APIs a function calls, and on what, taken down on the wire's side of its clients."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import grpc
import pytest

FIRESTORE = "google.firestore.v1.Firestore"
DOCUMENTS = "documents"
"""What calls of Firestore are made on: its rights are the same for all of them."""


class Call(NamedTuple):
    """A method, and the last part of the name of what it was called on."""

    method: str
    on: str


class GoogleCalls(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Calls by the function that was working when they were made. What was called outside of any is not kept."""

    def __init__(self) -> None:
        self.of: defaultdict[str, set[Call]] = defaultdict(set)
        self._function: str | None = None

    @contextmanager
    def during(self, function: str) -> Iterator[None]:
        """While it is open, everything is this function's, in whichever thread.

        One that another function calls meanwhile, and waits for, is nested.
        """
        caller, self._function = self._function, function
        try:
            yield
        finally:
            self._function = caller

    def add(self, method: str, on: str) -> None:
        """Take a call down."""
        if self._function is not None:
            self.of[self._function].add(Call(method, on))

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """From now on channels to this machine pass here; that is how clients reach emulators."""
        real: Callable[..., grpc.Channel] = grpc.insecure_channel

        def watched(*arguments: Any, **options: Any) -> grpc.Channel:
            return grpc.intercept_channel(real(*arguments, **options), self)

        monkeypatch.setattr(grpc, "insecure_channel", watched)

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        return self._note(continuation, details, request)

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        return self._note(continuation, details, request)

    def _note(self, continuation: Any, details: Any, request: Any) -> Any:
        kind = type(request)
        message = kind.pb(request) if hasattr(kind, "pb") else request
        method = details.method.removeprefix("/")
        for call in _calls(method, message):
            self.add(*call)
        return continuation(details, request)


def _calls(method: str, message: Any) -> Iterator[Call]:
    """The call; of a commit what is done by it, since each kind of write takes a right of its own."""
    service, _, name = method.partition("/")
    if method == f"{FIRESTORE}/Commit":
        yield from (Call(f"{method}: {_kind(write)}", DOCUMENTS) for write in message.writes)
    elif service == FIRESTORE:
        yield Call(method, DOCUMENTS)
    else:
        yield Call(method, _named(name, message))


def _kind(write: Any) -> str:
    """What a write needs to find, and leaves."""
    if write.WhichOneof("operation") == "delete":
        return "delete"
    expected = write.current_document
    match expected.WhichOneof("condition_type"):
        case None:
            return "create or update"
        case "exists" if not expected.exists:
            return "create"
        case _:
            return "update"


def _named(method: str, message: Any) -> str:
    match method:
        case "Publish":
            name = message.topic
        case "CreateTask":
            name = message.parent
        case "AccessSecretVersion":
            name = message.name.partition("/versions/")[0]
        case _:
            name = "?"
    return str(name).rpartition("/")[2]
