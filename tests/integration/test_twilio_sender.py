"""The Twilio sender, with Twilio's own library, against an endpoint of Twilio's shape on loopback."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.domain.shop import Shop
from common.domain.triggers import Accepted, NotSent, Rejected, Uncertain
from common.domain.vocabulary import Reason
from functions.send_stimulus.senders.twilio_sender import TwilioSender, TwilioSettings
from tests.providers.messages import CLAIMED_AT, SHOP, query, sms
from tests.providers.twilio import (
    ACCOUNT,
    DROP,
    DROP_AFTER,
    HANG,
    TOKEN,
    Twilio,
    refusal,
    twilio_server,
)


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    with twilio_server() as account:
        yield account


def sender(twilio: Twilio, shop: Shop = SHOP, **settings: Any) -> TwilioSender:
    wanted = {
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "base_url": twilio.url,
        "timeout_seconds": 5.0,
        **settings,
    }
    return TwilioSender(TwilioSettings(**wanted), lambda: shop)


def test_a_message_is_created_as_rendered(twilio: Twilio) -> None:
    """To, From and Body are what Twilio is given, and nothing else."""
    outcome = sender(twilio).send(sms())
    assert outcome == Accepted(twilio.messages[0]["sid"])
    ((method, fields),) = twilio.requests
    assert method == "POST"
    assert fields == {
        "To": "+48600111222",
        "From": "+48600100200",
        "Body": "Bielik & Sons: your cart is still here.\n"
        "5% off with code ACDE-FGHJ-KMNP until 14 Mar 2026 16:30 UTC+1:\n"
        "https://bielik.example/cart/9f2b7c4e\n"
        "Reply STOP to opt out",
    }


def test_a_messaging_service_takes_the_place_of_a_number(twilio: Twilio) -> None:
    """A sender MG... is a messaging service; the status callback is passed on where it is set."""
    service = "MG" + "a" * 32
    sender(twilio, replace(SHOP, sms_sender=service), status_callback="https://recoup.example/status").send(
        sms()
    )
    fields = twilio.requests[0][1]
    assert fields["MessagingServiceSid"] == service
    assert fields["StatusCallback"] == "https://recoup.example/status"
    assert "From" not in fields


def test_without_a_sender_nothing_is_sent(twilio: Twilio) -> None:
    """A missing sms_sender is the configuration's fault: it can be put right and tried again."""
    outcome = sender(twilio, replace(SHOP, sms_sender=None)).send(sms())
    assert isinstance(outcome, Rejected)
    assert outcome.retryable
    assert "sms_sender" in outcome.detail
    assert twilio.requests == []


def test_a_recipient_who_answered_stop_is_suppressed(twilio: Twilio) -> None:
    """21610 is an opt-out (L38)."""
    twilio.next_answer = refusal(400, 21610, "+48600111222 is unsubscribed")
    assert sender(twilio).send(sms()) == Rejected(Reason.SUPPRESSED_ADDRESS, detail="Twilio 400, error 21610")


@pytest.mark.parametrize("code", [21211, 21214, 21408, 21612, 21614, 21617, 99999])
def test_a_refused_message_is_refused_for_good(twilio: Twilio, code: int) -> None:
    """400 with a code that concerns the message: it never left and never will (L16)."""
    twilio.next_answer = refusal(400, code)
    assert sender(twilio).send(sms()) == Rejected(Reason.PROVIDER_REFUSED, detail=f"Twilio 400, error {code}")


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, 20003), (403, 20005), (404, 20404), (429, 20429), (400, 21606), (400, 21611), (400, 21703)],
)
def test_a_fault_of_the_account_may_be_put_right(twilio: Twilio, status: int, code: int) -> None:
    """Too many requests, wrong credentials, an unusable sender: nothing left, and a retry may help."""
    twilio.next_answer = refusal(status, code)
    outcome = sender(twilio).send(sms())
    assert isinstance(outcome, Rejected)
    assert outcome.retryable


