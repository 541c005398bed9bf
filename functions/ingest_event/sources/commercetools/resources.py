"""Whole resources and changes of them: carts, orders, customers and discount codes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from common.application.failures import Refused
from common.domain.storefront import (
    Cart,
    CartUpdated,
    CartVisited,
    CustomerErased,
    CustomerUpdated,
    OrderReturned,
    StorefrontEvent,
    VoucherWithdrawn,
)
from functions.ingest_event import reading
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.commercetools.carts import read_cart
from functions.ingest_event.sources.commercetools.customers import read_account, read_buyer, read_detail
from functions.ingest_event.sources.commercetools.money import Payload
from functions.ingest_event.sources.commercetools.orders import kind_of, read_order, states_return
from functions.ingest_event.sources.commercetools.part import Part, Reader


def cart_state(part: Part, cart: Payload, path: str) -> Iterator[StorefrontEvent]:
    """A whole cart; one that was merged into another has nothing left, one that was ordered is but a visit."""
    person = read_buyer(cart, part.notes)
    match cart.get("cartState"):
        case "Ordered":
            cart_id = reading.read_id(cart.get("id"), f"{path}id")
            yield part.event(CartVisited, cart_id=cart_id, person=person)
        case "Merged":
            yield _emptied(part, reading.read_id(cart.get("id"), f"{path}id"))
        case _:
            yield part.event(CartUpdated, cart=read_cart(cart, path, part.notes), person=person)


def order_state(part: Part, order: Payload, path: str, *, by_shop: bool = False) -> Iterator[StorefrontEvent]:
    """A whole order as it stands, and that goods of it came back, if it says so."""
    facts = read_order(order, path, part.notes, by_shop=by_shop)
    person = read_buyer(order, part.notes)
    yield part.event(kind_of(order), order=facts, person=person)
    if states_return(order):
        yield part.event(
            OrderReturned, ":return", return_id=facts.id, order_id=facts.id, total=None, person=person
        )


def customer_state(part: Part, customer: Payload, path: str) -> Iterator[StorefrontEvent]:
    """A whole account."""
    stated = customer.get("id") or part.resource.get("id")  # of a message, which names it in either place
    customer_id = reading.read_id(stated, f"{path}id")
    yield part.event(CustomerUpdated, person=read_account(customer, customer_id, part.notes))


def code_state(part: Part, code: Payload, path: str) -> Iterator[StorefrontEvent]:
    """A discount code, which is news only when it stopped working."""
    if code.get("isActive") is False:
        yield part.event(VoucherWithdrawn, code=reading.read_id(code.get("code"), f"{path}code"))


def code_deleted(part: Part) -> Iterator[StorefrontEvent]:
    """The platform names a deleted code by its id; only where the code itself was added can it be withdrawn."""
    found = part.whole("discountCode")
    if found and text_of(found[0], "code"):
        yield part.event(VoucherWithdrawn, code=reading.read_id(found[0]["code"], f"{found[1]}code"))


def customer_deleted(part: Part) -> Iterator[StorefrontEvent]:
    """The account is gone, so what is kept about the person goes too."""
    person = read_detail(part.payload, part.resource_id(), part.notes)
    yield part.event(CustomerErased, person=person)


def _cart_changed(part: Part) -> Iterator[StorefrontEvent]:
    if found := part.whole("cart"):
        yield from cart_state(part, *found)
    else:
        yield part.event(CartVisited, cart_id=part.resource_id())


def _cart_deleted(part: Part) -> Iterator[StorefrontEvent]:
    yield _emptied(part, part.resource_id())


def _emptied(part: Part, cart_id: str) -> StorefrontEvent:
    return part.event(CartUpdated, cart=Cart(id=cart_id, currency=None, total_minor=0))


def _order_created(part: Part) -> Iterator[StorefrontEvent]:
    found = part.whole("order")
    if found is None:
        field = f"{part.path}order"
        why = f"{field} is missing, as always in a change; subscribe to the messages of order, which have it."
        raise Refused("field_missing", why, field)
    yield from order_state(part, *found)


def _order_changed(part: Part) -> Iterator[StorefrontEvent]:
    if found := part.whole("order"):
        yield from order_state(part, *found)


def _customer_changed(part: Part) -> Iterator[StorefrontEvent]:
    if found := part.whole("customer"):
        yield from customer_state(part, *found)


def _code_changed(part: Part) -> Iterator[StorefrontEvent]:
    if found := part.whole("discountCode"):
        yield from code_state(part, *found)


CHANGES: dict[str, Reader] = {
    "ResourceCreated.cart": _cart_changed,
    "ResourceUpdated.cart": _cart_changed,
    "ResourceDeleted.cart": _cart_deleted,
    "ResourceCreated.order": _order_created,
    "ResourceUpdated.order": _order_changed,
    "ResourceCreated.customer": _customer_changed,
    "ResourceUpdated.customer": _customer_changed,
    "ResourceDeleted.customer": customer_deleted,
    "ResourceCreated.discount-code": _code_changed,
    "ResourceUpdated.discount-code": _code_changed,
    "ResourceDeleted.discount-code": code_deleted,
}
"""Changes say that something happened to a resource, without the resource, unless somebody added it."""

EXTENSIONS: dict[str, Reader] = {
    "Create.cart": _cart_changed,
    "Update.cart": _cart_changed,
    "Create.order": _order_created,
    "Update.order": _order_changed,
    "Create.customer": _customer_changed,
    "Update.customer": _customer_changed,
}
"""What an API Extension is called with, which has the whole resource."""


def bare(payload: Payload) -> str | None:
    """Which resource a payload without a notification around it is, judged by its shape."""
    if "orderState" in payload:
        return "order"
    if "cartState" in payload or "lineItems" in payload:
        return "cart"
    if "email" in payload and not {"addresses", "isEmailVerified", "authenticationMode"}.isdisjoint(payload):
        return "customer"
    if "amountPlanned" in payload:
        return "payment"
    return "discount-code" if {"code", "cartDiscounts"} <= payload.keys() else None


def is_a_resource(payload: Mapping[str, Any]) -> bool:
    """Whether nobody else's resources look like this: money in cents, or a customer with a version."""
    if not isinstance(payload.get("version"), int):
        return False
    money = mapping(payload.get("totalPrice") or payload.get("amountPlanned"))
    return "centAmount" in money or {"email", "isEmailVerified"} <= payload.keys()


BARE: dict[str, Callable[[Part, Payload, str], Iterator[StorefrontEvent]]] = {
    "order": order_state,
    "cart": cart_state,
    "customer": customer_state,
    "discount-code": code_state,
}
"""Resources as the API itself answers with them."""
