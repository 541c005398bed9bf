"""BigCommerce's webhooks, thin as they come or with the resource that a relay fetched; and bare API resources."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import (
    Cart,
    CartUpdated,
    CartVisited,
    CustomerErased,
    CustomerUpdated,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    Person,
    StoreLeft,
)
from functions.ingest_event import envelope, reading, salvage
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.bigcommerce import carts, orders, people
from functions.ingest_event.sources.bigcommerce.hook import Hook, event_id, hooks_in, is_a_resource, moment_of
from functions.ingest_event.understanding import Ignored, Said

NAME = "bigcommerce"
ALIASES = ("big_commerce",)

_ORDER_IDS = ("id", "order_id", "orderId")
_CART_IDS = ("id", "cartId", "cart_id")
"""The first is the store's webhooks', the others those of channels and of lines."""
_FAILURES = frozenset(("declined", "failed", "failure", "error"))


def recognises(message: PubSubMessage) -> bool:
    """Never: BigCommerce's own headers are nobody's in particular."""
    return False


def resembles(payload: Mapping[str, Any]) -> bool:
    """Whether it is a webhook with its scope and store, or an order, cart or customer as the APIs answer."""
    scope = payload.get("scope")
    if isinstance(scope, str):
        return scope.startswith("store/") and ("producer" in payload or "store_id" in payload)
    return is_a_resource(payload)


store_of = envelope.store_of


def understand(message: PubSubMessage, received_at: datetime) -> Sequence[Said]:
    """What the webhook, or the resource beside it, states."""
    opened = envelope.opened(NAME, message, received_at)
    said: list[Said] = []
    for hook in (hooks := hooks_in(opened)):
        read = _SCOPES.get(hook.scope)
        try:
            told = read(opened, hook, event_id(opened, hook)) if read else ()
        except Refused as refused:
            if len(hooks) == 1:
                raise
            told = (refused,)
        said += tuple(told) or (Ignored(NAME, opened.store, hook.scope),)
    return said


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The total of the order or cart, wherever it stands."""
    beside, data = mapping(payload.get("resource")), mapping(payload.get("data"))
    for fields in (mapping(beside.get("data")), beside, data, payload):
        currency = fields.get("default_currency_code") or fields.get("currency_code")
        code = mapping(fields.get("currency")).get("code")
        for amount, stated in (("total_inc_tax", currency), ("cart_amount", code)):
            if found := salvage.money_of(fields.get(amount), stated):
                return found
    return None


