"""commercetools' Messages and Checkout Events, by their type."""

from collections.abc import Iterator

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import (
    CartVisited,
    CustomerUpdated,
    OrderCancelled,
    OrderFacts,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    Person,
    StorefrontEvent,
    VoucherRedeemed,
)
from functions.ingest_event import reading
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.commercetools import orders, resources
from functions.ingest_event.sources.commercetools.customers import optional_id, read_buyer, read_detail
from functions.ingest_event.sources.commercetools.money import Payload, read_total
from functions.ingest_event.sources.commercetools.orders import OrderKind
from functions.ingest_event.sources.commercetools.part import Part, Reader


def _order(part: Part) -> Iterator[StorefrontEvent]:
    yield from resources.order_state(part, *part.required("order"))


def _order_by_shop(part: Part) -> Iterator[StorefrontEvent]:
    """Imported from elsewhere, or made by a subscription: nobody decided on it at this shop's checkout."""
    yield from resources.order_state(part, *part.required("order"), by_shop=True)


def _order_deleted(part: Part) -> Iterator[StorefrontEvent]:
    """A complete order that is deleted is tidied up; any other one came to nothing."""
    if mapping(part.payload.get("order")).get("orderState") != "Complete":
        yield _about(part, OrderCancelled)


def _state_changed(part: Part) -> Iterator[StorefrontEvent]:
    state = _stated(part, "orderState")
    yield _about(part, OrderCancelled if state == "Cancelled" else OrderPlaced)


def _payment_state_changed(part: Part) -> Iterator[StorefrontEvent]:
    yield _about(part, orders.BY_PAYMENT.get(_stated(part, "paymentState"), OrderPlaced))


def _payment_added(part: Part) -> Iterator[StorefrontEvent]:
    yield _about(part, OrderPlaced)


def _email_set(part: Part) -> Iterator[StorefrontEvent]:
    if email := text_of(part.payload, "email"):
        yield _about(part, OrderPlaced, read_buyer({"customerEmail": email}, part.notes))


def _customer_set(part: Part) -> Iterator[StorefrontEvent]:
    if customer_id := optional_id(mapping(part.payload.get("customer")), "id", part.notes):
        yield _about(part, OrderPlaced, Person(external_id=customer_id))


def _code_added(part: Part) -> Iterator[StorefrontEvent]:
    if code := orders.code_of(part.payload.get("discountCode")):
        yield part.event(VoucherRedeemed, code=code, order_id=part.resource_id())


def _return_added(part: Part) -> Iterator[StorefrontEvent]:
    """One return or all of an order's; announced goods have not come back yet."""
    stated = part.payload.get("returnInfo")
    returns = stated if isinstance(stated, list) else [stated]
    if any(orders.came_back(mapping(one).get("items")) for one in returns):
        yield _returned(part)


def _return_shipped(part: Part) -> Iterator[StorefrontEvent]:
    if orders.arrived(_stated(part, "returnShipmentState")):
        yield _returned(part)


def _payment(part: Part) -> Iterator[StorefrontEvent]:
    """A payment's transaction; its order is known only where somebody added it to the message."""
    order_id = text_of(mapping(part.payload.get("order")), "id") or text_of(part.payload, "orderId")
    if not order_id:
        return
    facts = orders.known_only_by_id(reading.read_id(order_id, f"{part.path}order.id"))
    for index, (transaction, path) in enumerate(_transactions(part)):
        suffix = f":{index}" if index else ""
        match transaction.get("type"), transaction.get("state"):
            case (("Charge" | "Authorization"), "Failure"):
                yield part.event(OrderPaymentFailed, suffix, order=facts)
            case "Charge", "Success":
                yield part.event(OrderPaid, suffix, order=facts)
            case "Refund", "Success":
                yield part.event(
                    OrderReturned,
                    suffix,
                    return_id=reading.read_id(transaction.get("id"), f"{path}id"),
                    order_id=facts.id,
                    total=_refunded(transaction, path, part.notes),
                )
            case _:  # pending, only authorized, or cancelled before anything was paid
                continue


def _transactions(part: Part) -> list[tuple[Payload, str]]:
    """The transactions that the message is about, each with its path."""
    if isinstance(added := part.payload.get("transaction"), dict):
        return [(added, f"{part.path}transaction.")]
    all_of_them = [
        (mapping(one), f"{part.path}payment.transactions[{index}].")
        for index, one in enumerate(listing(mapping(part.payload.get("payment")).get("transactions")))
    ]
    changed = text_of(part.payload, "transactionId")
    if not changed:
        return all_of_them
    state = {"state": part.payload.get("state")}
    return [({**one, **state}, path) for one, path in all_of_them if one.get("id") == changed]


