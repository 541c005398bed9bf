"""A message as its customer sees it, ready for the page."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from html import unescape
from math import ceil
from zoneinfo import ZoneInfo

from markupsafe import Markup

from infra.demo.words import STEPS
from infra.local.mailbox import Letter

_MOST_LINES = 6
"""Of the cart, that an e-mail shows."""
_HEAD = "<head>"
_INERT = '<head><base target="_blank">'
"""A sandboxed frame opens no window, so a link in it does nothing instead of replacing the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """An e-mail with its header."""

    step: str
    sender: str
    recipient: str
    date: str
    subject: str
    document: Markup
    """For a single-quoted srcdoc."""
    height: int
    """Of the document, in pixels, as good as can be told without a browser."""
    narrow_height: int
    """The same on a telephone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A text message with its header."""

    step: str
    sender: str
    recipient: str
    date: str
    text: str
    segments: int


def shown(letter: Letter, sms_sender: str, zone: str) -> Email | Sms:
    """The message, dated as a telephone or mail program in the reader's `zone` would."""
    message = letter.message
    date = _date(message.claimed_at, zone)
    step = STEPS.get(message.step, message.step)
    if not isinstance(letter.content, EmailMessage):
        sms = letter.content
        return Sms(
            step=step,
            sender=sms_sender,
            recipient=message.recipient,
            date=date,
            text=sms.text,
            segments=sms.segments,
        )
    height, narrow_height = _heights(letter)
    return Email(
        step=step,
        sender=str(letter.content["From"]),
        recipient=str(letter.content["To"]),
        date=date,
        subject=str(letter.content["Subject"]),
        document=_document(letter.content),
        height=height,
        narrow_height=narrow_height,
    )


def html_of(email: EmailMessage) -> str:
    """The HTML part."""
    body = email.get_body(("html",))
    return str(body.get_content()) if body else ""


def text_of_document(document: str) -> str:
    """The HTML that a srcdoc attribute stands for."""
    return unescape(document).replace(_INERT, _HEAD, 1)


def _document(email: EmailMessage) -> Markup:
    """In a single-quoted attribute & and ' have a meaning, and nothing else (HTML standard, 13.1.2.3)."""
    html = html_of(email).replace(_HEAD, _INERT, 1)
    return Markup(html.replace("&", "&amp;").replace("'", "&#39;"))  # noqa: S704 - escaped here


def _heights(letter: Letter) -> tuple[int, int]:
    """On a wide screen and on a telephone, where names break into lines of a dozen letters."""
    if letter.message.offer is not None:
        return _offer_heights(letter)
    names = [line.name for line in letter.message.lines if line.available][:_MOST_LINES]
    voucher = letter.message.voucher_code is not None
    wordy = 90 if (letter.message.locale or "").startswith("pl") else 0
    wide = 765 + 105 * len(names) + (250 if voucher else 0)
    narrow = 790 + wordy + sum(max(89, 55 + 21 * ceil(len(name) / 12)) for name in names)
    return wide, narrow + (260 if voucher else 0)


def _offer_heights(letter: Letter) -> tuple[int, int]:
    """An offer shows one item, and says more about it; its reminder has a longer heading."""
    polish = (letter.message.locale or "").startswith("pl")
    reminds = letter.message.step.startswith("offer_reminder")
    return 1025 + 20 * reminds, 1085 + 70 * polish + 35 * reminds


def _date(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({zone})"