@pytest.mark.parametrize(
    "answer",
    [
        refusal(500, 20500),
        refusal(503, 20503),
        (502, "<html>Bad Gateway</html>"),
        (504, ""),
        (408, ""),
        (302, ""),
        (201, "not json"),
        (201, {}),
        DROP,
        DROP_AFTER,
    ],
    ids=repr,
)
def test_an_answer_that_says_nothing_certain_is_uncertain(twilio: Twilio, answer: Any) -> None:
    """Twilio may have created the message: it must not be created again (L14)."""
    twilio.next_answer = answer
    assert isinstance(sender(twilio).send(sms()), Uncertain)
    assert len(twilio.requests) == 1


def test_a_time_out_is_uncertain_and_not_repeated(twilio: Twilio) -> None:
    """Silence after the request was sent is nobody's knowledge (L14)."""
    twilio.next_answer = HANG
    assert sender(twilio, timeout_seconds=0.2).send(sms()) == Uncertain("ReadTimeout")
    assert len(twilio.requests) == 1


def test_nobody_listening_may_be_tried_again() -> None:
    """Connection refused: nothing left."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    outcome = sender(Twilio(url=url)).send(sms())
    assert outcome == Rejected(Reason.PROVIDER_REFUSED, retryable=True, detail="ConnectionError")


def test_an_unknown_host_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing name look-up: nothing left."""

    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    outcome = sender(Twilio(url="http://api.twilio.invalid")).send(sms())
    assert isinstance(outcome, Rejected)
    assert outcome.retryable


def test_a_message_whose_answer_was_lost_is_found(twilio: Twilio) -> None:
    """Reconciling finds the message that did leave, even while it is only queued (L14)."""
    twilio.next_answer = DROP_AFTER
    assert isinstance(sender(twilio).send(sms()), Uncertain)
    assert sender(twilio).find(query(sms())) == Accepted(twilio.messages[0]["sid"])


def test_a_message_that_never_reached_twilio_is_known_not_to_have_left(twilio: Twilio) -> None:
    """Reconciling finds nothing: the message may be sent."""
    twilio.next_answer = DROP
    assert isinstance(sender(twilio).send(sms()), Uncertain)
    assert sender(twilio).find(query(sms())) == NotSent()


@pytest.mark.parametrize(("minutes", "found"), [(-2, False), (-1, True), (0, True), (15, True), (16, False)])
def test_only_a_message_around_the_claim_counts(twilio: Twilio, minutes: int, found: bool) -> None:
    """An earlier step's SMS to the same number is not this one."""
    twilio.clock = lambda: CLAIMED_AT + timedelta(minutes=minutes)
    twilio.create({"To": "+48600111222", "Body": "x"})
    assert isinstance(sender(twilio).find(query(sms())), Accepted if found else NotSent)


def test_the_search_goes_through_all_pages(twilio: Twilio) -> None:
    """A number that this account wrote to often is searched to the end."""
    twilio.create({"To": "+48600111222", "Body": "the one"})
    twilio.clock = lambda: CLAIMED_AT + timedelta(days=1)
    for _ in range(250):
        twilio.create({"To": "+48600111222", "Body": "x"})
    assert sender(twilio).find(query(sms())) == Accepted(twilio.messages[-1]["sid"])
    assert len(twilio.requests) == 3


def test_a_search_that_has_to_stop_proves_nothing(twilio: Twilio) -> None:
    """Not among the newest thousand is not the same as never sent (L14)."""
    twilio.clock = lambda: CLAIMED_AT + timedelta(days=1)
    for _ in range(1001):
        twilio.create({"To": "+48600111222", "Body": "x"})
    assert isinstance(sender(twilio).find(query(sms())), Uncertain)


@pytest.mark.parametrize(
    "answer", [refusal(500, 20500), refusal(429, 20429), (200, "not json"), DROP, HANG], ids=repr
)
def test_a_search_that_fails_proves_nothing(twilio: Twilio, answer: Any) -> None:
    """Failing to ask leaves the outcome uncertain (L14)."""
    twilio.next_answer = answer
    assert isinstance(sender(twilio, timeout_seconds=0.3).find(query(sms())), Uncertain)


def test_an_api_key_signs_in_for_its_account(twilio: Twilio) -> None:
    """With an API key the account is still the one in the path."""
    outcome = sender(twilio, api_key="SK" + "1" * 32).send(sms())
    assert isinstance(outcome, Rejected)
    assert outcome.detail == "Twilio 401, error 20003"
