"""Which provider carries which channel, and the hand-over itself."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from common import wiring
from common.application.ports import Secrets, Sender
from common.domain.effects import FindMessage, SendMessage
from common.domain.shop import Shop
from common.domain.triggers import Outcome, Rejected, Uncertain
from common.domain.vocabulary import Channel, Reason

if TYPE_CHECKING:
    from common.config import SendingSettings


def deliver(effect: SendMessage | FindMessage) -> Outcome:
    """Hand the message to its channel's provider, or ask it what became of one."""
    sender = (wiring.engine().senders or _providers()).get(effect.channel)
    match effect:
        case SendMessage():
            return sender.send(effect) if sender else _no_provider(effect)
        case FindMessage():
            return sender.find(effect) if sender else Uncertain("the channel has no provider any more")


def _no_provider(message: SendMessage) -> Rejected:
    """Not configured: the step's next channel is tried, as after a refusal."""
    return Rejected(Reason.PROVIDER_REFUSED, detail=f"no provider is configured for {message.channel}")


@cache
def _providers() -> Mapping[Channel, Sender]:
    """The configured providers; built on first use, in the worker."""
    from common import config

    settings, secrets = config.read(config.SendingSettings), wiring.secrets()
    return providers(settings, secrets, lambda: wiring.engine().policies.current().shop)


def providers(
    settings: "SendingSettings", secrets: Secrets, shop: Callable[[], Shop]
) -> Mapping[Channel, Sender]:
    """SMTP and Twilio, as far as they are configured. Raises KeyError for a secret that is missing."""
    found: dict[Channel, Sender] = {}
    if settings.smtp_host is not None:
        found[Channel.EMAIL] = _smtp(settings, secrets, shop)
    if settings.twilio_account_sid is not None:
        found[Channel.SMS] = _twilio(settings, secrets, shop)
    return found


def _smtp(settings: "SendingSettings", secrets: Secrets, shop: Callable[[], Shop]) -> Sender:
    from functions.send_stimulus.senders.smtp_sender import SmtpSender, SmtpSettings

    return SmtpSender(
        SmtpSettings(
            host=settings.smtp_host or "",
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=secrets.get("smtp_password").decode() if settings.smtp_username else None,
            security=settings.smtp_security,
            ca_file=settings.smtp_ca_file,
            timeout_seconds=settings.smtp_timeout_seconds,
        ),
        shop,
    )


def _twilio(settings: "SendingSettings", secrets: Secrets, shop: Callable[[], Shop]) -> Sender:
    from functions.send_stimulus.senders.twilio_sender import TwilioSender, TwilioSettings

    return TwilioSender(
        TwilioSettings(
            account_sid=settings.twilio_account_sid or "",
            auth_token=secrets.get("twilio_auth_token").decode(),
            api_key=settings.twilio_api_key,
            status_callback=settings.twilio_status_callback,
            base_url=settings.twilio_base_url,
            timeout_seconds=settings.twilio_timeout_seconds,
        ),
        shop,
    )
