"""The Sender of one machine: what a provider would get is rendered for real, and kept instead of sent."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from common.application.ports import FindOutcome, SendOutcome
from common.domain.effects import FindMessage, SendMessage
from common.domain.ids import hash_id
from common.domain.shop import Shop
from common.domain.triggers import Accepted, NotSent, Rejected, Uncertain
from common.domain.vocabulary import Channel, Reason
from functions.send_stimulus.rendering import RenderedPush, RenderedSms, RenderingFailed, render
from functions.send_stimulus.senders.email_message import (
    InvalidRecipient,
    compose,
    message_id,
    recipient_address,
)
from infra.local.database import Database, readable_failures

_KEEP = "INSERT INTO messages (claim_id, provider_id) VALUES (?, ?)"
_FIND = "SELECT provider_id FROM messages WHERE claim_id = ? ORDER BY number LIMIT 1"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as its customer got it."""

    number: int
    """Counts the messages of the file from 1, in the order of sending."""
    message: SendMessage
    content: EmailMessage | RenderedSms | RenderedPush

    def as_bytes(self) -> bytes:
        """An e-mail's source; another message under its recipient and date, and what a tap on it opens."""
        if isinstance(self.content, EmailMessage):
            return self.content.as_bytes()
        date = format_datetime(self.message.claimed_at)
        opens = f"Opens: {self.content.url}\n" if isinstance(self.content, RenderedPush) else ""
        return f"To: {self.message.recipient}\nDate: {date}\n{opens}\n{self.content.text}\n".encode()

    @property
    def file_name(self) -> str:
        """Files of one mailbox sort in the order of sending."""
        suffix = "eml" if isinstance(self.content, EmailMessage) else "txt"
        message = self.message
        at = f"{message.claimed_at:%Y%m%dT%H%M%SZ}"
        return f"{self.number:07}-{at}-{message.step}-{message.channel}.{suffix}"


Keep = Callable[[Letter], object]


class MailboxSender:
    """Takes every message of any channel, once rendered, and hands it as a Letter to each of `keep`.

    Without any `keep` an e-mail is rendered but not put together, which saves time. Which claims it had is
    known for certain, also after a restart. A message sent twice is kept twice, as a provider would.
    """

    def __init__(self, database: Database, shop: Callable[[], Shop], *keep: Keep) -> None:
        self._database = database
        self._shop = shop
        self._keep = keep

    def send(self, message: SendMessage) -> SendOutcome:
        """Render and keep."""
        try:
            return self._send(message, self._shop())
        except RenderingFailed as failure:
            return Rejected(failure.reason, detail=failure.detail)
        except InvalidRecipient as invalid:
            return Rejected(Reason.PROVIDER_REFUSED, detail=f"the recipient's {invalid} can't be used")
        except Exception as error:  # noqa: BLE001 - a sender never raises
            return Uncertain(f"{type(error).__name__}: {error}")

    def find(self, query: FindMessage) -> FindOutcome:
        """Whether a message of the claim was kept."""
        with self._database.lock, readable_failures():
            row = self._database.execute(_FIND, (query.claim_id,)).fetchone()
        return Accepted(row[0]) if row else NotSent()

    def _send(self, message: SendMessage, shop: Shop) -> Accepted:
        content = _content(message, shop, whole=bool(self._keep))
        provider_id = _provider_id(message, shop)
        with self._database.change():
            number = self._database.execute(_KEEP, (message.claim_id, provider_id)).lastrowid or 0
            if content is not None:
                letter = Letter(number, message, content)
                for keep in self._keep:
                    keep(letter)
        return Accepted(provider_id)


def folder(path: Path) -> Keep:
    """Keeps letters as .eml and .txt files in a folder, which is made if it isn't there."""
    path.mkdir(parents=True, exist_ok=True)

    def keep(letter: Letter) -> None:
        (path / letter.file_name).write_bytes(letter.as_bytes())

    return keep


def _content(
    message: SendMessage, shop: Shop, *, whole: bool
) -> EmailMessage | RenderedSms | RenderedPush | None:
    if message.channel is Channel.EMAIL:
        if whole:
            return compose(message, shop)
        recipient_address(message.recipient)
    rendered = render(message, shop)
    return rendered if isinstance(rendered, RenderedSms | RenderedPush) else None


def _provider_id(message: SendMessage, shop: Shop) -> str:
    if message.channel is Channel.EMAIL:
        return message_id(message.claim_id, shop)
    kind = "PN" if message.channel is Channel.PUSH else "SM"
    return f"{kind}{hash_id('message', message.claim_id)}"
