"""Messages, changes and Checkout events as commercetools' Subscriptions send them, extensions, and bare resources."""

from copy import deepcopy
from typing import Any

from tests.unit.functions.ingest_event.sources.examples.example import Example

PROJECT = "nordic-outdoor"
ATTRIBUTES = {"source": "commercetools", "store": PROJECT}
CART_ID = "7d0f1c52-5a3e-4a57-9b1d-0c6f2b9e1a10"
ORDER_ID = "b3c1f9aa-8f60-4be4-8a55-2f7b7e0d4c21"
CUSTOMER_ID = "1fd1c6f0-97d2-4b6c-8a31-6f6e0a3bb7aa"
PAYMENT_ID = "5e0c9a7e-3a44-4d50-8f0a-7b1f0d6f3e02"
CODE_ID = "c0de0000-1111-4222-8333-444455556666"


def money(cents: int, currency: str = "SEK", digits: int = 2) -> dict[str, Any]:
    """An amount in the smallest unit."""
    return {
        "type": "centPrecision",
        "currencyCode": currency,
        "centAmount": cents,
        "fractionDigits": digits,
    }


def taxed(gross: int) -> dict[str, Any]:
    """A total with its tax."""
    return {"totalNet": money(gross * 4 // 5), "totalGross": money(gross), "taxPortions": []}


TENT = {
    "id": "11111111-0000-4000-8000-000000000001",
    "productId": "99999999-0000-4000-8000-000000000001",
    "productKey": "tent-2p",
    "name": {"en": "Tent for two", "sv-SE": "Tält för två"},
    "productType": {"typeId": "product-type", "id": "77777777-0000-4000-8000-000000000001"},
    "variant": {
        "id": 1,
        "sku": "TENT-2P-GREEN",
        "images": [{"url": "https://img.outdoor.example/tent.jpg", "dimensions": {"w": 900, "h": 900}}],
        "availability": {"isOnStock": True, "availableQuantity": 7},
    },
    "price": {"id": "p1", "value": money(249_900), "discounted": {"value": money(199_900)}},
    "quantity": 1,
    "discountedPricePerQuantity": [
        {
            "quantity": 1,
            "discountedPrice": {
                "value": money(179_900),
                "includedDiscounts": [
                    {
                        "discount": {"typeId": "cart-discount", "id": "d1"},
                        "discountedAmount": money(20_000),
                    }
                ],
            },
        }
    ],
    "totalPrice": money(179_900),
    "taxRate": {"name": "moms", "amount": 0.25, "includedInPrice": True, "country": "SE"},
    "taxedPrice": taxed(179_900),
    "priceMode": "Platform",
    "lineItemMode": "Standard",
}
PEGS = {
    "id": "11111111-0000-4000-8000-000000000002",
    "productId": "99999999-0000-4000-8000-000000000002",
    "name": {"en": "Pegs", "sv": "Tältpinnar"},
    "variant": {"id": 3, "sku": "PEGS-10", "images": [], "availability": {"isOnStock": False}},
    "price": {
        "id": "p2",
        "value": {
            "type": "highPrecision",
            "currencyCode": "SEK",
            "centAmount": 1_234,
            "preciseAmount": 123_350,
            "fractionDigits": 4,
        },
    },
    "quantity": 3,
    "discountedPricePerQuantity": [],
    "totalPrice": money(3_701),
}
WRAPPING = {
    "id": "11111111-0000-4000-8000-000000000003",
    "name": {"sv-SE": "Presentpapper"},
    "slug": "gift-wrap",
    "money": money(2_500),
    "quantity": 1,
    "totalPrice": money(2_500),
}
GOODWILL = {**WRAPPING, "slug": "goodwill", "money": money(-1_000), "totalPrice": money(-1_000)}
BILLING = {
    "country": "SE",
    "firstName": "Maja",
    "lastName": "Ek",
    "email": "maja.ek@example.com",
    "mobile": "070-123 45 67",
}
CART = {
    "type": "Cart",
    "id": CART_ID,
    "version": 14,
    "customerId": CUSTOMER_ID,
    "customerEmail": "Maja.Ek@example.com",
    "anonymousId": "web-4711",
    "country": "SE",
    "locale": "sv-SE",
    "cartState": "Active",
    "lineItems": [TENT, PEGS],
    "customLineItems": [WRAPPING, GOODWILL],
    "totalPrice": money(185_101),
    "taxedPrice": taxed(185_101),
    "taxMode": "Platform",
    "discountCodes": [],
    "billingAddress": BILLING,
    "shippingAddress": {"country": "SE", "firstName": "Maja", "lastName": "Ek"},
    "origin": "Customer",
    "inventoryMode": "None",
    "store": {"typeId": "store", "key": "se"},
    "createdAt": "2026-05-01T11:20:00.000Z",
    "lastModifiedAt": "2026-05-01T11:47:30.120Z",
}
ORDER = {
    "type": "Order",
    "id": ORDER_ID,
    "version": 1,
    "orderNumber": "SE-100017",
    "cart": {"typeId": "cart", "id": CART_ID},
    "customerId": CUSTOMER_ID,
    "customerEmail": "Maja.Ek@example.com",
    "country": "SE",
    "locale": "sv-SE",
    "orderState": "Open",
    "paymentState": "Pending",
    "origin": "Customer",
    "lineItems": [TENT, PEGS],
    "customLineItems": [],
    "totalPrice": money(177_500),
    "taxedPrice": taxed(177_500),
    "discountOnTotalPrice": {"discountedAmount": money(5_000), "includedDiscounts": []},
    "discountCodes": [
        {
            "discountCode": {"typeId": "discount-code", "id": CODE_ID, "obj": {"code": "FJELL-10"}},
            "state": "MatchesCart",
        }
    ],
    "billingAddress": BILLING,
    "shippingAddress": {"country": "SE", "phone": "08-123 456"},
    "returnInfo": [],
    "createdBy": {"isPlatformClient": False, "clientId": "storefront"},
    "createdAt": "2026-05-01T11:49:00.000Z",
    "lastModifiedAt": "2026-05-01T11:49:00.000Z",
}
CUSTOMER = {
    "id": CUSTOMER_ID,
    "version": 2,
    "email": "Maja.Ek@example.com",
    "firstName": "Maja",
    "lastName": "Ek",
    "locale": "sv-SE",
    "isEmailVerified": True,
    "authenticationMode": "Password",
    "addresses": [
        {"id": "adr1", "country": "NO", "phone": "+47 22 12 34 56"},
        {"id": "adr2", "country": "SE", "phone": "08-123 456", "mobile": "070-123 45 67"},
    ],
    "defaultBillingAddressId": "adr2",
    "defaultShippingAddressId": "adr2",
    "stores": [],
    "createdAt": "2026-05-01T10:00:00.000Z",
    "lastModifiedAt": "2026-05-01T10:00:00.000Z",
}
RETURN_ITEM = {
    "id": "22222222-0000-4000-8000-000000000001",
    "type": "LineItemReturnItem",
    "lineItemId": TENT["id"],
    "quantity": 1,
    "shipmentState": "Returned",
    "paymentState": "Initial",
}
DISCOUNT_CODE = {
    "id": CODE_ID,
    "version": 4,
    "code": "FJELL-10",
    "isActive": False,
    "cartDiscounts": [{"typeId": "cart-discount", "id": "d1"}],
    "lastModifiedAt": "2026-05-01T11:00:00.000Z",
}


def message(type: str, kind: str, id: str, **facts: Any) -> dict[str, Any]:
    """A Message in the platform's format; `kind` and `id` are of the resource that it is about."""
    return {
        "notificationType": "Message",
        "projectKey": PROJECT,
        "id": f"00000000-aaaa-4000-8000-{len(type):012d}",
        "version": 1,
        "sequenceNumber": 3,
        "resource": {"typeId": kind, "id": id},
        "resourceVersion": 5,
        "resourceUserProvidedIdentifiers": {},
        "type": type,
        **deepcopy(facts),
        "createdAt": "2026-05-01T11:50:10.500Z",
        "lastModifiedAt": "2026-05-01T11:50:10.500Z",
    }


def change(what: str, kind: str, id: str, **facts: Any) -> dict[str, Any]:
    """A change, which by itself doesn't have the resource."""
    return {
        "notificationType": what,
        "projectKey": PROJECT,
        "resource": {"typeId": kind, "id": id},
        "resourceUserProvidedIdentifiers": {},
        "version": 9,
        "modifiedAt": "2026-05-01T11:51:00.000Z",
        **deepcopy(facts),
    }


def checkout(type: str, **data: Any) -> dict[str, Any]:
    """An event of commercetools Checkout."""
    return {
        "notificationType": "Event",
        "id": f"00000000-bbbb-4000-8000-{len(type):012d}",
        "type": type,
        "resourceType": "checkout",
        "data": {
            "projectKey": PROJECT,
            "payment": {"typeId": "payment", "id": PAYMENT_ID},
            "transactionId": "t1",
            **data,
        },
        "createdAt": "2026-05-01T11:52:00.000Z",
    }


def order_message(type: str, **facts: Any) -> dict[str, Any]:
    """A Message about the order."""
    return message(type, "order", ORDER_ID, **facts)


def customer_message(type: str, **facts: Any) -> dict[str, Any]:
    """A Message about the customer."""
    return message(type, "customer", CUSTOMER_ID, **facts)


def payment_message(type: str, **facts: Any) -> dict[str, Any]:
    """A Message about the payment, to which somebody added the order."""
    return message(type, "payment", PAYMENT_ID, order={"id": ORDER_ID}, **facts)


def transaction(type: str, state: str) -> dict[str, Any]:
    """One transaction of a payment."""
    return {"id": "t1", "type": type, "state": state, "amount": money(177_500)}


def cloud_event(payload: dict[str, Any], type: str) -> dict[str, Any]:
    """The same in the CloudEvents format."""
    return {
        "specversion": "1.0",
        "id": payload["id"],
        "type": f"com.commercetools.{type}",
        "source": f"/{PROJECT}/orders",
        "subject": payload["resource"]["id"],
        "time": "2026-05-01T11:50:10.500Z",
        "data": payload,
    }


def example(name: str, payload: dict[str, Any]) -> Example:
    """A message as it arrives on Pub/Sub, where an attribute was set by the subscription's owner."""
    return Example(name, dict(ATTRIBUTES), deepcopy(payload))


def extension(action: str, kind: str, resource: dict[str, Any]) -> dict[str, Any]:
    """What an API Extension is called with."""
    return {"action": action, "resource": {"typeId": kind, "id": resource["id"], "obj": deepcopy(resource)}}


EXAMPLES = (
    example("an order is created", order_message("OrderCreated", order=ORDER)),
    example(
        "an order is created, and paid",
        order_message("OrderCreated", order={**ORDER, "paymentState": "Paid", "taxedPrice": None}),
    ),
    Example(
        "an order is created, as a CloudEvent",
        {},
        cloud_event(order_message("OrderCreated", order=ORDER), "order.message.OrderCreated"),
    ),
    example("an order is imported", order_message("OrderImported", order=ORDER)),
    example(
        "a subscription makes an order",
        order_message("OrderCreatedFromRecurringOrder", order={**ORDER, "origin": "RecurringOrder"}),
    ),
    example("an order is deleted", order_message("OrderDeleted", order=ORDER)),
    example("an order is cancelled", order_message("OrderStateChanged", orderState="Cancelled")),
    example("an order is confirmed", order_message("OrderStateChanged", orderState="Confirmed")),
    *(
        example(
            f"a payment state becomes {state}", order_message("OrderPaymentStateChanged", paymentState=state)
        )
        for state in ("Paid", "Failed", "Pending", "BalanceDue", "CreditOwed")
    ),
    example(
        "a payment is added",
        order_message("OrderPaymentAdded", paymentRef={"typeId": "payment", "id": PAYMENT_ID}),
    ),
    example("an order's e-mail is set", order_message("OrderCustomerEmailSet", email="maja@example.com")),
    example(
        "an order's customer is set",
        order_message("OrderCustomerSet", customer={"typeId": "customer", "id": CUSTOMER_ID}),
    ),
    example(
        "a code is added, expanded",
        order_message(
            "OrderDiscountCodeAdded",
            discountCode={"typeId": "discount-code", "id": CODE_ID, "obj": {"code": "FJELL-10"}},
        ),
    ),
    example("goods are back", order_message("ReturnInfoAdded", returnInfo={"items": [RETURN_ITEM]})),
    example("returns are set", order_message("ReturnInfoSet", returnInfo=[{"items": [RETURN_ITEM]}])),
    example(
        "a returned item arrived",
        order_message(
            "OrderReturnShipmentStateChanged",
            returnItemId=RETURN_ITEM["id"],
            returnShipmentState="BackInStock",
        ),
    ),
    example(
        "a charge fails",
        payment_message("PaymentTransactionAdded", transaction=transaction("Charge", "Failure")),
    ),
    example(
        "a refund succeeds",
        payment_message(
            "PaymentTransactionStateChanged",
            transactionId="t1",
            state="Success",
            payment={"id": PAYMENT_ID, "transactions": [transaction("Refund", "Pending")]},
        ),
    ),
    example(
        "a payment is created with its charge",
        payment_message(
            "PaymentCreated", payment={"id": PAYMENT_ID, "transactions": [transaction("Charge", "Success")]}
        ),
    ),
    example("a customer is created", customer_message("CustomerCreated", customer=CUSTOMER)),
    example(
        "a customer's e-mail changes",
        customer_message("CustomerEmailChanged", email="Maja@example.com", oldEmail="maja.ek@example.com"),
    ),
    example("a first name is set", customer_message("CustomerFirstNameSet", firstName="Maja")),
    example("a last name is set", customer_message("CustomerLastNameSet", lastName="Ek")),
    example(
        "a default address is set",
        customer_message(
            "CustomerDefaultBillingAddressSet", address={"country": "SE", "mobile": "070-123 45 67"}
        ),
    ),
    example("a customer is deleted", customer_message("CustomerDeleted", email="maja@example.com")),
    example(
        "a code is created switched off",
        message("DiscountCodeCreated", "discount-code", CODE_ID, discountCode=DISCOUNT_CODE),
    ),
    example(
        "a code is deleted",
        message("DiscountCodeDeleted", "discount-code", CODE_ID, discountCode={"code": "FJELL-10"}),
    ),
    example("a cart is frozen", message("CartFrozen", "cart", CART_ID)),
    example("a cart changed", change("ResourceUpdated", "cart", CART_ID)),
    example("a cart changed, with the cart", change("ResourceUpdated", "cart", CART_ID, cart=CART)),
    example("a cart is deleted", change("ResourceDeleted", "cart", CART_ID)),
    example("an order is created, with the order", change("ResourceCreated", "order", ORDER_ID, order=ORDER)),
    example("an order changed", change("ResourceUpdated", "order", ORDER_ID, order=ORDER)),
    example("a customer changed", change("ResourceUpdated", "customer", CUSTOMER_ID, customer=CUSTOMER)),
    example("a customer is erased", change("ResourceDeleted", "customer", CUSTOMER_ID, dataErasure=True)),
    example(
        "a code is switched off",
        change("ResourceUpdated", "discount-code", CODE_ID, discountCode=DISCOUNT_CODE),
    ),
    example("an extension hears of a new cart", extension("Create", "cart", CART)),
    example("an extension hears of a cart", extension("Update", "cart", {**CART, "taxedPrice": None})),
    example("a cart as it is", {**CART, "lineItems": [{**TENT, "totalPrice": None}], "customLineItems": []}),
    example("an emptied cart", {**CART, "lineItems": [], "customLineItems": []}),
    example("a merged cart", {**CART, "cartState": "Merged"}),
    example("an ordered cart", {**CART, "cartState": "Ordered"}),
    example(
        "a page of orders",
        {
            "limit": 20,
            "offset": 0,
            "count": 2,
            "results": [
                ORDER,
                {**ORDER, "id": "o2", "orderState": "Cancelled", "returnInfo": [{"items": [RETURN_ITEM]}]},
            ],
        },
    ),
    example("a customer as it is", CUSTOMER),
    example(
        "Checkout can't authorize",
        checkout(
            "CheckoutPaymentAuthorizationFailed",
            cart={"typeId": "cart", "id": CART_ID},
            order={"typeId": "order", "id": ORDER_ID},
        ),
    ),
    example(
        "Checkout charged",
        checkout("CheckoutPaymentCharged", order={"typeId": "order", "id": ORDER_ID}),
    ),
    example(
        "Checkout can't make an order",
        checkout("CheckoutOrderCreationFailed", cart={"typeId": "cart", "id": CART_ID}),
    ),
)
