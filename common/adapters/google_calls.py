"""What the adapters of Google's APIs share: one client per instance, failures that the shell understands."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

from common.application.failures import Unavailable

if TYPE_CHECKING:
    import grpc

_Made = TypeVar("_Made")

_PERSON, _HIDDEN = re.compile(r"\b(customers|privacy_requests)/[^\s/'\"]+"), r"\1/(hidden)"
"""The id of a customer's document is a hash that anybody can make of an address, so no log names it."""
ANY_SIZE = (("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1))
"""The service sets the limits, not the channel."""


class OnFirstUse(Generic[_Made]):
    """A value that the first caller has made, in whichever thread; if that fails, the next caller tries."""

    def __init__(self, make: Callable[[], _Made]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: _Made | None = None

    def __call__(self) -> _Made:
        """The value."""
        if self._made is None:
            with self._lock:
                if self._made is None:
                    self._made = self._make()
        return self._made


@contextmanager
def unavailable(service: str) -> Iterator[None]:
    """Whatever keeps a Google API from answering, credentials included, becomes Unavailable."""
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except (GoogleAPIError, GoogleAuthError) as error:
        status = getattr(error, "grpc_status_code", None)
        code = status.name if status is not None else type(error).__name__
        raise Unavailable(f"{service}: {code}: {_PERSON.sub(_HIDDEN, str(error))}") from error


def emulator_channel(host: str) -> "grpc.Channel":
    """A channel to a local emulator: plain text, no credentials, no proxy."""
    import grpc

    return grpc.insecure_channel(host, options=[*ANY_SIZE, ("grpc.enable_http_proxy", 0)])
