"""What a payload must be, judged by its shape alone: for messages that come without Saleor's headers."""

from base64 import b64decode

from functions.ingest_event.reading import mapping
from functions.ingest_event.sources.saleor.deliveries import KINDS, PARTS, UUID, type_of, unwrapped
from functions.ingest_event.sources.saleor.money import Payload

_NESTED = ("order", "checkout")


def looks_like_saleor(payload: Payload) -> bool:
    """Whether the payload's object has a global id of Saleor's, and stands or has fields that go with it."""
    if isinstance(payload.get("notify_event"), str) or "issuing_principal" in mapping(payload.get("meta")):
        return True
    if payload.get("type") == "Checkout" and UUID.fullmatch(str(payload.get("token"))):
        return True
    holder, _ = unwrapped(payload, "")
    parts = {name for names in PARTS.values() for name in names}
    if {"issuedAt", "version"} <= holder.keys() and not parts.isdisjoint(holder):
        return True
    for name in _NESTED:
        if _by_uuid(mapping(holder.get(name)).get("id"), name):
            return True
    if type_of(mapping(holder.get("user")).get("id")) == "User":
        return "email" in holder["user"]
    for part in (holder, mapping(holder.get("order")), mapping(holder.get("checkout"))):
        told = {"order": ("lines", "total", "userEmail"), "checkout": ("lines", "totalPrice", "email")}
        if any(name in part for name in told.get(KINDS.get(type_of(part.get("id")), ""), ())):
            return True
    return False


def _by_uuid(value: object, kind: str) -> bool:
    """Whether it is the global id of that kind of thing with a UUID in it."""
    if KINDS.get(type_of(value)) != kind:
        return False
    return bool(UUID.fullmatch(b64decode(str(value)).decode().partition(":")[2]))
