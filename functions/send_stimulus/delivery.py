"""Which provider carries which channel, and the hand-over itself."""

from collections.abc import Mapping
from functools import cache

from common import config, wiring
from common.application.ports import Sender
from common.domain.effects import FindMessage, SendMessage
from common.domain.triggers import Outcome, Rejected, Uncertain
from common.domain.vocabulary import Channel, Reason


def deliver(effect: SendMessage | FindMessage) -> Outcome:
    """Hand the message to its channel's provider, or ask it what became of one."""
    sender = (wiring.engine().senders or _providers()).get(effect.channel)
    match effect:
        case SendMessage():
            return sender.send(effect) if sender else _no_provider(effect)
        case FindMessage():
            return sender.find(effect) if sender else Uncertain("no provider any more")


def _no_provider(message: SendMessage) -> Rejected:
    return Rejected(Reason.PROVIDER_REFUSED, detail=f"no provider is configured for {message.channel}")


@cache
def _providers() -> Mapping[Channel, Sender]:
    """The configured providers; built on first use, in the worker."""
    settings, secrets = config.read(config.SendingSettings), wiring.secrets()
    return {}
