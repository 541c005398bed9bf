"""The Commerce storefront events that a page pushes into Adobe's client data layer: an event and its contexts."""

from typing import Any

from common.application import contact
from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import (
    Cart,
    CartUpdated,
    CartVisited,
    Line,
    OrderFacts,
    OrderPlaced,
    Person,
    StorefrontEvent,
)
from common.domain.vocabulary import SalesChannel
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.adobe_commerce.body import number_of

_CART_EVENTS = frozenset(
    (
        *("add-to-cart", "remove-from-cart", "update-cart", "open-cart", "shopping-cart-view"),
        *("initiate-checkout", "shopping-cart-clear"),
    )
)
_VIEWS = frozenset(("page-view", "product-page-view"))
_ORDER = "place-order"
TOPICS = frozenset((*_CART_EVENTS, *_VIEWS, _ORDER))


def topic_in(payload: dict[str, Any]) -> str:
    """The event's name, empty if the payload is no storefront event."""
    named = isinstance(payload.get("eventInfo"), dict) and isinstance(payload.get("event"), str)
    return text_of(payload, "event")[: reading.MAX_ID] if named else ""


def read_event(envelope: Envelope, topic: str) -> list[StorefrontEvent]:
    """What one push tells; nothing if it concerns neither a cart nor an order."""
    info = mapping(envelope.payload["eventInfo"])
    debug = mapping(info.get("debugContext"))
    told_id = text_of(debug, "eventId")[: reading.MAX_ID]
    common: dict[str, Any] = {
        "id": f"{topic}:{told_id}" if told_id else envelope.content_id(topic),
        "occurred_at": envelope.published_at,
        "channel": SalesChannel.WEB,
        "person": _person(envelope, info),
    }
    cart = mapping(info.get("shoppingCartContext"))
    if topic == _ORDER:
        return [envelope.event(OrderPlaced, order=_order(info, cart), **common)]
    cart_id = number_of(cart.get("id"))
    if topic in _CART_EVENTS and not cart_id:
        reading.read_id(cart.get("id"), "eventInfo.shoppingCartContext.id")
    if topic in _CART_EVENTS and isinstance(cart.get("items"), list):
        return [envelope.event(CartUpdated, cart=_cart(info, cart, cart_id), **common)]
    return [envelope.event(CartVisited, cart_id=cart_id, **common)] if cart_id else []


def _order(info: dict[str, Any], cart: dict[str, Any]) -> OrderFacts:
    order, path = mapping(info.get("orderContext")), "eventInfo.orderContext."
    currency = _currency(info, cart)
    total = reading.read_rounded_minor(order.get("grandTotal"), currency, f"{path}grandTotal")
    code = text_of(order, "appliedCouponCode")[: reading.MAX_ID]
    return OrderFacts(
        id=reading.read_id(order.get("orderId"), f"{path}orderId"),
        cart_id=number_of(cart.get("id")) or None,
        total=Money(total, currency),
        voucher_codes=(code,) if code else (),
    )


def _cart(info: dict[str, Any], cart: dict[str, Any], cart_id: str) -> Cart:
    path = "eventInfo.shoppingCartContext."
    items = [mapping(item) for item in reading.check_lines(cart["items"], f"{path}items")]
    if not items:
        return Cart(id=cart_id, currency=None, total_minor=0)
    currency = _currency(info, cart)
    lines = tuple(_line(item, f"{path}items[{index}].", currency) for index, item in enumerate(items))
    total = sum(line.quantity * line.unit_price_minor for line in lines)
    stated = mapping(mapping(cart.get("prices")).get("subtotalIncludingTax")).get("value")
    if stated is not None:
        field = f"{path}prices.subtotalIncludingTax.value"
        total = reading.read_rounded_minor(stated, currency, field)
    return Cart(
        id=cart_id, currency=currency, total_minor=reading.check_total(total, f"{path}items"), lines=lines
    )


def _line(item: dict[str, Any], field: str, currency: str) -> Line:
    product, price = mapping(item.get("product")), mapping(mapping(item.get("prices")).get("price"))
    sku = reading.read_id(product.get("sku"), f"{field}product.sku")
    return Line(
        sku=sku,
        name=text_of(product, "name")[: reading.MAX_NAME] or sku,
        quantity=_quantity(item.get("quantity"), f"{field}quantity"),
        unit_price_minor=reading.read_rounded_minor(
            price.get("value"), currency, f"{field}prices.price.value"
        ),
        url=reading.read_url(text_of(product, "canonicalUrl")),
        image_url=reading.read_url(text_of(product, "mainImageUrl")),
    )


def _quantity(value: object, field: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 1_000_000:
        return value
    raise Refused("quantity_invalid", f"{field} can't be taken; send a whole number.", field)


def _currency(info: dict[str, Any], cart: dict[str, Any]) -> str:
    """The currency of the cart's prices, which the shown prices and the order have; else the store view's."""
    stated = mapping(mapping(cart.get("prices")).get("subtotalIncludingTax")).get("currency")
    if stated:
        field = "eventInfo.shoppingCartContext.prices.subtotalIncludingTax.currency"
        return reading.read_currency(stated, field)
    view = mapping(info.get("storefrontInstanceContext"))
    field = "eventInfo.storefrontInstanceContext.storeViewCurrencyCode"
    return reading.read_currency(view.get("storeViewCurrencyCode"), field)


def _person(envelope: Envelope, info: dict[str, Any]) -> Person | None:
    account, order = mapping(info.get("accountContext")), mapping(info.get("orderContext"))
    name = f"{text_of(account, 'firstName')} {text_of(account, 'lastName')}".strip()
    person, left_out = contact.describe_person(
        external_id=number_of(account.get("accountId")),
        email=text_of(order, "email") or text_of(account, "emailAddress"),
        name=name[: reading.MAX_NAME],
    )
    envelope.notes.extend(left_out)
    return person
