"""Shopify's orders, refunds and payments: what each topic and state means."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import Channel, SalesChannel
from functions.ingest_event.understanding import Ignored, understand
from tests.unit.functions.ingest_event.events import (
    DROPPED,
    NOW,
    SHOPIFY_ORDER,
    SHOPIFY_REFUND,
    changed,
    event_of,
    from_shopify,
    money_set,
    refusal_of,
    told_by,
)
from tests.unit.functions.ingest_event.sources.examples import shopify as examples


def order(**fields: Any) -> Any:
    return event_of(from_shopify("orders/create", changed(SHOPIFY_ORDER, **fields)))


def test_an_order_is_understood_in_the_customer_s_own_currency() -> None:
    """Total and discount are those that the customer paid (L34)."""
    event = order()
    assert type(event) is storefront.OrderPlaced
    assert event.order == storefront.OrderFacts(
        id="5501234567890",
        cart_id="c1-6f2b",
        total=Money(120_000, "SEK"),
        discount_minor=5_330,
        voucher_codes=("WELCOME",),
        skus=("LAMP-OAK",),
        lines=(storefront.Line(sku="LAMP-OAK", name="Oak lamp", quantity=2, unit_price_minor=57_550),),
    )
    assert (event.person.email, event.person.country, event.person.locale) == (
        "greta@example.com",
        "SE",
        "sv",
    )


def test_an_order_is_not_lost_over_one_unreadable_amount() -> None:
    """Another statement of its total counts, and a note says so; without any it is refused."""
    event = order(total_price_set__presentment_money__amount="n/a", total_discounts_set=DROPPED)
    assert (event.order.total, event.order.discount_minor) == (Money(11_250, "USD"), 0)
    assert event.notes[0].startswith("total_price_set.presentment_money.amount could not be read")
    plain = order(total_price_set=DROPPED)
    assert (plain.order.total, plain.order.discount_minor, plain.notes) == (Money(11_250, "USD"), 500, ())
    assert order(total_price_set=DROPPED, total_price=112.5).order.total == Money(11_250, "USD")
    masked = money_set("example string", "example string", "example string", "example string")
    answer = refusal_of(
        from_shopify("orders/create", changed(SHOPIFY_ORDER, total_price_set=masked, total_price="x"))
    )
    assert answer.reason == "currency_unknown"
    assert answer.field == "total_price_set.presentment_money.currency_code"


@pytest.mark.parametrize(
    ("fields", "made_by_shop"),
    [
        ({}, False),
        ({"source_name": "shopify_draft_order"}, True),
        ({"source_name": "web", "user_id": 901}, True),
        ({"source_name": "pos", "user_id": 901}, False),
        ({"source_name": "1424624"}, False),
        ({"source_name": "subscription_contract_checkout_one"}, True),
    ],
)
def test_an_order_written_by_staff_is_made_by_the_shop(fields: dict[str, Any], made_by_shop: bool) -> None:
    """Draft and keyed-in orders close a case without recovering it; a cashier is no author (L12)."""
    assert order(**fields).order.made_by_shop is made_by_shop


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        ("web", SalesChannel.WEB),
        ("POS", SalesChannel.POS),
        ("instagram", SalesChannel.SOCIAL),
        ("1424624", None),
        (5, None),
    ],
)
def test_the_source_name_tells_the_channel(source: object, channel: SalesChannel | None) -> None:
    """Known names are channels; an app's number tells nothing."""
    assert order(source_name=source).channel is channel


def test_returned_goods_are_a_return_and_refunded_money_alone_is_not() -> None:
    """Goods that came back count against the customer; a cancelled line, shipping or goodwill doesn't."""
    event = event_of(from_shopify("refunds/create", SHOPIFY_REFUND))
    assert isinstance(event, storefront.OrderReturned)
    assert (event.return_id, event.order_id, event.total) == ("900123", "5501234567890", Money(57_550, "SEK"))
    worth = event_of(from_shopify("refunds/create", changed(SHOPIFY_REFUND, transactions=[])))
    assert worth.total == Money(57_550, "SEK")
    unknown = event_of(
        from_shopify(
            "refunds/create", changed(SHOPIFY_REFUND, transactions=None, refund_line_items__0__subtotal_set=5)
        )
    )
    assert unknown.total is None
    assert unknown.notes
    for items in ([], None, [{"quantity": 1, "restock_type": "cancel"}]):
        message = from_shopify("refunds/create", changed(SHOPIFY_REFUND, refund_line_items=items))
        assert told_by(message) == Ignored("shopify", "lamps.myshopify.com", "refunds/create")


def updated(**fields: Any) -> list[Any]:
    return list(understand(from_shopify("orders/updated", changed(examples.ORDER, **fields)), NOW))


