"""A customer's offers, for the shop's backend: with its key, and with what a public link does not say."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.application.failures import Unavailable
from common.domain import ids
from common.domain.documents import Customer
from common.domain.vocabulary import OfferStage, SalesChannel
from functions.storefront_api import customer_offers
from functions.storefront_api.calls import Answer, Call
from functions.storefront_api.rate_limit import RateLimiter
from infra.local.machine import LOCAL_KEYS
from tests.builders import DAY, STORE
from tests.shop_backend import API_KEY
from tests.unit.functions.storefront_api.offered import (
    ANNA,
    NOW,
    OURS,
    PROPOSAL,
    UNTIL,
    Shop,
    case,
    case_id,
    offer,
    policy,
    shop,
)

KEY = {"authorization": f"Bearer {API_KEY}", "x-recoup-store": STORE}


def ask(opened: Shop, id: str = "c-anna", limiter: RateLimiter | None = None, **call: Any) -> Answer:
    """One call with the store's key, unless it says otherwise."""
    made = Call(**{"method": "GET", "path": ("customers", id, "offers"), "headers": KEY, **call})
    return customer_offers.take(opened.engine, id, made, limiter or RateLimiter())


def listed(opened: Shop, id: str = "c-anna") -> list[Any]:
    """The offers of the answer."""
    given = ask(opened, id)
    assert given.status == 200
    offers = (given.body or {})["offers"]
    assert isinstance(offers, list)
    return offers


def anna(*subjects: str, **changes: Any) -> Customer:
    """Anna with offers for these orders."""
    return replace(ANNA, offer_cases=tuple(map(case_id, subjects)), **changes)


def test_an_offer_comes_with_its_order_and_a_link_that_works() -> None:
    """As the app shows it, and what the shop needs to make the order; looking changes nothing."""
    opened = shop()
    (told,) = listed(opened)
    assert opened.offer().stage is OfferStage.DELIVERED
    assert opened.story.announced == []
    url = told.pop("url")
    assert url.startswith(f"{OURS}/offers/")
    assert "Phone S" in str(opened.backend.visit(url, headers={"accept": "text/html"}).page)
    assert (told.pop("case_id"), told.pop("order_id")) == (case_id("o-7"), "o-7")
    assert told == {**(opened.app().body or {}), "state": "delivered"}


def test_offers_are_listed_newest_first() -> None:
    """Each where it stands now, whether or not a timer has been there; a former one beside the one that replaced it."""
    opened = shop()
    older = offer(subject="o-1", requested_at=DAY - timedelta(days=9), valid_until=NOW)
    declined = offer(OfferStage.DECLINED, answered_at=NOW, answered_through=SalesChannel.WEB)
    newer = offer(id=f"{case_id('o-7')}-2", requested_at=DAY + timedelta(hours=1))
    opened.put(case(older, "o-1"), case(newer, former_offer=declined), anna("o-1", "o-7"))
    assert [(one["offer_id"], one["state"]) for one in listed(opened)] == [
        (newer.id, "delivered"),
        (declined.id, "declined"),
        (older.id, "expired"),
    ]


@pytest.mark.parametrize("stage", list(OfferStage))
def test_only_what_the_customer_has_or_is_about_to_get_is_listed(stage: OfferStage) -> None:
    """Never what was still being worked out, or came to nothing (issue 4)."""
    hidden = (OfferStage.REQUESTED, OfferStage.PRICING, OfferStage.CANCELLED, OfferStage.REPLACED)
    told = listed(shop(offer(stage)))
    assert [one["state"] for one in told] == ([] if stage in hidden else [stage.value])


def test_a_ready_offer_is_shown_but_not_taken_before_it_is_delivered() -> None:
    """Its message may say until when; before that nothing is promised."""
    opened = shop(offer(OfferStage.READY))
    (told,) = listed(opened)
    assert (told["state"], told["valid_until"]) == ("ready", None)
    refused = opened.app("accept")
    assert (refused.status, (refused.body or {})["reason"]) == (409, "not_ready")
    assert "przygotowywana" in str(opened.visit().page)


def test_an_offer_that_waits_for_approval_is_nobodys_business() -> None:
    """It may be refused yet; once it is approved it is listed."""
    dear = policy(pricing={"approval_over": {"PLN": "1000.00"}})
    opened = shop(offer(OfferStage.READY), dear)
    assert listed(opened) == []
    opened.put(case(offer(OfferStage.READY, approved_by="basia")))
    assert len(listed(opened)) == 1
    assert (
        len(listed(shop(offer(OfferStage.READY, proposal=replace(PROPOSAL, unit_price_minor=100000)), dear)))
        == 1
    )


