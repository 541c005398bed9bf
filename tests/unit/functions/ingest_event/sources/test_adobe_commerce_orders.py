"""Adobe Commerce's orders: states, money, ids, buyers, and what came back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.domain import storefront
from common.domain.money import Money
from functions.ingest_event.understanding import Ignored, understand
from tests.unit.functions.ingest_event.events import NOW, event_of, refusal_of, told_by
from tests.unit.functions.ingest_event.sources.examples.adobe_commerce import (
    CREDIT_MEMO,
    INVOICE,
    ORDER,
    QUOTE,
    RMA,
    SAVED,
    with_facts,
)
from tests.unit.functions.ingest_event.sources.test_adobe_commerce import of

MEMO = "observer.sales_order_creditmemo_save_after"
INVOICED = "observer.sales_order_invoice_save_after"


def order(**facts: Any) -> Any:
    """The one event of the order with other facts."""
    return event_of(of(SAVED, with_facts(ORDER, **facts)))


def both(**facts: Any) -> tuple[Any, Any]:
    """The order's event and its return."""
    first, second = understand(of(SAVED, with_facts(ORDER, **facts)), NOW)
    return first, second


def test_an_order_is_what_the_customer_pays_in_their_own_currency() -> None:
    """Total with tax and shipping, the discount as a positive amount, the code and the articles (L34)."""
    event = order()
    assert type(event) is storefront.OrderPlaced
    assert event.order == storefront.OrderFacts(
        id="1207",
        cart_id="5311",
        total=Money(9625, "EUR"),
        discount_minor=1000,
        voucher_codes=("GLAZE10",),
        skus=("VASE-BLUE",),
        lines=(storefront.Line(sku="VASE-BLUE", name="Blue vase", quantity=2, unit_price_minor=4_813),),
    )
    assert event.person == storefront.Person(
        email="ines.prado@example.com", phone="+34612345678", name="Ines Prado", country="ES"
    )


@pytest.mark.parametrize(
    ("state", "status", "kind"),
    [
        ("new", "pending", storefront.OrderPlaced),
        ("pending_payment", "pending_payment", storefront.OrderPlaced),
        ("payment_review", "fraud", storefront.OrderPlaced),
        ("holded", "holded", storefront.OrderPlaced),
        ("processing", "waiting_for_kiln", storefront.OrderPaid),
        ("complete", "complete", storefront.OrderPaid),
        ("canceled", "canceled", storefront.OrderCancelled),
        (None, "processing", storefront.OrderPaid),
        (None, "waiting_for_kiln", storefront.OrderPlaced),
        (None, None, storefront.OrderPlaced),
    ],
)
def test_every_state_is_mapped(state: Any, status: Any, kind: type[storefront.StorefrontEvent]) -> None:
    """The state is Magento's; a status may be the shop's own."""
    assert type(order(state=state, status=status)) is kind


def test_a_closed_order_came_back_whole() -> None:
    """It was paid once, and all of it was refunded."""
    paid, returned = both(state="closed", total_refunded="96.2500")
    assert type(paid) is storefront.OrderPaid
    assert type(returned) is storefront.OrderReturned
    assert (returned.return_id, returned.order_id, returned.total) == ("1207", "1207", Money(9625, "EUR"))
    assert returned.id == f"{paid.id}:return"
    assert both(state="closed", total_refunded=None)[1].total == Money(9625, "EUR")


def test_a_part_that_came_back_is_told_beside_the_order() -> None:
    """Goods that were refunded are a return; money alone, such as goodwill, is none."""
    paid, returned = both(state="complete", total_refunded=48.13, items=[{"qty_refunded": "1.0000"}])
    assert (type(paid), returned.total) == (storefront.OrderPaid, Money(4813, "EUR"))
    assert type(order(state="complete", total_refunded=5)) is storefront.OrderPaid


def test_the_topic_knows_better_than_the_state() -> None:
    """While an order is being cancelled or refused, its state is still the old one."""
    cancelled = event_of(of("observer.order_cancel_after", {"order": ORDER}))
    assert type(cancelled) is storefront.OrderCancelled
    failed = event_of(
        of("observer.sales_model_service_quote_submit_failure", {"order": ORDER, "quote": QUOTE})
    )
    assert type(failed) is storefront.OrderPaymentFailed