def _order(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    if hook.kind == "order":
        return orders.read_order(opened, hook, id)
    if "new_status_id" not in mapping(hook.thin.get("status")):
        is_new = hook.scope.endswith("/created")  # a mere update of something else tells nothing new
        return [orders.read_thin(opened, hook, id, OrderPlaced, *_ORDER_IDS)] if is_new else ()
    status = orders.status_of(opened, hook)
    if status == orders.INCOMPLETE:
        return ()
    kind = orders.STATUSES.get(status, OrderPlaced)
    told: list[Said] = [orders.read_thin(opened, hook, id, kind, *_ORDER_IDS)]
    if status == orders.REFUNDED:
        told += _refund(opened, hook, f"{id}:return")
    return told


def _refund(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    if hook.kind == "order":
        return orders.read_order(opened, hook, id, refunded=True)
    if hook.kind == "refund":
        order_id = reading.read_id(hook.resource.get("order_id"), f"{hook.path}order_id")
    else:
        order_id = hook.id_of(*_ORDER_IDS)
    opened.notes.append(
        "The return's total was left out: a refund doesn't state its currency; send the order."
    )
    return [orders.returned(opened, id, moment_of(opened, hook, "created"), order_id, None)]


def _transaction(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    """A payment that arrived or failed. Refunds are told by their own webhook; voided ones by the status."""
    thin = hook.thin
    outcomes = (
        text_of(thin, "transaction_status").lower(),
        text_of(mapping(thin.get("result")), "type").lower(),
        text_of(thin, "status").lower(),
    )
    kind: orders.Kind = OrderPaid
    match text_of(thin, "transaction_type", "event").lower():
        case "authorization" | "pending":
            kind = OrderPlaced
        case "capture" | "purchase" | "settled":
            pass
        case _:
            return ()
    if _FAILURES.intersection(outcomes):
        kind = OrderPaymentFailed
    if hook.kind == "order":
        return orders.read_order(opened, hook, id, kind=kind)
    return [orders.read_thin(opened, hook, id, kind, "order_id", "orderId")]


def _cart(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    if hook.kind == "order":
        return orders.read_order(opened, hook, id)
    if hook.kind != "cart":
        return _visit(opened, hook, id)
    at = moment_of(opened, hook, "updated_time")
    person = people.buyer(opened, hook.resource)
    return [_updated(opened, id, at, carts.read_cart(opened, hook), person)]


def _checkout(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    """The cart with its buyer; once it has an order, there is nothing to remind of."""
    checkout = hook.resource
    if checkout.get("order_id"):
        cart_id = reading.read_id(checkout.get("id"), f"{hook.path}id")
        return [orders.read_thin(opened, hook, id, OrderPlaced, "order_id", cart_id=cart_id)]
    cart = {**mapping(checkout.get("cart")), "billing_address": checkout.get("billing_address")}
    return _cart(opened, replace(hook, kind="cart", resource=cart, path=f"{hook.path}cart."), id)


def _abandoned(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    """The state of the cart, as of its last change. That nothing happened for an hour is no activity."""
    return _cart(opened, hook, id) if hook.kind else ()


def _visit(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    """The thin webhook says that the cart was changed, and not how."""
    cart_id = hook.id_of(*(_CART_IDS[1:] if "/lineitem/" in hook.scope else _CART_IDS))
    return [opened.event(CartVisited, id=id, occurred_at=moment_of(opened, hook), cart_id=cart_id)]


def _deleted_cart(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    cart_id = hook.id_of(*_CART_IDS)
    emptied = Cart(id=cart_id, currency=None, total_minor=0)
    return [_updated(opened, id, moment_of(opened, hook), emptied, None)]


def _converted(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    """The cart has become an order; so there is nothing to remind of, even if the order counts as incomplete yet."""
    if hook.kind == "order":
        is_incomplete = orders.status_of(opened, hook) == orders.INCOMPLETE
        return orders.read_order(opened, hook, id, kind=OrderPlaced if is_incomplete else None)
    cart_id = hook.id_of(*_CART_IDS)
    return [orders.read_thin(opened, hook, id, OrderPlaced, "orderId", "order_id", cart_id=cart_id)]


def _updated(opened: Envelope, id: str, at: datetime, cart: Cart, person: Person | None) -> CartUpdated:
    return opened.event(CartUpdated, id=id, occurred_at=at, cart=cart, person=person)


def _customer(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    if not hook.kind:
        return ()  # that something about a customer changed, and not what
    person = people.read_customer(opened, hook)
    at = moment_of(opened, hook, "date_modified", "date_created")
    return [opened.event(CustomerUpdated, id=id, occurred_at=at, person=person)]


def _deleted_customer(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    person = people.read_customer(opened, hook) if hook.kind else Person(external_id=hook.id_of("id"))
    return [opened.event(CustomerErased, id=id, occurred_at=moment_of(opened, hook), person=person)]


def _subscriber(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    if not hook.kind:
        return ()
    person = people.read_subscriber(opened, hook, deleted=hook.scope.endswith("/deleted"))
    at = moment_of(opened, hook, "date_modified", "date_created")
    return [opened.event(CustomerUpdated, id=id, occurred_at=at, person=person)]


def _uninstalled(opened: Envelope, hook: Hook, id: str) -> Sequence[Said]:
    return [opened.event(StoreLeft, id=id, occurred_at=moment_of(opened, hook))]


_Reader = Callable[[Envelope, Hook, str], Sequence[Said]]

_SCOPES: dict[str, _Reader] = {
    **dict.fromkeys((f"store/order/{what}" for what in ("created", "updated", "statusupdated")), _order),
    "store/order/refund/created": _refund,
    "store/refund/updated": _refund,  # a bare refund without any scope
    **dict.fromkeys((f"store/order/transaction/{what}" for what in ("created", "updated")), _transaction),
    **dict.fromkeys((f"store/cart/{what}" for what in ("created", "updated", "couponapplied")), _cart),
    **dict.fromkeys((f"store/cart/lineitem/{what}" for what in ("created", "updated", "deleted")), _cart),
    "store/checkout/updated": _checkout,  # without any scope, as the refund
    "store/cart/abandoned": _abandoned,
    "store/cart/deleted": _deleted_cart,
    "store/cart/converted": _converted,
    **dict.fromkeys((f"store/customer/{what}" for what in ("created", "updated")), _customer),
    "store/customer/deleted": _deleted_customer,
    **dict.fromkeys((f"store/subscriber/{what}" for what in ("created", "updated", "deleted")), _subscriber),
    "store/app/uninstalled": _uninstalled,
}
"""What the engine acts on; every other scope is BigCommerce's own business."""
