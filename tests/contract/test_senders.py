"""What every sender promises, whoever carries it. A local twin joins by one more entry in BENCHES."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from common.application.ports import Sender
from common.domain.effects import SendMessage
from common.domain.triggers import Accepted, NotSent, Rejected, Uncertain
from common.domain.vocabulary import Channel, Reason
from functions.send_stimulus.senders.smtp_sender import SmtpSender, SmtpSettings
from functions.send_stimulus.senders.twilio_sender import TwilioSender, TwilioSettings
from infra.local.database import Database
from infra.local.mailbox import Letter, MailboxSender
from tests.providers.messages import SHOP, email, query, sms
from tests.providers.smtp import mail_server
from tests.providers.twilio import ACCOUNT, TOKEN, twilio_server


@dataclass
class Bench:
    """One sender under test."""

    sender: Sender
    message: Callable[..., SendMessage]
    """A message of the sender's channel, apart from the changes given."""
    delivered: Callable[[], list[str]]
    """The recipients of what the provider took, in any order."""
    other_channel: Channel
    """One that this sender doesn't carry."""


@contextmanager
def smtp_bench() -> Iterator[Bench]:
    with mail_server() as mailbox:
        settings = SmtpSettings(host="127.0.0.1", port=mailbox.port, security="none", timeout_seconds=5)
        yield Bench(
            sender=SmtpSender(settings, lambda: SHOP),
            message=email,
            delivered=lambda: [to for envelope in mailbox.envelopes for to in envelope.rcpt_tos],
            other_channel=Channel.SMS,
        )


@contextmanager
def twilio_bench() -> Iterator[Bench]:
    with twilio_server() as twilio:
        settings = TwilioSettings(
            account_sid=ACCOUNT, auth_token=TOKEN, base_url=twilio.url, timeout_seconds=5
        )
        yield Bench(
            sender=TwilioSender(settings, lambda: SHOP),
            message=sms,
            delivered=lambda: [message["to"] for message in twilio.messages],
            other_channel=Channel.EMAIL,
        )


@contextmanager
def mailbox_bench() -> Iterator[Bench]:
    database = Database(":memory:")
    letters: list[Letter] = []
    yield Bench(
        sender=MailboxSender(database, lambda: SHOP, letters.append),
        message=email,
        delivered=lambda: [letter.message.recipient for letter in letters],
        other_channel=Channel.PUSH,
    )
    database.close()


BENCHES: dict[str, Callable[[], AbstractContextManager[Bench]]] = {
    "smtp": smtp_bench,
    "twilio": twilio_bench,
    "mailbox": mailbox_bench,
}


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with BENCHES[request.param]() as ready:
        yield ready


def test_a_message_is_handed_over_once(bench: Bench) -> None:
    """One call is one message to the one recipient (L2)."""
    message = bench.message()
    outcome = bench.sender.send(message)
    assert isinstance(outcome, Accepted)
    assert outcome.provider_id
    assert bench.delivered() == [message.recipient]


def test_two_claims_are_two_messages(bench: Bench) -> None:
    """The provider's ids tell two claims apart."""
    outcomes = [bench.sender.send(bench.message(claim_id=claim)) for claim in ("claim-1", "claim-2")]
    assert len(set(outcomes)) == len(bench.delivered()) == 2


def test_messages_of_many_threads_all_arrive(bench: Bench) -> None:
    """One sender serves all threads of a worker."""
    messages = [bench.message(claim_id=f"claim-{number}") for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(bench.sender.send, messages))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert len(bench.delivered()) == 16


@pytest.mark.parametrize(
    "changes",
    [
        {"template": "no_such_template"},
        {"template": "../first"},
        {"template": ""},
        {"valid_until": None},
        {"incentive": None},
    ],
    ids=repr,
)
def test_a_message_that_cannot_be_written_truly_is_rejected(bench: Bench, changes: dict[str, Any]) -> None:
    """A missing template or half a voucher blocks the send, with its reason (L48, L35)."""
    outcome = bench.sender.send(bench.message(**changes))
    assert isinstance(outcome, Rejected)
    assert (outcome.reason, outcome.retryable) == (Reason.TEMPLATE_INVALID, False)
    assert outcome.detail
    assert bench.delivered() == []


def test_a_cart_with_nothing_left_to_buy_is_not_sent(bench: Bench) -> None:
    """When every item is unavailable nothing leaves (L44)."""
    message = bench.message()
    gone = tuple(replace(line, available=False) for line in message.lines)
    assert bench.sender.send(replace(message, lines=gone)) == Rejected(
        Reason.OUT_OF_STOCK, detail="no line of the cart is left to show"
    )
    assert bench.delivered() == []


def test_a_message_of_another_channel_is_rejected(bench: Bench) -> None:
    """A sender carries its own channel only."""
    outcome = bench.sender.send(bench.message(channel=bench.other_channel))
    assert isinstance(outcome, Rejected)
    assert bench.delivered() == []


@pytest.mark.parametrize(
    "name", ["None", "{{ 7 * 7 }}", "Jan\r\nBcc: eve@example.com", "\x00\ud800", "<b>&amp;</b>"]
)
def test_a_strange_name_is_no_obstacle(bench: Bench, name: str) -> None:
    """A customer may be called anything: the message leaves, to them alone (L48)."""
    message = bench.message(name=name)
    assert isinstance(bench.sender.send(message), Accepted)
    assert bench.delivered() == [message.recipient]


def test_a_message_that_left_is_never_found_missing(bench: Bench) -> None:
    """Looking up what was accepted gives its id, or nothing certain (L14)."""
    message = bench.message()
    sent = bench.sender.send(message)
    found = bench.sender.find(query(message))
    assert found == sent or isinstance(found, Uncertain)


def test_a_message_that_never_left_is_never_found(bench: Bench) -> None:
    """Looking up what was never sent gives NotSent, or nothing certain (L14)."""
    other = _another(bench.message().recipient)
    bench.sender.send(bench.message(claim_id="another-claim", recipient=other))
    assert isinstance(bench.sender.find(query(bench.message())), NotSent | Uncertain)


def _another(recipient: str) -> str:
    return "eve@example.com" if "@" in recipient else "+48600999888"
