"""Calls from a storefront's pages and apps: keys, origins, limits, batches and beacons."""

import json
from typing import Any

import pytest

from functions.storefront_api.browser_calls import take
from functions.storefront_api.calls import Answer, Call
from functions.storefront_api.rate_limit import RateLimiter
from tests.unit.functions.storefront_api.engines import Parts
from tests.unit.functions.storefront_api.test_browser_events import event
from tests.unit.functions.storefront_api.test_rate_limit import Clock

PAGE = "https://bielik.example"
KEY = "pk_bielik"
STOREFRONT = {
    "stores": {
        "bielik": {
            "publishable_keys": [KEY, "pk_bielik_2"],
            "allowed_origins": [PAGE, "https://m.bielik.example"],
        },
        "strict": {"publishable_keys": ["pk_strict"], "events_per_minute": 6, "burst": 3},
    }
}


def parts(**changes: Any) -> Parts:
    """An engine whose shop lets its pages send events."""
    return Parts(storefront=STOREFRONT, **changes)


def post(of: Parts, body: Any = None, limiter: RateLimiter | None = None, **changes: Any) -> Answer:
    """The answer to one call from the shop's page, or as changed."""
    stated = event() if body is None else body
    headers = {"origin": PAGE, "x-recoup-key": KEY, "user-agent": "Mozilla/5.0"} | changes.pop("headers", {})
    known: dict[str, Any] = {
        "method": "POST",
        "path": ("events", changes.pop("store", "bielik")),
        "headers": {name: value for name, value in headers.items() if value},
        "body": stated if isinstance(stated, bytes) else json.dumps(stated).encode(),
        "client": "203.0.113.7",
    }
    call = Call(**known | changes)
    return take(of.engine(), call.path[1], call, limiter or RateLimiter(Clock()))


def test_an_event_is_published_as_a_message_of_its_own() -> None:
    """Canonical, with the store, and with the browser that told it."""
    shop = parts()
    given = post(shop)
    assert (given.status, given.body) == (202, {"accepted": 1})
    (message,) = shop.published
    assert json.loads(message.data) == event()
    assert message.attributes == {
        "source": "recoup",
        "store": "bielik",
        "origin": PAGE,
        "user-agent": "Mozilla/5.0",
        "priority": "cart",
    }


def test_a_batch_is_one_round_trip() -> None:
    """A hundred events are a hundred messages in one call."""
    shop = parts()
    given = post(shop, {"events": [event(id=str(number)) for number in range(100)]})
    assert given.body == {"accepted": 100}
    assert [len(call) for call in shop.calls] == [100]
    assert [json.loads(one.data)["id"] for one in shop.published] == [str(number) for number in range(100)]


def test_the_good_ones_of_a_batch_are_taken() -> None:
    """What a browser may not tell is named, and costs the others nothing."""
    shop = parts()
    given = post(shop, [event(id="1"), event(id="2", type="order.placed"), 7, event(id="3")])
    assert given.status == 202
    assert given.body is not None
    assert given.body["accepted"] == 2
    assert [one["index"] for one in given.body["refused"]] == [1, 2]
    assert [json.loads(one.data)["id"] for one in shop.published] == ["1", "3"]


def test_a_call_without_anything_to_take_is_a_mistake() -> None:
    """400, with the first reason; nothing is published."""
    shop = parts()
    given = post(shop, event(type="order.placed"))
    assert given.status == 400
    assert given.body is not None
    assert "from your server" in given.body["error"]
    assert shop.calls == []


def test_what_was_left_out_is_told() -> None:
    """A developer sees in the answer what a browser is not believed."""
    given = post(parts(), event(customer={"email": "a@b.example", "consent": {"email": True}}))
    assert given.body is not None
    assert given.body["notes"][0]["index"] == 0
    assert "state it from your server" in given.body["notes"][0]["note"]


@pytest.mark.parametrize("type", ["text/plain;charset=UTF-8", "application/json", ""])
def test_a_beacon_is_taken_with_its_key_in_the_address(type: str) -> None:
    """navigator.sendBeacon can set no header of ours, and sends text as text/plain."""
    given = post(parts(), headers={"x-recoup-key": "", "content-type": type}, query={"key": KEY})
    assert given.status == 202


@pytest.mark.parametrize("key", ["", "pk_other", "pk_strict", KEY + "x", KEY[:-1], "łść"])
def test_without_the_stores_key_nothing_is_taken(key: str) -> None:
    """Another store's key, or none; and a store that is not there says the same."""
    shop = parts()
    given = post(shop, headers={"x-recoup-key": key})
    assert given.status == 401
    unknown = post(shop, headers={"x-recoup-key": key}, store="nobody")
    assert (unknown.status, unknown.body) == (401, given.body)
    assert shop.calls == []


def test_either_of_two_keys_will_do() -> None:
    """So that a key can be changed without a gap."""
    assert post(parts(), headers={"x-recoup-key": "pk_bielik_2"}).status == 202


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://bielik.example", "https://bielik.example:444", "null",
               "https://bielik.example.evil.example", "https://BIELIK.example", "https://bielik.example/"],
)  # fmt: skip
def test_another_sites_page_is_refused(origin: str) -> None:
    """Origins are compared exactly; the foreign page may not even read the answer."""
    shop = parts()
    given = post(shop, headers={"origin": origin})
    assert given.status == 403
    assert given.headers == {"Vary": "Origin"}
    assert shop.calls == []


