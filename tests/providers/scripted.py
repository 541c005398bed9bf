"""A provider that answers as a story wants it to, and remembers what it was handed."""

from collections.abc import Callable, Iterable
from threading import Lock

from common.application.ports import FindOutcome, SendOutcome
from common.domain.effects import FindMessage, SendMessage
from common.domain.triggers import Accepted, NotSent, Rejected, Uncertain
from common.domain.vocabulary import Reason

REFUSED = Rejected(Reason.PROVIDER_REFUSED)
BUSY = Rejected(Reason.PROVIDER_REFUSED, retryable=True)
BROKEN_TEMPLATE = Rejected(Reason.TEMPLATE_INVALID)
TIMED_OUT = Uncertain("timed out")


class Crash(BaseException):
    """The process dies here; nothing may catch it."""


class ScriptedProvider:
    """A Sender for every channel: answers in turn, then accepts. `exact`: it can tell what became of a claim."""

    def __init__(self, *answers: SendOutcome, exact: bool = True) -> None:
        self.answers: list[SendOutcome] = list(answers)
        self.always: Callable[[SendMessage], SendOutcome | None] = lambda message: None
        """How a message is answered whenever it is offered; None = as scripted."""
        self.exact = exact
        self.offered: list[SendMessage] = []
        """Every hand-over that was tried."""
        self.delivered: list[SendMessage] = []
        """What the customer gets."""
        self.asked: list[FindMessage] = []
        self._lock = Lock()

    def send(self, message: SendMessage) -> SendOutcome:
        """Answer as scripted; an unknown outcome may well have been delivered, and here it was."""
        with self._lock:
            self.offered.append(message)
            answer = self.always(message) or self._next() or Accepted(f"p-{message.claim_id}")
            if not isinstance(answer, Rejected):
                self.delivered.append(message)
            return answer

    def _next(self) -> SendOutcome | None:
        return self.answers.pop(0) if self.answers else None

    def find(self, query: FindMessage) -> FindOutcome:
        """What became of the claim, if this provider can tell."""
        self.asked.append(query)
        if not self.exact:
            return Uncertain("can't be looked up")
        found = [message for message in self.delivered if message.claim_id == query.claim_id]
        return Accepted(f"p-{query.claim_id}") if found else NotSent()

    def then(self, answers: Iterable[SendOutcome]) -> None:
        """Answer like this next."""
        self.answers.extend(answers)
