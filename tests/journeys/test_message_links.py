"""The links of a message: a cart that anybody may look at who holds the link, and a no that is heard at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.application.policies import build
from common.application.tokens import CART, issue
from common.domain import ids
from common.domain.policy import Keys, Policy
from common.domain.vocabulary import Channel
from infra.local.machine import LOCAL_KEYS
from tests.builders import ANNA, BEN, BOOTS, STORE, line, when
from tests.shop_backend import ShopBackend
from tests.stories import Story

OURS = "https://recoup.socks.test"
KEYS = replace(LOCAL_KEYS, links=(b"the newest key", b"the one before"))
ONE_CLICK = b"List-Unsubscribe=One-Click"


def rules(keys: Keys = KEYS, **shop: Any) -> Policy:
    """Messages with links of ours."""
    documents = {
        "recovery": {"holdout_percent": 0},
        "shop": {"url": "https://socks.test/", "storefront_url": f"{OURS}/", **shop},
        "storefront": {
            "stores": {STORE: {"publishable_keys": ["pk_socks"], "link_hosts": ["app.socks.test"]}}
        },
    }
    return build(documents, keys)


def reminded(
    cart_url: str | None = None, policy: Policy | None = None
) -> tuple[Story, ShopBackend, str, str]:
    """Anna got a message; its cart link and its unsubscribe link."""
    story = Story(policy or rules())
    stated = {
        "id": "k1",
        "currency": "PLN",
        "url": cart_url,
        "lines": [line("SOCKS-42", 2, name="Socks, red, 42")],
    }
    cart = {name: value for name, value in stated.items() if value}
    story.tell("cart.updated", "10:00", replace(ANNA, locale="pl-PL"), cart=cart)
    story.run_until("11:01")
    (message,) = story.provider.delivered
    return story, ShopBackend(story.machine.engine), str(message.cart_url), str(message.unsubscribe_url)


def documents(story: Story) -> list[Any]:
    """All that the engine keeps."""
    return [story.documents(one) for one in ("cases", "customers", "orders", "suppressions", "voucher_codes")]


# The cart.


def test_the_link_shows_the_cart_in_the_customers_language() -> None:
    """What was in it, variants and all, and nothing about the person (L6, L10)."""
    story, shop, cart, _ = reminded()
    before = documents(story)
    assert cart.startswith(f"{OURS}/cart/")
    shown = shop.visit(cart)
    assert shown.status == 200
    assert shown.page is not None
    for said in ('lang="pl"', "Socks, red, 42", "Liczba: 2", "https://socks.test/"):
        assert said in shown.page
    for private in ("anna", "Anna", "48600", "<script", story.code()):
        assert private not in shown.page
    assert "Set-Cookie" not in shown.headers
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert documents(story) == before


def test_an_app_gets_the_lines_and_the_rule_by_which_to_merge_them() -> None:
    """JSON, with skus and quantities to add where they are missing (L10)."""
    _, shop, cart, _ = reminded("https://socks.test/cart/k1")
    told = shop.visit(cart, headers={"accept": "application/json"})
    assert told.body == {
        "state": "open",
        "cart_id": "k1",
        "cart_url": "https://socks.test/cart/k1",
        "currency": "PLN",
        "merge": "add_missing",
        "lines": [{"sku": "SOCKS-42", "name": "Socks, red, 42", "quantity": 2, "url": None}],
    }


@pytest.mark.parametrize("url", ["https://socks.test/cart/k1?key=a", "https://app.socks.test/k1"])
def test_the_shops_own_cart_is_led_to(url: str) -> None:
    """303 to the shop's host, or another one that it named."""
    _, shop, cart, _ = reminded(url)
    given = shop.visit(cart)
    assert (given.status, given.headers["Location"]) == (303, url)


@pytest.mark.parametrize(
    "url", ["https://evil.test/k1", "https://socks.test@evil.test/", "https://socks.test.evil.test/"]
)
def test_nobody_is_led_to_another_host(url: str) -> None:
    """The page is shown instead: no open redirect."""
    _, shop, cart, _ = reminded(url)
    given = shop.visit(cart)
    assert given.status == 200
    assert "evil" not in str(given.page)


