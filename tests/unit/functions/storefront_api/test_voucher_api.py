"""Vouchers by HTTP: who may ask, how often, and what a body may say."""

import json
from typing import Any

import pytest

from functions.storefront_api import voucher_api
from functions.storefront_api.calls import Answer, Call
from functions.storefront_api.rate_limit import RateLimiter
from tests.builders import ANNA, STORE, rules
from tests.shop_backend import API_KEY, ShopBackend
from tests.stories import Story

KEY = {"authorization": f"Bearer {API_KEY}", "x-recoup-store": STORE}


@pytest.fixture(scope="module")
def reminded() -> tuple[ShopBackend, str]:
    """A shop whose customer has a code for a fixed amount."""
    tiers = {"not_returned": {"kind": "fixed", "amounts": {"PLN": "20.00"}}}
    story = Story(rules(incentives={"tiers": tiers}))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:30")
    return ShopBackend(story.machine.engine), story.code()


def ask(
    shop: ShopBackend,
    code: str,
    action: str | None = "validate",
    body: Any = b"{}",
    limiter: RateLimiter | None = None,
    **call: Any,
) -> Answer:
    """One call; the store's key unless it says otherwise."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    method = "POST" if action else "GET"
    made = Call(**{"method": method, "path": ("vouchers", code), "headers": KEY, "body": raw, **call})
    return voucher_api.take(shop.engine, code, action, made, limiter or RateLimiter())


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"authorization": f"bearer  {API_KEY}"}, {"store": STORE}),
        ({"x-recoup-key": API_KEY, "x-recoup-store": STORE}, {}),
        ({"x-recoup-key": "the next one", "x-recoup-store": STORE}, {}),
    ],
)
def test_a_key_of_the_store_opens(
    reminded: tuple[ShopBackend, str], headers: dict[str, str], query: dict[str, str]
) -> None:
    """In either header, either of two while one is being changed."""
    shop, code = reminded
    assert ask(shop, code, headers=headers, query=query).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-recoup-store": STORE},
        {"authorization": f"Bearer {API_KEY}"},
        {"authorization": f"Bearer {API_KEY}x", "x-recoup-store": STORE},
        {"authorization": "Bearer ", "x-recoup-store": STORE},
        {"x-recoup-key": API_KEY, "x-recoup-store": "boots"},
        {"x-recoup-key": API_KEY, "x-recoup-store": "../socks"},
    ],
)
def test_everybody_else_is_answered_alike(
    reminded: tuple[ShopBackend, str], headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """401, whether the store, its key or the header is missing; no key is logged."""
    shop, code = reminded
    refused = ask(shop, code, headers=headers)
    assert refused.status == 401
    assert refused == ask(shop, "nobodys", headers={})
    assert API_KEY not in caplog.text


def test_methods_and_actions_that_are_none(reminded: tuple[ShopBackend, str]) -> None:
    """405 with what is allowed; 404 for an action that isn't one, such as `show`, which is the GET."""
    shop, code = reminded
    assert ask(shop, code, None, method="POST").headers["Allow"] == "GET, HEAD, OPTIONS"
    assert ask(shop, code, "lock", method="GET").headers["Allow"] == "POST, OPTIONS"
    assert ask(shop, code, "lock", method="OPTIONS").status == 204
    assert [ask(shop, code, action).status for action in ("show", "delete", "LOCK")] == [404] * 3


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b'{"order_id": "\\ud800"}', "not a JSON object"),
        ({"order": "o1"}, "order is not a field that exists"),
        ({"order_id": 7}, "order_id can't be used"),
        ({"order_id": ""}, "order_id can't be used"),
        ({"order_id": "a\nb"}, "order_id can't be used"),
        ({"total": "10.00"}, "currency is missing"),
        ({"currency": "PLN"}, "total is missing"),
        ({"currency": "XXX", "total": "10.00"}, "currency: 'XXX' is not a currency"),
        ({"currency": "PLN", "total": "10,00"}, "total: '10,00' is not an amount"),
        ({"currency": "JPY", "total": "10.5"}, "total: '10.5' has too many decimals"),
        ({"currency": "PLN", "total": 10}, "total can't be used"),
        ({"currency": "PLN", "total_minor": -1}, "total_minor can't be used"),
        ({"currency": "PLN", "total_minor": 1.5}, "total_minor can't be used"),
        ({"currency": "PLN", "total": "10.00", "total_minor": 1000}, "total is stated twice"),
        ({"customer": {"mail": "a@b.test"}}, "customer.mail is not a field that exists"),
        ({"reason": "bored"}, "reason can't be used"),
    ],
)
def test_a_body_that_can_not_be_used_says_why(
    reminded: tuple[ShopBackend, str], body: Any, sentence: str
) -> None:
    """400, a sentence, and never what was sent about a person."""
    shop, code = reminded
    refused = ask(shop, code, body=body)
    assert refused.status == 400
    assert refused.body is not None
    assert sentence in refused.body["error"]