def test_the_shops_page_may_read_every_answer() -> None:
    """Also that something was wrong; never with cookies, never for any origin, and caches tell them apart."""
    for given in (post(parts()), post(parts(), b"{"), post(parts(), headers={"x-recoup-key": ""}),
                  post(parts(is_down=False), method="PUT")):  # fmt: skip
        assert given.headers["Access-Control-Allow-Origin"] == PAGE
        assert given.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Credentials" not in given.headers


def test_an_app_states_no_origin() -> None:
    """Its key is enough; an answer without CORS headers is no hindrance to it."""
    given = post(parts(), headers={"origin": ""})
    assert (given.status, given.headers) == (202, {"Vary": "Origin"})


def test_a_preflight_is_answered_for_two_hours() -> None:
    """POST, with JSON and the key's header, from the listed origins."""
    given = post(
        parts(), b"", method="OPTIONS", headers={"origin": "https://m.bielik.example", "x-recoup-key": ""}
    )
    assert (given.status, given.body) == (204, None)
    assert given.headers == {
        "Allow": "POST, OPTIONS",
        "Vary": "Origin",
        "Access-Control-Allow-Origin": "https://m.bielik.example",
        "Access-Control-Expose-Headers": "Retry-After",
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "content-type, x-recoup-key",
        "Access-Control-Max-Age": "7200",
    }


def test_a_foreign_preflight_finds_no_permission() -> None:
    """Nor does one at a store that is not there."""
    for given in (post(parts(), b"", method="OPTIONS", headers={"origin": "https://evil.example"}),
                  post(parts(), b"", method="OPTIONS", store="nobody")):  # fmt: skip
        assert given.status == 204
        assert not [name for name in given.headers if name.startswith("Access-Control")]


def test_other_methods_are_told_what_to_use() -> None:
    """405 with Allow."""
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        given = post(parts(), method=method)
        assert (given.status, given.headers["Allow"]) == (405, "POST, OPTIONS")


def test_a_client_is_limited_by_its_events() -> None:
    """Three at once, then one every ten seconds; the answer says when."""
    clock, shop = Clock(), parts()
    limiter = RateLimiter(clock)
    strict = {"store": "strict", "headers": {"x-recoup-key": "pk_strict", "origin": ""}}
    assert post(shop, [event(), event(), event()], limiter, **strict).status == 202
    given = post(shop, None, limiter, **strict)
    assert (given.status, given.headers["Retry-After"]) == (429, "10")
    clock.seconds += 10
    assert post(shop, None, limiter, **strict).status == 202
    assert len(shop.published) == 4


def test_unreadable_calls_count_as_well() -> None:
    """Nonsense is not free."""
    limiter = RateLimiter(Clock())
    strict = {"store": "strict", "headers": {"x-recoup-key": "pk_strict", "origin": ""}}
    statuses = [post(parts(), b"{", limiter, **strict).status for _ in range(4)]
    assert statuses == [400, 400, 400, 429]


def test_a_batch_beyond_the_limit_is_refused_whole() -> None:
    """So that the page can send it again as it is."""
    shop, limiter = parts(), RateLimiter(Clock())
    strict = {"store": "strict", "headers": {"x-recoup-key": "pk_strict", "origin": ""}}
    assert post(shop, [event(), event()], limiter, **strict).status == 202
    assert post(shop, [event(), event()], limiter, **strict).status == 429
    assert len(shop.published) == 2


def test_a_batch_larger_than_the_burst_passes_when_nothing_else_was_sent() -> None:
    """It takes all there is; the next one waits for the whole of it."""
    clock = Clock()
    limiter = RateLimiter(clock)
    strict = {"store": "strict", "headers": {"x-recoup-key": "pk_strict", "origin": ""}}
    many = [event(id=str(number)) for number in range(50)]
    assert post(parts(), many, limiter, **strict).status == 202
    assert post(parts(), None, limiter, **strict).status == 429
    clock.seconds += 30
    assert post(parts(), many, limiter, **strict).status == 202


def test_clients_are_told_apart_by_address() -> None:
    """One of IPv6 by its network: whoever has one address there has them all."""
    limiter = RateLimiter(Clock())
    strict = {"store": "strict", "headers": {"x-recoup-key": "pk_strict", "origin": ""}}
    three = [event(), event(), event()]
    for client, status in (("203.0.113.7", 202), ("203.0.113.7", 429), ("203.0.113.8", 202),
                           ("2001:db8::1", 202), ("2001:db8::ffff:2", 429), ("2001:db8:0:1::1", 202),
                           ("unknown", 202), ("", 202)):  # fmt: skip
        assert post(parts(), three, limiter, client=client, **strict).status == status


def test_while_pubsub_is_down_the_page_is_to_retry() -> None:
    """503, which the page can read."""
    given = post(parts(is_down=True))
    assert (given.status, given.headers["Retry-After"]) == (503, "10")


def test_long_headers_are_left_out() -> None:
    """An attribute has at most 1024 bytes."""
    shop = parts()
    assert post(shop, headers={"user-agent": "x" * 1025}).status == 202
    assert "user-agent" not in shop.published[0].attributes
