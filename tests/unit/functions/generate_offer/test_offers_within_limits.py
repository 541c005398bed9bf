"""Whatever catalogue and policy say, what the reference algorithm proposes is within the limits frozen for it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from common.application.policies import build
from common.domain.catalogue import Product
from common.domain.documents import Consent, Customer
from common.domain.effects import AskPrice
from common.domain.money import Money
from common.domain.offer_limits import frozen, offerable, question, upper_limit
from common.domain.offers import Offer, Wanted
from common.domain.triggers import NotPriced
from common.domain.vocabulary import Channel, OfferTrigger, Reason
from functions.generate_offer.answers import Proposed, read
from infra.catalog.building import finished_product
from infra.local.machine import LOCAL_KEYS
from infra.local.pricing import ReferencePricing

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
CUSTOMER = Customer(id="c", store="shop", country="PL", consent={Channel.EMAIL: Consent(given=True, at=NOW)})
DECIMALS = {"PLN": 2, "JPY": 0, "KWD": 3}


@st.composite
def stories(draw: Any) -> tuple[Offer, tuple[Product, ...], dict[str, Any]]:
    """An offer, what the shop sells, and the policy document `pricing`."""
    currency = draw(st.sampled_from(sorted(DECIMALS)))
    prices = st.integers(1, 3_000_000)
    quantity = draw(st.integers(1, 5))
    wanted = draw(prices)
    products = tuple(
        finished_product(
            Product(
                id="",
                store="shop",
                sku=f"s{number}",
                name=f"Article {number}",
                price=Money(draw(prices), currency),
                cost=draw(st.none() | prices.map(lambda minor: Money(minor, currency))),
                category=("A", "B"),
                attributes={"size": str(number % 3)},
                stock=draw(st.none() | st.integers(0, 9)),
            )
        )[0]
        for number in range(draw(st.integers(0, 6)))
    )
    offer = Offer(
        id="case-1",
        trigger=draw(st.sampled_from(OfferTrigger)),
        wanted=Wanted(sku="wanted", name="Wanted", quantity=quantity, unit_price_minor=wanted),
        currency=currency,
        requested_at=NOW,
        stage_at=NOW,
        approved_minor=draw(st.none() | st.integers(0, 6_000_000)),
    )
    least = draw(st.integers(0, 50_000))
    pricing = {
        "minimum_margin_percent": draw(st.integers(0, 100) | st.sampled_from([7.5, 0.01, "12.34"])),
        "minimum_margin": {currency: str(least // 10 ** DECIMALS[currency])},
    }
    return offer, products, pricing


@given(stories())
@settings(max_examples=300, deadline=None)
def test_the_proposal_is_within_the_limits(story: Any) -> None:
    """Never below what it must bring in, never above its own price, cheaper than the wanted item, and affordable."""
    offer, products, pricing = story
    policy = build({"pricing": pricing}, LOCAL_KEYS)
    able = offerable(offer, products, policy.pricing)
    if not able:
        return
    limits = frozen(offer, [limit for _, limit in able], policy, 7, NOW)
    known = finished_product(replace(products[0], sku="wanted", attributes={"size": "1"}))[0]
    asked = question(offer, limits, known, [product for product, _ in able], CUSTOMER, policy)
    proposed = answer(offer, asked)
    if isinstance(proposed, NotPriced):
        assert proposed.reason is Reason.NO_ALTERNATIVE, proposed
        event("nothing is worth it")
        return
    event("proposed")
    product = next(one for one in products if one.sku == proposed.sku)
    price, quantity = proposed.unit_price_minor, offer.wanted.quantity
    assert limits.allows(proposed.sku, price)
    assert price < offer.wanted.unit_price_minor
    assert price <= product.price.minor
    assert offer.approved_minor is None or price * quantity <= offer.approved_minor
    assert product.stock is None or product.stock >= quantity
    assert proposed.personalized is (price < product.price.minor)
    if product.cost is None:
        event("unknown cost")
        assert price == product.price.minor
    else:
        assert price >= policy.pricing.floor(product.cost.minor, offer.currency) >= product.cost.minor
    assert limits.hard_limit_minor <= price <= limits.upper_limit_minor == upper_limit(offer)


def answer(offer: Offer, asked: str) -> Proposed | NotPriced:
    reply = ReferencePricing().ask(asked.encode(), 5)
    assert json.loads(reply.body).get("error") is None, reply.body
    effect = AskPrice(
        case_id="case",
        customer_id="c",
        store="shop",
        offer_id=offer.id,
        request=asked,
        quantity=offer.wanted.quantity,
        currency=offer.currency,
        attempts=1,
        attempt_timeout_seconds=5,
        deadline_seconds=5,
    )
    return read(reply, effect)


def test_limits_that_were_changed_allow_nothing() -> None:
    """The hash covers them all."""
    offer = Offer(
        id="case-1",
        trigger=OfferTrigger.PAYMENT_FAILED,
        wanted=Wanted(sku="w", name="W", quantity=1, unit_price_minor=1000),
        currency="PLN",
        requested_at=NOW,
        stage_at=NOW,
    )
    policy = build({}, LOCAL_KEYS)
    product = finished_product(
        Product(id="", store="s", sku="a", name="A", price=Money(900, "PLN"), cost=Money(500, "PLN"))
    )[0]
    limits = frozen(
        offer, [limit for _, limit in offerable(offer, [product], policy.pricing)], policy, 1, NOW
    )
    assert limits.allows("a", 525)
    assert not limits.allows("a", 524)
    assert limits.allows("a", 900)
    assert not limits.allows("a", 901)
    assert not limits.allows("b", 600)
    assert not replace(limits, hard_limit_minor=1).allows("a", 600)
    assert not replace(limits, catalogue_version=2).allows("a", 600)
