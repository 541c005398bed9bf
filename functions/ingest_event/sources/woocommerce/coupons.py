"""Coupons: only one that is honoured no more says something, as it must not be promised."""

from datetime import datetime

from common.domain.storefront import VoucherWithdrawn
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.sources.woocommerce.amounts import Payload, as_utc, moment
from functions.ingest_event.sources.woocommerce.customers import id_in
from functions.ingest_event.understanding import Ignored, Said

_HONOURED = "publish"
"""A checkout finds published coupons only: no draft, no private one, none in the trash."""


def read_coupon(env: Envelope, coupon: Payload, at: str, topic: str, delivery: str) -> Said:
    """The withdrawal, if it is one. A deletion names its number only, unless the shop adds the code."""
    if not _is_withdrawn(env, coupon, at, topic) or (not coupon.get("code") and "deleted" in topic):
        return Ignored(env.source, env.store, topic)
    return env.event(
        VoucherWithdrawn,
        id=f"{env.content_id(topic)}:{delivery}" if "deleted" in topic else env.content_id(topic),
        occurred_at=moment(env, coupon, at, "date_modified_gmt", "updated_at"),
        code=reading.read_id(coupon.get("code"), f"{at}code"),
    )


def _is_withdrawn(env: Envelope, coupon: Payload, at: str, topic: str) -> bool:
    if topic == "coupon.deleted":
        return True
    if topic == "coupon.created":
        return False
    status = id_in(coupon, "status")
    return (status is not None and status.lower() != _HONOURED) or _is_past(
        env, coupon.get("date_expires_gmt")
    )


def _is_past(env: Envelope, expires: object) -> bool:
    """Whether the coupon's last moment had come when the message was published; one that can't be read hasn't."""
    stated = as_utc(expires)
    if not isinstance(stated, str):
        return False
    try:
        return datetime.fromisoformat(stated) <= env.published_at
    except (ValueError, TypeError):
        return False
