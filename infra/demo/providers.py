"""Providers that take every message into a mailbox, except where something goes wrong."""

from collections.abc import Collection

from common.application.ports import FindOutcome, Rejected, Sender, SendOutcome, Uncertain
from common.domain.effects import FindMessage, SendMessage
from common.domain.vocabulary import Reason


class FallibleProvider:
    """Turns some recipients down for good, and says nothing about others."""

    def __init__(self, mailbox: Sender, *, refused: Collection[str], silent: Collection[str]) -> None:
        self._mailbox, self._refused, self._silent = mailbox, refused, silent

    def send(self, message: SendMessage) -> SendOutcome:
        """Hand over, or not."""
        if message.recipient in self._refused:
            return Rejected(Reason.PROVIDER_REFUSED, detail="no such mailbox, or a landline")
        if message.recipient in self._silent:
            return Uncertain("the connection broke off")
        return self._mailbox.send(message)

    def find(self, query: FindMessage) -> FindOutcome:
        """What became of a claim."""
        return Uncertain("no log") if query.recipient in self._silent else self._mailbox.find(query)
