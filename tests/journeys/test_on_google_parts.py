"""The engine as it is deployed, on everything real at once: emulators, processes, SMTP and HTTP."""

import asyncio
import json
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from common.application.ports import Put, Ref
from common.domain.catalogue import STATUS, CatalogueStatus, Product, status_id
from common.domain.ids import hash_id
from common.domain.refused import IntakeFailure
from common.domain.vocabulary import Reason, Stage, StepState, VoucherState
from tests.deployment import ACCOUNT_OF_TASKS, STORE, Deployment, deployed, eventually
from tests.deployment.shopping import Customer, address, mailed, texted
from tests.deployment.topics import line
from tests.phones import a_phone

HALF_AN_HOUR, A_DAY, A_WEEK = timedelta(minutes=30), timedelta(days=1), timedelta(days=7)
MOMENT = timedelta(seconds=1)
WARSAW = ZoneInfo("Europe/Warsaw")
REDELIVERED_AFTER_SECONDS = 1.2
"""The Pub/Sub emulator pushes again a second after an answer that doesn't acknowledge."""


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


def state_of_first(engine: Deployment, customer: Customer) -> StepState | None:
    return next((one.state for one in engine.case(customer.cart_id).steps if one.step == "first"), None)


def abandon(engine: Deployment, customer: Customer) -> dict[str, Any]:
    """The customer fills a cart and leaves; half an hour later the case is abandoned. Returns the event."""
    filled = customer.fills_cart(engine.now())
    engine.publish(filled)
    engine.wait_for_timer(customer.cart_id)
    engine.let_pass(HALF_AN_HOUR + MOMENT)
    assert engine.case(customer.cart_id).stage is Stage.ABANDONED
    return filled


def remind(engine: Deployment, customer: Customer) -> str:
    """The customer abandons a cart; half an hour later the first message has left. Returns its code."""
    abandon(engine, customer)
    return wait_for_first(engine, customer)


def wait_for_first(engine: Deployment, customer: Customer) -> str:
    engine.let_pass(HALF_AN_HOUR)
    assert state_of_first(engine, customer) is StepState.SENT
    return str(engine.wait_to_hear(customer.cart_id, "stimulus.sent")["voucher_code"])


def in_warsaw(moment: str) -> str:
    """The hour and minute as a Polish customer reads them."""
    return datetime.fromisoformat(moment).astimezone(WARSAW).strftime("%H:%M")


def test_an_abandoned_cart_is_brought_back(engine: Deployment) -> None:
    """A Polish customer gets a code by e-mail, is reminded a day later, orders with it, and is recovered."""
    anna = mailed("anna")
    code = remind(engine, anna)
    (first,) = mails(engine, "anna")
    issued = engine.wait_to_hear(anna.cart_id, "voucher.issued")
    assert issued["code"] == code
    assert issued["incentive"] == {"kind": "percent", "percent": 5}
    assert code in body(first)
    assert "Kod ważny do: " in body(first)
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


