"""Document `storefront`: which pages may send events, checked as it is written."""

from typing import Any

import pytest

from common.application.policies import InvalidPolicy, parse
from common.domain.browsers import BrowserAccess, StorefrontPolicy


def written(**changes: Any) -> dict[str, Any]:
    """A document as an administrator writes it."""
    access = {"publishable_keys": ["pk_bielik"], "allowed_origins": ["https://bielik.example"]}
    return {"stores": {"bielik": access | changes}}


def test_without_the_document_no_page_may_send_anything() -> None:
    """The default names no store."""
    assert parse("storefront", {}) == StorefrontPolicy()
    assert not StorefrontPolicy().stores


def test_a_document_is_read() -> None:
    """What it leaves out keeps its default."""
    policy = parse(
        "storefront", written(burst=5, allowed_origins=["http://localhost:3000", "capacitor://localhost"])
    )
    access = policy.stores["bielik"]
    assert access.publishable_keys == ("pk_bielik",)
    assert access.allowed_origins == ("http://localhost:3000", "capacitor://localhost")
    assert (access.events_per_minute, access.burst, access.trust_identity) == (300, 5, False)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"publishable_keys": []}, "publishable_keys needs at least one key"),
        ({"publishable_keys": ["short"]}, "publishable_keys needs"),
        ({"publishable_keys": ["has a space"]}, "publishable_keys needs"),
        ({"allowed_origins": ["*"]}, "allowed_origins has '*'"),
        ({"allowed_origins": ["null"]}, "allowed_origins has 'null'"),
        ({"allowed_origins": ["https://bielik.example/"]}, "without a path"),
        ({"allowed_origins": ["https://*.bielik.example"]}, "allowed_origins has"),
        ({"allowed_origins": ["https://Bielik.example"]}, "small letters"),
        ({"link_hosts": ["https://cdn.example"]}, "link_hosts has"),
        ({"link_hosts": ["*"]}, "link_hosts has"),
        ({"events_per_minute": 0}, "events_per_minute is 0"),
        ({"burst": 0}, "burst is 0"),
        ({"origins": []}, "storefront.stores.bielik.origins is not a field"),
    ],
)
def test_a_mistake_names_itself(changes: dict[str, Any], sentence: str) -> None:
    """In a sentence that an administrator can act on."""
    with pytest.raises(InvalidPolicy) as caught:
        parse("storefront", written(**changes))
    assert sentence in str(caught.value)


def test_a_store_that_no_address_can_name_is_a_mistake() -> None:
    """Its id is a part of the address."""
    with pytest.raises(InvalidPolicy, match="letters, digits, dots"):
        parse("storefront", {"stores": {"my shop": written()["stores"]["bielik"]}})


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://bielik.example/cart?id=1", True),
        ("http://bielik.example", True),
        ("https://BIELIK.example/", True),
        ("https://cdn.example/a.png", True),
        ("https://www.bielik.example/", False),
        ("https://evil.example/bielik.example", False),
        ("https://bielik.example@evil.example/", False),
        ("https://evil.example\\@bielik.example/", False),
        ("https://bielik.example\n.evil.example/", False),
        ("javascript:alert(1)//bielik.example", False),
        ("//bielik.example/", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_links_lead_to_the_shop(url: str, may: bool) -> None:
    """By the host as a browser would read it."""
    access = BrowserAccess(
        publishable_keys=("pk_bielik",),
        allowed_origins=("https://bielik.example",),
        link_hosts=("cdn.example",),
    )
    assert access.may_link_to(url) is may


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"offer_link_days": 34}, "offer_link_days is 34"),
        ({"offer_link_days": 366}, "offer_link_days is 366"),
        ({"offer_calls_per_minute": 0}, "offer_calls_per_minute is 0"),
    ],
)
def test_a_link_to_an_offer_always_outlives_the_offer(changes: dict[str, Any], sentence: str) -> None:
    """Offers live up to thirty days; a shorter link would call an open offer broken (L50)."""
    with pytest.raises(InvalidPolicy) as caught:
        parse("storefront", changes)
    assert sentence in str(caught.value)
    assert parse("storefront", {}).offer_link_days > 30