def test_a_bought_cart_says_so() -> None:
    """To a person and to an app, whether the message brought the order or not."""
    story, shop, cart, _ = reminded("https://socks.test/cart/k1")
    story.order("o1", "11:30", ANNA, cart="k1")
    assert "już zamówiony" in str(shop.visit(cart).page)
    assert shop.visit(cart, headers={"accept": "application/json"}).body == {"state": "ordered", "lines": []}


def test_links_that_do_not_work_are_answered_alike() -> None:
    """Broken, too old, for something else, or about nothing: 404, one page, no reason (L7)."""
    story, shop, cart, unsubscribe = reminded()
    token, other = cart.rpartition("/")[2], unsubscribe.rpartition("/")[2]
    nobodys = issue(KEYS.links, CART, ("0" * 32, "1" * 32), story.clock.now())
    forged = issue((b"a guessed key",), CART, (story.case("k1").id, story.person(ANNA).id), story.clock.now())
    broken = [token[:-1], token + "x", other, "x", "%00", "x" * 2000, nobodys, forged]
    answers = [shop.visit(f"{OURS}/cart/{one}") for one in broken]
    assert {(one.status, one.page) for one in answers} == {(404, answers[0].page)}
    assert "no longer works" in str(answers[0].page)
    assert shop.visit(f"{OURS}/unsubscribe/{token}", "POST").status == 404
    story.clock.set(when("11:00") + timedelta(days=30, seconds=2))
    expired = shop.visit(cart)
    assert (expired.status, expired.page) == (404, answers[0].page)
    assert shop.visit(cart, headers={"accept": "application/json"}).body == {
        "error": "this link no longer works"
    }


@pytest.mark.parametrize("at", ["11:10", "+12d 10:00"])
def test_a_cart_that_is_another_persons_by_now_is_not_shown(at: str) -> None:
    """The link was sent to Anna, and Ben has logged in to the cart since, at once or once it was lost (L6)."""
    story, shop, cart, _ = reminded("https://socks.test/cart/k1")
    assert shop.visit(cart).status == 303
    story.run_until(at)
    story.cart("k1", at, BEN, BOOTS)
    given = shop.visit(cart)
    assert given.status == 404
    assert "Boots" not in str(given.page)


def test_a_key_that_is_being_changed_still_counts() -> None:
    """The newest signs, the one before it is believed, the one before that no more."""
    story, shop, cart, _ = reminded()
    for keys, status in (((b"newer", *KEYS.links[:1]), 200), ((b"newest", b"newer"), 404)):
        story.rules.policy = rules(replace(LOCAL_KEYS, links=keys))
        assert shop.visit(cart).status == status


@pytest.mark.parametrize("policy", [rules(replace(LOCAL_KEYS, links=())), rules(storefront_url=None)])
def test_without_an_address_or_a_key_messages_carry_the_shops_own_links(policy: Policy) -> None:
    """As before storefront_api answered links."""
    story = Story(policy)
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:01")
    (message,) = story.provider.delivered
    assert (message.cart_url, message.unsubscribe_url) == (story.case("k1").url, None)


def test_the_shops_own_unsubscribe_page_goes_first() -> None:
    """Ours only stands in for one that is missing."""
    _, _, cart, unsubscribe = reminded(policy=rules(unsubscribe_url="https://socks.test/stop"))
    assert cart.startswith(OURS)
    assert unsubscribe == "None"


# The no.


def test_a_scanner_that_follows_the_link_changes_nothing() -> None:
    """GET and HEAD show a page with a button; the next reminder goes out (L37)."""
    story, shop, _, unsubscribe = reminded()
    before = documents(story)
    for method in ("GET", "HEAD", "GET"):
        assert shop.visit(unsubscribe, method).status == 200
    page = str(shop.visit(unsubscribe).page)
    assert '<form method="post">' in page
    assert "Przypomnienia e-mailem" in page
    assert documents(story) == before
    story.run_until("+1d 11:01")
    assert len(story.sent()) == 2


