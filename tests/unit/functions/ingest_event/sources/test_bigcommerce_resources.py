"""BigCommerce's orders (V2) and carts (V3): statuses, money, times, buyers, and what is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import Channel, SalesChannel
from functions.ingest_event.understanding import understand
from tests.unit.functions.ingest_event.events import NOW, event_of, refusal_of
from tests.unit.functions.ingest_event.sources.examples.bigcommerce import (
    CART,
    CART_ID,
    ORDER,
    THIN_CART,
    THIN_ORDER,
    hook,
    order_in,
    with_facts,
)
from tests.unit.functions.ingest_event.sources.test_bigcommerce import message

ITEM: dict[str, Any] = CART["line_items"]["physical_items"][0]


def order_message(resource: dict[str, Any]) -> Any:
    """A webhook with that order."""
    return message(hook("store/order/updated", THIN_ORDER, resource))


def order(**facts: Any) -> Any:
    """The event of the order with other facts."""
    return event_of(order_message(with_facts(ORDER, **facts)))


def cart_message(resource: dict[str, Any]) -> Any:
    """A webhook with that cart."""
    return message(hook("store/cart/updated", THIN_CART, resource))


def cart(**facts: Any) -> Any:
    """The event of the cart with other facts."""
    return event_of(cart_message(with_facts(CART, **facts)))


def lines(*items: dict[str, Any]) -> dict[str, Any]:
    """A cart's facts with these lines only."""
    return {"line_items": {"physical_items": [{**ITEM, **item} for item in items]}, "cart_amount": None}


def test_an_order_is_what_the_shopper_pays_in_the_transactional_currency() -> None:
    """`currency_code` is what prices were shown in, `default_currency_code` what is paid in (L34)."""
    event = order()
    assert type(event) is storefront.OrderPaid
    assert event.order == storefront.OrderFacts(
        id="4501",
        cart_id=CART_ID,
        total=Money(23800, "EUR"),
        discount_minor=1750,
        voucher_codes=("SPRING",),
        skus=("HELMET-M", "812"),
        lines=(storefront.Line(sku="HELMET-M", name="Helmet", quantity=1, unit_price_minor=4_950),),
    )
    assert event.person == storefront.Person(
        email="jonas.weber@example.com",
        phone="+4930901820",
        name="Jonas Weber",
        locale="de",
        country="DE",
        consent={Channel.EMAIL: True},
    )
    assert (event.channel, event.occurred_at) == (
        SalesChannel.WEB,
        datetime(2026, 5, 1, 11, 57, 30, tzinfo=UTC),
    )
    assert order(default_currency_code=None, currency_code="USD").order.total == Money(23800, "USD")


@pytest.mark.parametrize(
    ("status", "payment", "kind"),
    [
        *((status, "", storefront.OrderPlaced) for status in (1, 7, 12)),
        *((status, "", storefront.OrderPaid) for status in (2, 3, 8, 9, 10, 11, 13)),
        (1, "captured", storefront.OrderPaid),
        (7, "declined", storefront.OrderPaymentFailed),
        (11, "authorized", storefront.OrderPlaced),
        (9, "held for review", storefront.OrderPlaced),
        (10, "pending", storefront.OrderPaid),  # cash on delivery, delivered
        (5, "captured", storefront.OrderCancelled),
        (5, "declined", storefront.OrderCancelled),
        (6, "", storefront.OrderCancelled),
        (6, "declined", storefront.OrderPaymentFailed),
    ],
)
def test_every_status_is_mapped(status: int, payment: str, kind: type[storefront.StorefrontEvent]) -> None:
    """The payment's own status knows better while nothing was sent."""
    facts = {"payment_status": payment, "products": []}
    assert type(event_of(order_message(order_in(status, **facts)))) is kind


@pytest.mark.parametrize("stated", [11, "11", None])
def test_a_status_may_be_a_number_a_text_or_only_a_name(stated: Any) -> None:
    """The API's name stands in for a missing id."""
    assert type(order(status_id=stated)) is storefront.OrderPaid


def test_an_unknown_status_is_an_order_all_the_same() -> None:
    """Nobody is reminded of what they bought (L1)."""
    event = order(status_id=99)
    assert type(event) is storefront.OrderPlaced
    assert "only known to exist" in event.notes[0]


def test_a_refunded_order_came_back() -> None:
    """Whole, with its total; or the part that was refunded so far."""
    paid, returned = understand(order_message(order_in(4)), NOW)
    assert isinstance(paid, storefront.OrderPaid)
    assert isinstance(returned, storefront.OrderReturned)
    assert (returned.return_id, returned.order_id, returned.total) == ("4501", "4501", Money(23800, "EUR"))
    for resource in (order_in(14, refunded_amount="49.5000"), order_in(2, refunded_amount="49.5000")):
        _, part = understand(order_message(resource), NOW)
        assert getattr(part, "total", None) == Money(4950, "EUR")
    _, unknown = understand(order_message(order_in(14, products={})), NOW)
    assert getattr(unknown, "total", 1) is None


