"""`recoup dev` serves storefront_api's addresses: a webhook or a page under development needs no cloud."""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from common import wiring
from infra.dev.app import create_app
from infra.dev.engine import DevEngine
from infra.dev.secrets import PUBLISHABLE_KEY, STORE, WEBHOOK_SECRET
from tests.integration.test_dev_server import eventually

PAGE = "http://localhost:3000"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DevEngine]:
    """An engine at work on a file of its own."""
    running = DevEngine(tmp_path / "dev.sqlite")
    running.start()
    yield running
    running.close()
    wiring.use(None)


@pytest.fixture
def client(engine: DevEngine) -> FlaskClient:
    """Its page."""
    return create_app(engine).test_client()


def cart(**changes: Any) -> str:
    """An event of a page, as it is now."""
    line = {"sku": "MUG", "name": "Mug", "quantity": 2, "unit_price": "12.50"}
    known = {
        "id": "e-1",
        "type": "cart.updated",
        "occurred_at": datetime.now(UTC).isoformat(),
        "customer": {"email": "anna@shop.test"},
        "cart": {"id": "cart-of-a-page", "currency": "EUR", "lines": [line]},
    }
    return json.dumps(known | changes)


def cases(client: FlaskClient) -> str:
    """What the first page shows."""
    return client.get("/live").text


def test_a_page_under_development_sends_its_events(client: FlaskClient) -> None:
    """From another port of this machine, with the key that everybody may know."""
    headers = {"Origin": PAGE, "Sec-Fetch-Site": "cross-site", "X-Recoup-Key": PUBLISHABLE_KEY}
    allowed = client.options(f"/events/{STORE}", headers={"Origin": PAGE})
    assert allowed.headers["Access-Control-Allow-Origin"] == PAGE
    given = client.post(f"/events/{STORE}", data=cart(), headers=headers)
    assert (given.status_code, given.json) == (202, {"accepted": 1})
    assert given.headers["Access-Control-Allow-Origin"] == PAGE
    eventually(lambda: "cart-of-a-page" in cases(client))


def test_a_signed_webhook_is_taken(client: FlaskClient) -> None:
    """Shopify's, by the secret that everybody may know; a wrong one is refused as in the cloud."""
    now = datetime.now(UTC).isoformat()
    line = {"id": 1, "sku": "MUG", "title": "Mug", "quantity": 1, "price": "10.00"}
    checkout = {"id": 7, "token": "checkout-by-webhook", "currency": "EUR", "total_price": "10.00",
                "created_at": now, "updated_at": now, "line_items": [line]}  # fmt: skip
    body = json.dumps(checkout).encode()
    signature = hmac.digest(WEBHOOK_SECRET.encode(), body, "sha256")
    headers = {
        "X-Shopify-Topic": "checkouts/update",
        "X-Shopify-Shop-Domain": "my-shop.myshopify.com",
        "X-Shopify-Webhook-Id": "w-1",
        "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
    }
    path = "/webhooks/shopify/my-shop.myshopify.com"
    assert client.post(path, data=body + b" ", headers=headers).status_code == 401
    assert client.post(path, data=body, headers=headers).status_code == 202
    eventually(lambda: "checkout-by-webhook" in cases(client))


def test_a_secret_of_the_environment_replaces_the_known_one(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever points a real platform here by a tunnel sets its real secret."""
    monkeypatch.setenv("RECOUP_SECRET_WEBHOOK_RECOUP_MY_SHOP", "a real one")
    path = f"/webhooks/recoup/{STORE}"
    assert (
        client.post(path, data=cart(), headers={"Authorization": f"Bearer {WEBHOOK_SECRET}"}).status_code
        == 401
    )
    assert client.post(path, data=cart(), headers={"Authorization": "Bearer a real one"}).status_code == 202


def test_the_engines_own_buttons_stay_guarded(client: FlaskClient) -> None:
    """Only those addresses take calls from elsewhere."""
    foreign = {"Origin": PAGE, "Sec-Fetch-Site": "cross-site"}
    for path in ("/events", "/clock", "/samples/cart"):
        assert client.post(path, data=cart(), headers=foreign).status_code == 403


def test_other_methods_are_answered_as_in_the_cloud(client: FlaskClient) -> None:
    """405 with what to use; an unknown platform is not there."""
    assert client.get("/webhooks/shopify/my-shop").status_code == 405
    assert client.put(f"/events/{STORE}", headers={"Origin": PAGE}).headers["Allow"] == "POST, OPTIONS"
    assert client.post("/webhooks/prestige/my-shop").status_code == 404


def test_a_backend_under_development_asks_about_vouchers(client: FlaskClient) -> None:
    """With the key that everybody may know; the pages of links keep their own policy."""
    headers = {"Authorization": f"Bearer {WEBHOOK_SECRET}", "X-Recoup-Store": STORE}
    asked = client.post("/vouchers/AAAA-CCCC-DDDD/validate", json={}, headers=headers)
    assert (asked.status_code, asked.json and asked.json["reason"]) == (200, "unknown_code")
    assert client.get("/vouchers/AAAA-CCCC-DDDD").status_code == 401
    for path in ("/cart/x", "/unsubscribe/x"):
        page = client.get(path)
        assert (page.status_code, page.mimetype) == (404, "text/html")
        assert "sha256-" in page.headers["Content-Security-Policy"]
