"""Adobe Commerce: CloudEvents of Adobe I/O for each topic, journal entries, REST resources and storefront events."""

from copy import deepcopy
from typing import Any

from tests.unit.functions.ingest_event.sources.examples.example import Example

ATTRIBUTES = {"source": "adobe_commerce", "store": "kiln"}


def cloud_event(code: str, value: dict[str, Any], number: int = 1) -> dict[str, Any]:
    """What Adobe I/O Events posts to a webhook."""
    return {
        "specversion": "1.0",
        "id": f"7d0f3c52-0000-4000-8000-{number:012}",
        "source": "urn:uuid:0f2d7c11-5a55-4a90-9a1c-0b6f0f4f7e21",
        "type": f"com.adobe.commerce.{code}",
        "datacontenttype": "application/json",
        "time": "2026-05-01T11:58:04.412Z",
        "eventid": f"11111111-2222-4333-8444-{number:012}",
        "event_id": f"11111111-2222-4333-8444-{number:012}",
        "recipient_client_id": "9b1de7a2f0ab4cf9",
        "data": {
            "key": f"c5b1e0aa-0000-4000-8000-{number:012}",
            "value": deepcopy(value),
            "source": "kiln.production",
            "_metadata": {
                "commerceEdition": "Adobe Commerce",
                "commerceVersion": "2.4.8",
                "eventsClientVersion": "1.12.1",
                "storeId": "1",
                "websiteId": "1",
                "storeGroupId": "1",
            },
        },
    }