@pytest.mark.parametrize("action", ["lock", "redeem", "release"])
def test_an_action_needs_its_order(reminded: tuple[ShopBackend, str], action: str) -> None:
    """The sentence names the field."""
    shop, code = reminded
    refused = ask(shop, code, action)
    assert (refused.status, refused.body and refused.body["field"]) == (400, "order_id")


def test_the_exact_discount_in_both_spellings(reminded: tuple[ShopBackend, str]) -> None:
    """Decimal strings and minor units, whichever way the checkout was stated."""
    shop, code = reminded
    stated = {"currency": "PLN", "total": "120.00", "shipping": "15", "other_discount": "10.00"}
    minor = {"currency": "PLN", "total_minor": 12000, "shipping_minor": 1500, "other_discount_minor": 1000}
    answers = [ask(shop, code, body=body).body for body in (stated, minor)]
    assert answers[0] == answers[1]
    assert answers[0] is not None
    assert answers[0]["incentive"] == {"kind": "fixed", "amount": "20.00", "currency": "PLN"}
    assert answers[0]["discount"] == {
        "currency": "PLN",
        "goods": "20.00",
        "goods_minor": 2000,
        "shipping": "0.00",
        "shipping_minor": 0,
        "total": "20.00",
        "total_minor": 2000,
        "payable": "105.00",
        "payable_minor": 10500,
    }


@pytest.mark.parametrize(
    ("checkout", "reason"),
    [
        ({"currency": "EUR", "total": "120.00"}, "currency_mismatch"),
        ({"currency": "PLN", "total": "0"}, "nothing_to_discount"),
        ({"currency": "PLN", "total": "10.00", "other_discount": "10.00"}, "nothing_to_discount"),
    ],
)
def test_a_checkout_that_the_code_is_not_for(
    reminded: tuple[ShopBackend, str], checkout: dict[str, str], reason: str
) -> None:
    """Asked, it is a verdict; acted on, a refusal, and the code stays unused."""
    shop, code = reminded
    asked = ask(shop, code, body=checkout)
    assert (asked.status, asked.body and asked.body["reason"]) == (200, reason)
    acted = ask(shop, code, "redeem", body={**checkout, "order_id": "o1"})
    assert (acted.status, acted.body and acted.body["reason"]) == (409, reason)
    assert ask(shop, code, None).body == {**(ask(shop, code).body or {})}


@pytest.mark.parametrize(
    ("locale", "begin"), [("pl-PL", "Tego kodu"), ("de", "This code"), (None, "This code")]
)
def test_the_customers_sentence_is_in_their_language(
    reminded: tuple[ShopBackend, str], locale: str | None, begin: str
) -> None:
    """As the shop states it, else as the customer is known, else the shop's own."""
    shop, _ = reminded
    told = ask(shop, "SUMMER", body={"locale": locale}).body
    assert told is not None
    assert str(told["message_for_customer"]).startswith(begin)
    assert told["reason"] == "unknown_code"


def test_guesses_are_slowed_down(reminded: tuple[ShopBackend, str]) -> None:
    """Sixty codes that don't exist, and the shopper has to wait, for a real one too; other shoppers don't (L32)."""
    shop, code = reminded
    limiter = RateLimiter(elapsed=lambda: 0.0)
    guesser: dict[str, Any] = {"headers": {**KEY, "x-recoup-shopper": "s-1"}, "limiter": limiter}
    told = [ask(shop, f"GUESS-{number}", **guesser).status for number in range(61)]
    assert told == [200] * 60 + [429]
    slowed = ask(shop, code, **guesser)
    assert (slowed.status, slowed.headers["Retry-After"]) == (429, "1")
    assert ask(shop, code, limiter=limiter).status == 200


def test_a_code_may_be_as_long_as_nonsense(reminded: tuple[ShopBackend, str]) -> None:
    """It is unknown, and not repeated whole."""
    shop, _ = reminded
    told = ask(shop, "x" * 5000).body
    assert told is not None
    assert (told["reason"], len(told["code"])) == ("unknown_code", 64)
