"""Canonical events: attributes source=recoup and store, data as in docs/storefront-events.schema.json."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, assert_never

from pydantic import ValidationError

from common.application import contact
from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import (
    CartItemsChanged,
    CartUpdated,
    CartVisited,
    CustomerDataRequested,
    CustomerErased,
    CustomerUpdated,
    ItemUnavailable,
    OfferAccepted,
    OfferDeclined,
    OfferViewed,
    OrderCancelled,
    OrderFacts,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    Person,
    StorefrontEvent,
    VerificationFailed,
    VoucherRedeemed,
)
from common.domain.vocabulary import Channel, SalesChannel, VerificationReason
from functions.ingest_event import canonical, envelope, reading, salvage
from functions.ingest_event.canonical_carts import read_cart, read_order_lines
from functions.ingest_event.complaints import refusal

NAME = "recoup"
ALIASES = ("canonical",)

_CHANNELS = {channel.value: channel for channel in SalesChannel}
_CONSENTS = tuple((channel, channel.value) for channel in Channel)
_ORDER_EVENTS = {
    "order.placed": OrderPlaced,
    "order.paid": OrderPaid,
    "order.payment_failed": OrderPaymentFailed,
    "order.cancelled": OrderCancelled,
}
_OFFER_EVENTS = {
    "offer.viewed": OfferViewed,
    "offer.accepted": OfferAccepted,
    "offer.declined": OfferDeclined,
}
_REQUESTS = {"customer.erased": CustomerErased, "customer.data_requested": CustomerDataRequested}


def recognises(_: PubSubMessage) -> bool:
    """Nothing but the attribute `source` tells."""
    return False


def resembles(payload: Mapping[str, Any]) -> bool:
    """Whether it has a canonical event's type and moment."""
    kind = payload.get("type")
    return isinstance(kind, str) and kind in canonical.TYPES and "occurred_at" in payload


store_of = envelope.store_of


def understand(message: PubSubMessage, received_at: datetime) -> tuple[StorefrontEvent]:
    """The event that the data states."""
    store = store_of(message)
    if store is None:
        why = "The attribute store is missing; set it to your store's id."
        raise Refused("store_missing", why, "attributes.store")
    payload = reading.read_object(message.data)
    try:
        stated = canonical.EVENT.validator.validate_python(payload)
    except ValidationError as error:
        raise refusal(error) from None
    notes: list[str] = []
    common: dict[str, Any] = {
        "id": reading.read_id(stated.id, "id"),
        "store": store,
        "source": NAME,
        "occurred_at": reading.read_moment(stated.occurred_at, "occurred_at", received_at),
        "digest": reading.fingerprint(stated.__pydantic_serializer__.to_json(stated, exclude_none=True)),
        "channel": _CHANNELS[stated.channel] if stated.channel else None,
        "person": _person(stated.customer, notes) if stated.customer else None,
        "user_agent": message.attribute("user-agent"),
    }
    event, facts = _told(stated, notes)
    return (event(**common, **facts, notes=tuple(dict.fromkeys(notes))),)


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The total of the cart, order or return; for a cart without one, the sum of its lines."""
    for part in ("cart", "order", "return"):
        stated = payload.get(part)
        if isinstance(stated, Mapping):
            currency = stated.get("currency")
            total = salvage.money_of(stated.get("total"), currency)
            return total or salvage.sum_of_lines(stated.get("lines"), "unit_price", currency)
    return None


def _told(  # noqa: C901 - the table of event types
    stated: canonical.AnyEvent, notes: list[str]
) -> tuple[Callable[..., StorefrontEvent], dict[str, Any]]:
    """The event's class, and what it has beyond that which every event has."""
    match stated:
        case canonical.CartUpdatedEvent():
            return CartUpdated, {"cart": read_cart(stated.cart, notes)}
        case canonical.ActivityEvent():
            if stated.cart:
                return CartUpdated, {"cart": read_cart(stated.cart, notes)}
            return CartVisited, {"cart_id": _visited(stated)}
        case canonical.CartItemsEvent():
            return CartItemsChanged, _items_changed(stated, notes)
        case canonical.ItemEvent():
            return ItemUnavailable, {
                "sku": _sold_out(stated),
                "cart_id": reading.read_id(stated.cart_id, "cart_id"),
            }
        case canonical.VerificationEvent():
            return VerificationFailed, _verification(stated)
        case canonical.OrderEvent():
            final = stated.order.final if stated.final is None else stated.final
            return _ORDER_EVENTS[stated.type], {"order": _order(stated.order, final=final)}
        case canonical.OfferEvent():
            return _OFFER_EVENTS[stated.type], _offer(stated)
        case canonical.ReturnEvent():
            return OrderReturned, _return(stated.return_, notes)
        case canonical.VoucherEvent():
            code = reading.read_id(stated.voucher.code, "voucher.code")
            order_id = reading.read_id(stated.voucher.order_id, "voucher.order_id")
            return VoucherRedeemed, {"code": code, "order_id": order_id}
        case canonical.CustomerEvent():
            _check_identity(stated.customer)
            return CustomerUpdated, {}
        case canonical.CustomerRequestEvent():
            _check_identity(stated.customer)
            return _REQUESTS[stated.type], {}
        case _:
            assert_never(stated)


