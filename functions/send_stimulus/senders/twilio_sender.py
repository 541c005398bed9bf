"""SMS over Twilio, which has no idempotency key: what is Uncertain is reconciled by listing (L14)."""

from collections.abc import Callable, Iterator
from dataclasses import field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

from common.application.ports import FindOutcome, SendOutcome
from common.domain.effects import FindMessage, SendMessage
from common.domain.shop import Shop
from common.domain.triggers import Accepted, NotSent, Rejected, Uncertain
from common.domain.values import dataclass
from common.domain.vocabulary import Reason
from functions.send_stimulus.rendering import RenderedSms, RenderingFailed, render

WINDOW_BEFORE = timedelta(minutes=1)
WINDOW_AFTER = timedelta(minutes=15)
"""A message to the claim's recipient that Twilio created within this window of the claim is the claim's."""

_UNSUBSCRIBED = 21610
# The account, its sender or its queue is at fault, not this message: put right, the next try succeeds.
_NOT_THE_MESSAGE = frozenset(
    (
        20003,
        20005,
        20429,
        21212,
        21603,
        21606,
        21611,
        21659,
        21701,
        21702,
        21703,
        21704,
        21705,
        30001,
        30002,
        63038,
    )
)
_LISTED = 1000
_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """The account. Raises ValueError with a sentence that names the setting."""

    account_sid: str
    auth_token: str = field(repr=False)
    """The account's token, or the secret of `api_key`."""
    api_key: str | None = None
    """The SID (SK...) of an API key, which can be withdrawn without changing the account's token."""
    status_callback: str | None = None
    """Where Twilio reports what became of a message."""
    base_url: str = "https://api.twilio.com"
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        if not self.account_sid.startswith("AC"):
            raise ValueError("account_sid begins with AC; an API key (SK...) goes into api_key")
        if not self.auth_token:
            raise ValueError("auth_token is empty")
        if self.timeout_seconds <= 0:
            raise ValueError("timeout_seconds must be above 0")


class TwilioSender:
    """Sends each message once; safe to use from several threads."""

    def __init__(self, settings: TwilioSettings, shop: Callable[[], Shop]) -> None:
        """`shop` is asked for each message, so that an edit of the document counts at once."""
        self._settings = settings
        self._shop = shop

    def send(self, message: SendMessage) -> SendOutcome:
        """Render and hand over, once; Accepted carries the message's SID."""
        try:
            shop = self._shop()
            rendered = render(message, shop)
            if not isinstance(rendered, RenderedSms):
                raise RenderingFailed(f"{message.channel} is not SMS")
            if shop.sms_sender is None:
                return _later("sms_sender is not set in the document shop")
            arguments = _sender_argument(shop.sms_sender) | self._callback_argument()
            client = self._client
        except RenderingFailed as failure:
            return Rejected(failure.reason, detail=failure.detail)
        except Exception as error:  # noqa: BLE001 - a sender never raises, and nothing has been sent
            return _later(f"before sending: {type(error).__name__}")
        try:
            created = client.messages.create(to=message.recipient, body=rendered.text, **arguments)
        except Exception as error:  # noqa: BLE001 - a sender never raises; what it is decides
            return _judge(error)
        return Accepted(created.sid) if created.sid else Uncertain("Twilio's answer has no SID")

    def find(self, query: FindMessage) -> FindOutcome:
        """Look for a message to the recipient that was created around the claim.

        Ask no sooner than a minute after the claim: Twilio's list may lag behind its answers.
        """
        earliest, latest = query.claimed_at - WINDOW_BEFORE, query.claimed_at + WINDOW_AFTER
        seen = 0
        try:
            for created_at, sid in self._sent_to(query.recipient):
                seen += 1
                if earliest <= created_at <= latest:
                    return Accepted(sid)
        except Exception as error:  # noqa: BLE001 - a sender never raises
            return Uncertain(f"could not list: {_describe(error)}")
        return NotSent() if seen < _LISTED else Uncertain(f"not among the newest {_LISTED} messages")

    def _sent_to(self, recipient: str) -> Iterator[tuple[datetime, str]]:
        """What this account sent to the number, newest first.

        Not filtered by Twilio on the date: a message that is still queued has no date of sending yet.
        """
        listed = self._client.messages.stream(to=recipient, page_size=_PAGE)
        for message in islice(listed, _LISTED):
            created_at = message.date_created or message.date_sent
            yield created_at, message.sid

    def _callback_argument(self) -> dict[str, str]:
        callback = self._settings.status_callback
        return {} if callback is None else {"status_callback": callback}

    @cached_property
    def _client(self) -> Any:
        from twilio.rest import Client

        from functions.send_stimulus.senders.twilio_http import FreshConnectionClient

        wanted = self._settings
        return Client(
            wanted.api_key or wanted.account_sid,
            wanted.auth_token,
            wanted.account_sid,
            http_client=FreshConnectionClient(wanted.base_url, wanted.timeout_seconds),
        )


def _sender_argument(sender: str) -> dict[str, str]:
    is_service = sender.startswith("MG") and len(sender) == 34
    return {"messaging_service_sid" if is_service else "from_": sender}


def _judge(error: Exception) -> SendOutcome:
    """What an error says about the message: refused, not yet, or nobody knows."""
    status, code = getattr(error, "status", None), getattr(error, "code", None)
    detail = _describe(error)
    if not isinstance(status, int):
        return _later(detail) if _never_reached(error) else Uncertain(detail)
    if status in (401, 403, 404, 429) or code in _NOT_THE_MESSAGE:
        return _later(detail)
    if 400 <= status < 500 and status != 408:
        unsubscribed = code == _UNSUBSCRIBED
        return Rejected(Reason.SUPPRESSED_ADDRESS if unsubscribed else Reason.PROVIDER_REFUSED, detail=detail)
    return Uncertain(detail)


def _later(detail: str) -> Rejected:
    """Nothing left, and another try may go better, perhaps once somebody has put the settings right."""
    return Rejected(Reason.PROVIDER_REFUSED, retryable=True, detail=detail)


def _never_reached(error: BaseException | None) -> bool:
    """Whether no connection came about, so that nothing can have been sent."""
    from ssl import SSLCertVerificationError

    from requests import ConnectTimeout
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    never = (ConnectTimeout, ConnectTimeoutError, NewConnectionError, SSLCertVerificationError)
    return any(isinstance(cause, never) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was made from; urllib3 keeps the first cause in `reason`."""
    pending, seen = [error], set()
    while pending:
        cause = pending.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        pending += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]


def _describe(error: Exception) -> str:
    """The error's kind and Twilio's code; its text may contain the number."""
    status, code = getattr(error, "status", None), getattr(error, "code", None)
    return f"Twilio {status}, error {code}" if isinstance(status, int) else type(error).__name__
