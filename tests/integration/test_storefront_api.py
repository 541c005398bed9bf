"""storefront_api over real HTTP, as the platform runs it, onto a real topic."""

import base64
import hmac
import http.client
import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.cloud.firestore_v1.types.write import Write
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from google.pubsub_v1.types import PubsubMessage

from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_values import fill_fields
from common.adapters.google_calls import emulator_channel
from common.application.edge import pubsub_message
from common.domain.money import Money
from common.domain.storefront import CartUpdated, OrderPlaced
from functions.ingest_event.understanding import understand
from functions.storefront_api.calls import MAX_BYTES
from tests.deployment.processes import FunctionProcess

SHOP = "bielik.myshopify.com"
SECRET = "shpss_of_bielik"
PAGE = "https://bielik.example"
STOREFRONT = {
    "stores": {"bielik": {"publishable_keys": ["pk_bielik"], "allowed_origins": [PAGE], "burst": 10_000}}
}
ORDER = {
    "id": 4501,
    "created_at": "2026-03-02T12:00:00+01:00",
    "updated_at": "2026-03-02T12:00:00+01:00",
    "currency": "PLN",
    "total_price": "129.00",
    "financial_status": "pending",
    "cart_token": "c1-bielik",
    "email": "łucja@bielik.example",
    "line_items": [{"id": 1, "sku": "MUG", "title": "Kubek", "quantity": 2, "price": "64.50"}],
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


class Api:
    """The running function, and the topic that it publishes to."""

    def __init__(self, process: FunctionProcess, pubsub: str, project: str) -> None:
        self.process = process
        channel = emulator_channel(pubsub)
        publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        self._subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        self._path = f"projects/{project}/subscriptions/watcher"
        topic = f"projects/{project}/topics/storefront-events"
        publisher.create_topic(name=topic)
        self._subscriber.create_subscription(name=self._path, topic=topic)

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """One request on a connection of its own; a body without a length goes out in chunks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.process.port, timeout=20)
        try:
            # Refused early, a large body isn't read to its end: the answer is there all the same.
            with suppress(BrokenPipeError, ConnectionResetError):
                chunked = isinstance(body, Iterator)
                connection.request(method, path, body, dict(headers or {}), encode_chunked=chunked)
            response = connection.getresponse()
            return Answered(
                response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
            )
        finally:
            connection.close()

    def pull(self, wanted: int) -> list[PubsubMessage]:
        """The next messages of the topic."""
        messages: list[PubsubMessage] = []
        while len(messages) < wanted:
            got = self._subscriber.pull(
                subscription=self._path, max_messages=100, timeout=10
            ).received_messages
            if got:
                self._subscriber.acknowledge(subscription=self._path, ack_ids=[one.ack_id for one in got])
            messages += [one.message for one in got]
        return messages


def environment(project: str, pubsub: str, firestore: str) -> dict[str, str]:
    """What the deployment sets for the function."""
    roles = ("generate_offer", "send_stimulus", "expire_vouchers")
    return {
        "PATH": "/usr/bin:/bin",
        "GOOGLE_CLOUD_PROJECT": project,
        "PUBSUB_EMULATOR_HOST": pubsub,
        "FIRESTORE_EMULATOR_HOST": firestore,
        "RECOUP_FUNCTION_URLS": json.dumps({role: f"https://{role}.example" for role in roles}),
        "RECOUP_TASKS_SERVICE_ACCOUNT": "tasks@bielik.iam.gserviceaccount.com",
        "RECOUP_SECRET_VOUCHER_KEY": "a key for vouchers",
        "RECOUP_SECRET_SUPPRESSION_KEY": "a key for suppressions",
        "RECOUP_SECRET_WEBHOOK_SHOPIFY_BIELIK_MYSHOPIFY_COM": f"{SECRET}\nthe next one",
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture(scope="module")
def api(
    firestore_emulator: str, pubsub_emulator: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """The function in a process of its own, in a project of its own, with the shop's policy document."""
    project = f"test-{uuid.uuid4().hex[:20]}"
    process = FunctionProcess("storefront_api", tmp_path_factory.mktemp("storefront_api"))
    try:
        process.start(environment(project, pubsub_emulator, firestore_emulator))
        database = FirestoreDatabase(project, "(default)", 10, emulator_channel(firestore_emulator))
        write = Write.pb()()
        write.update.name = database.path("config", "storefront")
        fill_fields(write.update.fields, STOREFRONT)
        database.commit([write])
        process.wait_until_ready()
        yield Api(process, pubsub_emulator, project)
    finally:
        process.kill()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Shopify's headers of an order's webhook."""
    return {
        "Content-Type": "application/json",
        "X-Shopify-Hmac-Sha256": base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode(),
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Triggered-At": "2026-03-02T11:00:01.123456789Z",
    }


def as_ingest_event_gets_it(message: PubsubMessage) -> Any:
    """What the engine understands of the message, by the way that it takes in the cloud."""
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    envelope = {
        "messageId": message.message_id,
        "publishTime": "2026-03-02T11:00:02Z",
        "attributes": dict(message.attributes),
        "data": base64.b64encode(message.data).decode(),
    }
    return understand(pubsub_message("e-1", None, {"message": envelope}, now), now)


@pytest.mark.parametrize("secret", [SECRET, "the next one"])
def test_a_shopify_webhook_reaches_the_engine(api: Api, secret: str) -> None:
    """Signed by the shop, over HTTP, onto the topic, and understood as the order that it tells of."""
    body = json.dumps(ORDER, ensure_ascii=False, indent=1).encode()
    given = api.ask("POST", f"/webhooks/shopify/{SHOP}", body, signed(body, secret))
    assert (given.status, given.json) == (202, {"accepted": 1})
    (message,) = api.pull(1)
    assert message.data == body
    (told,) = as_ingest_event_gets_it(message)
    assert isinstance(told, OrderPlaced)
    assert (told.source, told.store) == ("shopify", SHOP)
    assert (told.order.id, told.order.total) == ("4501", Money(12900, "PLN"))


def test_a_wrong_signature_is_refused_over_http(api: Api) -> None:
    """401, and it is the same for a store that is not there."""
    body = json.dumps(ORDER).encode()
    for path in (f"/webhooks/shopify/{SHOP}", "/webhooks/shopify/nobody"):
        given = api.ask("POST", path, body, signed(body, "somebody else's"))
        assert (given.status, given.json) == (401, {"error": "this call is not signed as the store's own"})


def test_a_page_sends_its_events(api: Api) -> None:
    """Preflight, then a batch of JSON, then a beacon: each event becomes a message that the engine understands."""
    asked = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-recoup-key",
    }
    allowed = api.ask("OPTIONS", "/events/bielik", headers=asked)
    assert (allowed.status, allowed.body) == (204, b"")
    assert allowed.headers["access-control-allow-origin"] == PAGE
    assert allowed.headers["access-control-max-age"] == "7200"
    line = {"sku": "MUG", "name": "Kubek", "quantity": 2, "unit_price": "64.50"}
    events = [
        {
            "id": f"e-{number}",
            "type": "cart.updated",
            "occurred_at": "2026-03-02T11:00:00Z",
            "cart": {"id": "c-1", "currency": "PLN", "lines": [line]},
        }
        for number in range(3)
    ]
    headers = {"Origin": PAGE, "X-Recoup-Key": "pk_bielik", "User-Agent": "Mozilla/5.0"}
    batch = api.ask("POST", "/events/bielik", json.dumps({"events": events[:2]}), headers)
    assert (batch.status, batch.json) == (202, {"accepted": 2})
    assert batch.headers["access-control-allow-origin"] == PAGE
    beacon = {"Origin": PAGE, "Content-Type": "text/plain;charset=UTF-8"}
    assert api.ask("POST", "/events/bielik?key=pk_bielik", json.dumps(events[2]), beacon).status == 202
    told = [as_ingest_event_gets_it(message)[0] for message in api.pull(3)]
    assert sorted(one.id for one in told) == ["e-0", "e-1", "e-2"]
    assert {type(one) for one in told} == {CartUpdated}
    assert {one.store for one in told} == {"bielik"}


def test_without_a_key_or_from_elsewhere_nothing_is_taken(api: Api) -> None:
    """The answers of a real server: 401, 403, 400."""
    assert api.ask("POST", "/events/bielik", "{}", {"Origin": PAGE}).status == 401
    key = {"X-Recoup-Key": "pk_bielik"}
    assert api.ask("POST", "/events/bielik", "{}", {**key, "Origin": "https://evil.example"}).status == 403
    assert api.ask("POST", "/events/bielik", "{", key).status == 400


@pytest.mark.parametrize("path", [f"/webhooks/shopify/{SHOP}", "/events/bielik", "/nowhere"])
def test_a_body_beyond_the_limit_is_refused(api: Api, path: str) -> None:
    """With its length or in chunks, a little or far too large; and the function goes on to answer."""
    for size in (MAX_BYTES + 1, 5 * MAX_BYTES):
        assert api.ask("POST", path, b"x" * size).status == 413
        pieces = (b"x" * 50_000 for _ in range(-(-size // 50_000)))
        assert api.ask("POST", path, pieces).status == 413
    assert api.ask("GET", "/healthz").status == 200


def test_the_largest_body_is_taken(api: Api) -> None:
    """A million bytes in chunks are verified to the last one, and published."""
    body = b'{"filler":"' + b"x" * (MAX_BYTES - 13) + b'"}'
    pieces = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    assert api.ask("POST", f"/webhooks/shopify/{SHOP}", pieces, signed(body)).status == 202
    (message,) = api.pull(1)
    assert message.data == body


def test_methods_are_answered_as_http_has_it(api: Api) -> None:
    """HEAD without a body, OPTIONS with Allow, 405 with Allow, 404 for what is not there."""
    assert api.ask("GET", "/healthz").json["status"] == "ok"
    head = api.ask("HEAD", "/healthz")
    assert (head.status, head.body) == (200, b"")
    assert api.ask("OPTIONS", f"/webhooks/shopify/{SHOP}").headers["allow"] == "POST, OPTIONS"
    wrong = api.ask("GET", f"/webhooks/shopify/{SHOP}")
    assert (wrong.status, wrong.headers["allow"]) == (405, "POST, OPTIONS")
    for path in ("/", "/webhooks", "/webhooks/prestige/bielik", "/events", "/webhooks/shopify/a%2Fb"):
        assert api.ask("POST", path, b"{}").status == 404


def test_woocommerces_ping_gets_its_200(api: Api) -> None:
    """The form that it posts when a webhook is saved."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert api.ask("POST", "/webhooks/woocommerce/bielik", "webhook_id=3", form).status == 200


def test_nothing_personal_is_logged(api: Api) -> None:
    """Whatever was refused above: no address, no secret and no key stands in what the function printed."""
    printed = api.process.output()
    assert "webhook_refused" in printed
    for private in ("bielik.example", SECRET, "pk_bielik", "ucja"):
        assert private not in printed


def test_while_pubsub_does_not_answer_the_platform_is_to_retry(
    firestore_emulator: str, tmp_path: Path
) -> None:
    """503 before the platform hangs up, which it does after five seconds."""
    process = FunctionProcess("storefront_api", tmp_path)
    try:
        process.start(environment("nobody", "127.0.0.1:1", firestore_emulator))
        process.wait_until_ready()
        body = json.dumps(ORDER).encode()
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=20)
        connection.request("POST", f"/webhooks/shopify/{SHOP}", body, signed(body))
        response = connection.getresponse()
        assert (response.status, response.getheader("Retry-After")) == (503, "10")
        assert time.monotonic() - began < 10
        connection.close()
    finally:
        process.kill()
