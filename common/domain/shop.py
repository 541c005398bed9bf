"""The shop as its customers know it: policy document `shop`, whose keys are the fields below."""

import re
from string import Formatter
from typing import ClassVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from common.domain.values import dataclass

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", re.ASCII)
_SMS_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|MG[0-9a-fA-F]{32}", re.ASCII)
_SMS_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Who writes to the customer. Raises ValueError with a sentence that names the field."""

    PLACEHOLDERS: ClassVar[frozenset[str]] = frozenset(
        {"customer_id", "case_id", "claim_id", "store", "channel"}
    )

    name: str = "Our shop"
    url: str = "https://shop.example/"
    """Where a message leads when the cart has no link of its own."""
    from_email: str = "orders@shop.example"
    reply_to: str | None = None
    postal_address: str = ""
    """One line or several; commercial e-mail must state it in many countries."""
    time_zone: str = "UTC"
    """IANA zone, for customers whose own zone is unknown."""
    default_locale: str = "en"
    """BCP 47 tag, for customers whose language is unknown or has no templates."""
    sms_sender: str | None = None
    """A number (E.164 or short code), a messaging service (MG...), or a name, which nobody can reply to."""
    unsubscribe_url: str | None = None
    """May contain {customer_id}, {case_id}, {claim_id}, {store}, {channel}; takes a POST too (RFC 8058)."""
    unsubscribe_email: str | None = None
    storefront_url: str | None = None
    """The public address of storefront_api: messages then lead to its cart link, and to its unsubscribe page where
    unsubscribe_url is left out."""

    def __post_init__(self) -> None:
        self._check_texts()
        self._check_addresses()
        self._check_urls()
        self._check_place()
        self._check_sms_sender()

    @property
    def accepts_sms_replies(self) -> bool:
        """Whether a customer can answer STOP; a sender that is a name can't be answered."""
        return self.sms_sender is None or bool(_SMS_NUMBER.fullmatch(self.sms_sender))

    @property
    def identifies_on_unsubscribe(self) -> bool:
        """Whether unsubscribe_url tells who asks, without which one click isn't enough (RFC 8058)."""
        return bool(_placeholders(self.unsubscribe_url or "") & {"customer_id", "case_id", "claim_id"})

    def unsubscribe_link(self, **values: str) -> str | None:
        """unsubscribe_url with its placeholders filled in, percent-encoded."""
        if self.unsubscribe_url is None:
            return None
        return self.unsubscribe_url.format(**{name: quote(value, safe="") for name, value in values.items()})

    def _check_texts(self) -> None:
        if not self.name.strip() or len(self.name) > 60 or _CONTROL.search(self.name):
            raise ValueError(
                "name must be one line of 1 to 60 characters: the shop's name as customers know it"
            )
        if len(self.postal_address) > 300:
            raise ValueError("postal_address is longer than 300 characters")

    def _check_addresses(self) -> None:
        for field in ("from_email", "reply_to", "unsubscribe_email"):
            value = getattr(self, field)
            if value is not None and not _ADDRESS.fullmatch(value):
                raise ValueError(
                    f"{field} {value!r} is not an e-mail address; write one such as help@shop.example"
                )

    def _check_urls(self) -> None:
        for field in ("url", "unsubscribe_url", "storefront_url"):
            value = getattr(self, field)
            if value is not None and not _is_web_address(value):
                raise ValueError(
                    f"{field} {value!r} is not a web address; write one that begins with https://"
                )
        try:
            unknown = _placeholders(self.unsubscribe_url or "") - self.PLACEHOLDERS
        except ValueError:
            raise ValueError(
                "unsubscribe_url has a brace without its pair; write {{ or }} for a plain one"
            ) from None
        if unknown:
            known = ", ".join(sorted(self.PLACEHOLDERS))
            raise ValueError(
                f"unsubscribe_url has an unknown placeholder {min(unknown)!r}; known are {known}"
            )

    def _check_place(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(
                f"time_zone {self.time_zone!r} is not a time zone; write an IANA name such as Europe/Warsaw"
            ) from None
        if not _LOCALE.fullmatch(self.default_locale):
            raise ValueError(
                f"default_locale {self.default_locale!r} is not a language tag such as pl or en-GB"
            )

    def _check_sms_sender(self) -> None:
        if self.sms_sender is None or _SMS_NUMBER.fullmatch(self.sms_sender):
            return
        if not _SMS_NAME.fullmatch(self.sms_sender):
            raise ValueError(
                f"sms_sender {self.sms_sender!r} is neither a number such as +15005550006, nor a "
                "messaging service (MG...), nor a name of at most 11 letters and digits"
            )
        if self.unsubscribe_url is None and self.unsubscribe_email is None:
            raise ValueError(
                "sms_sender is a name, which customers can't answer with STOP; "
                "set unsubscribe_url or unsubscribe_email as well"
            )


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and text.isascii()
        and text.isprintable()
        and (" " not in text)
    )


def _placeholders(template: str) -> set[str]:
    """What stands in braces, with any conversion or format, which no placeholder takes. Raises ValueError."""
    found = set()
    for _, name, spec, conversion in Formatter().parse(template):
        if name is not None:
            found.add(name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else ""))
    return found
