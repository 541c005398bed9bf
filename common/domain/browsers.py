"""Document `storefront`: which pages and apps may send events by themselves, with nothing but a public key."""

import re
from collections.abc import Mapping
from dataclasses import field
from urllib.parse import urlsplit

from common.domain.bounds import within
from common.domain.values import dataclass

_KEY = re.compile(r"[A-Za-z0-9_-]{6,100}", re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|[a-z][a-z0-9+.-]*://[a-z0-9.-]+", re.ASCII)
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)
_STORE = re.compile(r"[A-Za-z0-9._-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserAccess:
    """What one store's pages and apps may do."""

    publishable_keys: tuple[str, ...]
    """Anybody can read them in the page: they name the store and can be changed, they prove nothing."""
    allowed_origins: tuple[str, ...] = ()
    """Exact, such as https://shop.example; a call without an origin comes from an app or a server."""
    link_hosts: tuple[str, ...] = ()
    """Further hosts that a cart's links and pictures may lead to, such as those of its images."""
    events_per_minute: int = 300
    """Of one client (one address with one key); `burst` of them may come at once."""
    burst: int = 100
    trust_identity: bool = False
    """Take consent, and an account's id beside an address, as the browser says them."""

    def __post_init__(self) -> None:
        within("events_per_minute", self.events_per_minute, 1, 60_000)
        within("burst", self.burst, 1, 10_000)
        if not self.publishable_keys or not all(map(_KEY.fullmatch, self.publishable_keys)):
            raise ValueError(
                "publishable_keys needs at least one key of 6 to 100 letters, digits, - and _, such as pk_4vJq8ZtR"
            )
        for origin in self.allowed_origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"allowed_origins has {origin!r}; write scheme and host in small letters without a path, "
                    "such as https://shop.example"
                )
        for host in self.link_hosts:
            if not _HOST.fullmatch(host):
                raise ValueError(f"link_hosts has {host!r}; write a host in small letters: cdn.shop.example")

    def may_link_to(self, url: str) -> bool:
        """Whether an address leads to the shop's own pages or to another host that it named."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        own = {urlsplit(origin).hostname for origin in self.allowed_origins}
        plain = "\\" not in url and "@" not in parts.netloc and url.isprintable()
        return plain and parts.scheme in ("http", "https") and parts.hostname in {*own, *self.link_hosts}


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontPolicy:
    """Per store id; a store that isn't named takes no events from browsers."""

    stores: Mapping[str, BrowserAccess] = field(default_factory=dict)
    cart_link_days: int = 30
    """How long the cart link of a message works."""
    unsubscribe_link_days: int = 1095
    """How long its unsubscribe link works."""
    offer_link_days: int = 60
    """How long the link to an offer works: always longer than the offer, whose own end decides."""
    offer_calls_per_minute: int = 600
    """How often one address may use links to offers."""

    def __post_init__(self) -> None:
        within("cart_link_days", self.cart_link_days, 1, 365)
        within("unsubscribe_link_days", self.unsubscribe_link_days, 60, 3650)
        within("offer_link_days", self.offer_link_days, 35, 365)
        within("offer_calls_per_minute", self.offer_calls_per_minute, 1, 60_000)
        for store in self.stores:
            if not _STORE.fullmatch(store):
                raise ValueError(
                    f"stores has {store!r}; write an id of 1 to 200 letters, digits, dots, - and _"
                )
