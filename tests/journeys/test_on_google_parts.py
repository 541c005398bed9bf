"""The engine as it is deployed, on everything real at once: emulators, processes, SMTP and HTTP."""

import asyncio
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from common.domain.documents import IntakeFailure
from common.domain.vocabulary import Reason, Stage, StepState, VoucherState
from tests.deployment import ACCOUNT_OF_TASKS, STORE, Deployment, deployed, eventually
from tests.deployment.shopping import Customer, address, mailed, texted

HALF_AN_HOUR, A_DAY, A_WEEK = timedelta(minutes=30), timedelta(days=1), timedelta(days=7)
MOMENT = timedelta(seconds=1)
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture(scope="module")
def deployment(
    firestore_emulator: str, pubsub_emulator: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with deployed(firestore_emulator, pubsub_emulator, tmp_path_factory.mktemp("functions")) as running:
        yield running


@pytest.fixture
def engine(deployment: Deployment) -> Iterator[Deployment]:
    """The deployment, whose functions' output is shown if the test fails."""
    yield deployment
    print(deployment.output())


def mails(engine: Deployment, name: str) -> list[EmailMessage]:
    return [message for message in engine.mail.messages if message["To"] == address(name)]


def texts(engine: Deployment, phone: str) -> list[str]:
    """Newest last."""
    return [message["body"] for message in reversed(engine.twilio.messages) if message["to"] == phone]


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def written(engine: Deployment, cart_id: str) -> str:
    """What is on record of the customer's first step: its state."""
    return next((record.state for record in engine.case(cart_id).steps if record.step == "first"), "")


def abandon(engine: Deployment, customer: Customer) -> None:
    """The customer fills a cart and leaves; half an hour later the case is abandoned."""
    engine.publish(customer.fills_cart(engine.now()))
    engine.wait_for_timer(customer.cart_id)
    engine.let_pass(HALF_AN_HOUR + MOMENT)
    assert engine.case(customer.cart_id).stage is Stage.ABANDONED


def remind(engine: Deployment, customer: Customer) -> str:
    """... and another half an hour later the first message has left; returns its code."""
    abandon(engine, customer)
    engine.let_pass(HALF_AN_HOUR)
    assert written(engine, customer.cart_id) == StepState.SENT
    code = engine.wait_to_hear(customer.cart_id, "stimulus.sent")["voucher_code"]
    assert isinstance(code, str)
    return code


def in_warsaw(moment: str) -> str:
    """The hour and minute as a Polish customer reads them."""
    return datetime.fromisoformat(moment).astimezone(WARSAW).strftime("%H:%M")


def test_an_abandoned_cart_is_brought_back(engine: Deployment) -> None:
    """A Polish customer gets the code by e-mail, is reminded a day later, orders with it, and it is counted once."""
    anna = mailed("anna")
    code = remind(engine, anna)
    (first,) = mails(engine, "anna")
    issued = engine.wait_to_hear(anna.cart_id, "voucher.issued")
    assert issued["code"] == code
    assert issued["incentive"] == {"kind": "percent", "percent": 5}
    assert code in body(first)
    assert f"Kod ważny do: " in body(first)
    assert in_warsaw(issued["valid_until"]) in body(first)
    assert "Bielik" in str(first["From"])

    engine.let_pass(A_DAY)
    _, last = mails(engine, "anna")
    assert code in body(last)
    assert last["Message-ID"] != first["Message-ID"]

    engine.publish(anna.orders(engine.now(), code))
    recovered = engine.wait_to_hear(anna.cart_id, "case.recovered")
    assert recovered["revenue"] == "122.55"
    assert recovered["discount"] == "6.45"
    assert recovered["currency"] == "PLN"
    assert [told["type"] for told in engine.told(anna.cart_id)] == [
        "case.abandoned",
        "voucher.issued",
        "stimulus.sent",
        "stimulus.sent",
        "voucher.redeemed",
        "case.recovered",
    ]
    case = engine.case(anna.cart_id)
    assert case.stage is Stage.RECOVERED
    assert case.voucher is not None
    assert case.voucher.state is VoucherState.REDEEMED


def test_what_the_engine_did_is_told_as_cloudevents(engine: Deployment) -> None:
    """Each message on recovery-events is a CloudEvent in binary mode, complete and with an id of its own."""
    piotr = mailed("piotr")
    remind(engine, piotr)
    messages = eventually(lambda: engine.announcements(piotr.cart_id)[2:] and engine.announcements(piotr.cart_id), "")
    for message in messages:
        attributes, content = dict(message.attributes), json.loads(message.data)
        assert attributes.pop("ce-id")
        assert attributes == {
            "ce-specversion": "1.0",
            "ce-source": f"//recoup/{STORE}",
            "ce-type": f"recoup.{content['type']}",
            "ce-time": content["at"],
            "ce-subject": piotr.cart_id,
            "ce-datacontenttype": "application/json",
        }
    assert len({message.attributes["ce-id"] for message in messages}) == len(messages)


def test_a_customer_without_email_gets_an_sms(engine: Deployment) -> None:
    """Without an e-mail address the first step goes to the phone, by way of Twilio, and there is one SMS per case."""
    stas = texted("stas", "601 100 101")
    code = remind(engine, stas)
    engine.let_pass(A_DAY)
    (text,) = texts(engine, "+48601100101")
    assert code in text
    skipped = engine.wait_to_hear(stas.cart_id, "stimulus.skipped")
    assert (skipped["step"], skipped["reason"]) == ("last_call", "sms_limit")


def test_an_unused_voucher_expires(engine: Deployment) -> None:
    """Seven days after the first message the voucher is over, and an order with its code redeems nothing."""
    ewa = mailed("ewa")
    code = remind(engine, ewa)
    engine.let_pass(A_WEEK - timedelta(minutes=1))
    assert "voucher.expired" not in [told["type"] for told in engine.told(ewa.cart_id)]
    engine.let_pass(timedelta(minutes=2))
    assert engine.wait_to_hear(ewa.cart_id, "voucher.expired")["code"] == code
    case = engine.case(ewa.cart_id)
    assert case.stage is Stage.LOST
    assert case.voucher is not None
    assert case.voucher.state is VoucherState.EXPIRED