@pytest.mark.parametrize(
    ("currency", "total", "minor"),
    [("JPY", "9625.0000", 9625), ("KWD", 96.255, 96255), ("EUR", 28.700000000000003, 2870), ("EUR", 0, 0)],
)
def test_totals_have_the_decimals_of_their_currency(currency: str, total: Any, minor: int) -> None:
    """PHP writes four decimals, or what its floats come to."""
    event = order(order_currency_code=currency, grand_total=total, discount_amount=None)
    assert event.order.total == Money(minor, currency)


def test_the_shop_s_own_amounts_do_where_only_they_were_subscribed() -> None:
    """Then every amount is in the shop's currency, and a note says so."""
    event = order(grand_total=None)
    assert (event.order.total, event.order.discount_minor) == (Money(10452, "USD"), 1086)
    assert event.notes == ("grand_total is missing; base_grand_total was used.",)


def test_an_order_without_any_total_is_still_an_order() -> None:
    """Nobody is reminded of what they bought because a field was not subscribed (L1)."""
    event = order(grand_total=None, base_grand_total=None)
    assert event.order.total is None
    assert "subscribe" in event.notes[0]


def test_the_currency_may_follow_from_the_others() -> None:
    """A shop that has one currency only need not state the order's."""
    one = {"order_currency_code": None, "store_currency_code": None, "base_currency_code": "EUR"}
    assert order(**one).order.total == Money(9625, "EUR")
    refused = refusal_of(of(SAVED, with_facts(ORDER, order_currency_code=None)))
    assert (refused.reason, refused.field) == ("currency_missing", "value.order_currency_code")


@pytest.mark.parametrize(
    ("facts", "id"),
    [
        ({"entity_id": 1207}, "1207"),
        ({"entity_id": None}, "1207"),  # by its items
        ({"entity_id": None, "items": [], "addresses": []}, "1207"),  # by its payment
        ({"entity_id": None, "items": [], "addresses": [], "payment": {}}, "000001207"),
    ],
)
def test_an_order_is_known_by_its_database_id(facts: dict[str, Any], id: str) -> None:
    """Invoices and credit memos name their order by nothing else."""
    assert order(**facts).order.id == id


def test_staff_and_customers_are_told_apart() -> None:
    """Only an order that was keyed in has no address of the customer's computer (L12)."""
    assert order(remote_ip=None).order.made_by_shop
    assert not order().order.made_by_shop
    without = {name: value for name, value in ORDER.items() if name != "remote_ip"}
    assert not event_of(of(SAVED, without)).order.made_by_shop


def test_guests_have_no_account() -> None:
    """A guest's id is nobody's, whatever it is."""
    assert order(customer_is_guest=0, customer_id="88").person.external_id == "88"
    assert order(customer_is_guest="1", customer_id="88").person.external_id is None
    assert order(customer_is_guest=None, customer_id=0).person.external_id is None


def test_several_codes_are_all_named() -> None:
    """Newer versions let several coupons apply."""
    event = order(extension_attributes={"coupon_codes": ["GLAZE10", "KILN5", 7]})
    assert event.order.voucher_codes == ("GLAZE10", "KILN5")


def test_a_broken_discount_or_refund_costs_the_order_nothing() -> None:
    """What isn't needed is left out with a note."""
    event = order(discount_amount="much")
    assert (event.order.discount_minor, event.order.total) == (0, Money(9625, "EUR"))
    assert event.notes == ("value.discount_amount was left out: it is not an amount.",)
    _, returned = both(state="complete", total_refunded="much", items=[{"qty_refunded": 1}])
    assert returned.total is None


@pytest.mark.parametrize(
    ("facts", "reason", "field"),
    [
        ({"grand_total": "float"}, "amount_invalid", "value.grand_total"),
        ({"grand_total": "-1"}, "amount_invalid", "value.grand_total"),
        ({"grand_total": [9]}, "amount_invalid", "value.grand_total"),
        ({"order_currency_code": "string"}, "currency_unknown", "value.order_currency_code"),
        ({"entity_id": {"value": 1}}, "field_invalid", "value.entity_id"),
        (
            {"entity_id": None, "items": [], "addresses": [], "payment": {}, "increment_id": None},
            "field_missing",
            "value.entity_id",
        ),
        ({"grand_total": None, "base_currency_code": None}, "currency_missing", "value.base_currency_code"),
    ],
)
def test_what_an_order_needs_is_refused_by_its_path(facts: dict[str, Any], reason: str, field: str) -> None:
    """The reason and the field lead to what has to be mended."""
    refused = refusal_of(of(SAVED, with_facts(ORDER, **facts)))
    assert (refused.reason, refused.field) == (reason, field)


