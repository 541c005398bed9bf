"""The platforms whose webhooks are taken: each one's proof, the headers that matter, what it wants to hear."""

import re
from collections.abc import Callable

from common.domain.values import dataclass
from functions.storefront_api.calls import Answer, Call
from functions.storefront_api.signatures import Verify, adobe, either, saleor
from functions.storefront_api.signatures.hmacs import (
    base64_sha256,
    dated,
    hex_digest,
    shared_secret,
    standard_webhooks,
)

_WOOCOMMERCE_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
_ACCEPTED = Answer(202, {"accepted": 1})
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{1,200}", re.ASCII)


def _nothing(call: Call) -> Answer | None:
    return None


def _woocommerce_ping(call: Call) -> Answer | None:
    """The unsigned form that WooCommerce sends when a webhook is saved; only 200 will do, and nothing is published."""
    is_ping = call.method == "POST" and _WOOCOMMERCE_PING.fullmatch(call.body or b"")
    return Answer(200, {"ping": "received"}) if is_ping else None


def _adobe_challenge(call: Call) -> Answer | None:
    """The unsigned GET by which Adobe I/O Events asks whether the address is ours; it wants its word back."""
    challenge = call.query.get("challenge", "")
    if call.method not in ("GET", "HEAD") or not _CHALLENGE.fullmatch(challenge):
        return None
    return Answer(200, {"challenge": challenge})


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One platform."""

    name: str
    """What the attribute `source` says."""
    verify: Verify
    headers: tuple[str, ...] = ()
    """Those that become attributes, in small letters: what the body is, and its id."""
    accepted: Answer = _ACCEPTED
    greet: Callable[[Call], Answer | None] = _nothing
    """The answer to an unsigned call by which the platform tries the address; it changes nothing."""


def _listed(prefix: str, names: str) -> tuple[str, ...]:
    return tuple(prefix + name for name in names.split())


_fixed_header = shared_secret("authorization", "x-recoup-secret")

_ALL = (
    Platform(
        name="adobe_commerce",
        verify=adobe.verify,
        headers=_listed("x-adobe-", "event-id event-code provider delivery-id"),
        accepted=Answer(200, {"op": "success"}),  # what its synchronous webhooks wait for
        greet=_adobe_challenge,
    ),
    Platform(
        name="bigcommerce",
        verify=either(standard_webhooks, _fixed_header),
        headers=("webhook-id", "webhook-timestamp"),
        accepted=Answer(200, {"accepted": 1}),  # it documents that only 200 acknowledges
    ),
    Platform(
        name="commercelayer",
        verify=base64_sha256("x-commercelayer-signature"),
        headers=("x-commercelayer-topic",),
    ),
    Platform(
        name="commercetools",
        verify=shared_secret("authorization", "x-functions-key", "x-recoup-secret"),
        headers=("x-correlation-id",),
        accepted=Answer(200, {"actions": []}),  # an API extension may answer with update actions: none
    ),
    Platform(name="ga4", verify=either(dated, _fixed_header)),
    Platform(
        name="medusa",
        verify=either(hex_digest("sha256", "x-medusa-signature", prefix="sha256="), _fixed_header),
        headers=_listed("x-medusa-", "event topic delivery-id"),
    ),
    Platform(name="recoup", verify=either(dated, _fixed_header)),
    Platform(name="rudderstack", verify=_fixed_header),
    Platform(
        name="saleor",
        verify=saleor.verify,
        headers=(*_listed("saleor-", "event domain api-url"), *_listed("x-saleor-", "event domain")),
    ),
    Platform(name="segment", verify=either(hex_digest("sha1", "x-signature"), _fixed_header)),
    Platform(
        name="shopify",
        verify=base64_sha256("x-shopify-hmac-sha256"),
        headers=_listed(
            "x-shopify-", "topic shop-domain webhook-id event-id triggered-at api-version name sub-topic test"
        ),
    ),
    Platform(
        name="woocommerce",
        verify=base64_sha256("x-wc-webhook-signature"),
        headers=_listed("x-wc-webhook-", "topic resource event id delivery-id source"),
        greet=_woocommerce_ping,
    ),
)
PLATFORMS = {one.name: one for one in _ALL}
_ALIASES = {"magento": "adobe_commerce", "commerce_layer": "commercelayer", "google_analytics": "ga4"}


def platform(stated: str) -> Platform | None:
    """The platform of that name, hyphens or underscores alike; None if there is none."""
    name = stated.lower().replace("-", "_")
    return PLATFORMS.get(_ALIASES.get(name, name))