@pytest.mark.parametrize("body", [ONE_CLICK, b"scope=channel", b"", b"--x\r\nContent-Disposition: form-data"])
def test_one_click_ends_the_channel_for_good(body: bytes) -> None:
    """No page to read, no cookie, no redirect: this cart and all later ones (L37, L38, RFC 8058)."""
    story, shop, _, unsubscribe = reminded()
    done = shop.visit(unsubscribe, "POST", body)
    assert (done.status, "Location" in done.headers, "Set-Cookie" in done.headers) == (200, False, False)
    assert "już nie piszemy" in str(done.page)
    story.customer(ANNA, "11:30")
    story.cart("k2", "12:00", ANNA, BOOTS)
    story.run_until("+9d 00:00")
    assert [(channel, recipient) for _, channel, recipient in story.sent()][1:] == [("sms", ANNA.phone)] * 1
    suppressed = [one.id for one in story.documents("suppressions")]
    assert suppressed == [ids.suppression_id(LOCAL_KEYS.suppression, "anna@shop.test")]
    assert story.said("customer.opted_out")[0]["channels"] == ["email"]


def test_what_is_under_way_ends_on_every_channel() -> None:
    """Nobody who stopped the e-mail about a cart gets a text about it the next day (L38)."""
    story, shop, _, unsubscribe = reminded()
    shop.visit(unsubscribe, "POST", ONE_CLICK)
    story.run_until("+9d 00:00")
    assert [channel for _, channel, _ in story.sent()] == ["email"]
    assert story.case("k1").stopped == "opted out"
    assert story.machine.timer.pending() == 0


def test_no_to_everything_ends_the_running_sequence() -> None:
    """By all channels, at once and for good; said again it changes nothing (L38)."""
    story, shop, _, unsubscribe = reminded()
    for _ in range(2):
        assert shop.visit(unsubscribe, "POST", b"scope=all").status == 200
    assert story.case("k1").stopped == "opted out"
    consent = story.person(ANNA).consent
    assert {channel: word.given for channel, word in consent.items()} == dict.fromkeys(Channel, False)
    story.cart("k2", "12:00", ANNA, BOOTS)
    story.run_until("+9d 00:00")
    assert len(story.sent()) == 1
    assert len(story.said("customer.opted_out")) == 1


def test_an_address_that_has_changed_since_is_suppressed_too() -> None:
    """The message went to the former one, and the customer is told apart by neither."""
    story, shop, _, unsubscribe = reminded()
    story.customer(replace(ANNA, email="anna.new@shop.test"), "11:05")
    shop.visit(unsubscribe, "POST", ONE_CLICK)
    keyed = {ids.suppression_id(LOCAL_KEYS.suppression, f"anna{new}@shop.test") for new in ("", ".new")}
    assert {one.id for one in story.documents("suppressions")} == keyed


def test_a_no_that_crashed_before_it_was_told_is_told_by_the_next_one() -> None:
    """Saved, but not announced: the mailbox provider's retry repeats what was owed."""
    story, shop, _, unsubscribe = reminded()
    told = list(story.announced)
    shop.visit(unsubscribe, "POST", ONE_CLICK)
    lost = story.announced[len(told) :]
    del story.announced[len(told) :]
    shop.visit(unsubscribe, "POST", ONE_CLICK)
    assert story.announced[len(told) :] == lost


def test_somebody_who_agreed_anew_can_say_no_again() -> None:
    """Each no is told once."""
    story, shop, _, unsubscribe = reminded()
    shop.visit(unsubscribe, "POST", ONE_CLICK)
    story.customer(ANNA, "12:00")
    shop.visit(unsubscribe, "POST", ONE_CLICK)
    assert len(story.said("customer.opted_out")) == 2
    assert not story.person(ANNA).consent[Channel.EMAIL].given


def test_a_forgotten_customer_is_not_brought_back() -> None:
    """Without a document there is nobody to write down."""
    story, shop, _, _ = reminded()
    token = issue(KEYS.links, "unsubscribe", (story.case("k1").id, "f" * 32, "email"), story.clock.now())
    before = documents(story)
    assert shop.visit(f"{OURS}/unsubscribe/{token}", "POST", ONE_CLICK).status == 200
    assert documents(story) == before