def test_goodwill_is_no_return() -> None:
    """Money went back, no product did."""
    products = [{"sku": "HELMET-M", "quantity_refunded": 0}]
    event = event_of(order_message(order_in(14, refunded_amount="5.0000", products=products)))
    assert type(event) is storefront.OrderPaid


def test_an_order_deleted_before_it_was_paid_is_cancelled() -> None:
    """Deleting is how shops put paid orders away, which changes nothing about them."""
    deleted = {"is_deleted": True, "payment_status": ""}
    assert type(event_of(order_message(order_in(7, **deleted)))) is storefront.OrderCancelled
    assert type(event_of(order_message(order_in(10, **deleted)))) is storefront.OrderPaid


@pytest.mark.parametrize(
    ("source", "by_staff", "channel"),
    [
        ("manual", True, None),
        ("www", False, SalesChannel.WEB),
        ("iphone", False, SalesChannel.APP),
        ("amazon", False, SalesChannel.MARKETPLACE),
        ("external", False, None),
    ],
)
def test_an_order_s_source_says_who_made_it_and_where(
    source: str, by_staff: bool, channel: SalesChannel | None
) -> None:
    """Orders keyed in by staff never count as recovered (L12)."""
    event = order(order_source=source)
    assert (event.order.made_by_shop, event.channel) == (by_staff, channel)


@pytest.mark.parametrize(
    ("currency", "total", "minor"), [("JPY", "238.0000", 238), ("KWD", "23.8005", 23801), ("EUR", 238, 23800)]
)
def test_totals_have_the_decimals_of_their_currency(currency: str, total: Any, minor: int) -> None:
    """V2 writes four decimals of everything."""
    event = order(default_currency_code=currency, total_inc_tax=total, discount_amount="", coupon_discount=0)
    assert event.order.total == Money(minor, currency)


def test_accounts_guests_and_boxes() -> None:
    """Customer 0 is nobody; an unticked box says nothing about what was agreed before (L38)."""
    assert order(customer_id=31).person.external_id == "31"
    assert order().person.external_id is None
    assert order(is_email_opt_in=False).person.consent == {}


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Fri, 01 May 2026 11:57:30 +0000", "11:57:30"),
        ("Fri, 01 May 2026 13:57:30 +0200", "11:57:30"),
        ("Fri, 01 May 2026 11:57:30 -0000", "11:57:30"),
        ("2026-05-01T11:57:30Z", "11:57:30"),
        ("last week", "11:58:04"),
        (None, "11:58:04"),
    ],
)
def test_a_change_happened_when_the_resource_says(date: Any, expected: str) -> None:
    """V2 writes dates as e-mails do; the webhook's own moment stands in for one that is none."""
    event = order(date_modified=date)
    assert event.occurred_at == datetime.fromisoformat(f"2026-05-01T{expected}+00:00")


def test_a_bare_resource_has_only_its_own_date() -> None:
    """An order that was never changed has that of its creation; without any, it counts as of its publication."""
    placed = with_facts(ORDER, date_modified=None, date_created="Thu, 30 Apr 2026 09:30:00 +0000")
    assert event_of(message(placed)).occurred_at == datetime(2026, 4, 30, 9, 30, tzinfo=UTC)
    cancelled = event_of(message({**placed, "status_id": 5, "status": "Cancelled"}))
    assert (type(cancelled), cancelled.occurred_at) == (storefront.OrderCancelled, NOW)
    assert event_of(message(with_facts(placed, date_created=None))).occurred_at == NOW
    refused = refusal_of(message(with_facts(ORDER, date_modified="last week")))
    assert (refused.reason, refused.field) == ("occurred_at_invalid", "date_modified")


def test_broken_extras_cost_the_order_nothing() -> None:
    """An order is not lost over a discount or a telephone number."""
    billing = {**ORDER["billing_address"], "phone": "none"}
    event = order(discount_amount="much", billing_address=billing, coupons=5, products="?")
    assert event.order.total == Money(23800, "EUR")
    assert (event.order.discount_minor, event.order.voucher_codes, event.order.skus) == (1250, (), ())
    assert len(event.notes) == 2