STATUSES = [
    ("pending", ["OrderPlaced"]),
    ("authorized", ["OrderPlaced"]),
    ("partially_paid", ["OrderPlaced"]),
    (None, ["OrderPlaced"]),
    ("unheard_of", ["OrderPlaced"]),
    ("paid", ["OrderPlaced", "OrderPaid"]),
    ("PAID", ["OrderPlaced", "OrderPaid"]),
    ("partially_refunded", ["OrderPlaced", "OrderPaid"]),
    ("refunded", ["OrderPlaced", "OrderPaid"]),
    ("expired", ["OrderPlaced", "OrderPaymentFailed"]),
    ("voided", ["OrderPlaced", "OrderCancelled"]),
]


@pytest.mark.parametrize("topic", ["orders/updated", "orders/fulfilled", "orders/partially_fulfilled"])
@pytest.mark.parametrize(("status", "kinds"), STATUSES)
def test_a_whole_order_tells_all_that_it_states(topic: str, status: str | None, kinds: list[str]) -> None:
    """A shop that subscribes to orders/updated alone is complete: placed when it was, then what became of it."""
    message = from_shopify(topic, {**examples.ORDER, "financial_status": status})
    said: Any = understand(message, NOW)
    assert [type(event).__name__ for event in said] == kinds
    assert said[0].occurred_at == datetime(2026, 5, 1, 11, 58, 30, tzinfo=UTC)
    assert (
        said[-1].notes
        == (
            () if status != "unheard_of" else ("financial_status was left out: it is not one that is known.",)
        )
        or len(kinds) == 1
    )
    assert all(event.order == said[0].order for event in said)


def test_an_update_dates_each_thing_by_itself() -> None:
    """Placed at its own time, cancelled at its own time, paid at the latest when the update was sent."""
    said = updated(financial_status="refunded", cancelled_at="2026-05-01T11:59:40Z")
    assert [event.id for event in said] == [
        f"orders/updated:wh-1:{part}" for part in ("placed", "paid", "cancelled")
    ]
    assert [event.occurred_at.strftime("%H:%M:%S") for event in said] == ["11:58:30", "12:00:01", "11:59:40"]
    broken = updated(processed_at="soon", created_at=None, cancelled_at="gone")
    assert [event.occurred_at.strftime("%H:%M:%S") for event in broken] == ["12:00:01", "12:00:01"]
    assert broken[1].notes == (
        "processed_at was left out: it is not a time that can be taken.",
        "cancelled_at was left out: it is not a time that can be taken.",
    )


def test_an_update_says_a_ticked_box_only_for_the_day_of_the_order() -> None:
    """A year later the order still says ticked, while the customer may have opted out since (L38)."""
    placed, paid = updated(financial_status="paid", customer__email_marketing_consent=None)
    assert placed.person.consent[Channel.EMAIL] is True
    assert Channel.EMAIL not in paid.person.consent


def test_an_update_tells_the_returns_among_its_refunds() -> None:
    """Each refund with goods is a return at its own moment; money alone is none; a broken one costs nobody else."""
    said: Any = understand(from_shopify("orders/updated", examples.REFUNDED_IN_PART), NOW)
    assert [type(event).__name__ for event in said] == ["OrderPlaced", "OrderPaid", "OrderReturned"]
    back = said[2]
    assert (back.id, back.return_id, back.order_id) == (
        "orders/updated:wh-1:refund:900123",
        "900123",
        "5501234567890",
    )
    assert (back.total, back.occurred_at) == (
        Money(57_550, "SEK"),
        datetime(2026, 5, 1, 11, 50, tzinfo=UTC),
    )
    twice = updated(refunds=[{**examples.RETURNED, "id": {}}, examples.RETURNED, examples.RETURNED])
    assert [type(part).__name__ for part in twice] == ["OrderPlaced", "Refused", "OrderReturned"]
    assert (twice[1].reason, twice[1].field) == ("field_invalid", "refunds[0].id")


def test_a_whole_refund_of_what_was_sent_counts_as_a_return() -> None:
    """Unless its refunds name the goods, or nothing was ever sent."""
    whole = {"financial_status": "refunded", "refunds": [examples.GOODWILL]}
    (*_, back) = updated(**whole, fulfillment_status="fulfilled")
    assert (back.return_id, back.total) == ("5501234567890:refunded", Money(120_000, "SEK"))
    assert len(updated(**whole, fulfillment_status=None)) == 2
    never_sent = {"id": 1, "refund_line_items": [{"quantity": 2, "restock_type": "cancel"}]}
    assert len(updated(**{**whole, "refunds": [never_sent]}, fulfillment_status="partial")) == 2