def _refunded(transaction: Payload, path: str, notes: list[str]) -> Money | None:
    try:
        return read_total(transaction, "amount", path)
    except Refused as refused:
        notes.append(f"The refund's total was left out: {refused.field} can't be read.")
        return None


def _customer(part: Part) -> Iterator[StorefrontEvent]:
    yield from resources.customer_state(part, *part.required("customer"))


def _customer_detail(part: Part) -> Iterator[StorefrontEvent]:
    person = read_detail(part.payload, part.resource_id(), part.notes)
    yield part.event(CustomerUpdated, person=person)


def _code(part: Part) -> Iterator[StorefrontEvent]:
    if found := part.whole("discountCode"):
        yield from resources.code_state(part, *found)


def _cart_used(part: Part) -> Iterator[StorefrontEvent]:
    """Frozen for the checkout, or thawed again."""
    yield part.event(CartVisited, cart_id=part.resource_id())


def _checkout(kind: OrderKind) -> Reader:
    """An event of commercetools Checkout: about the order, or before there is one a step of the cart's."""

    def read(part: Part) -> Iterator[StorefrontEvent]:
        data = mapping(part.payload.get("data"))
        cart, order = mapping(data.get("cart")), mapping(data.get("order"))
        cart_id = reading.read_id(cart["id"], f"{part.path}data.cart.id") if cart.get("id") else None
        if order.get("id"):
            order_id = reading.read_id(order["id"], f"{part.path}data.order.id")
            yield part.event(kind, order=OrderFacts(id=order_id, cart_id=cart_id, total=None))
        elif cart_id:
            yield part.event(CartVisited, cart_id=cart_id)

    return read


def _about(part: Part, kind: OrderKind, person: Person | None = None) -> StorefrontEvent:
    """An event about an order that the message names only by its id, unless somebody added the order."""
    order = mapping(part.payload.get("order"))
    facts = None
    if order:
        try:
            facts = orders.read_order(order, f"{part.path}order.", part.notes)
        except Refused as refused:
            part.notes.append(f"The order was left out: {refused.field} can't be read.")
        person = person or read_buyer(order, part.notes)
    facts = facts or orders.known_only_by_id(part.resource_id())
    return part.event(kind, order=facts, person=person)


def _returned(part: Part) -> StorefrontEvent:
    """Messages name the items of a return one by one, so all that comes back of an order is one return."""
    order_id = part.resource_id()
    return part.event(OrderReturned, return_id=order_id, order_id=order_id, total=None)


def _stated(part: Part, name: str) -> str:
    field = f"{part.path}{name}"
    if not (state := text_of(part.payload, name)):
        raise Refused("field_missing", f"{field} is missing; send the message with its {name}.", field)
    return state


MESSAGES: dict[str, Reader] = {
    "OrderCreated": _order,
    "OrderImported": _order_by_shop,
    "OrderCreatedFromRecurringOrder": _order_by_shop,
    "OrderDeleted": _order_deleted,
    "OrderStateChanged": _state_changed,
    "OrderPaymentStateChanged": _payment_state_changed,
    "OrderPaymentAdded": _payment_added,
    "OrderCustomerEmailSet": _email_set,
    "OrderCustomerSet": _customer_set,
    "OrderDiscountCodeAdded": _code_added,
    "ReturnInfoAdded": _return_added,
    "ReturnInfoSet": _return_added,
    "OrderReturnShipmentStateChanged": _return_shipped,
    **dict.fromkeys(
        ("PaymentCreated", "PaymentTransactionAdded", "PaymentTransactionStateChanged"), _payment
    ),
    "CustomerCreated": _customer,
    "CustomerDeleted": resources.customer_deleted,
    **dict.fromkeys(
        ("CustomerEmailChanged", "CustomerFirstNameSet", "CustomerLastNameSet"), _customer_detail
    ),
    **dict.fromkeys(
        ("CustomerDefaultBillingAddressSet", "CustomerDefaultShippingAddressSet"), _customer_detail
    ),
    "DiscountCodeCreated": _code,
    "DiscountCodeDeleted": resources.code_deleted,
    "CartFrozen": _cart_used,
    "CartUnfrozen": _cart_used,
    "CheckoutOrderCreationFailed": _checkout(OrderPaymentFailed),
    "CheckoutPaymentAuthorizationFailed": _checkout(OrderPaymentFailed),
    "CheckoutPaymentChargeFailed": _checkout(OrderPaymentFailed),
    "CheckoutPaymentAuthorized": _checkout(OrderPlaced),
    "CheckoutPaymentCharged": _checkout(OrderPaid),
}
"""What the engine acts on; every other type is the platform's own business."""
