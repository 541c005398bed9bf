"""The e-mail as it goes over the wire: headers that identify, date and unsubscribe it, text beside HTML."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any

from common.domain.effects import SendMessage
from common.domain.ids import hash_id
from common.domain.shop import Shop
from functions.send_stimulus.content import RenderingFailed, unsubscribe_link
from functions.send_stimulus.rendering import RenderedEmail, render

_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_LOCAL_PART = re.compile(r"[^\s\x00-\x20\x7f-\x9f\"(),:;<>@\[\\\]]{1,64}")
_DOMAIN = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*", re.ASCII)
_UNFOLDED = ("list-unsubscribe", "message-id")


class InvalidRecipient(ValueError):
    """The address can't be written into an e-mail."""


class _Policy(EmailPolicy):
    """SMTP's policy, but a long URL or id stays whole: the library would encode it and so break it."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() in _UNFOLDED:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_ASCII = _Policy().clone(linesep=SMTP.linesep, cte_type="7bit")
_UTF8 = _ASCII.clone(utf8=True)


def compose(message: SendMessage, shop: Shop) -> EmailMessage:
    """The whole e-mail; the same message makes the same bytes. Raises RenderingFailed, InvalidRecipient."""
    rendered = render(message, shop)
    if not isinstance(rendered, RenderedEmail):
        raise RenderingFailed(f"{message.channel} is not e-mail")
    recipient = recipient_address(message.recipient)
    email = EmailMessage(policy=_ASCII if recipient.isascii() else _UTF8)
    email["Message-ID"] = message_id(message.claim_id, shop)
    email["Date"] = format_datetime(message.claimed_at)
    email["From"] = Address(display_name=" ".join(shop.name.split()), addr_spec=shop.from_email)
    if shop.reply_to is not None:
        email["Reply-To"] = shop.reply_to
    email["To"] = recipient
    email["Subject"] = rendered.subject
    _add_unsubscribe(email, message, shop)
    email.set_content(rendered.text, cte="quoted-printable")
    email.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    # "=_" can't occur in quoted-printable text; a random boundary would make every run differ.
    email.set_boundary(f"=_{hash_id('boundary', message.claim_id)}")
    return email


def message_id(claim_id: str, shop: Shop) -> str:
    """The claim's own Message-ID, so that a copy is recognised as one."""
    local = claim_id if _SAFE_ID.fullmatch(claim_id) else hash_id("message", claim_id)
    return f"<{local}@{shop.from_email.rpartition('@')[2].lower()}>"


def recipient_address(address: str) -> str:
    """The address, its domain in ASCII; the part before the @ may need SMTPUTF8. Raises InvalidRecipient."""
    local, _, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        raise InvalidRecipient("domain") from None
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain) or not _is_encodable(local):
        raise InvalidRecipient("address")
    return f"{local}@{domain}"


def _add_unsubscribe(email: EmailMessage, message: SendMessage, shop: Shop) -> None:
    """RFC 2369; one click (RFC 8058) only where the https address alone tells who asks (L37)."""
    mailbox = shop.unsubscribe_email or shop.reply_to or shop.from_email
    ways = [f"<mailto:{mailbox}?subject=unsubscribe>"]
    link = unsubscribe_link(message, shop)
    if link is not None:
        ways.insert(0, f"<{link}>")
    email["List-Unsubscribe"] = ", ".join(ways)
    identifies = shop.identifies_on_unsubscribe or message.unsubscribe_url is not None
    if link is not None and link.startswith("https://") and identifies:
        email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
