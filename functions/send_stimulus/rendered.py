"""Finished messages: what a customer reads on each channel."""

from common.domain.values import dataclass
from functions.send_stimulus import gsm


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedEmail:
    """An e-mail's words; the subject is one line."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedSms:
    """A text message."""

    text: str

    @property
    def segments(self) -> int:
        """How many SMS it is billed as."""
        return gsm.segments(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPush:
    """A push message, each part one line."""

    title: str
    body: str
    url: str
    """What a tap opens."""

    @property
    def text(self) -> str:
        """Both lines, as a screen shows them."""
        return f"{self.title}\n{self.body}"

    @property
    def segments(self) -> int:
        """How many SMS it is billed as."""
        return 0


Rendered = RenderedEmail | RenderedSms | RenderedPush