ADDRESS = {
    "address_type": "billing",
    "firstname": "Ines",
    "lastname": "Prado",
    "email": "ines.prado@example.com",
    "telephone": "612 345 678",
    "country_id": "ES",
    "city": "Vigo",
    "postcode": "36201",
    "parent_id": 1207,
}
ORDER: dict[str, Any] = {
    "entity_id": "1207",
    "increment_id": "000001207",
    "quote_id": "5311",
    "state": "new",
    "status": "pending",
    "base_currency_code": "USD",
    "base_grand_total": 104.52,
    "base_discount_amount": -10.86,
    "order_currency_code": "EUR",
    "store_currency_code": "EUR",
    "grand_total": 96.25,
    "subtotal": 79.55,
    "subtotal_incl_tax": 96.25,
    "shipping_incl_tax": 10,
    "discount_amount": -10,
    "coupon_code": "GLAZE10",
    "total_refunded": None,
    "customer_id": None,
    "customer_is_guest": 1,
    "customer_email": "Ines.Prado@example.com",
    "customer_firstname": "Ines",
    "customer_lastname": "Prado",
    "remote_ip": "203.0.113.9",
    "store_id": 1,
    "created_at": "2026-05-01 11:57:58",
    "updated_at": "2026-05-01 11:58:01",
    "items": [
        {
            "item_id": "3001",
            "order_id": "1207",
            "sku": "VASE-BLUE",
            "name": "Blue vase",
            "product_type": "configurable",
            "qty_ordered": 2,
            "qty_refunded": 0,
            "price": 39.775,
            "price_incl_tax": 48.125,
            "row_total_incl_tax": 96.25,
        },
        {
            "item_id": "3002",
            "order_id": "1207",
            "parent_item_id": "3001",
            "sku": "VASE-BLUE",
            "name": "Blue vase",
            "qty_ordered": 2,
            "qty_refunded": 0,
            "price": "0.0000",
        },
    ],
    "addresses": [{**ADDRESS, "address_type": "shipping", "telephone": ""}, ADDRESS],
    "payment": {"method": "checkmo", "parent_id": "1207", "amount_ordered": 96.25},
}
QUOTE: dict[str, Any] = {
    "entity_id": 5311,
    "store_id": 1,
    "is_active": 1,
    "items_count": 2,
    "items_qty": "3.0000",
    "currency": {
        "global_currency_code": "USD",
        "base_currency_code": "USD",
        "store_currency_code": "EUR",
        "quote_currency_code": "EUR",
    },
    "grand_total": "106.2500",
    "customer_id": "88",
    "customer_is_guest": 0,
    "customer_email": "ines.prado@example.com",
    "customer_firstname": "Ines",
    "customer_lastname": "Prado",
    "billing_address": ADDRESS,
    "reserved_order_id": None,
    "created_at": "2026-05-01 11:20:00",
    "updated_at": "2026-05-01 11:55:30",
    "items": [
        {
            "item_id": 7001,
            "quote_id": "5311",
            "sku": "VASE-BLUE",
            "name": "Blue vase",
            "qty": 2,
            "price": "39.7727",
            "price_incl_tax": "48.1250",
            "product_type": "simple",
        },
        {"item_id": 7002, "quote_id": "5311", "sku": "CLAY-1", "name": "Clay", "qty": "1.0000", "price": 10},
    ],
}
CUSTOMER: dict[str, Any] = {
    "id": 88,
    "email": "ines.prado@example.com",
    "firstname": "Ines",
    "lastname": "Prado",
    "group_id": 1,
    "store_id": 1,
    "website_id": 1,
    "created_at": "2025-11-02 09:00:00",
    "updated_at": "2026-05-01 11:50:10",
    "addresses": [{"telephone": "+34 612 345 678", "country_id": "ES", "default_billing": True}],
    "extension_attributes": {"is_subscribed": True},
}
SUBSCRIBER: dict[str, Any] = {
    "subscriber_id": "41",
    "store_id": "1",
    "customer_id": "0",
    "subscriber_email": "ines.prado@example.com",
    "subscriber_status": 1,
    "change_status_at": "2026-05-01 11:51:00",
}
CREDIT_MEMO: dict[str, Any] = {
    "entity_id": "310",
    "increment_id": "000000310",
    "order_id": "1207",
    "invoice_id": None,
    "state": 2,
    "creditmemo_status": None,
    "adjustment_negative": 0,
    "base_currency_code": "USD",
    "order_currency_code": "EUR",
    "grand_total": 48.13,
    "created_at": "2026-05-01 11:56:00",
    "updated_at": "2026-05-01 11:56:00",
    "items": [{"sku": "VASE-BLUE", "qty": 1, "price_incl_tax": 48.125}],
}
INVOICE: dict[str, Any] = {
    "entity_id": "290",
    "order_id": "1207",
    "state": 2,
    "can_void_flag": 0,
    "order_currency_code": "EUR",
    "grand_total": 96.25,
    "updated_at": "2026-05-01 11:57:00",
}
RMA: dict[str, Any] = {
    "entity_id": 17,
    "increment_id": "000000017",
    "order_id": 1207,
    "order_increment_id": "000001207",
    "customer_id": 88,
    "customer_custom_email": "ines.prado@example.com",
    "date_requested": "2026-04-28 08:00:00",
    "status": "received",
    "items": [],
    "tracks": [],
}
COUPON: dict[str, Any] = {"coupon_id": 9, "rule_id": 4, "code": "GLAZE10", "times_used": 3, "type": 1}
RULE: dict[str, Any] = {"rule_id": 4, "name": "Glaze", "coupon_code": "GLAZE10", "is_active": "0"}
STOREFRONT: dict[str, Any] = {
    "event": "add-to-cart",
    "eventInfo": {
        "debugContext": {"eventId": "0d2b1b5e-9f54-4b34-9c0e-3c2f6a9d1f00"},
        "storefrontInstanceContext": {
            "baseCurrencyCode": "USD",
            "storeViewCurrencyCode": "EUR",
            "storeId": 1,
        },
        "accountContext": {
            "accountId": "88",
            "emailAddress": "ines.prado@example.com",
            "firstName": "Ines",
            "lastName": "Prado",
        },
        "shopperContext": {"shopperId": "logged-in"},
        "shoppingCartContext": {
            "id": "5311",
            "totalQuantity": 2,
            "prices": {"subtotalIncludingTax": {"value": 96.25, "currency": "EUR"}},
            "items": [
                {
                    "id": "7001",
                    "quantity": 2,
                    "prices": {"price": {"value": 48.125, "currency": "EUR"}},
                    "product": {
                        "sku": "VASE-BLUE",
                        "name": "Blue vase",
                        "canonicalUrl": "https://kiln.example/vase",
                        "mainImageUrl": "https://kiln.example/vase.jpg",
                    },
                }
            ],
        },
    },
}


