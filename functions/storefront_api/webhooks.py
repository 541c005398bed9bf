"""A platform's webhook: is it really the store's platform, and then onto the topic, to the byte."""

import secrets as randomness
from collections.abc import Mapping

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import Incoming
from common.application.priorities import priority_of_webhook, stated
from common.logs import log
from functions.storefront_api.calls import (
    UNAVAILABLE,
    Answer,
    Call,
    fits_attribute,
    options,
    refusal,
    wrong_method,
)
from functions.storefront_api.platforms import Platform
from functions.storefront_api.store_secrets import entries_of, secret_name

_REFUSED = refusal(401, "this call is not signed as the store's own")
_MOST_ATTRIBUTES = 100
_LONGEST_NAME = 256
"""Both are Pub/Sub's limits."""


def take(engine: Engine, platform: Platform, store: str, call: Call) -> Answer:
    """202 published (or what the platform insists on), 401 not theirs, 503 for the platform to try again."""
    if call.method == "OPTIONS":
        return options("POST")
    greeting = platform.greet(call)
    if greeting is not None:
        return greeting
    if call.method != "POST":
        return wrong_method("POST")
    try:
        if not _is_genuine(engine, platform, store, call):
            return _REFUSED
        _publish(engine, Incoming(call.body or b"", attributes_of(platform, store, call.headers)))
    except Unavailable as unavailable:
        log("webhook_unavailable", "WARNING", source=platform.name, store=store, detail=str(unavailable))
        return UNAVAILABLE
    return platform.accepted


def _is_genuine(engine: Engine, platform: Platform, store: str, call: Call) -> bool:
    """Whether a current secret of the store vouches for the call. Without any, the same work is done for nothing."""
    name = secret_name(platform.name, store)
    try:
        known = entries_of(_kept(engine, name))
    except KeyError:
        known = ()
    genuine = platform.verify(call, known or (randomness.token_urlsafe(),), engine.clock.now())
    if not genuine:
        why = "signature_wrong" if known else "secret_missing"
        log("webhook_refused", "WARNING", source=platform.name, store=store, secret=name, reason=why)
    return genuine


def _kept(engine: Engine, name: str) -> bytes:
    if engine.secrets is None:
        raise Unavailable("this engine keeps no secrets")
    return engine.secrets.get(name)


def _publish(engine: Engine, message: Incoming) -> None:
    if engine.inlet is None:
        raise Unavailable("this engine has no inlet")
    engine.inlet.publish([message])


def attributes_of(platform: Platform, store: str, headers: Mapping[str, str]) -> dict[str, str]:
    """source, store, priority, and those headers that tell what the body is; never a secret, never an address."""
    attributes = {"source": platform.name, "store": store, **stated(priority_of_webhook(headers))}
    if fits_attribute(topic := headers.get("x-recoup-topic", "")):
        attributes["topic"] = (
            topic  # for platforms that name no topic, but send what headers they are told to
        )
    content_type = headers.get("content-type", "")
    is_cloud_event = "ce-specversion" in headers or content_type.startswith("application/cloudevents")
    for name, value in headers.items():
        wanted = name in platform.headers or (is_cloud_event and name[:3] == "ce-")
        if wanted and len(name) <= _LONGEST_NAME and fits_attribute(value):
            attributes[name] = value
    if is_cloud_event and fits_attribute(content_type):
        attributes["content-type"] = content_type
    return dict(list(attributes.items())[:_MOST_ATTRIBUTES])