def test_an_order_that_is_paid_at_once_is_told_as_paid() -> None:
    """orders/create of a card payment; whatever else stands in it has a topic of its own."""
    assert type(order(financial_status="paid")) is storefront.OrderPaid
    assert type(order(financial_status="authorized")) is storefront.OrderPlaced
    assert (
        type(order(financial_status="voided", cancelled_at="2026-05-01T11:59:40Z")) is storefront.OrderPlaced
    )


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (
            "orders/edited",
            {"order_edit": {"id": 1, "order_id": 5501234567890, "line_items": {"additions": []}}},
        ),
        ("orders/delete", {"id": 5501234567890}),
        ("order_transactions/create", {**examples.FAILED_PAYMENT, "status": "success"}),
        ("order_transactions/create", {**examples.FAILED_PAYMENT, "status": "pending"}),
        ("order_transactions/create", {**examples.FAILED_PAYMENT, "kind": "capture"}),
        ("order_transactions/create", {**examples.FAILED_PAYMENT, "kind": "refund"}),
        ("order_transactions/create", {**examples.FAILED_PAYMENT, "order_id": None}),
    ],
)
def test_what_does_not_state_an_order_is_ignored(topic: str, payload: dict[str, Any]) -> None:
    """Ids of changed lines, an id alone, or an amount that moved: another topic tells it whole."""
    assert told_by(from_shopify(topic, payload)) == Ignored("shopify", "lamps.myshopify.com", topic)


@pytest.mark.parametrize("kind", ["sale", "authorization", "SALE"])
@pytest.mark.parametrize("status", ["failure", "error"])
def test_a_failed_charge_is_a_failed_payment(kind: str, status: str) -> None:
    """The transaction names order, amount and currency (L26)."""
    payload = {
        **examples.FAILED_PAYMENT,
        "kind": kind,
        "status": status,
        "order_id": "gid://shopify/Order/55",
    }
    event = event_of(from_shopify("order_transactions/create", payload))
    assert isinstance(event, storefront.OrderPaymentFailed)
    assert event.order == storefront.OrderFacts(id="55", total=Money(120_000, "SEK"))


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"currency": None}, "currency_missing", "currency"),
        ({"currency": "gold"}, "currency_unknown", "currency"),
        ({"amount": "x"}, "amount_invalid", "amount"),
        ({"order_id": []}, "field_invalid", "order_id"),
    ],
)
def test_a_broken_failed_charge_is_refused(fields: dict[str, Any], reason: str, field: str) -> None:
    """A failure that can't be read is kept, not dropped."""
    answer = refusal_of(from_shopify("order_transactions/create", {**examples.FAILED_PAYMENT, **fields}))
    assert (answer.reason, answer.field) == (reason, field)


def test_the_codes_are_those_that_the_customer_typed_in() -> None:
    """Automatic, manual and script discounts lower the price but have no code."""
    event = event_of(from_shopify("orders/create", examples.ORDER))
    assert (event.order.voucher_codes, event.order.discount_minor) == (("WELCOME",), 5_330)
    applied = order(discount_codes=[], discount_applications=[{"type": "discount_code", "code": "A2C4"}])
    assert applied.order.voucher_codes == ("A2C4",)
    assert (
        order(
            discount_codes=[], discount_applications=[{"type": "automatic", "title": "X"}]
        ).order.voucher_codes
        == ()
    )


def test_an_order_in_dinar_has_three_decimals() -> None:
    """Total and discount in thousandths (L34)."""
    event = event_of(from_shopify("orders/create", examples.IN_DINAR))
    assert (event.order.total, event.order.discount_minor) == (Money(37_125, "KWD"), 1_500)


def test_an_order_tells_the_browser_and_survives_a_broken_cart() -> None:
    """The user agent is known; an unreadable cart token is left out with a note (L29)."""
    assert event_of(from_shopify("orders/create", examples.ORDER)).user_agent == examples.BROWSER
    event = order(cart_token=["c1"], client_details=5)
    assert (event.order.cart_id, event.user_agent) == (None, None)
    assert event.notes == ("cart_token was left out: it is not a token.",)


def test_an_id_may_be_graphql_s_alone() -> None:
    """The REST number is the same one."""
    gid = "gid://shopify/Order/5501234567890"
    assert order(id=None, admin_graphql_api_id=gid).order.id == order(id=gid).order.id == "5501234567890"


def test_a_code_that_the_shop_removed_is_withdrawn() -> None:
    """discounts/redeemcode_removed names the code; a payload without one is refused."""
    event = event_of(from_shopify("discounts/redeemcode_removed", examples.CODE_REMOVED))
    assert isinstance(event, storefront.VoucherWithdrawn)
    assert event.code == "A2C4-E6G8"
    answer = refusal_of(from_shopify("discounts/redeemcode_removed", {"redeem_code": {}}))
    assert (answer.reason, answer.field) == ("field_missing", "redeem_code.code")