def test_a_checkout_to_several_addresses_is_several_orders() -> None:
    """A broken one costs the others nothing."""
    second, third = with_facts(ORDER, entity_id="1208"), with_facts(ORDER, grand_total="x")
    value = {"orders": [ORDER, second, third]}
    one, two, broken = understand(of("observer.checkout_submit_all_after", value), NOW)
    assert isinstance(one, storefront.OrderPlaced)
    assert isinstance(two, storefront.OrderPlaced)
    assert (one.order.id, two.order.id, one.id == two.id) == ("1207", "1208", False)
    assert getattr(broken, "field", None) == "value.orders[2].grand_total"


def test_an_order_may_have_its_cart_beside_it() -> None:
    """The quote's own id closes the cart where the order doesn't name it."""
    value = {"order": with_facts(ORDER, quote_id=None), "quote": QUOTE}
    assert event_of(of("observer.checkout_submit_all_after", value)).order.cart_id == "5311"


def test_a_credit_memo_gives_back_what_it_states() -> None:
    """It happened when it was made; its order is named by the database's id."""
    event = event_of(of(MEMO, CREDIT_MEMO))
    assert (event.return_id, event.order_id, event.total) == ("1207", "1207", Money(4813, "EUR"))
    assert event.occurred_at == datetime(2026, 5, 1, 11, 56, tzinfo=UTC)
    assert event_of(of(MEMO, with_facts(CREDIT_MEMO, grand_total=None))).total is None
    assert refusal_of(of(MEMO, with_facts(CREDIT_MEMO, order_id=None))).field == "value.order_id"


@pytest.mark.parametrize("facts", [{"state": 3}, {"items": [{"qty": "0.0000"}]}])
def test_a_credit_memo_without_goods_is_no_return(facts: dict[str, Any]) -> None:
    """A cancelled one never happened; goodwill sends nothing back."""
    assert isinstance(told_by(of(MEMO, with_facts(CREDIT_MEMO, **facts))), Ignored)


@pytest.mark.parametrize(
    ("status", "arrived"),
    [
        *(("received", True), ("received_on_item", True), ("approved", True), ("processed_closed", True)),
        *(("pending", False), ("authorized", False), ("denied", False), ("rejected", False)),
        ("closed", False),
    ],
)
def test_a_return_counts_when_the_goods_are_back(status: str, arrived: bool) -> None:
    """Announced, denied and rejected returns change nothing."""
    told = told_by(of("observer.rma_save_commit_after", with_facts(RMA, status=status)))
    assert isinstance(told, storefront.OrderReturned) is arrived
    if arrived:
        assert (told.order_id, told.total, told.person.external_id) == ("1207", None, "88")


def test_a_return_needs_its_status_and_order() -> None:
    """Without them nobody knows what came back."""
    code = "observer.rma_save_after"
    assert refusal_of(of(code, with_facts(RMA, status=None))).field == "value.status"
    assert event_of(of(code, with_facts(RMA, order_id=None))).order_id == "000001207"
    nothing = with_facts(RMA, order_id=None, order_increment_id=None)
    assert refusal_of(of(code, nothing)).field == "value.order_id"


def test_a_paid_invoice_pays_its_order() -> None:
    """An open or cancelled one doesn't; the order inside knows more than the invoice."""
    event = event_of(of(INVOICED, INVOICE))
    assert (type(event), event.order.id, event.order.total) == (
        storefront.OrderPaid,
        "1207",
        Money(9625, "EUR"),
    )
    assert "invoice" in event.notes[0]
    for state in (1, 3, None):
        assert isinstance(told_by(of(INVOICED, with_facts(INVOICE, state=state))), Ignored)
    inside = event_of(of("observer.sales_order_invoice_pay", {"invoice": {**INVOICE, "order": ORDER}}))
    assert (type(inside), inside.order.voucher_codes) == (storefront.OrderPaid, ("GLAZE10",))