def with_facts(original: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """A copy with other facts."""
    return {**deepcopy(original), **facts}


def pushed(event: str, **contexts: Any) -> dict[str, Any]:
    """A push into the data layer, with other contexts."""
    copy = with_facts(STOREFRONT, event=event)
    copy["eventInfo"].update(contexts)
    return copy


SAVED = "observer.sales_order_save_commit_after"
_STATES: dict[str, dict[str, Any]] = {
    "placed": {"state": "new", "status": "pending"},
    "waiting for payment": {"state": "pending_payment", "status": "pending_payment"},
    "under review": {"state": "payment_review", "status": "fraud"},
    "held": {"state": "holded", "status": "holded"},
    "paid": {"state": "processing", "status": "processing"},
    "complete": {"state": "complete", "status": "complete"},
    "partly refunded": {
        "state": "complete",
        "total_refunded": "48.13",
        "items": [{"qty_refunded": "1.0000"}],
    },
    "closed": {"state": "closed", "status": "closed", "total_refunded": "96.2500"},
    "canceled": {"state": "canceled", "status": "canceled"},
    "only in the shop's currency": {"grand_total": None},
    "made by staff": {"remote_ip": None},
    "of an account": {"customer_is_guest": 0, "customer_id": "88"},
}
_EVENTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    *((f"order {name}", SAVED, with_facts(ORDER, **facts)) for name, facts in _STATES.items()),
    ("order saved", "observer.sales_order_save_after", ORDER),
    ("order of an instance", "kiln_eu.observer.sales_order_save_after", ORDER),
    ("order submitted", "observer.sales_order_place_after", {"order": ORDER}),
    ("checkout", "observer.checkout_submit_all_after", {"order": ORDER, "quote": QUOTE}),
    (
        "checkout to several addresses",
        "observer.checkout_submit_all_after",
        {"orders": [ORDER, with_facts(ORDER, entity_id="1208")], "quote": QUOTE},
    ),
    (
        "checkout failed",
        "observer.sales_model_service_quote_submit_failure",
        {"order": ORDER, "quote": QUOTE},
    ),
    ("checkout succeeded", "observer.sales_model_service_quote_submit_success", {"order": ORDER}),
    ("paid by PayPal", "observer.paypal_express_place_order_success", {"order": ORDER, "quote": QUOTE}),
    ("order cancelled", "observer.order_cancel_after", {"order": ORDER}),
    ("order through the API", "plugin.magento.sales.api.order_repository.save", ORDER),
    ("order through management", "plugin.sales.api.order_management.place", ORDER),
    ("invoice", "observer.sales_order_invoice_save_after", INVOICE),
    ("invoice with its order", "observer.sales_order_invoice_pay", {"invoice": {**INVOICE, "order": ORDER}}),
    ("credit memo", "observer.sales_order_creditmemo_save_after", CREDIT_MEMO),
    ("credit memo through the API", "plugin.magento.sales.api.creditmemo_repository.save", CREDIT_MEMO),
    ("return", "observer.rma_save_commit_after", RMA),
    ("cart", "observer.sales_quote_save_after", QUOTE),
    ("cart saved", "observer.checkout_cart_save_after", {"cart": QUOTE}),
    ("cart merged", "observer.sales_quote_merge_after", {"quote": QUOTE}),
    ("cart through the API", "plugin.quote.api.cart_repository.save", QUOTE),
    ("cart emptied", "observer.sales_quote_save_after", with_facts(QUOTE, items=[], items_count=0)),
    ("cart ordered", "observer.sales_quote_save_after", with_facts(QUOTE, is_active="0")),
    ("cart without its items", "observer.sales_quote_save_after", with_facts(QUOTE, items=None)),
    ("cart deleted", "observer.sales_quote_delete_after", QUOTE),
    ("item added", "observer.checkout_cart_product_add_after", {"quote_item": QUOTE["items"][0]}),
    ("item saved", "observer.sales_quote_item_save_after", QUOTE["items"][0]),
    ("item removed", "observer.sales_quote_remove_item", {"quote_item": QUOTE["items"][0]}),
    ("customer", "observer.customer_save_commit_after", CUSTOMER),
    ("customer through the API", "plugin.magento.customer.api.customer_repository.save", CUSTOMER),
    ("login", "observer.customer_login", {"customer": CUSTOMER}),
    ("registration", "observer.customer_register_success", {"customer": CUSTOMER, "account_controller": []}),
    ("customer deleted", "observer.customer_delete_commit_after", CUSTOMER),
    ("newsletter joined", "observer.newsletter_subscriber_save_commit_after", SUBSCRIBER),
    (
        "newsletter left",
        "observer.newsletter_subscriber_save_commit_after",
        with_facts(SUBSCRIBER, subscriber_status=3),
    ),
    ("newsletter deleted", "observer.newsletter_subscriber_delete_after", {"subscriber": SUBSCRIBER}),
    ("coupon deleted", "plugin.sales_rule.model.resource_model.coupon.delete", COUPON),
    ("rule deleted", "observer.salesrule_delete_after", RULE),
    ("rule switched off", "observer.salesrule_rule_save_after", RULE),
)


