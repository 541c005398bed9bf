"""Which provider carries which channel, and the hand-over itself."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from common import wiring
from common.application.failures import Unavailable
from common.application.links import with_links
from common.application.ports import Secrets, Sender
from common.domain.catalogue import Product
from common.domain.effects import FindMessage, SendMessage
from common.domain.shop import Shop
from common.domain.triggers import Outcome, Rejected, Uncertain
from common.domain.vocabulary import Channel, Reason
from common.logs import log

if TYPE_CHECKING:
    from common.config import SendingSettings


def deliver(effect: SendMessage | FindMessage) -> Outcome:
    """Hand the message to its channel's provider, or ask it what became of one.

    Raises Unavailable if the provider can't be asked. A message is never left in doubt by that: without a
    provider it has certainly not left.
    """
    try:
        sender = _sender(effect.channel)
    except (Unavailable, KeyError, ValueError) as problem:
        log("provider_not_ready", severity="ERROR", channel=effect.channel.value, detail=str(problem))
        return _not_ready(effect, problem)
    outcome = _hand_over(effect, sender)
    if isinstance(outcome, Rejected | Uncertain):
        what = "message_rejected" if isinstance(outcome, Rejected) else "message_uncertain"
        channel = effect.channel.value
        log(what, severity="WARNING", case=effect.case_id, channel=channel, detail=outcome.detail)
    return outcome


def _hand_over(effect: SendMessage | FindMessage, sender: Sender | None) -> Outcome:
    match effect:
        case SendMessage():
            if sender is None:
                return _no_provider(effect)
            withheld = _no_stock(effect)
            return withheld or sender.send(with_links(effect, wiring.engine().policies.current()))
        case FindMessage():
            return sender.find(effect) if sender else Uncertain("the channel has no provider any more")


def _no_stock(message: SendMessage) -> Rejected | None:
    """Why an offer can't leave: what it offers is sold out by now, or nobody can say. None = it may leave.

    A store without a catalogue, or an item that it doesn't know, is taken at the offer's word.
    """
    offer, catalogue = message.offer, wiring.engine().catalogue
    if offer is None or catalogue is None:
        return None
    try:
        product = catalogue.products(message.store, [offer.sku]).get(offer.sku)
    except Unavailable as problem:
        return Rejected(
            Reason.PROVIDER_REFUSED, retryable=True, detail=f"the catalogue can't be asked: {problem}"
        )
    if product is None or _has(product, offer.quantity):
        return None
    return Rejected(Reason.OUT_OF_STOCK, detail="what is offered can't be bought any more")


def _has(product: Product, quantity: int) -> bool:
    return product.buyable and (product.stock is None or product.stock >= quantity)


def _no_provider(message: SendMessage) -> Rejected:
    """Not configured: the step's next channel is tried, as after a refusal."""
    return Rejected(Reason.PROVIDER_REFUSED, detail=f"no provider is configured for {message.channel}")


def _not_ready(effect: SendMessage | FindMessage, problem: Exception) -> Rejected:
    """A secret or a setting is missing or wrong: worth another try once somebody has put it right."""
    if isinstance(effect, FindMessage):
        raise Unavailable(f"the provider of {effect.channel} can't be asked: {problem}") from problem
    return Rejected(Reason.PROVIDER_REFUSED, retryable=True, detail=str(problem))


def _sender(channel: Channel) -> Sender | None:
    senders = wiring.engine().senders
    return _provider(channel) if senders is None else senders.get(channel)


def providers() -> None:
    """Have every channel's provider ready, if one is configured. Raises KeyError, ValueError or Unavailable if not."""
    for channel in (Channel.EMAIL, Channel.SMS):
        _sender(channel)


@cache
def _provider(channel: Channel) -> Sender | None:
    """The channel's configured provider; built on first use, in the worker."""
    from common import config

    settings = config.read(config.SendingSettings)
    made = provider(channel, settings, wiring.secrets(), lambda: wiring.engine().policies.current().shop)
    return wiring.traced(made, f"provider.{channel.value}", "send", "find")


def provider(
    channel: Channel, settings: "SendingSettings", secrets: Secrets, shop: Callable[[], Shop]
) -> Sender | None:
    """The channel's provider, if one is configured.

    Raises KeyError or Unavailable for a secret that can't be had, ValueError for an unusable setting.
    """
    if channel is Channel.EMAIL and settings.smtp_host is not None:
        return _smtp(settings, settings.smtp_host, secrets, shop)
    if channel is Channel.SMS and settings.twilio_account_sid is not None:
        return _twilio(settings, settings.twilio_account_sid, secrets, shop)
    return None


def _smtp(settings: "SendingSettings", host: str, secrets: Secrets, shop: Callable[[], Shop]) -> Sender:
    from functions.send_stimulus.senders.smtp_sender import SmtpSender, SmtpSettings

    return SmtpSender(
        SmtpSettings(
            host=host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=secrets.get("smtp_password").decode() if settings.smtp_username else None,
            security=settings.smtp_security,
            ca_file=settings.smtp_ca_file,
            timeout_seconds=settings.smtp_timeout_seconds,
        ),
        shop,
    )


def _twilio(settings: "SendingSettings", account: str, secrets: Secrets, shop: Callable[[], Shop]) -> Sender:
    from functions.send_stimulus.senders.twilio_sender import TwilioSender, TwilioSettings

    return TwilioSender(
        TwilioSettings(
            account_sid=account,
            auth_token=secrets.get("twilio_auth_token").decode(),
            api_key=settings.twilio_api_key,
            status_callback=settings.twilio_status_callback,
            base_url=settings.twilio_base_url,
            timeout_seconds=settings.twilio_timeout_seconds,
        ),
        shop,
    )
