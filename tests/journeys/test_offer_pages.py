"""From the message about an offer to the order: its link, the page, the shop's app, and what the shop is told."""

import json
from dataclasses import replace
from typing import Any

from common.application.policies import build
from common.domain.vocabulary import OfferStage, Stage
from functions.storefront_api.calls import Call
from functions.storefront_api.routes import answer
from infra.local.machine import LOCAL_KEYS
from tests.builders import ANNA, STORE, when
from tests.phones import FOX_64, FOX_128, failed, with_catalogue
from tests.shop_backend import API_KEY, ShopBackend
from tests.stories import Story

OURS = "https://recoup.phones.test"
JSON = {"accept": "application/json"}


def offered() -> tuple[Story, ShopBackend, str]:
    """Anna got a message about an offer; the address of its page."""
    documents = {
        "recovery": {"holdout_percent": 0},
        "shop": {"url": "https://shop.test/", "storefront_url": OURS, "time_zone": "Europe/Warsaw"},
    }
    story = with_catalogue(Story(build(documents, LOCAL_KEYS)), FOX_128, FOX_64)
    failed(story, "10:00", customer=replace(ANNA, locale="pl-PL"))
    story.run_until("10:05")
    (message,) = story.provider.delivered
    assert message.offer is not None
    return story, ShopBackend(story.machine.engine), str(message.offer.page_url)


def offers(shop: ShopBackend, id: str = "c-anna") -> list[Any]:
    """As the shop's backend lists them."""
    headers = {"authorization": f"Bearer {API_KEY}", "x-recoup-store": STORE}
    given = answer(shop.engine, Call(method="GET", path=("customers", id, "offers"), headers=headers))
    assert given.status == 200
    found = (given.body or {})["offers"]
    assert isinstance(found, list)
    return found


def case(story: Story) -> Any:
    """The case of the lost order."""
    (found,) = [one for one in story.documents("cases") if one.offer]
    return found


def test_the_messages_link_leads_to_the_offer_and_the_offer_to_an_order() -> None:
    """Seen and accepted on the web, ordered by the shop with the offer's id, and counted (L45)."""
    story, shop, url = offered()
    ready = story.said("offer.ready")[0]
    page = shop.visit(url, headers={"accept": "text/html"})
    assert page.status == 200
    for said in ("Phone fox-64", "Phone fox-128", str(ready["price"]).replace(".", ","), "Europe/Warsaw"):
        assert said in str(page.page)
    assert "credit" not in str(page.page)
    assert shop.visit(f"{url}/accept", "POST", headers={"accept": "text/html"}).status == 200
    (accepted,) = story.said("offer.accepted")
    assert {
        name: accepted[name] for name in ("sku", "total", "channel", "order_id", "customer_reference")
    } == {
        "sku": "fox-64",
        "total": ready["price"],
        "channel": "web",
        "order_id": "o1",
        "customer_reference": "c-anna",
    }
    lines = [{"sku": "fox-64", "quantity": 1, "unit_price": ready["price"]}]
    order = {
        "id": "o2",
        "currency": "PLN",
        "total": ready["price"],
        "offer_id": ready["offer_id"],
        "lines": lines,
    }
    story.tell("order.placed", "10:30", ANNA, order=order)
    assert case(story).stage is Stage.RECOVERED
    assert (shop.visit(url, headers=JSON).body or {})["state"] == "ordered"


def test_the_app_shows_the_same_offer_as_the_message() -> None:
    """By the shop's own id of the customer; accepted there, the link of the message says so too (L52)."""
    _, shop, url = offered()
    (told,) = offers(shop)
    assert (told["state"], told["order_id"], told["alternative"]["sku"]) == ("delivered", "o1", "fox-64")
    seen = shop.visit(told["url"], headers=JSON).body or {}
    yes = json.dumps({"version": seen["version"]}).encode()
    first = shop.visit(f"{told['url']}/accept", "POST", yes, {"content-type": "application/json"})
    again = shop.visit(f"{url}/accept", "POST", yes, {"content-type": "application/json"})
    assert (first.status, again.body) == (200, first.body)
    assert [one["state"] for one in offers(shop)] == ["accepted"]
    assert offers(shop, "c-ben") == []


def test_nothing_is_offered_to_somebody_who_may_not_have_it_yet() -> None:
    """An offer that waits for approval is neither listed nor sent."""
    dear = {"recovery": {"holdout_percent": 0}, "pricing": {"approval_over": {"PLN": "1.00"}}}
    story = with_catalogue(Story(build(dear, LOCAL_KEYS)), FOX_128, FOX_64)
    failed(story, "10:00")
    story.run_until("10:05")
    assert case(story).offer.stage is OfferStage.READY
    assert offers(ShopBackend(story.machine.engine)) == []


def test_a_declined_offer_is_over_on_every_side() -> None:
    """On the web; the app can't accept it afterwards, and nothing more is sent (L15)."""
    story, shop, url = offered()
    shop.visit(f"{url}/decline", "POST", headers={"accept": "text/html"})
    refused = shop.visit(f"{url}/accept", "POST", headers=JSON)
    assert (refused.status, (refused.body or {})["reason"]) == (409, "declined")
    story.run_until("+20d 00:00")
    assert len(story.sent()) == 1


def test_an_offer_ends_at_the_minute_that_its_message_named() -> None:
    """On the page as in the message, whatever the timer does (L22, L50)."""
    story, shop, url = offered()
    (message,) = story.provider.delivered
    assert message.offer is not None
    end = message.offer.valid_until
    assert (shop.visit(url, "HEAD", headers=JSON).body or {})["valid_until"].startswith(
        f"{end:%Y-%m-%dT%H:%M}"
    )
    story.clock.set(end)
    assert shop.visit(f"{url}/accept", "POST", headers=JSON).status == 410
    assert end > when("+6d 10:00")