def _others() -> tuple[tuple[str, dict[str, str], Any], ...]:
    """Other ways by which the same things arrive."""
    journal = {"position": "camel:1", "event": cloud_event(SAVED, ORDER)}
    webhook = {"event_id": "11111111-2222-4333-8444-555555555555", "event": cloud_event(SAVED, ORDER)}
    params = {"type": f"com.adobe.commerce.{SAVED}", "event_id": "e-1", "data": {"value": ORDER}}
    headers = {"X-Adobe-Event-Code": f"com.adobe.commerce.{SAVED}", "X-Adobe-Event-Id": "e-2"}
    placed = pushed(
        "place-order",
        orderContext={
            "orderId": "1207",
            "grandTotal": 96.25,
            "email": "ines.prado@example.com",
            "appliedCouponCode": "GLAZE10",
        },
    )
    return (
        ("journal entry", {}, journal),
        ("webhook entry", {}, webhook),
        ("runtime action's parameters", {}, params),
        ("relayed value", headers, {"key": "k", "value": ORDER, "source": "kiln.production"}),
        ("REST order by its shape", {}, ORDER),
        ("REST order by its topic", {"topic": "sales_order_save_after"}, ORDER),
        ("REST cart", {}, with_facts(QUOTE, id=5311, customer={"id": 88, "email": "ines.prado@example.com"})),
        ("REST customer", {}, CUSTOMER),
        ("REST credit memo", {}, CREDIT_MEMO),
        ("REST invoice", {}, INVOICE),
        ("storefront cart", {}, STOREFRONT),
        ("storefront checkout", {}, pushed("initiate-checkout", shoppingCartContext={"id": "5311"})),
        (
            "storefront cart emptied",
            {},
            pushed("remove-from-cart", shoppingCartContext={"id": 5, "items": []}),
        ),
        ("storefront page", {}, pushed("product-page-view")),
        ("storefront order", {}, placed),
    )


EXAMPLES: tuple[Example, ...] = (
    *(
        Example(name, ATTRIBUTES, cloud_event(code, value, number))
        for number, (name, code, value) in enumerate(_EVENTS, 1)
    ),
    *(Example(name, {**ATTRIBUTES, **more}, payload) for name, more, payload in _others()),
)