def _items_changed(stated: canonical.CartItemsEvent, notes: list[str]) -> dict[str, Any]:
    cart = read_cart(stated.cart, notes)
    if not cart.lines:
        raise Refused(
            "field_missing", "cart.lines is empty; send the items put in or taken out.", "cart.lines"
        )
    side = "added" if stated.type == "cart.items_added" else "removed"
    return {"cart_id": cart.id, "currency": cart.currency, side: cart.lines, "url": cart.url}


def _verification(stated: canonical.VerificationEvent) -> dict[str, Any]:
    verification = stated.verification
    order = _order(stated.order)
    if reading.read_id(verification.order_id, "verification.order_id") != order.id:
        why = "verification.order_id is another order's than order.id; send the order that was verified."
        raise Refused("field_invalid", why, "verification.order_id")
    approved = None
    if verification.approved_amount is not None:
        stated_in = stated.order.currency if verification.currency is None else verification.currency
        currency = reading.read_currency(stated_in, "verification.currency")
        field = "verification.approved_amount"
        approved = Money(reading.read_minor(verification.approved_amount, currency, field), currency)
    return {
        "verification_id": reading.read_id(verification.id, "verification.id"),
        "order": order,
        "reason": VerificationReason(verification.reason),
        "approved": approved,
    }


def _sold_out(stated: canonical.ItemEvent) -> str:
    if stated.item is not None:
        return reading.read_id(stated.item.sku, "item.sku")
    if stated.sku is None:
        raise Refused("field_missing", "item is missing; send item.sku, or sku.", "item")
    return reading.read_id(stated.sku, "sku")


def _visited(stated: canonical.ActivityEvent) -> str:
    if stated.cart_id is None:
        why = f"cart_id is missing; {stated.type} needs cart_id, or cart with its state."
        raise Refused("field_missing", why, "cart_id")
    return reading.read_id(stated.cart_id, "cart_id")


def _check_identity(stated: canonical.Customer) -> None:
    if not (stated.id or stated.email or stated.phone or stated.anonymous_id):
        why = "customer.id is missing; send an id, an e-mail address or a phone number."
        raise Refused("field_missing", why, "customer.id")


def _offer(stated: canonical.OfferEvent) -> dict[str, Any]:
    if stated.offer_id is None and stated.order_id is None:
        why = "offer_id is missing; send it, or order_id with the order that was lost."
        raise Refused("field_missing", why, "offer_id")
    return {
        "offer_id": reading.read_id(stated.offer_id, "offer_id") if stated.offer_id else None,
        "order_id": reading.read_id(stated.order_id, "order_id") if stated.order_id else None,
    }


def _order(stated: canonical.Order, *, final: bool | None = None) -> OrderFacts:
    currency = reading.read_currency(stated.currency, "order.currency")
    return OrderFacts(
        id=reading.read_id(stated.id, "order.id"),
        cart_id=reading.read_id(stated.cart_id, "order.cart_id") if stated.cart_id else None,
        total=Money(reading.read_minor(stated.total, currency, "order.total"), currency),
        discount_minor=reading.read_minor(stated.discount or "0", currency, "order.discount"),
        voucher_codes=_unique(stated.voucher_codes or ()),
        skus=_unique(line.sku for line in stated.lines or ()),
        made_by_shop=stated.created_by == "shop",
        lines=read_order_lines(stated.lines or (), currency),
        offer_id=reading.read_id(stated.offer_id, "order.offer_id") if stated.offer_id else None,
        final=final,
    )


def _return(stated: canonical.Return, notes: list[str]) -> dict[str, Any]:
    total = None
    if stated.total is not None:
        if stated.currency is None:
            notes.append("return.total was left out: return.currency is missing.")
        else:
            currency = reading.read_currency(stated.currency, "return.currency")
            total = Money(reading.read_minor(stated.total, currency, "return.total"), currency)
    return {
        "return_id": reading.read_id(stated.id, "return.id"),
        "order_id": reading.read_id(stated.order_id, "return.order_id"),
        "total": total,
    }


def _person(stated: canonical.Customer, notes: list[str]) -> Person | None:
    consent = stated.consent
    answers = {channel: getattr(consent, name) for channel, name in _CONSENTS} if consent else {}
    person, left_out = contact.describe_person(
        external_id=reading.read_id(stated.id, "customer.id") if stated.id else None,
        anonymous_id=reading.read_id(stated.anonymous_id, "customer.anonymous_id")
        if stated.anonymous_id
        else None,
        email=stated.email,
        phone=stated.phone,
        name=reading.clean_text(stated.name, reading.MAX_NAME) if stated.name else None,
        locale=stated.locale,
        time_zone=stated.time_zone,
        country=stated.country,
        consent={channel: answer for channel, answer in answers.items() if answer is not None},
    )
    notes.extend(left_out)
    return person


def _unique(texts: Any) -> tuple[str, ...]:
    cleaned = (reading.clean_text(text, reading.MAX_ID) for text in texts)
    return tuple(dict.fromkeys(text for text in cleaned if text))