def asked(url: str, method: str = "GET") -> dict[str, Any]:
    """What storefront_api answers an app."""
    request = urllib.request.Request(url, method=method, headers={"Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def test_a_cheaper_alternative_becomes_an_order(engine: Deployment) -> None:
    """The verification fails; the catalogue, the pricing service, the e-mail, the offer's link and the order follow."""
    stock(
        engine,
        a_phone("fox-128", 120_000, 80_000, store=STORE),
        a_phone("fox-64", 90_000, 60_000, store=STORE),
    )
    ola = mailed("ola")
    engine.publish(ola.fails_verification(engine.now()))
    (message,) = eventually(lambda: mails(engine, "ola"), "the offer's e-mail")
    assert "Phone fox-64" in body(message)
    (link,) = set(re.findall(r"http://127\.0\.0\.1:[0-9]+/offers/[\w.-]+", body(message)))
    offer = asked(link)
    assert offer["alternative"]["sku"] == "fox-64"
    assert 63_000 <= offer["alternative"]["unit_price_minor"] <= 90_000
    accepted = asked(f"{link}/accept", "POST")
    assert accepted == asked(f"{link}/accept", "POST")
    engine.publish(ola.orders_instead(engine.now(), accepted["offer_id"]))
    told = eventually(lambda: heard_of(engine, ola.order_id, "case.recovered"), "the recovery")
    assert [line["type"] for line in told] == [
        "offer.requested",
        "offer.ready",
        "stimulus.sent",
        "offer.delivered",
        "offer.viewed",
        "offer.accepted",
        "case.recovered",
    ]


def stock(engine: Deployment, *products: Product) -> None:
    """The shop imports its catalogue."""
    engine.catalogue.put_many(products)
    status = CatalogueStatus(id=status_id(STORE), store=STORE, version=1, products=len(products), begun=True)
    engine.store.save([Put(Ref(STATUS, status.id), status, None)])


def heard_of(engine: Deployment, order: str, last: str) -> list[dict[str, Any]]:
    """What was told about the case of a lost order, in its order, once the last of it was; else nothing."""
    lines = {message.attributes["ce-id"]: line(message) for message in engine.topics.listen()}
    cases = {
        told["case_id"] for told in lines.values() if told.get("subject") == order and "offer_id" in told
    }
    about = [told for told in lines.values() if told.get("case_id") in cases]
    rank = ["offer.requested", "offer.ready", "stimulus.sent", "offer.delivered"]
    about.sort(key=lambda told: (told["at"], rank.index(told["type"]) if told["type"] in rank else 9))
    return about if any(told["type"] == last for told in about) else []


def test_what_the_engine_did_is_told_as_cloudevents(engine: Deployment) -> None:
    """Each message on recovery-events is a CloudEvent in binary mode, complete and with an id of its own."""
    piotr = mailed("piotr")
    remind(engine, piotr)
    messages = engine.announcements(piotr.cart_id)
    assert len(messages) == 3
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
    """Without an e-mail address the first step goes to the phone, by way of Twilio; one SMS per case."""
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


def test_a_malformed_message_is_stored_and_not_delivered_again(engine: Deployment) -> None:
    """What can't be understood is kept whole in intake_failures, acknowledged, and told once."""
    raw = '{"id": "e1", "type": "cart.updated", "cart": {"total": "129.00", "currency": "PLN"'
    ref = Ref("intake_failures", hash_id("intake", engine.publish(raw.encode()), "json_invalid", ""))
    failure = eventually(lambda: engine.store.load([ref])[ref].document, "the intake failure")
    assert isinstance(failure, IntakeFailure)
    assert (failure.source, failure.store, failure.raw) == ("recoup", STORE, raw)
    time.sleep(2 * REDELIVERED_AFTER_SECONDS)
    refusals = [line(message) for message in engine.topics.listen() if "intake.refused" in str(message.data)]
    assert [refusal["reason"] for refusal in refusals] == ["json_invalid"]


def test_an_event_waits_for_a_function_that_is_down(engine: Deployment) -> None:
    """What is published while ingest_event is dead is delivered when it is back: nothing is lost."""
    jan = mailed("jan")
    ingest = engine.functions["ingest_event"]
    ingest.kill()
    engine.publish(jan.fills_cart(engine.now()))
    time.sleep(REDELIVERED_AFTER_SECONDS)
    assert engine.loaded(jan.cart_id).version is None
    ingest.restart()
    engine.wait_for_timer(jan.cart_id)


def test_a_repeated_event_changes_nothing(engine: Deployment) -> None:
    """The same events published again leave the case as it was, and what is told again has the same id."""
    olga = mailed("olga")
    cart = abandon(engine, olga)
    wait_for_first(engine, olga)
    order = olga.orders(engine.now())
    engine.publish(order)
    engine.wait_to_hear(olga.cart_id, "case.recovered")
    before, told = engine.loaded(olga.cart_id), engine.told(olga.cart_id)
    announced, waiting = len(engine.announcements(olga.cart_id)), len(engine.scheduled())

    engine.publish(cart)
    engine.publish(order)
    eventually(lambda: len(engine.announcements(olga.cart_id)) > announced, "what the order owed, once more")
    engine.let_pass(timedelta(hours=1))
    assert engine.loaded(olga.cart_id) == before
    assert engine.told(olga.cart_id) == told
    assert len(engine.scheduled()) <= waiting
    assert len(mails(engine, "olga")) == 1


@pytest.mark.parametrize("name", ["generate_offer", "send_stimulus", "expire_vouchers"])
def test_only_the_queue_may_call_a_task_function(engine: Deployment, name: str) -> None:
    """Without the queue's token for this very function a request is answered 403, and with it 200."""
    url = engine.functions[name].url
    issuer = engine.tasks.issuer
    assert post(url, None) == 403
    assert post(url, "Bearer made.up.token") == 403
    assert post(url, f"Bearer {issuer.token('somebody@else.example', url)}") == 403
    assert post(url, f"Bearer {issuer.token(ACCOUNT_OF_TASKS, 'https://elsewhere.example')}") == 403
    assert post(url, f"Bearer {issuer.token(ACCOUNT_OF_TASKS, url)}") == 200


def test_a_death_in_mid_email_tells_nobody_twice(engine: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before the mail server answered: unknown in the end, never sent again, its voucher honoured."""
    iga = mailed("iga")
    abandon(engine, iga)
    with holding_the_answer(engine, monkeypatch) as taken:
        moving = threading.Thread(target=engine.let_pass, args=(HALF_AN_HOUR,))
        moving.start()
        assert taken.wait(20)
        engine.functions["send_stimulus"].kill()
    engine.functions["send_stimulus"].restart()
    moving.join(30)
    assert state_of_first(engine, iga) == StepState.CLAIMED

    engine.let_pass(timedelta(minutes=11))
    failed = engine.wait_to_hear(iga.cart_id, "stimulus.failed")
    assert (failed["step"], failed["reason"]) == ("first", Reason.PROVIDER_UNKNOWN)
    assert state_of_first(engine, iga) == StepState.UNKNOWN
    code = engine.wait_to_hear(iga.cart_id, "voucher.issued")["code"]
    (only,) = mails(engine, "iga")
    assert code in body(only)

    engine.let_pass(A_DAY)
    _, last = mails(engine, "iga")
    assert code in body(last)
    engine.publish(iga.orders(engine.now(), code))
    assert engine.wait_to_hear(iga.cart_id, "voucher.redeemed")["code"] == code


@pytest.mark.parametrize(("name", "created"), [("teo", True), ("leo", False)])
def test_a_death_in_mid_sms_is_cleared_up_with_twilio(
    engine: Deployment, monkeypatch: pytest.MonkeyPatch, name: str, created: bool
) -> None:
    """Killed before Twilio answered: it is asked, and the SMS is sent again only if it never had it."""
    phone = "+4860220030" + str(int(created))
    customer = texted(name, phone)
    abandon(engine, customer)
    with holding_twilio(engine, monkeypatch, created) as taken:
        moving = threading.Thread(target=engine.let_pass, args=(HALF_AN_HOUR,))
        moving.start()
        assert taken.wait(20)
        engine.functions["send_stimulus"].kill()
    engine.functions["send_stimulus"].restart()
    moving.join(30)
    assert len(texts(engine, phone)) == created

    engine.let_pass(timedelta(minutes=11))
    assert state_of_first(engine, customer) == StepState.SENT
    (text,) = texts(engine, phone)
    assert engine.wait_to_hear(customer.cart_id, "stimulus.sent")["voucher_code"] in text


def test_a_lost_timer_is_found_by_the_sweep(engine: Deployment) -> None:
    """A task that Cloud Tasks lost is set again by the scheduler's sweep; the message leaves after all."""
    nina = mailed("nina")
    abandon(engine, nina)
    engine.lose_timer(nina.cart_id)
    engine.let_pass(HALF_AN_HOUR + timedelta(minutes=11))
    assert mails(engine, "nina") == []
    url = engine.functions["expire_vouchers"].url
    token = f"Bearer {engine.tasks.issuer.token(ACCOUNT_OF_TASKS, url)}"
    assert post(url, None, b'{"job": "sweep"}') == 403
    assert post(url, token, b'{"job": "sweep"}') == 200
    engine.let_pass(MOMENT)
    assert len(mails(engine, "nina")) == 1


@contextmanager
def holding_the_answer(engine: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The mail server takes an e-mail, sets the event, and doesn't answer until the end of the block."""
    taken, over, take = threading.Event(), threading.Event(), engine.mail.handle_DATA

    async def hold(server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await take(server, session, envelope)
        taken.set()
        while not over.is_set():
            await asyncio.sleep(0.01)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(engine.mail, "handle_DATA", hold)
        yield taken
        over.set()


@contextmanager
def holding_twilio(
    engine: Deployment, monkeypatch: pytest.MonkeyPatch, creates: bool
) -> Iterator[threading.Event]:
    """Twilio takes a request, creates the message or doesn't, and is silent until the end of the block."""
    taken, over, create = threading.Event(), threading.Event(), engine.twilio.create

    def hold(fields: dict[str, str]) -> dict[str, Any]:
        answer = create(fields) if creates else {}
        taken.set()
        over.wait(20)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(engine.twilio, "create", hold)
        yield taken
        over.set()


def post(url: str, authorization: str | None, body: bytes = b'{"id": "1", "case_id": "none"}') -> int:
    """The status of the answer to a task's request, which names no case unless `body` does."""
    headers = {"Content-Type": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