@pytest.mark.parametrize(
    ("facts", "reason", "field"),
    [
        ({"id": None}, "field_missing", "resource.id"),
        ({"total_inc_tax": None}, "amount_invalid", "resource.total_inc_tax"),
        ({"total_inc_tax": "-1"}, "amount_invalid", "resource.total_inc_tax"),
        ({"default_currency_code": "XXX"}, "currency_unknown", "resource.default_currency_code"),
        (
            {"default_currency_code": None, "currency_code": None},
            "currency_missing",
            "resource.currency_code",
        ),
        ({"status_id": None, "status": "Ready"}, "field_missing", "resource.status_id"),
        ({"status_id": True}, "field_invalid", "resource.status_id"),
    ],
)
def test_what_an_order_needs_is_refused_by_its_path(facts: dict[str, Any], reason: str, field: str) -> None:
    """The reason and the field lead to what has to be mended."""
    refused = refusal_of(order_message(with_facts(ORDER, **facts)))
    assert (refused.reason, refused.field) == (reason, field)


def test_a_cart_has_all_its_lines() -> None:
    """Goods, downloads, extras and gift certificates; the price after a sale, the total after everything."""
    event = cart()
    assert event.cart == storefront.Cart(
        id=CART_ID,
        currency="EUR",
        total_minor=14137,
        url="https://bikes.example/cart.php?action=loadInCheckout&id=5b3a",
        lines=(
            storefront.Line(
                sku="HELMET-M",
                name="Helmet",
                quantity=2,
                unit_price_minor=4494,
                url="https://bikes.example/helmet/",
                image_url="https://bikes.example/helmet.jpg",
            ),
            storefront.Line(sku="900", name="Map", quantity=1, unit_price_minor=950),
            storefront.Line(sku="ENGRAVE", name="Engraving", quantity=1, unit_price_minor=1700),
            storefront.Line(sku="line-4", name="Gift certificate", quantity=1, unit_price_minor=2500),
        ),
    )
    assert event.person == storefront.Person(external_id="31", email="jonas.weber@example.com", locale="de")
    assert event.occurred_at == datetime(2026, 5, 1, 11, 52, 10, tzinfo=UTC)


def test_without_an_amount_the_lines_are_summed_up() -> None:
    """Every line counts by its quantity; one without any is no line."""
    event = cart(**lines({"sale_price": 10.5}, {"sku": "B", "quantity": 0}))
    assert (event.cart.total_minor, len(event.cart.lines)) == (2100, 1)
    assert cart(**lines({"sale_price": 1.0005}), currency={"code": "KWD"}).cart.total_minor == 2002
    assert cart(**lines({"sale_price": 900}), currency={"code": "JPY"}).cart.total_minor == 1800


def test_an_emptied_cart_needs_no_money() -> None:
    """It stops what is pending, whatever else is wrong with it (L9)."""
    event = cart(line_items={"physical_items": [], "digital_items": []}, currency=None, cart_amount="x")
    assert event.cart.lines == ()
    assert event.cart.total_minor == 0


def test_unsafe_links_are_left_out() -> None:
    """A cart is not lost over a picture."""
    event = cart(**lines({"url": "javascript:alert(1)", "image_url": None}))
    assert event.cart.lines[0].url is None
    assert len(event.notes) == 1


@pytest.mark.parametrize(
    ("facts", "reason", "field"),
    [
        ({"id": None}, "field_missing", "id"),
        ({"currency": {}}, "currency_missing", "currency.code"),
        ({"currency": {"code": "eur"}}, "currency_unknown", "currency.code"),
        ({"cart_amount": "much"}, "amount_invalid", "cart_amount"),
        ({"line_items": None}, "field_missing", "line_items"),
        ({"line_items": [ITEM]}, "field_invalid", "line_items"),
        ({"line_items": {"digital_items": {}}}, "field_invalid", "line_items.digital_items"),
        (lines({}, {"quantity": "2"}), "quantity_invalid", "line_items.physical_items[1].quantity"),
        (lines({"sale_price": "x"}), "amount_invalid", "line_items.physical_items[0].sale_price"),
        (
            lines({"sale_price": None, "list_price": None}),
            "amount_invalid",
            "line_items.physical_items[0].list_price",
        ),
        (
            lines({"sku": "", "variant_id": None, "product_id": None, "id": None}),
            "field_missing",
            "line_items.physical_items[0].sku",
        ),
    ],
)
def test_what_a_cart_needs_is_refused_by_its_path(facts: dict[str, Any], reason: str, field: str) -> None:
    """The reason and the field lead to what has to be mended."""
    refused = refusal_of(cart_message(with_facts(CART, **facts)))
    assert (refused.reason, refused.field) == (reason, f"resource.{field}")


def test_too_many_lines_are_refused() -> None:
    """No shopper fills such a cart."""
    refused = refusal_of(cart_message(with_facts(CART, **lines(*[{}] * 10_001))))
    assert (refused.reason, refused.field) == ("too_many_lines", "resource.line_items.physical_items")
