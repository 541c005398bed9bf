"""Webhooks: what is published of them, and how everything else is answered."""

import json
import logging
from dataclasses import replace

import pytest

from common.application.ports import Incoming
from functions.ingest_event.understanding import _module_names
from functions.storefront_api.calls import Answer
from functions.storefront_api.platforms import PLATFORMS, platform
from functions.storefront_api.routes import answer
from functions.storefront_api.store_secrets import entries_of, secret_name
from functions.storefront_api.webhooks import attributes_of
from tests.unit.functions.storefront_api.engines import Parts
from tests.unit.functions.storefront_api.vectors import BODY, PEM, SECRET, SIGNED, call

REFUSED = {"error": "this call is not signed as the store's own"}


def answer_to(parts: Parts, source: str = "shopify", **changes: object) -> Answer:
    """The answer to a webhook of the store bielik."""
    return answer(parts.engine(), call(source, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("source", PLATFORMS)
def test_a_genuine_call_is_published_to_the_byte(source: str) -> None:
    """One message in one call: the body as it came, and whose it is."""
    parts = Parts({f"webhook_{source}_bielik": SECRET})
    given = answer_to(parts, source)
    assert given.status in (200, 202)
    assert [len(one) for one in parts.calls] == [1]
    (message,) = parts.published
    assert message.data == BODY
    assert message.attributes["source"] == source
    assert message.attributes["store"] == "bielik"


def test_a_platform_hears_what_it_insists_on() -> None:
    """202, but for those that document that only 200 will do, with what they want in it."""
    told = {name: (one.accepted.status, one.accepted.body) for name, one in PLATFORMS.items()}
    special = {name: what for name, what in told.items() if what != (202, {"accepted": 1})}
    assert special == {
        "adobe_commerce": (200, {"op": "success"}),
        "bigcommerce": (200, {"accepted": 1}),
        "commercetools": (200, {"actions": []}),
    }


def test_only_listed_headers_become_attributes() -> None:
    """What the body is, and its id; never a signature, a secret, a cookie, or an address."""
    headers = {
        **SIGNED["shopify"],
        "x-shopify-topic": "orders/paid",
        "x-shopify-shop-domain": "bielik.myshopify.com",
        "x-shopify-event-id": "e-1",
        "x-shopify-triggered-at": "2026-03-02T12:00:00Z",
        "x-shopify-access-token": "shpat_1",
        "x-forwarded-for": "203.0.113.7",
        "authorization": "Bearer x",
        "cookie": "a=b",
        "user-agent": "Shopify-Captain-Hook",
        "content-type": "application/json",
        "source": "recoup",
        "store": "another",
    }
    assert attributes_of(PLATFORMS["shopify"], "bielik", headers) == {
        "source": "shopify",
        "store": "bielik",
        "x-shopify-topic": "orders/paid",
        "x-shopify-shop-domain": "bielik.myshopify.com",
        "x-shopify-event-id": "e-1",
        "x-shopify-triggered-at": "2026-03-02T12:00:00Z",
    }


@pytest.mark.parametrize("source", PLATFORMS)
def test_no_proof_becomes_an_attribute(source: str) -> None:
    """Whatever vouches for a call stays out of the message, which others can read."""
    proofs = {"authorization", "x-recoup-secret", "x-functions-key"}
    assert not proofs.intersection(PLATFORMS[source].headers)
    assert not [name for name in PLATFORMS[source].headers if "signature" in name or "hmac" in name]


def test_a_cloud_event_keeps_its_context() -> None:
    """In binary mode the ce- headers come along; in structured mode the content type alone tells."""
    binary = {"ce-specversion": "1.0", "ce-id": "1", "ce-type": "t", "content-type": "application/json"}
    kept = attributes_of(PLATFORMS["recoup"], "bielik", {**binary, "x-other": "1"})
    assert kept == {"source": "recoup", "store": "bielik", **binary}
    structured = {"content-type": "application/cloudevents+json; charset=utf-8"}
    assert attributes_of(PLATFORMS["recoup"], "b", structured) == {
        "source": "recoup",
        "store": "b",
        **structured,
    }
    plain = {"content-type": "application/json", "ce-id": "1"}
    assert attributes_of(PLATFORMS["recoup"], "b", plain) == {"source": "recoup", "store": "b"}


def test_a_platform_without_topics_may_be_told_to_send_one() -> None:
    """X-Recoup-Topic becomes the attribute topic, which every source falls back to."""
    kept = attributes_of(PLATFORMS["adobe_commerce"], "bielik", {"x-recoup-topic": "sales_order_save"})
    assert kept == {"source": "adobe_commerce", "store": "bielik", "topic": "sales_order_save"}


def test_attributes_keep_to_the_limits_of_pubsub() -> None:
    """At most a hundred, each of at most 1024 bytes; a value that is longer is left out, not cut."""
    headers = {"ce-specversion": "1.0", **{f"ce-x{number}": "v" for number in range(200)}}
    assert len(attributes_of(PLATFORMS["recoup"], "bielik", headers)) == 100
    for text, fits in (("v" * 1024, True), ("v" * 1025, False), ("ł" * 513, False)):
        kept = attributes_of(PLATFORMS["shopify"], "bielik", {"x-shopify-topic": text})
        assert ("x-shopify-topic" in kept) is fits
    long_name = {"ce-specversion": "1.0", "ce-" + "n" * 254: "v"}
    assert len(attributes_of(PLATFORMS["recoup"], "bielik", long_name)) == 3


def test_what_is_not_signed_is_refused_and_says_nothing() -> None:
    """A wrong signature, another store's secret and a store that isn't there get the very same answer."""
    parts = Parts()
    wrong = {"x-shopify-hmac-sha256": "A" * 44}
    given = [
        answer_to(parts, headers=wrong),
        answer_to(parts, headers={}),
        answer_to(parts, path=("webhooks", "shopify", "nobody")),
        answer_to(parts, "woocommerce"),
        answer_to(Parts({"webhook_shopify_bielik": "\n \n"}), headers={"x-shopify-hmac-sha256": ""}),
    ]
    assert {(one.status, json.dumps(one.body), tuple(one.headers)) for one in given} == {
        (401, json.dumps(REFUSED), ())
    }
    assert parts.published == []


def test_the_log_says_why_without_personal_data(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator learns which secret is missing; nobody's address is in it, nor any secret."""
    monkeypatch.setattr(logging.getLogger("recoup"), "propagate", True)
    with caplog.at_level("INFO", "recoup"):
        answer_to(Parts(), "woocommerce")
        answer_to(Parts(), headers={"x-shopify-hmac-sha256": "A" * 44})
    fields = [record.__dict__["fields"] for record in caplog.records]
    assert [(one["reason"], one["secret"]) for one in fields] == [
        ("secret_missing", "webhook_woocommerce_bielik"),
        ("signature_wrong", "webhook_shopify_bielik"),
    ]
    assert SECRET not in str(fields)
    assert "łucja" not in str(fields)


def test_while_pubsub_or_the_secrets_are_down_the_platform_is_to_retry() -> None:
    """503 with Retry-After, which every platform takes as not delivered."""
    for parts in (Parts(is_down=True), Parts(secrets_are_down=True)):
        given = answer_to(parts)
        assert (given.status, given.headers) == (503, {"Retry-After": "10"})


def test_an_engine_without_an_inlet_takes_nothing() -> None:
    """A part that isn't there is as good as down; nothing is said to be taken that isn't."""
    whole = Parts().engine()
    for engine in (replace(whole, inlet=None), replace(whole, secrets=None)):
        assert answer(engine, call()).status == 503


def test_woocommerces_ping_is_answered_and_not_published() -> None:
    """The unsigned form that it sends when a webhook is saved must get 200, whatever the store."""
    parts = Parts({})
    ping = {"headers": {"content-type": "application/x-www-form-urlencoded"}, "body": b"webhook_id=12"}
    assert answer_to(parts, "woocommerce", **ping).status == 200
    assert answer_to(parts, "woocommerce", **ping, path=("webhooks", "woocommerce", "nobody")).status == 200
    assert answer_to(parts, "woocommerce", headers={}, body=b"webhook_id=12&a=1").status == 401
    assert answer_to(parts, "shopify", **ping).status == 401
    assert parts.published == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE"])
def test_only_post_delivers(method: str) -> None:
    """Any other method is told what to use."""
    parts = Parts()
    given = answer_to(parts, method=method)
    assert (given.status, given.headers) == (405, {"Allow": "POST, OPTIONS"})
    assert parts.published == []


def test_options_tells_the_methods() -> None:
    """Without a word on whether the store is there."""
    for store in ("bielik", "nobody"):
        given = answer_to(Parts(), method="OPTIONS", path=("webhooks", "shopify", store))
        assert (given.status, given.body, given.headers) == (204, None, {"Allow": "POST, OPTIONS"})


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("",),
        ("webhooks",),
        ("webhooks", "shopify"),
        ("webhooks", "shopify", ""),
        ("webhooks", "shopify", "a/b"),
        ("webhooks", "shopify", "a b"),
        ("webhooks", "shopify", "żuraw"),
        ("webhooks", "shopify", "a" * 201),
        ("webhooks", "shopify", "bielik", "more"),
        ("webhooks", "prestige", "bielik"),
        ("webhooks", "", "bielik"),
        ("Webhooks", "shopify", "bielik"),
        ("events", ""),
        ("events", "a\n"),
        ("robots",),
    ],
)
def test_what_is_not_there_is_not_found(path: tuple[str, ...]) -> None:
    """Unknown addresses, platforms and impossible stores are all 404."""
    assert answer_to(Parts(), path=path).status == 404


def test_a_body_beyond_the_limit_is_too_large() -> None:
    """Wherever it was sent to."""
    for path in (("webhooks", "shopify", "bielik"), ("events", "bielik"), ("nowhere",)):
        assert answer_to(Parts(), path=path, body=None).status == 413


@pytest.mark.parametrize("path", ["healthz", "health"])
def test_health(path: str) -> None:
    """GET and HEAD say that it runs."""
    assert answer_to(Parts(), method="GET", path=(path,)).body == {"status": "ok"}
    assert answer_to(Parts(), method="HEAD", path=(path,)).status == 200
    assert answer_to(Parts(), method="POST", path=(path,)).headers == {"Allow": "GET, HEAD, OPTIONS"}
    assert answer_to(Parts(), method="OPTIONS", path=(path,)).headers == {"Allow": "GET, HEAD, OPTIONS"}


def test_a_platform_has_several_spellings() -> None:
    """Hyphens, capitals, and the names that a platform had before."""
    for stated, name in (("Shopify", "shopify"), ("adobe-commerce", "adobe_commerce"), ("magento", "adobe_commerce"),
                         ("commerce_layer", "commercelayer")):  # fmt: skip
        found = platform(stated)
        assert found is not None
        assert found.name == name
    assert platform("prestige") is None


def test_every_source_of_the_engine_may_come_by_http() -> None:
    """A platform that the engine understands has a webhook of its name."""
    assert [name for name in _module_names() if platform(name) is None] == []


def test_a_secret_is_named_by_platform_and_store() -> None:
    """In letters, digits and underscores, so that it can be an environment variable too."""
    assert secret_name("shopify", "Bielik-Shop.myshopify.com") == "webhook_shopify_bielik_shop_myshopify_com"


def test_a_secret_holds_several_entries() -> None:
    """One a line, trimmed of the line's end only; a public key counts as one."""
    kept = f"first \r\n\n{PEM}\nclient_id:7\n \nlast,not two"
    assert entries_of(kept.encode()) == (PEM, "first ", "client_id:7", "last,not two")
    assert entries_of(b"\n \r\n") == ()
    assert entries_of(b"\xff") == ("\ufffd",)


def test_a_message_is_what_the_port_says() -> None:
    """The inlet gets data and attributes, nothing else."""
    parts = Parts()
    answer_to(parts)
    assert parts.published == [Incoming(BODY, {"source": "shopify", "store": "bielik"})]


def test_a_webhook_about_carts_may_wait() -> None:
    """Its priority is an attribute; one that may be an order says nothing, and comes first."""
    platform = PLATFORMS["shopify"]
    assert attributes_of(platform, "bielik", {"x-shopify-topic": "carts/update"})["priority"] == "cart"
    assert "priority" not in attributes_of(platform, "bielik", {"x-shopify-topic": "orders/create"})
