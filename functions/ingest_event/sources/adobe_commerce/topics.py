"""Which of Magento's events mean something, and what reads them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from common.application.failures import Refused
from common.domain.storefront import (
    CustomerErased,
    CustomerUpdated,
    OrderCancelled,
    OrderPaymentFailed,
    VoucherWithdrawn,
)
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import mapping
from functions.ingest_event.sources.adobe_commerce import carts, customers, orders
from functions.ingest_event.sources.adobe_commerce.body import Body, flag, moment_of
from functions.ingest_event.understanding import Said

Reader = Callable[[Envelope, Body, str], Sequence[Said]]


def _order(kind: orders.Kind | None = None) -> Reader:
    def read(opened: Envelope, body: Body, id: str) -> Sequence[Said]:
        several = list(body.each("orders"))  # of a checkout with several addresses
        if not several:
            return orders.read_order(opened, _with_cart(body), id, kind)
        told: list[Said] = []
        for index, order in enumerate(several):
            try:
                told += orders.read_order(opened, order, f"{id}:{index}", kind)
            except Refused as refused:
                told.append(refused)
        return told

    return read


def _with_cart(body: Body) -> Body:
    """The order inside, with the id of the quote beside it where it lacks its own."""
    order, quote = body.inner("order"), mapping(body.fields.get("quote"))
    if order.fields.get("quote_id") is None and quote:
        quote_id = quote.get("entity_id") or quote.get("id")
        return replace(order, fields={**order.fields, "quote_id": quote_id})
    return order


def _quote(opened: Envelope, body: Body, id: str) -> Sequence[Said]:
    return [carts.read_quote(opened, body.inner("quote", "cart"), id)]


def _deleted_quote(opened: Envelope, body: Body, id: str) -> Sequence[Said]:
    return [carts.read_quote(opened, body.inner("quote", "cart"), id, deleted=True)]


def _item(opened: Envelope, body: Body, id: str) -> Sequence[Said]:
    return [carts.read_item(opened, body.inner("quote_item", "item"), id)]


def _customer(opened: Envelope, body: Body, id: str) -> Sequence[Said]:
    inside = body.inner("customer", "customer_data_object", "customer_data")
    person = customers.read_customer(opened, inside)
    return [
        opened.event(
            CustomerUpdated, id=id, occurred_at=moment_of(opened, inside, "updated_at"), person=person
        )
    ]


def _deleted_customer(opened: Envelope, body: Body, id: str) -> Sequence[Said]:
    inside = body.inner("customer")
    person = customers.read_customer(opened, inside)
    return [opened.event(CustomerErased, id=id, occurred_at=moment_of(opened, inside), person=person)]


def _subscriber(deleted: bool) -> Reader:
    def read(opened: Envelope, body: Body, id: str) -> Sequence[Said]:
        inside = body.inner("subscriber")
        person = customers.read_subscriber(opened, inside, deleted=deleted)
        at = moment_of(opened, inside, "change_status_at")
        return [opened.event(CustomerUpdated, id=id, occurred_at=at, person=person)]

    return read


def _withdrawn(name: str) -> Reader:
    def read(opened: Envelope, body: Body, id: str) -> Sequence[Said]:
        inside = body.inner("coupon", "rule")
        if name == "coupon_code" and not inside.fields.get(name):
            return ()  # a rule without a code of its own
        code = reading.read_id(inside.fields.get(name), inside.path + name)
        return [opened.event(VoucherWithdrawn, id=id, occurred_at=moment_of(opened, inside), code=code)]

    return read


def _saved_rule(opened: Envelope, body: Body, id: str) -> Sequence[Said]:
    is_switched_off = flag(body.inner("rule").fields.get("is_active")) is False
    return _withdrawn("coupon_code")(opened, body, id) if is_switched_off else ()


def _saved(names: tuple[str, ...], *readers: str) -> tuple[str, ...]:
    """Both moments of a model's event: before and after the database's commit."""
    return (*(f"observer.{name}_{when}after" for name in names for when in ("", "commit_")), *readers)


TOPICS: dict[str, Reader] = {
    **dict.fromkeys(
        _saved(
            ("sales_order_save",),
            "observer.sales_order_place_after",
            "observer.checkout_submit_all_after",
            "observer.sales_model_service_quote_submit_success",
            "observer.paypal_express_place_order_success",
            "plugin.sales.api.order_repository.save",
            "plugin.sales.api.order_management.place",
        ),
        _order(),
    ),
    **dict.fromkeys(
        ("observer.order_cancel_after", "observer.sales_order_cancel_after"), _order(OrderCancelled)
    ),
    "observer.sales_model_service_quote_submit_failure": _order(OrderPaymentFailed),
    **dict.fromkeys(
        _saved(
            ("sales_order_invoice_save",),
            "observer.sales_order_invoice_pay",
            "plugin.sales.api.invoice_repository.save",
        ),
        lambda opened, body, id: orders.read_invoice(opened, body.inner("invoice"), id),
    ),
    **dict.fromkeys(
        _saved(
            ("sales_order_creditmemo_save",),
            "observer.sales_order_creditmemo_refund",
            "plugin.sales.api.creditmemo_repository.save",
        ),
        lambda opened, body, id: orders.read_credit_memo(opened, body.inner("creditmemo"), id),
    ),
    **dict.fromkeys(
        _saved(("rma_save",), "plugin.rma.api.rma_repository.save"),
        lambda opened, body, id: orders.read_rma(opened, body.inner("rma"), id),
    ),
    **dict.fromkeys(
        _saved(
            ("sales_quote_save",),
            "observer.sales_quote_merge_after",
            "observer.checkout_cart_save_after",
            "plugin.quote.api.cart_repository.save",
        ),
        _quote,
    ),
    **dict.fromkeys(_saved(("sales_quote_delete",)), _deleted_quote),
    **dict.fromkeys(
        _saved(
            ("sales_quote_item_save", "sales_quote_item_delete"),
            "observer.sales_quote_add_item",
            "observer.sales_quote_remove_item",
            "observer.checkout_cart_product_add_after",
            "observer.checkout_cart_product_update_after",
        ),
        _item,
    ),
    **dict.fromkeys(
        _saved(
            ("customer_save",),
            "observer.customer_save_after_data_object",
            "observer.customer_register_success",
            "observer.customer_login",
            "plugin.customer.api.customer_repository.save",
        ),
        _customer,
    ),
    **dict.fromkeys(_saved(("customer_delete",)), _deleted_customer),
    **dict.fromkeys(_saved(("newsletter_subscriber_save",)), _subscriber(deleted=False)),
    **dict.fromkeys(_saved(("newsletter_subscriber_delete",)), _subscriber(deleted=True)),
    **dict.fromkeys(
        _saved(("salesrule_coupon_delete",), "plugin.sales_rule.model.resource_model.coupon.delete"),
        _withdrawn("code"),
    ),
    **dict.fromkeys(_saved(("salesrule_delete", "salesrule_rule_delete")), _withdrawn("coupon_code")),
    **dict.fromkeys(
        _saved(("salesrule_rule_save",), "plugin.sales_rule.api.rule_repository.save"), _saved_rule
    ),
}
"""What the engine acts on; products, stock, shipments and the rest are Magento's own business."""