def test_a_stranger_has_no_offers() -> None:
    """An empty list: nobody learns who is a customer; another store's id is somebody else's."""
    opened = shop()
    for id in ("c-nobody", "anna@shop.test", "x" * 5000, " "):
        assert listed(opened, id) == []
    elsewhere = replace(ANNA, id=ids.customer_id("boots", "id", "c-anna"), store="boots")
    opened.put(elsewhere)
    headers = {**KEY, "x-recoup-store": "boots"}
    assert ask(opened, headers=headers).status == 401


def test_a_customer_who_became_another_document_is_followed() -> None:
    """Past the signpost; the merged person's offers are found, and the case may still name the former one."""
    opened = shop()
    merged = replace(anna("o-7"), id="f" * 32)
    opened.put(merged, replace(ANNA, merged_into=merged.id))
    assert [one["order_id"] for one in listed(opened)] == ["o-7"]


def test_an_offer_that_is_another_persons_by_now_is_not_listed() -> None:
    """The case says whose it is (L6)."""
    opened = shop(customer_id="e" * 32)
    assert listed(opened) == []


def test_a_case_that_was_erased_is_passed_over() -> None:
    """The customer's list may be older than the case."""
    opened = shop()
    opened.put(anna("o-1", "o-7"))
    assert [one["order_id"] for one in listed(opened)] == ["o-7"]


@pytest.mark.parametrize("shop_changes", [{"storefront_url": None}, {}])
def test_without_links_there_is_no_address(shop_changes: dict[str, Any]) -> None:
    """The app shows the offer itself, and answers through its own token elsewhere."""
    keys = replace(LOCAL_KEYS, links=()) if not shop_changes else LOCAL_KEYS
    assert [one["url"] for one in listed(shop(rules=policy(keys, shop=shop_changes)))] == [None]


def test_all_cases_are_loaded_at_once() -> None:
    """Three round trips at most, however many offers there are."""
    opened = shop()
    opened.put(
        case(offer(subject="o-1"), "o-1"), case(offer(subject="o-2"), "o-2"), anna("o-1", "o-2", "o-7")
    )
    store, loads = opened.engine.store, []

    class Counting:
        def load(self, refs: Any) -> Any:
            loads.append(len(refs))
            return store.load(refs)

    opened.backend.engine = replace(opened.engine, store=Counting())  # type: ignore[arg-type]
    assert len(listed(opened)) == 3
    assert loads == [1, 3]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-recoup-store": STORE},
        {**KEY, "authorization": "Bearer wrong"},
        {**KEY, "x-recoup-store": "../x"},
    ],
)
def test_everybody_without_the_key_is_refused_alike(
    headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """401; neither the key nor the customer's id is logged."""
    refused = ask(shop(), headers=headers)
    assert refused.status == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert API_KEY not in caplog.text
    assert "c-anna" not in caplog.text


def test_methods_that_are_none() -> None:
    """It is only read."""
    assert ask(shop(), method="POST").headers["Allow"] == "GET, HEAD, OPTIONS"
    assert ask(shop(), method="OPTIONS").status == 204
    assert ask(shop(), method="HEAD").status == 200


def test_too_many_calls_have_to_wait() -> None:
    """As for vouchers, per store and instance."""
    opened = shop(rules=policy(vouchers={"calls_per_minute": 60}))
    limiter = RateLimiter(elapsed=lambda: 0.0)
    told = [ask(opened, limiter=limiter).status for _ in range(61)]
    assert (told[:60], told[60]) == ([200] * 60, 429)


def test_an_outage_is_to_be_asked_about_again() -> None:
    """503, not an empty list (L51)."""
    opened = shop()

    class Away:
        def load(self, refs: Any) -> Any:
            raise Unavailable("Firestore: UNAVAILABLE")

    opened.backend.engine = replace(opened.engine, store=Away())  # type: ignore[arg-type]
    assert ask(opened).status == 503


def test_an_offer_that_has_ended_says_so_by_the_clock() -> None:
    """Before any timer has been there (L50)."""
    opened = shop()
    opened.story.clock.set(UNTIL)
    assert [one["state"] for one in listed(opened)] == ["expired"]
